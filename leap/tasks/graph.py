"""The task graph: one short class per stage, under one root per recording.

Parameters are short public strings, since Luigi prints and serves them: never
a secret, a path or a title. What a task works with is looked up in the run's
``Board`` by these strings. Edges are static: the plan already knows them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from leap.domain.manifest import TargetName
from leap.domain.plan import Change, Step
from leap.domain.ports import Progress
from leap.domain.snapshot import RecordingRow
from leap.domain.stage import Stage
from leap.tasks.adapter import Parameter, Task, tell
from leap.tasks.bucket import bucket_apart
from leap.tasks.central import Central
from leap.tasks.discarding import is_discarded
from leap.tasks.events import Feed
from leap.tasks.fetching import keys_apart
from leap.tasks.job import Job
from leap.tasks.pages import address, failure, teller
from leap.tasks.survey import Session
from leap.tasks.trouble import StepFailed, StepHeld
from leap.tasks.work import perform

REV_LENGTH = 8

#: So many graphs are looked at one by one.
_FEW = 3


@dataclass(frozen=True)
class Board:
    """What the tasks of one run share; set before the run, inherited by every fork."""

    session: Session
    rows: Mapping[tuple[str, str], RecordingRow]
    changes: Mapping[tuple[str, str], Change]
    feed: Feed
    resources: Mapping[str, int]
    is_shared: bool = False
    #: Tenant, recording and preset of what can wait for everything else.
    late: frozenset[tuple[str, str, str]] = frozenset()
    pid: int = field(default_factory=os.getpid)
    #: Whether a bucket is asked in a process apart, as that of each task does.
    is_apart: bool = False
    #: What each task uses up, found out once: Luigi asks before and after.
    used: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_planning(self) -> bool:
        """Tell whether this is the process that plans: what it plans is not done yet.

        Only the processes of tasks look, where it matters and takes nobody else's time.
        """
        return os.getpid() == self.pid

    def step(self, tenant: str, recording: str, stage: Stage, preset: str) -> Step | None:
        """Return the planned step, or None where the plan has none."""
        for step in self.changes[tenant, recording].steps:
            if step.stage is stage and (step.preset or "") == preset:
                return step
        return None


_board: list[Board] = []


def use(board: Board) -> None:
    """Make ``board`` the one that all tasks of this process and its forks work with."""
    _board[:] = [board]


def _session_of(tenant: str) -> Session:
    """Return what this process works with; that of a task gives up the bucket's keys first."""
    board = _board[0]
    if not board.is_planning and not board.is_apart:
        board = replace(board, session=bucket_apart(board.session, tenant), is_apart=True)
        use(board)
    return board.session


class StageTask(Task):
    """One stage of one recording. ``rev`` is the beginning of the target's key."""

    task_namespace = "leap"
    stage: ClassVar[Stage]
    #: What happens now, in words for Luigi's pages, until the stage says more.
    doing: ClassVar[str]

    tenant = Parameter()
    recording = Parameter()
    rev = Parameter()

    @property
    def preset_name(self) -> str:
        return ""

    @property
    def step(self) -> Step:
        step = _board[0].step(self.tenant, self.recording, self.stage, self.preset_name)
        if step is None:
            message = f"{self.task_id} is not in the plan"
            raise LookupError(message)
        return step

    @property
    def resources(self) -> dict[str, int]:  # type: ignore[override]
        """What the step uses up while it runs, of what the operator limits."""
        board = _board[0]
        if self.task_id not in board.used:
            board.used[self.task_id] = self.job.resources
        return {name: 1 for name in board.used[self.task_id] if name in board.resources}

    @property
    def priority(self) -> int:  # type: ignore[override]
        # What is nearly finished goes first, so that lectures appear one by one;
        # what people see already goes last.
        late = (self.tenant, self.recording, self.preset_name) in _board[0].late
        return list(Stage).index(self.stage) - (len(Stage) if late else 0)

    @property
    def job(self) -> Job:
        session, board = _session_of(self.tenant), _board[0]
        here = self.tenant, self.recording
        return Job(session, board.changes[here], board.rows[here], self.step, self._progress())

    def _progress(self) -> Progress:
        board = _board[0]
        show = board.feed.progress(self.task_id)
        if not board.is_shared:
            return show
        tell_luigi = teller(self, self.stage, self.doing)

        def report(share: float | None, message: str = "") -> None:
            show(share, message)
            tell_luigi(share, message)

        return report

    def requires(self) -> list[Task]:
        """The inputs that are still to be made; those that stand are no tasks at all."""
        return [
            task
            for stage in self.step.inputs
            if (task := _task(self.tenant, self.recording, stage)) is not None
        ]

    def complete(self) -> bool:
        """Planned work is not done; after the work, the manifest is asked."""
        if _board[0].is_planning:
            return False
        store = _session_of(self.tenant).store
        manifest = store.read(TargetName(self.tenant, self.recording, self.stage, self.step.key))
        return manifest is not None and store.is_present(manifest)

    def run(self) -> None:
        board = _board[0]
        with keys_apart(self.job) as job:
            self._perform(board, job)

    def _perform(self, board: Board, job: Job) -> None:
        board.feed.started(self.task_id, job)
        try:
            job.progress(None)
            perform(job)
        except StepHeld as error:
            board.feed.held(self.task_id, str(error))
            raise
        except StepFailed as error:
            board.feed.failed(self.task_id, str(error))
            raise
        board.feed.done(self.task_id)

    def on_failure(self, exception: BaseException) -> str:
        """Return one safe line: Luigi's own answer would serve the whole traceback."""
        return failure(exception, _board[0].rows[self.tenant, self.recording])


