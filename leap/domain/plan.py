"""The plan: a frozen value that is printed, saved, refused or carried out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

from leap.domain.demand import Demand, Takings
from leap.domain.drift import Drift
from leap.domain.expense import Expense, together
from leap.domain.manifest import Manifest
from leap.domain.snapshot import RecordingRow
from leap.domain.stage import Stage

Action = Literal["process", "refresh", "replace", "blocked", "skip", "remove"]
#: What keeps a publication back until a person has decided: a failed gate, an approval
#: that is still to be given, or media that cannot be exchanged under one address.
Rule: TypeAlias = Literal["gate", "approval", "media"]


#: The one part of a step that takes a publication away.
WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Step:
    """One stage that has to be done for one recording, or one publication.

    ``key`` names the target; for ``publish`` it is the digest of what is
    wanted. ``inputs`` maps the stages it takes in to their keys. ``reason``
    says why it has to be done.
    """

    stage: Stage
    key: str
    reason: str
    inputs: Mapping[Stage, str] = field(default_factory=dict)
    preset: str | None = None
    parts: tuple[str, ...] = ()

    @property
    def withdraws(self) -> bool:
        """Tell whether this takes a publication away instead of bringing it about."""
        return self.parts == (WITHDRAW,)


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be done about one recording, and why, in one line.

    ``skip`` changes only what the ledger says; it is listed once, when a
    recording is first skipped or skipped for another reason. ``dropped`` names
    the presets whose publication nothing declares any more.
    """

    tenant: str
    recording: str
    title: str
    template: str | None
    action: Action
    steps: tuple[Step, ...]
    reason: str
    dropped: tuple[str, ...] = ()

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Return the stages of the steps, each once, in working order."""
        present = {step.stage for step in self.steps}
        return tuple(stage for stage in Stage if stage in present)

    @property
    def effective(self) -> bool:
        """Tell whether carrying this change out does any work."""
        return bool(self.steps)

    @property
    def waits(self) -> bool:
        """Tell whether it waits: for its source to come back, or for a person to decide."""
        return self.action in ("blocked", "replace")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the plan of one tenant must not be carried out, with the way out.

    ``accepted`` says that a person wants it all the same, for this run.
    """

    name: str
    tenant: str
    message: str
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """A recording that failed for good earlier and is left alone."""

    tenant: str
    recording: str
    title: str
    stage: Stage
    reason: str


@dataclass(frozen=True, slots=True)
class Held:
    """A step that waits: for the time ``until``, or for a person where that is None.

    ``reason`` says why, and to a person what to do. ``rule`` is what keeps a
    publication back, if that is declared and no failure; ``is_new`` tells that
    the ledger does not know so yet.
    """

    tenant: str
    recording: str
    title: str
    stage: Stage
    reason: str
    until: datetime | None = None
    preset: str | None = None
    rule: Rule | None = None
    is_new: bool = False

    @property
    def by_gate(self) -> bool:
        """Tell whether a rule keeps it back, of which gates are the most common."""
        return self.rule is not None


@dataclass(frozen=True, slots=True)
class Load:
    """How much work a plan is, as far as its recordings tell.

    ``speech`` is what has to be transcribed, in seconds; ``unknown`` counts
    the recordings to transcribe whose length is not known. ``uploads`` are
    publications that get a video, ``updates`` those that change without one.
    """

    speech: float = 0.0
    unknown: int = 0
    uploads: int = 0
    updates: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is to be done now.

    ``rows`` are the recordings as the ledger shall have them (admission); they
    are written before the work begins. ``in_sync`` counts, per tenant and
    template, the recordings that need nothing. ``problems`` are what could not
    be listed, ``notes`` what a person may have meant otherwise. ``recovered`` are targets that
    stand in the store although the ledger does not say so (their runner was
    killed in between); they are indexed instead of being made again.
    ``deferred`` are the steps that were put off until a time that has not come,
    and those of recordings that fail a gate or need a decision: neither they nor
    what needs them is work.
    ``drifts`` are what platforms were found to show differently from what they
    were given, where they were looked at.
    ``costs`` are what steps that ask a cloud are expected to cost, by tenant,
    recording and stage; ``takings`` what publications take of the days of apps.
    """

    changes: tuple[Change, ...]
    refusals: tuple[Refusal, ...] = ()
    failures: tuple[Failure, ...] = ()
    rows: Mapping[str, tuple[RecordingRow, ...]] = field(default_factory=dict)
    in_sync: Mapping[tuple[str, str], int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    recovered: tuple[Manifest, ...] = ()
    deferred: tuple[Held, ...] = ()
    costs: Mapping[tuple[str, str, Stage], Expense] = field(default_factory=dict)
    drifts: tuple[Drift, ...] = ()
    takings: Takings = field(default_factory=Takings)

    @property
    def has_changes(self) -> bool:
        """Tell whether ``reconcile`` would do or record anything."""
        return bool(self.recovered) or any(not change.waits for change in self.changes)

    @property
    def refused(self) -> frozenset[str]:
        """Return the tenants whose part of the plan must not be carried out."""
        return frozenset(refusal.tenant for refusal in self.refusals if not refusal.accepted)

    def accepted(self, name: str) -> frozenset[str]:
        """Return the tenants of which a person wants what is refused by ``name``."""
        return frozenset(r.tenant for r in self.refusals if r.accepted and r.name == name)

    @property
    def work(self) -> tuple[Change, ...]:
        """Return the changes that have steps to carry out now."""
        return tuple(c for c in self.changes if c.effective and not c.waits)

    @property
    def load(self) -> Load:
        """Return how much work there is."""
        work = self.work
        heard = {(c.tenant, c.recording) for c in work if Stage.TRANSCRIBE in c.stages}
        lengths = [
            row.duration
            for tenant, rows in self.rows.items()
            for row in rows
            if (tenant, row.id) in heard and row.duration is not None
        ]
        publishing = [step for c in work for step in c.steps if step.stage is Stage.PUBLISH]
        uploads = sum("media" in step.parts for step in publishing)
        return Load(
            speech=sum(lengths),
            unknown=len(heard) - len(lengths),
            uploads=uploads,
            updates=len(publishing) - uploads,
        )

    @property
    def forecast(self) -> dict[str, tuple[Expense, ...]]:
        """Return what the work is expected to cost, by tenant, of each model together."""
        found: dict[str, list[Expense]] = {}
        for change in self.work:
            for stage in change.stages:
                cost = self.costs.get((change.tenant, change.recording, stage))
                if cost is not None:
                    found.setdefault(change.tenant, []).append(cost)
        return {tenant: together(costs) for tenant, costs in sorted(found.items())}

    @property
    def demands(self) -> tuple[Demand, ...]:
        """Return what the work takes of the days that platforms give, by app."""
        return self.takings.demands(
            (change.tenant, change.recording, step.preset)
            for change in self.work
            for step in change.steps
            if step.preset is not None
        )

    def summary(self) -> dict[str, Any]:
        """Return counts by action and of what is in sync, as JSON data."""
        counts: dict[str, Any] = {}
        for change in self.changes:
            counts[change.action] = counts.get(change.action, 0) + 1
        counts["in_sync"] = sum(self.in_sync.values())
        counts["failed_before"] = len(self.failures)
        gated = {(held.tenant, held.recording) for held in self.deferred if held.by_gate}
        later = {(held.tenant, held.recording) for held in self.deferred if not held.by_gate}
        counts["deferred"] = len(later)
        counts["held"] = len(gated)
        return counts
