"""Which expected lectures did not come: what is declared, compared with what the ledger knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from leap.config import Declaration, TenantDeclaration
from leap.config.expect import Expect
from leap.config.source import AnySource
from leap.config.template import Template
from leap.domain.expectation import Candidate, Overdue, missed
from leap.domain.ledger import LedgerReader
from leap.domain.snapshot import Only, RecordingRow, Skip
from leap.domain.status import derive

#: What was missed longer ago is history, and nobody wants to read it every day.
LOOK_BACK = timedelta(days=14)

#: What may stand for a lecture where nothing else does.
_DOUBTFUL = frozenset({Skip.BLANK, Skip.DUPLICATE, Skip.TOO_LARGE})


def overdue(
    ledger: LedgerReader, declaration: Declaration, tenants: Iterable[str], now: datetime
) -> tuple[Overdue, ...]:
    """Return the lectures of ``tenants`` that were expected lately and did not come, newest first.

    Nothing is asked of tenants that expect nothing. Raises LedgerError.
    """
    found = [each for tenant in tenants for each in _of_tenant(ledger, declaration, tenant, now)]
    return tuple(sorted(found, key=lambda each: (each.missed.at, each.tenant, each.of))[::-1])


@dataclass(frozen=True, slots=True)
class _Known:
    """A recording of late, and whether it counts as done."""

    row: RecordingRow
    done: bool
    reason: str


def _of_tenant(
    ledger: LedgerReader, declaration: Declaration, tenant: str, now: datetime
) -> Iterator[Overdue]:
    declared = declaration.tenants[tenant]
    expecting = [
        (each, expect)
        for each in (*declared.templates, *declared.sources.values())
        for expect in each.expect
    ]
    if not expecting:
        return
    margin = timedelta(seconds=max(expect.tolerance for _, expect in expecting))
    known = _known(ledger, tenant, declaration.digests[tenant], now - LOOK_BACK - margin)
    for each, expect in expecting:
        yield from _missed(declared, each, expect, known, now)


def _known(ledger: LedgerReader, tenant: str, digest: str, since: datetime) -> list[_Known]:
    rows = ledger.started(tenant, since)
    facts = ledger.snapshot(tenant, Only(digest, ids=[row.id for row in rows]))
    found = []
    for row in rows:
        status = derive(row, facts.stages.get(row.id, ()), facts.publications.get(row.id, ()))
        done = status.complete or row.skip is Skip.DECLARED
        found.append(_Known(row, done, f"{status.status.value}: {status.reason}"))
    return found


def _missed(
    declared: TenantDeclaration,
    each: Template | AnySource,
    expect: Expect,
    known: Sequence[_Known],
    now: datetime,
) -> Iterator[Overdue]:
    is_source = each.name in declared.sources and each is declared.sources[each.name]
    candidates = [
        _candidate(one, is_source=is_source)
        for one in known
        if each.name == (one.row.source if is_source else one.row.template)
    ]
    of = f"{'source' if is_source else 'template'} {each.name}"
    line, column = each.document.position(("expect", each.expect.index(expect)))
    zone = declared.config.time_zone
    for one in missed(expect.expectation(zone), candidates, now - LOOK_BACK, now):
        yield Overdue(declared.name, of, each.file, line, column, one)


def _candidate(known: _Known, *, is_source: bool) -> Candidate:
    """Return a recording as what may have been expected.

    Whoever expects something of a source expects no template to take it.
    """
    row = known.row
    done = known.done or (is_source and row.skip is Skip.NO_TEMPLATE)
    return Candidate(row.id, row.started_at, done, known.reason, row.skip in _DOUBTFUL)
