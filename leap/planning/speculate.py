"""The intent diff: what an edit would do to recordings, from two declarations and a catalogue.

Desired is compared with desired, never with what is real: so it needs no key,
no database and no network, and is safe for a stranger's pull request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leap.config import Declaration
from leap.domain.catalogue import Catalogue
from leap.domain.speculation import Effect, Speculation, TenantSpeculation
from leap.errors import ConfigError
from leap.planning.comparison import Comparison
from leap.planning.edits import shared_edits, tenant_edits
from leap.planning.quota import every_bucket
from leap.planning.side import Side


def speculate(
    base: Mapping[str, Declaration],
    head: Declaration,
    catalogues: Mapping[str, Catalogue | None],
    *,
    against: str,
    tenants: Sequence[str],
    notes: Sequence[str] = (),
) -> Speculation:
    """Return what ``head`` would change against ``base`` for ``tenants``.

    Args:
        base: by tenant the declaration to compare with; a tenant that is not
            in it counts as absent there.
        catalogues: by tenant what the last run left; None where there is none.
        against: what ``base`` is called.
        notes: what is to be known of ``base``.

    Raises ConfigError where settings of ``head`` contradict each other for a recording.
    """
    found = [_tenant(name, base.get(name), head, catalogues.get(name)) for name in tenants]
    shared = shared_edits(next(iter(base.values()), None), head) if base else ()
    limits = every_bucket(head.operator)
    return Speculation(against, tuple(found), shared, tuple(notes), limits)


def _tenant(
    name: str, base: Declaration | None, head: Declaration, catalogue: Catalogue | None
) -> TenantSpeculation:
    old = base.tenants.get(name) if base else None
    new = head.tenants.get(name)
    known = len(catalogue.recordings) if catalogue else None
    if base and old and new and base.digests[name] == head.digests[name]:
        return TenantSpeculation(name, "same", known)
    state: str = "changed" if old and new else "added" if new else "removed"
    notes = []
    if catalogue is None:
        notes.append("no catalogue yet: what would become of recordings is not known")
    if old and new:
        notes += [
            f"source {source} is new: its recordings are known after the next run"
            for source in new.sources
            if source not in old.sources
        ]
    effects: tuple[Effect, ...] = ()
    if catalogue is not None:
        try:
            before = Side(base, name, catalogue) if base and old else None
        except ConfigError:
            before = None
            notes.append("its old declaration contradicts itself: compared as if it were new")
        after = Side(head, name, catalogue) if new else None
        compared = (Comparison(entry, before, after) for entry in catalogue.recordings)
        effects = tuple(effect for each in compared if (effect := each.effect()) is not None)
    return TenantSpeculation(
        name,
        state,  # type: ignore[arg-type]
        known,
        tenant_edits(old, new),
        effects,
        tuple(notes),
    )
