"""What a rule of safety judges by: the work of one tenant, and what only looking can tell."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from leap.config import Declaration, Effective
from leap.config.presets import CLOUD_PLATFORMS
from leap.config.safety import Threshold, thresholds
from leap.domain.money import Money
from leap.domain.plan import Change, Plan, Step
from leap.domain.snapshot import Actual, PublicationFact, RecordingRow
from leap.planning.merged import MergedSettings

#: One publication: recording and preset.
Shown = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What only looking can tell, by tenant; see ``leap.tasks.evidence``.

    Attributes:
        privacy: how open ``(recording, preset)`` was made when it was published last.
        shown: what is seen in the place that a preset publishes to.
        foreign: names of pages in that place that LEAP did not make.
        newer: the commit that was applied last, where this run's is older.
        spent: what calls of this month have cost, in each currency.
        is_fresh: whether the ledger knows of nothing that the tenant has published
            to a cloud, and nobody has said that this is right.
    """

    privacy: Mapping[Shown, str] = field(default_factory=dict)
    shown: Mapping[str, Collection[Shown]] = field(default_factory=dict)
    foreign: Mapping[str, Sequence[str]] = field(default_factory=dict)
    newer: str | None = None
    spent: Sequence[Money] = ()
    is_fresh: bool = False


@dataclass(frozen=True, slots=True)
class Why:
    """What would happen, in numbers, and what to do if it should not."""

    what: str
    instead: str


@dataclass
class Case:
    """The work of one tenant, with everything that it is judged by."""

    plan: Plan
    declaration: Declaration
    tenant: str
    changes: Sequence[Change]
    actual: Actual
    evidence: Evidence

    @cached_property
    def limits(self) -> Mapping[str, Threshold]:
        return thresholds(self.declaration.operator, self.declaration.tenants[self.tenant].config)

    @cached_property
    def rows(self) -> Mapping[str, RecordingRow]:
        return {row.id: row for row in self.plan.rows[self.tenant]}

    @cached_property
    def publishing(self) -> list[tuple[Change, Step, PublicationFact | None]]:
        """Every publication that is worked on, with what the ledger knows of it."""
        return [
            (change, step, self.actual.publication(change.recording, step.preset))
            for change in self.changes
            for step in change.steps
            if step.preset is not None and not step.withdraws
        ]

    @cached_property
    def first_to_clouds(self) -> list[tuple[Change, str]]:
        """Every publication to a cloud of which the ledger knows nothing, with its preset."""
        return [
            (change, step.preset)
            for change, step, fact in self.publishing
            if step.preset
            and (fact is None or not fact.external_id)
            and self.platform(step.preset) in CLOUD_PLATFORMS
        ]

    def platform(self, preset: str) -> str:
        """Return where ``preset`` publishes to."""
        return self.declaration.tenants[self.tenant].presets[preset].platform

    @cached_property
    def _merged(self) -> MergedSettings:
        return MergedSettings(self.declaration)

    def settings(self, change: Change) -> Effective:
        """Return the merged settings of a recording that is worked on."""
        return self._merged.of(change, self.rows[change.recording])


def recordings(count: int, kind: str = "") -> str:
    """Return ``2 published recordings``."""
    return f"{count} {kind} recording{'s' if count > 1 else ''}".replace("  ", " ")


def first_of(change: Change, count: int) -> str:
    """Return the title of ``change``, and whether it is one of several."""
    name = f"“{change.title.strip() or change.recording}”"
    return f"the first is {name}" if count > 1 else name
