"""Where recordings stand: what the ledger knows, judged by what was last wanted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from leap.config import Declaration
from leap.domain.ledger import LedgerReader
from leap.domain.status import Status, StatusName, derive, open_stages
from leap.planning.select import Selection, Subject
from leap.render.status import Standing


@dataclass(frozen=True, slots=True)
class Standings:
    """Recordings with their statuses, and how many are in each status by tenant.

    ``counts`` are of all recordings, also of those that are not in ``shown``.
    """

    shown: tuple[Standing, ...]
    counts: dict[str, Counter[StatusName]]


def read_standings(
    ledger: LedgerReader,
    declaration: Declaration,
    tenants: Iterable[str] | None = None,
    beginning: str = "",
) -> list[Standing]:
    """Return the recordings of ``tenants`` (all) with their statuses, in order of tenant and id.

    These are all, or those whose ids, or 12 hex digits, have a ``beginning``.
    """
    return list(look(ledger, declaration, tenants, beginning=beginning).shown)


def look(
    ledger: LedgerReader,
    declaration: Declaration,
    tenants: Iterable[str] | None = None,
    newest: int | None = None,
    beginning: str = "",
) -> Standings:
    """Return how the recordings of ``tenants`` (all) stand, in order of tenant and id.

    Where ``newest`` is given, recordings that need nobody are only counted,
    except for so many of each tenant; that is much quicker for large tenants.
    ``beginning`` is of the ids, or their 12 hex digits, of those to look at.
    """
    shown: list[Standing] = []
    counts: dict[str, Counter[StatusName]] = {}
    for tenant in declaration.tenants if tenants is None else tenants:
        glance = ledger.glance(tenant, newest, beginning)
        actual = glance.actual
        first = len(shown)
        for row in sorted(actual.recordings.values(), key=lambda row: row.id):
            facts = actual.stages.get(row.id, ())
            status = derive(row, facts, actual.publications.get(row.id, ()))
            status = _with_platforms(declaration, tenant, status)
            shown.append(Standing(tenant, row, status, open_stages(row, facts, status)))
        counts[tenant] = Counter(standing.status.status for standing in shown[first:])
        counts[tenant] += Counter(
            {StatusName.SKIPPED: glance.skipped, StatusName.UPLOADED: glance.uploaded}
        )
    return Standings(tuple(shown), counts)


def choose(found: Standings, selection: Selection) -> Standings:
    """Return what of ``found``, which holds all recordings, is selected."""
    shown = tuple(
        each
        for each in found.shown
        if selection.lists(
            Subject(
                each.tenant,
                each.row.id,
                each.row.title,
                each.row.source,
                each.row.template,
                [state.preset for state in each.status.publications],
                each.status.status.value.lower(),
            ),
            each.open,
        )
    )
    counts: dict[str, Counter[StatusName]] = {}
    for each in shown:
        counts.setdefault(each.tenant, Counter())[each.status.status] += 1
    return Standings(shown, counts)


def _with_platforms(declaration: Declaration, tenant: str, status: Status) -> Status:
    """Return ``status`` with the platforms of publications that no publisher touched yet."""
    presets = declaration.tenants[tenant].presets
    if all(state.platform for state in status.publications):
        return status
    known = {name: preset.platform for name, preset in presets.items()}
    publications = tuple(
        replace(state, platform=state.platform or known.get(state.preset))
        for state in status.publications
    )
    return replace(status, publications=publications)
