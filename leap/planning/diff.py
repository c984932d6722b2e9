"""What has to be done: the difference between what shall be and what is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from leap.domain.fingerprint import digest
from leap.domain.plan import WITHDRAW, Action, Change, Failure, Held, Rule, Step
from leap.domain.snapshot import (
    Actual,
    PublicationFact,
    RecordingRow,
    Skip,
    Wanted,
    is_deferred,
)
from leap.domain.stage import FILE_STAGES, Stage, downstream, inputs
from leap.planning import gates
from leap.planning.decisions import undecided
from leap.planning.desired import Desired
from leap.planning.drift import was_lost
from leap.planning.reasons import why, why_publish


@dataclass(frozen=True, slots=True)
class Difference:
    """What is to be done for one tenant.

    Attributes:
        failures: what failed for good before and is left alone.
        in_sync: ids of the recordings that need nothing.
        skipped: ids of those that are not worked on, and will not be as long
            as neither they nor the declaration change.
        deferred: what was put off until a time that has not come, and what a gate
            or a missing decision holds.
    """

    changes: tuple[Change, ...]
    failures: tuple[Failure, ...]
    in_sync: frozenset[str]
    skipped: frozenset[str]
    deferred: tuple[Held, ...] = ()


def diff(tenant: str, desired: Sequence[Desired], actual: Actual, now: datetime) -> Difference:
    """Return what parts the recordings as they shall be from what the ledger knows ``now``."""
    changes: list[Change] = []
    failures: list[Failure] = []
    deferred: list[Held] = []
    in_sync: set[str] = set()
    skipped: set[str] = set()
    for each in desired:
        row, wanted = each.row, each.row.wanted
        if row.skip is not None or wanted is None or each.settings is None:
            withdrawal, put_off = _withdrawal(tenant, each, actual, now)
            deferred += put_off
            if withdrawal is not None:
                changes.append(withdrawal)
            if withdrawal is not None or put_off:
                continue
            changes += _admission(tenant, each)
            # A copy depends on what becomes of the other recording.
            if row.skip is not None and row.skip is not Skip.DUPLICATE:
                skipped.add(row.id)
            continue
        failed = _failures(tenant, row, wanted, actual)
        gated = _gated(tenant, each, wanted, actual)
        shut = {held.preset for held in gated}
        put_off = [
            *gated,
            *(
                held
                for held in _put_off(tenant, each, wanted, actual, now)
                if held.preset is None or held.preset not in shut
            ),
        ]
        change = _work(tenant, each, wanted, actual, [*failed, *put_off])
        failures += failed
        deferred += put_off
        if change is not None:
            changes.append(change)
        elif not failed and not put_off and not each.is_unseen:
            in_sync.add(row.id)
    return Difference(
        tuple(changes), tuple(failures), frozenset(in_sync), frozenset(skipped), tuple(deferred)
    )


def _admission(tenant: str, each: Desired) -> list[Change]:
    """Return the news about a recording that is not worked on, if there are any."""
    row, known = each.row, each.known
    if known is not None and (known.skip, known.reason) == (row.skip, row.reason):
        return []
    if row.skip is None and row.settled_at is None:
        return []
    return [Change(tenant, row.id, row.title, row.template, "skip", (), row.reason)]


def _withdrawal(
    tenant: str, each: Desired, actual: Actual, now: datetime
) -> tuple[Change | None, list[Held]]:
    """Return what an override takes down of one recording now (or None), and what later."""
    row = each.row
    standing = [
        fact
        for fact in actual.publications.get(row.id, ())
        if fact.preset in each.withdraw and fact.state != "withdrawn"
    ]
    # An intent to take something away wants nothing of it.
    later = [fact for fact in standing if is_deferred(fact, now) and not fact.wanted]
    held = [_held_publication(tenant, row, fact) for fact in later]
    steps = tuple(
        Step(
            Stage.PUBLISH,
            digest({WITHDRAW: [fact.preset, fact.external_id]})[:16],
            each.withdraw[fact.preset],
            preset=fact.preset,
            parts=(WITHDRAW,),
        )
        for fact in standing
        if fact not in later
    )
    if not steps:
        return None, held
    return Change(tenant, row.id, row.title, row.template, "remove", steps, steps[0].reason), held


def _failures(tenant: str, row: RecordingRow, wanted: Wanted, actual: Actual) -> list[Failure]:
    """Return what failed for good under the keys that are wanted now."""
    found = []
    for stage, key in wanted.stages.items():
        fact = actual.fact(row.id, stage, key)
        if fact is not None and fact.state == "failed" and fact.permanent:
            found.append(Failure(tenant, row.id, row.title, stage, fact.reason))
    for preset, digests in wanted.publications.items():
        publication = actual.publication(row.id, preset)
        if publication is not None and _failed_for_good(publication, digests):
            found.append(Failure(tenant, row.id, row.title, Stage.PUBLISH, publication.reason))
    return found


def _put_off(
    tenant: str, each: Desired, wanted: Wanted, actual: Actual, now: datetime
) -> list[Held]:
    """Return what must not be tried before a later time, or before somebody has decided.

    Only under the keys that are wanted now.
    """
    row = each.row
    keys = {**wanted.stages, **({Stage.DISCARD: _discard_key(row)} if each.discard else {})}
    found = []
    for stage, key in keys.items():
        fact = actual.fact(row.id, stage, key)
        if fact is not None and is_deferred(fact, now):
            found.append(Held(tenant, row.id, row.title, stage, fact.reason, fact.until))
    for preset, digests in wanted.publications.items():
        publication = actual.publication(row.id, preset)
        if (
            publication is not None
            and (is_deferred(publication, now) or was_lost(publication))
            and dict(publication.wanted) == dict(digests)
        ):
            found.append(_held_publication(tenant, row, publication))
    return found


def _gated(tenant: str, each: Desired, wanted: Wanted, actual: Actual) -> list[Held]:
    """Return the publications that a failed gate keeps back, or a decision that is missing."""
    row, known = each.row, each.known
    facts = {
        stage: fact.facts
        for stage in gates.ASKED
        if stage in wanted.stages
        and (fact := actual.fact(row.id, stage, wanted.stages[stage])) is not None
        and fact.state in ("done", "evicted")
    }
    failing = gates.failed(each.gates, facts) if each.gates is not None else ""
    before = known.wanted.held if known is not None and known.wanted is not None else {}
    found = []
    for step in _publish_steps(row, wanted, actual):
        preset = str(step.preset)
        there = actual.publication(row.id, preset)
        why = _undecided(each, preset, there, wanted)
        if failing and gates.holds(there, step.parts):
            why = "gate", failing
        if why is not None:
            rule, reason = why
            is_new = before.get(preset) != reason
            found.append(
                Held(
                    *(tenant, row.id, row.title, Stage.PUBLISH, reason),
                    preset=preset,
                    rule=rule,
                    is_new=is_new,
                )
            )
    return found


def _undecided(
    each: Desired, preset: str, fact: PublicationFact | None, wanted: Wanted
) -> tuple[Rule, str] | None:
    settings = each.publications.get(preset)
    if settings is None:
        return None
    return undecided(
        settings, fact, wanted.publications[preset], each.row.id, approved=each.approved
    )


def _held_publication(tenant: str, row: RecordingRow, fact: PublicationFact) -> Held:
    return Held(tenant, row.id, row.title, Stage.PUBLISH, fact.reason, fact.until, fact.preset)


def _failed_for_good(publication: PublicationFact, digests: Mapping[str, str]) -> bool:
    return (
        publication.state == "failed"
        and publication.permanent
        and dict(publication.wanted) == dict(digests)
    )


def _work(
    tenant: str,
    each: Desired,
    wanted: Wanted,
    actual: Actual,
    stopped: Sequence[Failure | Held],
) -> Change | None:
    """Return what has to be done now for one admitted recording, or None.

    Nothing that is ``stopped`` is done, nor what needs it.
    """
    row, known = each.row, each.known
    stopped_stages = {other.stage for other in stopped} & set(FILE_STAGES)
    steps = _stage_steps(each, wanted, actual, stopped_stages)
    fixed = {other.preset for other in stopped if isinstance(other, Held) and other.rule == "media"}
    # New media that no platform takes is not made before somebody has decided.
    is_undecided = bool(fixed) and fixed == set(wanted.publications)
    if not stopped_stages:
        later = {other.preset for other in stopped if isinstance(other, Held)}
        later -= fixed if is_undecided else set()
        steps += [step for step in _publish_steps(row, wanted, actual) if step.preset not in later]
    if not stopped:
        steps += _discard_steps(each, actual)

    published = [
        fact
        for fact in actual.publications.get(row.id, ())
        if fact.external_id and fact.state != "withdrawn"
    ]
    dropped = tuple(
        fact.preset
        for fact in published
        if fact.preset not in wanted.publications and fact.state not in ("unmanaged", "withdrawn")
    )

    def change(action: Action, reason: str) -> Change:
        return Change(
            tenant, row.id, row.title, row.template, action, tuple(steps), reason, dropped
        )

    if not row.listed and any(step.stage is Stage.DOWNLOAD for step in steps):
        return change("blocked", "source no longer available")
    if each.is_unseen and any(step.stage is Stage.DOWNLOAD for step in steps):
        return None  # its source says when it can be asked again
    moved = known is not None and known.locator != row.locator
    reasons = [f"moved from {known.locator}"] if known is not None and moved else []
    if steps:
        reasons.append(steps[0].reason)
        action: Action = "refresh" if published else "process"
        return change("replace" if is_undecided else action, "; ".join(reasons))
    if reasons:
        return change("refresh", reasons[0])
    if dropped:
        return change("remove", f"{dropped[0]} is declared no more; what is published stays")
    return None


def _stage_steps(each: Desired, wanted: Wanted, actual: Actual, stopped: set[Stage]) -> list[Step]:
    """Return the stages whose targets are absent, or evicted and taken in by one of them."""
    pipeline = tuple(wanted.stages)
    hopeless = stopped | {later for stage in stopped for later in downstream(stage, pipeline)}
    reasons: dict[Stage, str] = {}
    for stage in reversed(pipeline):
        if stage in hopeless:
            continue
        fact = actual.fact(each.row.id, stage, wanted.stages[stage])
        if fact is None or fact.state in ("running", "failed"):
            reasons[stage] = why(each, stage, fact, wanted, actual)
        elif fact.state == "evicted":
            users = [other for other in reasons if stage in inputs(other, pipeline)]
            if users:
                reasons[stage] = f"was removed by retention, and {users[0].value} takes it in"
    return [
        Step(
            stage,
            wanted.stages[stage],
            reasons[stage],
            {other: wanted.stages[other] for other in inputs(stage, pipeline)},
        )
        for stage in FILE_STAGES
        if stage in reasons
    ]


def _publish_steps(row: RecordingRow, wanted: Wanted, actual: Actual) -> list[Step]:
    """Return the publications that are not as they shall be."""
    found = []
    for preset, digests in wanted.publications.items():
        fact = actual.publication(row.id, preset)
        if fact is not None and (fact.is_complete(digests) or _failed_for_good(fact, digests)):
            continue
        applied = fact.applied if fact is not None else {}
        parts = tuple(part for part in digests if applied.get(part) != digests[part])
        found.append(
            Step(
                Stage.PUBLISH,
                digest(dict(digests))[:16],
                why_publish(fact, parts),
                {
                    other: wanted.stages[other]
                    for other in inputs(Stage.PUBLISH, tuple(wanted.stages))
                },
                preset=preset,
                parts=parts,
            )
        )
    return found


def _discard_steps(each: Desired, actual: Actual) -> list[Step]:
    """Return that the source's recording goes into the trash, unless LEAP put it there before.

    A person who takes it out again, of the same revision, has the last word.
    """
    key = _discard_key(each.row)
    fact = actual.fact(each.row.id, Stage.DISCARD, key)
    if not each.discard or (fact is not None and (fact.state == "done" or fact.permanent)):
        return []
    return [Step(Stage.DISCARD, key, each.discard)]


def _discard_key(row: RecordingRow) -> str:
    return digest({Stage.DISCARD.value: row.revision})[:16]
