"""A plan in a file: made now, looked at by people, carried out later exactly as it was printed.

What is saved are not orders but what the plan was made from: the listings of
the sources and what was selected, with the digests of the declaration and of
the ledger's rows that the plan is about. Whoever carries it out makes the plan
anew from them, without listing again, and it has to be the very plan that was
printed. So the file cannot ask for anything that the declaration does not, no
matter who wrote it; and it holds no secret, as a plan never does.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leap import __version__
from leap.config import Declaration
from leap.domain.fingerprint import canonical, digest
from leap.domain.plan import Change, Plan
from leap.domain.recording import Listing
from leap.domain.snapshot import Actual, Only
from leap.errors import LeapError, UnsafePlan
from leap.planning.narrow import select
from leap.planning.select import Selection, parse
from leap.render.plan import change_data, json_data
from leap.render.terminal import clean, counted
from leap.store.atomic import replace_bytes
from leap.tasks.survey import Session, Survey, known, plan_again

if TYPE_CHECKING:
    from pydantic import TypeAdapter

#: Raised when a file of an older LEAP cannot be read as it was meant.
_FORMAT = 1
#: A plan of 100,000 recordings takes less.
_MOST_BYTES = 256 << 20
_NAMED = 3
_ANEW = "make a new one with `leap plan --out`"


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """What a file of a plan holds, besides its checksum.

    Attributes:
        tenants: those that the command line named; none means all.
        selects: what ``--select`` said; ``excludes`` and ``accepts`` alike.
        again: by tenant, the recordings that are planned although their source
            shows no change (``leap.domain.snapshot.Only.ids``).
        ledger: by tenant and recording, the digest of what the ledger knew.
        plan: what was printed, as ``leap plan --format json`` has it.
    """

    format: int
    leap: str
    made_at: datetime
    declaration: str
    tenants: tuple[str, ...]
    selects: tuple[str, ...]
    excludes: tuple[str, ...]
    accepts: tuple[str, ...]
    listings: dict[str, tuple[Listing, ...]]
    again: dict[str, tuple[str, ...]]
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    ledger: dict[str, dict[str, str]]
    plan: dict[str, Any]

    @property
    def selection(self) -> Selection:
        """Return what was selected. Raises UsageError."""
        return parse(self.selects, self.excludes)


def write(
    path: Path,
    session: Session,
    found: Survey,
    plan: Plan,
    *,
    tenants: tuple[str, ...] = (),
    selection: Selection | None = None,
    accepts: tuple[str, ...] = (),
) -> None:
    """Write ``plan`` to ``path``, whole or not at all, for the eyes of its owner alone.

    ``plan`` is what came of ``found`` and ``selection``. Raises OSError.
    """
    selection = selection or Selection()
    saved = SavedPlan(
        format=_FORMAT,
        leap=__version__,
        made_at=found.at,
        declaration=session.declaration.digest,
        tenants=tenants,
        selects=selection.selected,
        excludes=selection.excluded,
        accepts=accepts,
        listings={tenant: tuple(listings) for tenant, listings in found.listings.items()},
        again={tenant: tuple(only.ids) for tenant, only in found.only.items()},
        problems=found.problems,
        notes=found.notes,
        ledger=_fingerprints(plan.changes, found.actuals),
        plan=json_data(plan),
    )
    data = _adapter().dump_python(saved, mode="json")
    content = canonical({"checksum": digest(data), **data}) + b"\n"
    replace_bytes(path, content, mode=0o600)


def read(path: Path) -> SavedPlan:
    """Return the plan in the file at ``path``.

    Raises LeapError where it is no plan, is damaged, or was made by another
    version, and OSError where it cannot be read.
    """
    with path.open("rb") as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise LeapError(f"{path}: too large for a plan", hint=_ANEW)
    try:
        data = json.loads(content)
        if not isinstance(data, dict) or "checksum" not in data:
            raise LeapError(f"{path}: not a file of `leap plan --out`", hint=_ANEW)
        checksum = data.pop("checksum")
        if data.get("format") != _FORMAT or data.get("leap") != __version__:
            version = clean(str(data.get("leap"))[:40])
            message = f"{path}: made by LEAP {version}, and this is {__version__}"
            raise LeapError(message, hint=_ANEW)
        if checksum != digest(data):
            raise LeapError(f"{path}: was changed after it was made", hint=_ANEW)
        saved = _adapter().validate_python(data)
    except (ValueError, TypeError, RecursionError):  # also of pydantic and of JSON
        raise LeapError(f"{path}: damaged, or no plan at all", hint=_ANEW) from None
    wrong = next(_implausible(saved), None)
    if wrong is not None:
        raise LeapError(f"{path}: damaged: {wrong}", hint=_ANEW)
    return saved


def require_same(saved: SavedPlan, declaration: Declaration) -> None:
    """Raise UnsafePlan unless ``saved`` was made for ``declaration``."""
    strange = sorted(saved.listings.keys() - declaration.tenants.keys())
    if saved.declaration == declaration.digest and not strange:
        return
    if strange:
        message = f"the plan is for tenants that are not declared here: {', '.join(strange[:3])}"
        raise UnsafePlan(clean(message), hint=f"is this the right repository? Else {_ANEW}")
    raise UnsafePlan("the declaration changed since this plan was made", hint=_ANEW)


def replay(session: Session, saved: SavedPlan) -> tuple[Survey, Plan]:
    """Return the very plan that was printed, with what it was made from.

    Nothing is listed again. Raises UnsafePlan where the ledger's rows that the
    plan is about have changed since, or the targets have.
    """
    for tenant, listings in saved.listings.items():
        sources = session.declaration.tenants[tenant].sources
        if any(listing.source not in sources for listing in listings):
            raise UnsafePlan("the plan is for sources that are not declared here", hint=_ANEW)
    found = _survey(session, saved)
    actuals = found.actuals
    plan = part(plan_again(session, found, actuals), saved, actuals)
    changed = [
        (tenant, recording)
        for tenant, digests in saved.ledger.items()
        for recording, before in digests.items()
        if _fingerprint(actuals.get(tenant, Actual(tenant)), recording) != before
    ]
    if changed and not plan.changes:
        raise UnsafePlan("everything in this plan is done already", hint=_ANEW)
    if changed:
        message = f"{_recordings(changed, saved)} changed in the ledger since this plan was made"
        raise UnsafePlan(message, hint=_ANEW)
    printed = {(each["tenant"], each["recording"]): each for each in saved.plan["changes"]}
    now = {(each.tenant, each.recording): change_data(each) for each in plan.changes}
    if now != printed:
        other = [here for here in printed if now.get(here) != printed[here]]
        message = f"what has to be done for {_recordings(other, saved)} is not what was printed"
        raise UnsafePlan(message, hint=f"its files changed since; {_ANEW}")
    return found, plan


def _survey(session: Session, saved: SavedPlan) -> Survey:
    """Return what the sources listed then, with what the ledger knows now."""
    found = Survey(
        saved.listings,
        saved.problems,
        saved.made_at,
        saved.notes,
        only={
            tenant: Only(
                declared=session.declaration.digests[tenant],
                ids=saved.again.get(tenant, ()),
                places=[seen.locator for listing in listings for seen in listing.observed],
                revisions=[seen.revision for listing in listings for seen in listing.observed],
            )
            for tenant, listings in saved.listings.items()
        },
        left_out={tenant: {} for tenant in saved.listings},
    )
    actuals = known(session, found)
    # Counted anew, not saved: limits are shares of what is there, and a file
    # must not be able to say how much that is.
    left_out = {
        tenant: _left_out(session, actual, saved.listings[tenant])
        for tenant, actual in actuals.items()
    }
    return replace(
        found,
        left_out=left_out,
        actuals={
            tenant: replace(actual, left_out=left_out[tenant]) for tenant, actual in actuals.items()
        },
    )


def _left_out(session: Session, actual: Actual, listings: Sequence[Listing]) -> Counter[str | None]:
    """Return how many settled recordings ``actual`` has no plan for, by template."""
    unchanged = {listing.source: listing.unchanged for listing in listings}
    settled = session.ledger.settled(actual.tenant, session.declaration.digests[actual.tenant])
    return Counter(
        each.template
        for each in settled
        if each.source in unchanged
        and (each.id not in actual.recordings or each.locator in unchanged[each.source])
    )


def part(plan: Plan, saved: SavedPlan, actuals: Mapping[str, Actual]) -> Plan:
    """Return the part of ``plan`` that ``saved`` is about: what was selected, and changed.

    What other runs did in between to other recordings is none of its business.
    """
    plan = select(plan, saved.selection, actuals)
    about = {
        (tenant, recording) for tenant, digests in saved.ledger.items() for recording in digests
    }
    return replace(
        plan,
        changes=tuple(c for c in plan.changes if (c.tenant, c.recording) in about),
        failures=tuple(f for f in plan.failures if (f.tenant, f.recording) in about),
        deferred=tuple(h for h in plan.deferred if (h.tenant, h.recording) in about),
        rows={
            tenant: tuple(row for row in rows if (tenant, row.id) in about)
            for tenant, rows in plan.rows.items()
        },
        recovered=tuple(
            each for each in plan.recovered if (each.name.tenant, each.name.recording) in about
        ),
    )


def _recordings(changed: list[tuple[str, str]], saved: SavedPlan) -> str:
    """Return recordings by title: ``2 recordings (“One”, “Two”)``."""
    titles = {(each["tenant"], each["recording"]): each["title"] for each in saved.plan["changes"]}
    named = [f"“{clean(titles.get(here, '')) or here[1]}”" for here in changed[:_NAMED]]
    more = [f"{len(changed) - _NAMED} more"] if len(changed) > _NAMED else []
    return f"{counted(len(changed), 'recording')} ({', '.join([*named, *more])})"


# ── what the ledger knew ───────────────────────────────────────────────────


def _fingerprints(
    changes: tuple[Change, ...], actuals: Mapping[str, Actual]
) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {tenant: {} for tenant in actuals}
    for change in changes:
        actual = actuals[change.tenant]
        found[change.tenant][change.recording] = _fingerprint(actual, change.recording)
    return found


def _fingerprint(actual: Actual, recording: str) -> str:
    """Return a digest of what the ledger knows of a recording; also of knowing nothing."""
    known = (
        actual.recordings.get(recording),
        # By stage and key: their order in the ledger means nothing.
        sorted(
            (_data(fact) for fact in actual.stages.get(recording, ())),
            key=lambda fact: (fact["stage"], fact["key"], fact["since"]),
        ),
        actual.publications.get(recording, ()),
    )
    return digest(_data(known))[:16]


def _data(value: Any) -> Any:
    """Return a value of the domain as JSON data, without facts that only inform."""
    if is_dataclass(value):
        names = [each.name for each in fields(value) if each.name not in ("facts", "seconds")]
        return {name: _data(getattr(value, name)) for name in names}
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, Mapping):
        return {str(key): _data(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [_data(each) for each in value]
    return value


# ── the file ───────────────────────────────────────────────────────────────


@cache
def _adapter() -> TypeAdapter[SavedPlan]:
    from pydantic import TypeAdapter

    return TypeAdapter(SavedPlan)


def _implausible(saved: SavedPlan) -> Iterator[str]:
    """Say what no plan of ours would hold, although it has the right shape."""
    for listing in (each for listings in saved.listings.values() for each in listings):
        for seen in listing.observed:
            if seen.source != listing.source:
                yield "a recording of another source"
            times = [seen.started_at, seen.settled_at]
            if seen.file is not None:
                times += [seen.file.created_at, seen.file.first_seen_at]
            if any(time is not None and time.tzinfo is None for time in times):
                yield "a time without its zone"
            if not 0 <= seen.size < 1 << 63:
                yield "an impossible size"
            if Path(seen.locator).is_absolute() or ".." in Path(seen.locator).parts:
                yield "a place outside of its source"
    changes = saved.plan.get("changes")
    if not isinstance(changes, list) or not all(
        isinstance(each, dict)
        and all(isinstance(each.get(name), str) for name in ("tenant", "recording", "title"))
        for each in changes
    ):
        yield "changes that are none"
