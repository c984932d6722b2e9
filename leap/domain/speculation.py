"""What an edit of the declaration would do, foreseen from a catalogue: frozen values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from leap.domain.demand import Demand, Taking, Takings
from leap.domain.expense import Expense, together
from leap.domain.plan import Load
from leap.domain.quotas import Bucket
from leap.domain.stage import Stage

#: ``taken`` by a template now · ``lost`` by all · ``moved`` to another template ·
#: ``updated`` with the same · ``bound``: another would match, but it is published ·
#: ``skipped`` for another reason.
Kind = Literal["taken", "moved", "updated", "lost", "skipped", "bound"]


@dataclass(frozen=True, slots=True)
class Edit:
    """One value that differs between two declarations, and where it stands now.

    ``before`` and ``after`` are as written, and None where nothing is. ``path``
    is empty for a whole file that is new or gone; ``line`` is 0 then.
    """

    file: str
    line: int
    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Retitled:
    """A published title that would read otherwise; ``‹topic›`` stands for what only a run knows."""

    preset: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Effect:
    """What would become of one recording.

    Attributes:
        before: the template that takes it by the old declaration, or None.
        after: the same by the new one; for ``bound`` the one that would take it.
        stages: what would be made anew.
        publishes: presets where it would appear.
        updates: presets where what is published would change.
        unmanages: presets where it would stay without being looked after.
        waits: presets whose video would have to be exchanged, and waits for a decision.
        redescribed: presets whose description would read otherwise.
        speech: seconds to transcribe; None where its length is not known.
        uploads: videos that would be brought to a platform: where it appears,
    and where its video changes.
        expenses: what clouds would be asked for.
        takings: what it takes of the days of apps at platforms, by preset.
    """

    recording: str
    title: str
    kind: Kind
    before: str | None
    after: str | None
    reason: str
    stages: tuple[Stage, ...] = ()
    publishes: tuple[str, ...] = ()
    updates: tuple[str, ...] = ()
    unmanages: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()
    retitled: tuple[Retitled, ...] = ()
    redescribed: tuple[str, ...] = ()
    speech: float | None = 0.0
    uploads: int = 0
    expenses: tuple[Expense, ...] = ()
    takings: tuple[tuple[str, Taking], ...] = ()


@dataclass(frozen=True, slots=True)
class TenantSpeculation:
    """What would become of one tenant; ``known`` counts its catalogue, None without one."""

    tenant: str
    state: Literal["changed", "added", "removed", "same"]
    known: int | None
    edits: tuple[Edit, ...] = ()
    effects: tuple[Effect, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def has_changes(self) -> bool:
        """Tell whether there is anything to look at."""
        return self.state in ("added", "removed") or bool(self.edits or self.effects)


@dataclass(frozen=True, slots=True)
class Speculation:
    """The difference between two declarations; ``shared`` are edits that concern all tenants.

    ``limits`` are what platforms count by the day, by bucket.
    """

    base: str
    tenants: tuple[TenantSpeculation, ...]
    shared: tuple[Edit, ...] = ()
    notes: tuple[str, ...] = ()
    limits: Mapping[str, Mapping[str, Bucket]] = field(default_factory=dict)

    @property
    def has_changes(self) -> bool:
        """Tell whether the declarations differ in anything."""
        return bool(self.shared) or any(tenant.has_changes for tenant in self.tenants)

    @property
    def effects(self) -> tuple[Effect, ...]:
        """Return the effects of all tenants."""
        return tuple(effect for tenant in self.tenants for effect in tenant.effects)

    @property
    def forecast(self) -> dict[str, tuple[Expense, ...]]:
        """Return what it is expected to cost, by tenant, of each model together."""
        found = {
            tenant.tenant: together(each for effect in tenant.effects for each in effect.expenses)
            for tenant in self.tenants
        }
        return {tenant: expenses for tenant, expenses in found.items() if expenses}

    @property
    def demands(self) -> tuple[Demand, ...]:
        """Return what it takes of the days that platforms give; of days as they begin."""
        found = {
            (taking.tenant, taking.recording, preset): taking
            for effect in self.effects
            for preset, taking in effect.takings
        }
        return Takings(found, self.limits).demands(found)


def cost(effects: Sequence[Effect]) -> Load:
    """Return how much work ``effects`` are together."""
    return Load(
        speech=sum(each.speech or 0.0 for each in effects),
        unknown=sum(each.speech is None for each in effects),
        uploads=sum(each.uploads for each in effects),
        updates=sum(len(each.updates) + len(each.publishes) - each.uploads for each in effects),
    )