class Download(StageTask):
    """Bring the recording from its source."""

    stage = Stage.DOWNLOAD
    doing = "bringing the recording from its source"


class Trim(StageTask):
    """Cut silence, and take the sound out for the transcriber."""

    stage = Stage.TRIM
    doing = "looking for silence"


class Transcribe(StageTask):
    """Turn speech into words with times."""

    stage = Stage.TRANSCRIBE
    doing = "turning speech into words"


class Topics(StageTask):
    """Divide the lecture into chapters."""

    stage = Stage.TOPICS
    doing = "dividing the lecture into chapters"


class Subtitles(StageTask):
    """Turn words into caption files."""

    stage = Stage.SUBTITLES
    doing = "turning words into captions"


class Publish(StageTask):
    """One publication; complete when the ledger's applied digests are the wanted ones."""

    stage = Stage.PUBLISH
    doing = "publishing"

    preset = Parameter()

    @property
    def preset_name(self) -> str:
        return str(self.preset)

    def run(self) -> None:
        """Publish, and leave the way to the page in Luigi's."""
        super().run()
        if _board[0].is_shared and (page := address(self.job)):
            tell(self, page=page)

    def complete(self) -> bool:
        board = _board[0]
        if board.is_planning:
            return False
        fact = board.session.ledger.publication(self.tenant, self.recording, self.preset_name)
        if self.step.withdraws:
            return fact is None or fact.state == "withdrawn"
        return fact is not None and fact.is_complete(self.job.wanted)


class Discard(StageTask):
    """Put the recording into its source's trash, after everything else."""

    stage = Stage.DISCARD
    doing = "putting the recording into its source's trash"

    def requires(self) -> list[Task]:
        """All that is to be done: nothing may need the source's recording any more."""
        change = _board[0].changes[self.tenant, self.recording]
        return [_of_step(change, step) for step in change.steps if step.stage is not self.stage]

    def complete(self) -> bool:
        board = _board[0]
        return not board.is_planning and is_discarded(self.job)


_CLASSES: Mapping[Stage, type[StageTask]] = {
    task.stage: task for task in (Download, Trim, Transcribe, Topics, Subtitles, Publish, Discard)
}


class Recording(Task):
    """Everything that is to be done for one recording: the root that people look for."""

    task_namespace = "leap"

    tenant = Parameter()
    recording = Parameter()
    rev = Parameter()

    def requires(self) -> list[Task]:
        """What nothing else takes in; the rest is behind it, and the picture stays clear."""
        change = _board[0].changes[self.tenant, self.recording]
        last = [step for step in change.steps if step.stage is Stage.DISCARD]
        if last:
            return [_of_step(change, step) for step in last]
        taken = {stage for step in change.steps for stage in step.inputs}
        return [_of_step(change, step) for step in change.steps if step.stage not in taken]

    def complete(self) -> bool:
        if _board[0].is_planning:
            return False
        return all(task.complete() for task in self.requires())  # type: ignore[no-untyped-call]

    def run(self) -> None:
        """Nothing of its own: its stages are the work."""

    def on_failure(self, exception: BaseException) -> str:
        return failure(exception)


def roots(changes: Iterable[Change]) -> list[Recording]:
    """Return one root task per planned recording."""
    return [
        Recording(  # type: ignore[no-untyped-call]
            tenant=change.tenant,
            recording=change.recording,
            rev=change.steps[-1].key[:REV_LENGTH],
        )
        for change in changes
    ]


def pages(work: Sequence[Change], central: Central) -> list[str]:
    """Return where to watch ``work``: the graphs of a few recordings, or the list of many."""
    if len(work) > _FEW:
        return [central.list_page("leap.Recording")]
    return [central.graph_page(root.task_id) for root in roots(work)]


def _task(tenant: str, recording: str, stage: Stage) -> Task | None:
    step = _board[0].step(tenant, recording, stage, "")
    return _of_step(_board[0].changes[tenant, recording], step) if step else None


def _of_step(change: Change, step: Step) -> Task:
    arguments = {
        "tenant": change.tenant,
        "recording": change.recording,
        "rev": step.key[:REV_LENGTH],
    }
    if step.preset is not None:
        arguments["preset"] = step.preset
    return _CLASSES[step.stage](**arguments)
