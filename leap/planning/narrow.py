"""A smaller plan: selected recordings and stages, no stage past one, a few recordings.

A smaller plan is as sound as the whole one: a step that takes in what is
neither there nor made by the smaller plan is left out, and a note says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from leap.domain.plan import Change, Plan, Step
from leap.domain.snapshot import Actual, RecordingRow
from leap.domain.stage import Stage
from leap.domain.status import derive
from leap.planning.order import in_order
from leap.planning.safety import ABOUT_PUBLISHING
from leap.planning.select import NEW, Selection, Subject


def narrow(
    plan: Plan,
    actuals: Mapping[str, Actual],
    *,
    limit: int | None = None,
    until: Stage | None = None,
) -> Plan:
    """Return ``plan`` with at most ``limit`` recordings to work on, and no stage past ``until``.

    The most urgent ones are those that are worked on. Every recording is still
    written down, so that the next run goes on from there. A refusal stays, since
    a little at a time may add up to too much; but one about publishing falls where
    nothing is published. ``actuals`` is what the ledger knows, by tenant.
    """
    changes = plan.changes
    if until is not None:
        order = list(Stage)
        last = order.index(until)
        changes = tuple(
            replace(
                change,
                steps=tuple(step for step in change.steps if order.index(step.stage) <= last),
            )
            for change in changes
        )
        changes = tuple(
            change
            for change, whole in zip(changes, plan.changes, strict=True)
            if change.steps or not whole.steps
        )
    if limit is not None:
        work = in_order(replace(plan, changes=changes), actuals)
        later = {(change.tenant, change.recording) for change in work[limit:]}
        changes = tuple(
            change
            for change in changes
            if not change.effective
            or change.waits
            or (change.tenant, change.recording) not in later
        )
    publishing = {
        change.tenant
        for change in changes
        if any(step.stage is Stage.PUBLISH for step in change.steps)
    }
    refusals = tuple(
        refusal
        for refusal in plan.refusals
        if refusal.tenant in publishing or refusal.name not in ABOUT_PUBLISHING
    )
    return replace(plan, changes=changes, refusals=refusals)


def select(plan: Plan, selection: Selection, actuals: Mapping[str, Actual]) -> Plan:
    """Return the part of ``plan`` that ``selection`` is about.

    What is not selected is neither worked on nor written down. ``actuals`` is
    what the ledger knows, by tenant; a status is judged by it.
    """
    if not selection:
        return plan
    taken = _subjects(plan, selection, actuals)
    changes: list[Change] = []
    left_out: Counter[tuple[Stage, Stage]] = Counter()
    untouched: set[tuple[str, str]] = set()
    for change in plan.changes:
        here = change.tenant, change.recording
        part = _part(change, taken[here], selection) if here in taken else None
        if part is not None:
            left_out.update(part.left_out)
        if part is None or part.change is None:
            untouched.add(here)
        else:
            changes.append(part.change)
    kept = taken.keys() - untouched
    failures = tuple(
        failure
        for failure in plan.failures
        if (failure.tenant, failure.recording) in taken
        and selection.has(taken[failure.tenant, failure.recording], Step(failure.stage, "", ""))
    )
    deferred = tuple(
        each
        for each in plan.deferred
        if (each.tenant, each.recording) in taken
        and selection.has(
            taken[each.tenant, each.recording], Step(each.stage, "", "", preset=each.preset)
        )
    )
    drifts = tuple(
        each
        for each in plan.drifts
        if (each.tenant, each.recording) in taken
        and selection.has(
            taken[each.tenant, each.recording], Step(Stage.PUBLISH, "", "", preset=each.preset)
        )
    )
    rows = {
        tenant: tuple(row for row in rows if (tenant, row.id) in kept)
        for tenant, rows in plan.rows.items()
    }
    return replace(
        plan,
        changes=tuple(changes),
        failures=failures,
        rows=rows,
        in_sync=_in_sync(plan, rows) + _settled(selection, actuals),
        notes=(*plan.notes, *_notes(left_out), *_uncounted(selection, actuals)),
        recovered=tuple(
            manifest
            for manifest in plan.recovered
            if (manifest.name.tenant, manifest.name.recording) in kept
        ),
        deferred=deferred,
        drifts=drifts,
    )


def subject(tenant: str, row: RecordingRow, actual: Actual, *, with_status: bool = True) -> Subject:
    """Return what a selection asks of a recording: ``row``, with what ``actual`` knows of it."""
    facts = actual.publications.get(row.id, ())
    wanted = row.wanted.publications if row.wanted else {}
    known = actual.recordings.get(row.id)
    status = NEW
    if known is not None and with_status:
        status = derive(known, actual.stages.get(row.id, ()), facts).status.value.lower()
    return Subject(
        tenant,
        row.id,
        row.title,
        row.source,
        row.template,
        {*wanted, *(fact.preset for fact in facts)},
        status,
    )


def _subjects(
    plan: Plan, selection: Selection, actuals: Mapping[str, Actual]
) -> dict[tuple[str, str], Subject]:
    """Return the recordings that are selected, whole or in part."""
    found = {}
    for tenant, rows in plan.rows.items():
        actual = actuals.get(tenant, Actual(tenant))
        for row in rows:
            asked = subject(tenant, row, actual, with_status=selection.asks_for_status)
            if selection.takes(asked):
                found[tenant, row.id] = asked
    return found


@dataclass(frozen=True, slots=True)
class _Part:
    """What is left of a change; ``left_out`` are ``(step, what it would take in)``."""

    change: Change | None
    left_out: Sequence[tuple[Stage, Stage]] = ()


def _part(change: Change, asked: Subject, selection: Selection) -> _Part:
    whole = selection.takes_whole(asked)
    if not change.steps:
        return _Part(change if whole else None)
    chosen = [step for step in change.steps if selection.has(asked, step)]
    steps, left_out = sound(chosen, change.steps)
    if not steps:
        return _Part(None, left_out)
    smaller = replace(change, steps=tuple(steps), dropped=change.dropped if whole else ())
    if steps[0] != change.steps[0]:
        smaller = replace(smaller, reason=steps[0].reason)
    return _Part(smaller, left_out)


def sound(
    chosen: Sequence[Step], whole: Sequence[Step]
) -> tuple[list[Step], list[tuple[Stage, Stage]]]:
    """Return those of the ``chosen`` steps that can be done without the rest of ``whole``.

    Whatever a step takes in is there already, or is made by a step of
    ``whole``; then that one must be chosen as well. Both are in working order.
    Discarding needs all the rest to be done.
    Also returns ``(step, missing input)`` for what had to be left out.
    """
    to_make = {step.stage for step in whole}
    made: set[Stage] = set()
    possible: list[Step] = []
    left_out: list[tuple[Stage, Stage]] = []
    for step in chosen:
        missing = [stage for stage in step.inputs if stage in to_make and stage not in made]
        if step.stage is Stage.DISCARD and len(possible) < len(whole) - 1:
            missing = [each.stage for each in whole if each not in possible][:1]
        if missing:
            left_out.append((step.stage, missing[0]))
        else:
            possible.append(step)
            made.add(step.stage)
    return possible, left_out


def _notes(left_out: Mapping[tuple[Stage, Stage], int]) -> list[str]:
    return [
        f"{stage} of {count} recording{'s' if count > 1 else ''} is left out: {missing} has to be "
        f"made first and is not selected; `stage:+{stage}` selects both"
        for (stage, missing), count in left_out.items()
    ]


def _in_sync(plan: Plan, rows: Mapping[str, Sequence[RecordingRow]]) -> Counter[tuple[str, str]]:
    """Return how many of ``rows`` need nothing, by tenant and template."""
    busy = {(change.tenant, change.recording) for change in plan.changes}
    busy |= {(failure.tenant, failure.recording) for failure in plan.failures}
    busy |= {(held.tenant, held.recording) for held in plan.deferred}
    found = Counter(
        (tenant, row.template or "")
        for tenant, kept in rows.items()
        for row in kept
        if row.skip is None and row.wanted is not None and (tenant, row.id) not in busy
    )
    # A file that is being written anew is no change, and yet not in sync.
    return Counter({group: min(n, plan.in_sync.get(group, 0)) for group, n in found.items()})


def _settled(selection: Selection, actuals: Mapping[str, Actual]) -> Counter[tuple[str, str]]:
    """Return how many recordings are selected of those that were only counted."""
    if not selection.is_coarse:
        return Counter()
    return Counter(
        {
            (tenant, template): count
            for tenant, actual in actuals.items()
            for template, count in actual.left_out.items()
            if template and selection.takes(Subject(tenant, "", template=template))
        }
    )


def _uncounted(selection: Selection, actuals: Mapping[str, Actual]) -> list[str]:
    """Say that what is in sync was not looked at one by one, where that matters."""
    count = sum(sum(actual.left_out.values()) for actual in actuals.values())
    if selection.is_coarse or not count:
        return []
    return [
        f"{count} in sync or skipped were not looked at; what is selected of them needs nothing"
    ]
