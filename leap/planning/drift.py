"""What differs on a platform from what was last given to it: pure, no network."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from leap.domain.drift import Drift, Edit
from leap.domain.plan import Held
from leap.domain.platforms import name_of
from leap.domain.ports import Seen
from leap.domain.snapshot import Actual, PublicationFact

_METADATA = "metadata"
#: Fields of the metadata with a name of their own in ``manage``; all others are settings.
_OWN_NAME = frozenset({"title", "description", "tags"})
#: What people look for first.
_FIRST = ("title", "description", "tags", "privacy", "playlists", "albums")
#: The part → its name in ``manage``, where that is another one.
_MANAGED_AS = {"albums": "album"}


def edits(
    given: Mapping[str, Any], seen: Mapping[str, Any], manage: Collection[str]
) -> tuple[Edit, ...]:
    """Return the fields in which ``seen`` differs from what was ``given``, part by part.

    A part that was not looked at, or of which nobody knows what it was given,
    does not differ.
    """
    found: list[Edit] = []
    for part in given.keys() & seen.keys():
        before, after = given[part], seen[part]
        if part != _METADATA:
            if before is not None and before != after:
                name = _MANAGED_AS.get(part, part)
                found.append(Edit(part, part, before, after, name in manage))
            continue
        for field in before:
            if field in after and before[field] != after[field]:
                name = field if field in _OWN_NAME else "settings"
                found.append(Edit(part, field, before[field], after[field], name in manage))
    order = (*_FIRST, *sorted(edit.field for edit in found))
    return tuple(sorted(found, key=lambda edit: order.index(edit.field)))


def drift_of(
    tenant: str,
    recording: str,
    fact: PublicationFact,
    given: Mapping[str, Any],
    seen: Seen,
    manage: Collection[str],
) -> Drift | None:
    """Return what became of one publication, or None where it is as it was left."""
    here = tenant, recording, fact.preset, fact.platform
    url = fact.url or ""
    if seen.state == "missing":
        reason = seen.reason or f"the video is on {name_of(fact.platform)} no more"
        return Drift(*here, "missing", reason, url=url)
    found = edits(given, seen.parts, manage)
    if seen.state == "blocked":
        return Drift(*here, "blocked", seen.reason, found, url)
    if was_lost(fact):
        return Drift(*here, "back", "it stands again", found, url)
    return Drift(*here, "edited", "", found, url) if found else None


def was_lost(fact: PublicationFact) -> bool:
    """Tell whether a look found the video gone, or kept from people.

    Nothing else fails although it lacks nothing.
    """
    return (
        fact.state == "failed"
        and fact.needs_person
        and bool(fact.applied)
        and dict(fact.applied) == dict(fact.wanted)
    )


def as_seen(actual: Actual, drifts: Iterable[Drift]) -> Actual:
    """Return ``actual`` as the ledger will have it once ``drifts`` are written down."""
    news = {(each.recording, each.preset): each for each in drifts if each.tenant == actual.tenant}
    if not news:
        return actual

    def seen(recording: str, fact: PublicationFact) -> PublicationFact:
        drift = news.get((recording, fact.preset))
        return fact if drift is None else _changed(fact, drift)

    return replace(
        actual,
        publications={
            recording: tuple(seen(recording, fact) for fact in facts)
            for recording, facts in actual.publications.items()
        },
    )


def _changed(fact: PublicationFact, drift: Drift) -> PublicationFact:
    if drift.needs_person:
        return replace(
            fact, state="failed", wanted=fact.applied, reason=way_out(drift), permanent=False,
            until=None, needs_person=True,
        )  # fmt: skip
    if drift.state == "back":
        fact = replace(fact, state="applied", reason="", needs_person=False)
    applied = {part: key for part, key in fact.applied.items() if part not in drift.parts}
    reason = f"changed on {name_of(drift.platform)}" if drift.parts else fact.reason
    return replace(fact, applied=applied, reason=reason)


def way_out(drift: Drift) -> str:
    """Return what became of a video, and what a person can do."""
    which = drift.recording[-12:]
    if drift.state == "missing":
        return (
            f"{drift.reason}; in an override for {which} write `withdraw: true` and a `reason` to "
            "take the recording down everywhere; without them it is published anew afterwards"
        )
    return f"{drift.reason}; look at {drift.url or 'it'} there and settle it"


def waiting(
    drifts: Iterable[Drift], deferred: Iterable[Held], actuals: Mapping[str, Actual]
) -> tuple[Held, ...]:
    """Return ``deferred`` with the news marked that ``drifts`` are.

    ``actuals`` is what the ledger has, which knows of some of them already.
    """
    news = set()
    for each in drifts:
        fact = actuals[each.tenant].publication(each.recording, each.preset)
        if each.needs_person and (fact is None or fact.reason != way_out(each)):
            news.add((each.tenant, each.recording, each.preset))
    return tuple(
        replace(held, is_new=True) if (held.tenant, held.recording, held.preset) in news else held
        for held in deferred
    )
