"""The status of a recording, derived from what the ledger knows and never set by hand.

A recording is judged by what was last wanted for it (``RecordingRow.wanted``):
facts about other keys are history and do not count. The rules, first match
wins:

1. It is skipped -> SKIPPED.
2. A wanted stage or publication failed for good -> FAILED; the others go on.
3. Something wanted is running -> DOWNLOADING, PROCESSING, TRANSCRIBING, UPLOADING.
   Of several, the earliest in working order: nothing later can be at work yet.
4. Every wanted publication is complete -> UPLOADED, whatever happened to the files.
5. The pipeline ends in files, all were made, and retention took a last one -> EXPIRED.
6. Otherwise the last one reached: TRANSCRIBED, PROCESSED, DOWNLOADED, INITIALIZED.

While a published recording is being refreshed, rule 6 says how far the refresh
is; its publication stays visible as ``outdated`` with its URL until it is
complete again. What keeps an unfinished recording from going on is its ``hold``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias

from leap.domain.publication import PublicationName, PublicationState, compare
from leap.domain.snapshot import PublicationFact, RecordingRow, StageFact, Wanted
from leap.domain.stage import Stage, downstream


class StatusName(StrEnum):
    """How far a recording is."""

    INITIALIZED = "INITIALIZED"
    DOWNLOADING = "DOWNLOADING"
    DOWNLOADED = "DOWNLOADED"
    PROCESSING = "PROCESSING"
    PROCESSED = "PROCESSED"
    TRANSCRIBING = "TRANSCRIBING"
    TRANSCRIBED = "TRANSCRIBED"
    UPLOADING = "UPLOADING"
    UPLOADED = "UPLOADED"
    SKIPPED = "SKIPPED"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class Hold:
    """What an unfinished recording waits for.

    ``kind`` is ``source`` (the file still changes, or is gone), ``person``
    (somebody has to do what the reason says), ``gate`` (it must not be
    published as it is), ``deferred`` (a provider wants to be left alone
    ``until`` then) or ``retry`` (something failed, and the next run tries it
    again). ``until`` is also known for some sources.
    """

    kind: Literal["source", "person", "gate", "deferred", "retry"]
    reason: str
    until: datetime | None = None

    @property
    def needs_person(self) -> bool:
        """Tell whether it goes on only after somebody has done something."""
        return self.kind in ("person", "gate")


@dataclass(frozen=True, slots=True)
class Status:
    """How far a recording is, why, and since when.

    ``complete`` tells that everything wanted is there; ``failed_stage`` is set
    for FAILED alone.
    """

    status: StatusName
    reason: str
    since: datetime
    failed_stage: Stage | None = None
    hold: Hold | None = None
    publications: tuple[PublicationState, ...] = ()
    complete: bool = False


#: The stages between two statuses: while one runs, and when all are done.
_LEVELS = (
    (StatusName.DOWNLOADING, StatusName.DOWNLOADED, (Stage.DOWNLOAD,)),
    (StatusName.PROCESSING, StatusName.PROCESSED, (Stage.TRIM,)),
    (
        StatusName.TRANSCRIBING,
        StatusName.TRANSCRIBED,
        (Stage.TRANSCRIBE, Stage.TOPICS, Stage.SUBTITLES),
    ),
)

_Facts: TypeAlias = Mapping[Stage, StageFact]
_States: TypeAlias = tuple[PublicationState, ...]


def derive(
    row: RecordingRow, stages: Sequence[StageFact], publications: Sequence[PublicationFact]
) -> Status:
    """Return the status of the recording ``row`` by the rules above; never raises."""
    states = compare(row, publications)
    if row.skip is not None:
        reason = row.reason or row.skip.value
        return Status(StatusName.SKIPPED, reason, row.since, publications=states)
    wanted = row.wanted or Wanted(pipeline="", stages={})
    known = _wanted_facts(wanted, stages)
    return (
        _failed(row, known, states)
        or _running(row, known, states)
        or _uploaded(row, wanted, states)
        or _expired(wanted, known, states)
        or _reached(row, wanted, known, states)
    )


def open_stages(row: RecordingRow, stages: Sequence[StageFact], status: Status) -> frozenset[Stage]:
    """Return the stages of the recording that are still to be done; ``status`` is its own."""
    if status.complete or row.skip is not None or row.wanted is None:
        return frozenset()
    known = _wanted_facts(row.wanted, stages)
    found = {stage for stage in row.wanted.stages if not _is_made(known.get(stage))}
    if any(
        state.preset in row.wanted.publications and state.status is not PublicationName.PUBLISHED
        for state in status.publications
    ):
        found.add(Stage.PUBLISH)
    return frozenset(found)


# ── what is wanted, and what is known of it ────────────────────────────────


def _wanted_facts(wanted: Wanted, facts: Sequence[StageFact]) -> dict[Stage, StageFact]:
    """Return the fact about each wanted stage under its wanted key, in working order."""
    found = {fact.stage: fact for fact in facts if wanted.stages.get(fact.stage) == fact.key}
    return {stage: found[stage] for stage in Stage if stage in found}


# ── the rules, in their order ──────────────────────────────────────────────


def _failed(row: RecordingRow, known: _Facts, states: _States) -> Status | None:
    for stage, fact in known.items():
        if fact.state == "failed" and fact.permanent:
            reason = fact.reason or f"{stage.value} failed"
            return Status(StatusName.FAILED, reason, fact.since, stage, publications=states)
    for state in states:
        if state.status is PublicationName.FAILED:
            reason = f"{state.preset}: {state.reason or 'failed'}"
            since = state.since or row.since
            return Status(StatusName.FAILED, reason, since, Stage.PUBLISH, publications=states)
    return None


def _running(row: RecordingRow, known: _Facts, states: _States) -> Status | None:
    for status, _, stages in _LEVELS:
        running = [stage for stage in stages if stage in known and known[stage].state == "running"]
        if running:
            reason = f"{_list(running)} running"
            since = max(known[stage].since for stage in running)
            return Status(status, reason, since, publications=states)
    publishing = [state for state in states if state.status is PublicationName.PUBLISHING]
    if publishing:
        reason = f"publishing to {_list(state.preset for state in publishing)}"
        since = _latest(publishing, row.since)
        return Status(StatusName.UPLOADING, reason, since, publications=states)
    return None


def _uploaded(row: RecordingRow, wanted: Wanted, states: _States) -> Status | None:
    wanted_states = [state for state in states if state.preset in wanted.publications]
    if not wanted_states or any(
        state.status is not PublicationName.PUBLISHED for state in wanted_states
    ):
        return None
    return Status(
        StatusName.UPLOADED,
        f"published to {_list(state.preset for state in wanted_states)}",
        _latest(wanted_states, row.since),
        hold=_source_hold(row),
        publications=states,
        complete=True,
    )


def _expired(wanted: Wanted, known: _Facts, states: _States) -> Status | None:
    """Tell whether retention took a result that nothing else was made from."""
    if wanted.publications or not _all_made(wanted, known):
        return None
    last = [stage for stage in wanted.stages if not downstream(stage, wanted.stages)]
    if not any(known[stage].state == "evicted" for stage in last):
        return None
    evicted = [stage for stage, fact in known.items() if fact.state == "evicted"]
    kept = [stage for stage, fact in known.items() if fact.state == "done"]
    reason = f"removed by retention: {_list(evicted)}; kept: {_list(kept) or 'nothing'}"
    since = max(known[stage].since for stage in evicted)
    return Status(StatusName.EXPIRED, reason, since, publications=states)


def _reached(row: RecordingRow, wanted: Wanted, known: _Facts, states: _States) -> Status:
    status, since = StatusName.INITIALIZED, row.since
    for _, reached, stages in _LEVELS:
        asked = [stage for stage in stages if stage in wanted.stages]
        if asked and all(_is_made(known.get(stage)) for stage in asked):
            status, since = reached, max(known[stage].since for stage in asked)
    complete = bool(wanted.stages) and not wanted.publications and _all_made(wanted, known)
    hold = _source_hold(row) or _gone_hold(row, wanted, known) or _other_hold(wanted, known, states)
    return Status(
        status,
        "complete" if complete else _to_do(wanted, known, states),
        since,
        hold=hold,
        publications=states,
        complete=complete,
    )


def _source_hold(row: RecordingRow) -> Hold | None:
    if row.settled_at is None and row.revision:
        return None
    return Hold("source", row.reason or "the source still changes", row.settled_at)


def _gone_hold(row: RecordingRow, wanted: Wanted, known: _Facts) -> Hold | None:
    download = known.get(Stage.DOWNLOAD)
    if row.listed or (download and download.state == "done") or _all_made(wanted, known):
        return None
    return Hold("source", "its source no longer lists it")


def _other_hold(wanted: Wanted, known: _Facts, states: _States) -> Hold | None:
    """Return the first gate, or failure that is none for good; a person's case before all."""
    held = [state for state in states if state.status is PublicationName.HELD]
    holds = [
        *(_hold(stage.value, fact) for stage, fact in known.items() if fact.state == "failed"),
        *(
            Hold("gate", state.reason)
            if state.preset in wanted.held
            else _hold(state.preset, state)
            for state in held
        ),
    ]
    return min(holds, key=lambda hold: not hold.needs_person, default=None)


def _hold(place: str, failed: StageFact | PublicationState) -> Hold:
    reason = f"{place}: {failed.reason or 'failed'}"
    if failed.needs_person:
        return Hold("person", reason)
    return Hold("deferred", reason, failed.until) if failed.until else Hold("retry", reason)


# ── small words ────────────────────────────────────────────────────────────


def _is_made(fact: StageFact | None) -> bool:
    return fact is not None and fact.state in ("done", "evicted")


def _all_made(wanted: Wanted, known: _Facts) -> bool:
    return all(_is_made(known.get(stage)) for stage in wanted.stages)


def _to_do(wanted: Wanted, known: _Facts, states: _States) -> str:
    rest = [
        stage.value for stage in Stage if stage in wanted.stages and not _is_made(known.get(stage))
    ]
    rest += [
        f"publish to {state.preset}"
        for state in states
        if state.preset in wanted.publications and state.status is not PublicationName.PUBLISHED
    ]
    return f"to do: {', '.join(rest)}" if rest else "admitted"


def _latest(states: Iterable[PublicationState], default: datetime) -> datetime:
    return max((state.since for state in states if state.since), default=default)


def _list(names: Iterable[str]) -> str:
    return ", ".join(str(name) for name in names)
