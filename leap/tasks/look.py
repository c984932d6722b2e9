"""Looking at the sources of one tenant: what they list, and which of it has to be planned.

A university has a hundred thousand recordings and a handful of new ones. What
was in sync when it was last planned, and has changed neither in its source, nor
in the ledger, nor in what is declared, needs no plan: it is counted, and none
of its facts are read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from leap.config import Declaration
from leap.config.source import AnySource, ZoomSource
from leap.domain.accounts import Deferral
from leap.domain.ledger import LedgerReader
from leap.domain.ports import Progress, Tokens
from leap.domain.recording import FileMemo, Listing
from leap.domain.snapshot import Only, Settled
from leap.errors import DeferUntil, MissingTool, ProviderError, SecretError
from leap.providers import open_source
from leap.providers.pages import pages_gone
from leap.render.terminal import moment
from leap.tasks.endings import endings


@dataclass(frozen=True, slots=True)
class Look:
    """What the sources of one tenant list, and which recordings that leaves to be planned.

    ``deferred`` are the accounts whose providers have just put them off,
    ``not_asked`` the sources whose accounts were put off earlier.
    """

    listings: tuple[Listing, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    only: Only
    left_out: Mapping[str | None, int]
    deferred: Mapping[str, Deferral] = field(default_factory=dict)
    not_asked: tuple[str, ...] = ()


def look_at(
    declaration: Declaration,
    ledger: LedgerReader,
    tenant: str,
    now: datetime,
    progress: Progress,
    tokens: Callable[[str], Tokens],
    changed: Collection[str] = (),
) -> Look:
    """List the sources of ``tenant``; what is settled and unchanged is only counted.

    ``tokens`` gives the credential of an account by its name; ``changed`` are
    recordings that are planned whatever their source shows.

    A source that fails is a problem and keeps nothing else back: its recordings
    stay as they are known. One whose account was put off earlier is not asked,
    and a note says until when. Raises LedgerError.
    """
    declared, digest = declaration.tenants[tenant], declaration.digests[tenant]
    listings: list[Listing] = []
    problems: list[str] = []
    notes: list[str] = []
    again: list[str] = []
    left_out: Counter[str | None] = Counter()
    settled: dict[str, list[Settled]] = {name: [] for name in declared.sources}
    gone = pages_gone(declared, lambda platform: ledger.published(tenant, platform))
    for each in ledger.settled(tenant, digest):
        if each.id in gone or each.id in changed:
            again.append(each.id)
        elif each.source in settled:
            settled[each.source].append(each)
    put_off = dict(ledger.deferrals(tenant))
    deferred: dict[str, Deferral] = {}
    not_asked: list[str] = []
    for name, source in declared.sources.items():
        account = account_of(source)
        if account is not None and account in put_off:
            not_asked.append(name)
            listings.append(_unlisted(name))
            notes.append(f"{tenant}/{name}: {_not_asked(put_off[account])}")
            left_out.update(each.template for each in settled[name])
            continue
        try:
            listing = open_source(declaration, tenant, name, tokens=tokens).list(
                Memos(ledger, tenant, name),
                now,
                progress,
                {each.locator: each.mark for each in settled[name] if each.listed and each.mark},
            )
        except (ProviderError, SecretError, MissingTool) as error:
            words = str(error)
            if isinstance(error, DeferUntil) and account and error.until > now:
                put_off[account] = deferred[account] = Deferral(error.until, words)
                words = _not_asked(deferred[account])
            if not source.optional:
                problems.append(f"{tenant}/{name}: {words}")
            listing = _unlisted(name)
        problems += [f"{tenant}/{name}: {problem}" for problem in listing.problems]
        notes += [f"{tenant}/{name}: {note}" for note in listing.notes]
        listings.append(listing)
        seen = {item.locator for item in listing.observed}
        unlisted = not listing.complete and not seen
        for each in settled[name]:
            known_as_is = unlisted or each.locator in listing.unchanged
            if known_as_is or not (each.listed or each.locator in seen):
                left_out[each.template] += 1
            else:
                again.append(each.id)
    notes += [ending.words(now) for ending in endings(ledger, declaration, tenant, now)]
    observed = [item for listing in listings for item in listing.observed]
    only = Only(
        declared=digest,
        ids=again,
        places=[item.locator for item in observed],
        revisions=[item.revision for item in observed],
    )
    return Look(
        *(tuple(listings), tuple(problems), tuple(notes), only, left_out),
        deferred=deferred,
        not_asked=tuple(not_asked),
    )


def account_of(source: AnySource) -> str | None:
    """Return the account as which ``source`` is asked; None for one that needs none."""
    return source.account if isinstance(source, ZoomSource) else None


def _unlisted(source: str) -> Listing:
    """Return that nothing is known of what ``source`` has now."""
    return Listing(source=source, observed=(), complete=False)


def _not_asked(deferral: Deferral) -> str:
    return f"not listed before {moment(deferral.until)}: {deferral.reason}"


class Memos(Mapping[str, FileMemo]):
    """What was learned about the files of one source, read when it is first asked for."""

    def __init__(self, ledger: LedgerReader, tenant: str, source: str) -> None:
        self._ledger, self._tenant, self._source = ledger, tenant, source

    @cached_property
    def _found(self) -> Mapping[str, FileMemo]:
        return self._ledger.memos(self._tenant, self._source)

    def __getitem__(self, path: str) -> FileMemo:
        return self._found[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)
