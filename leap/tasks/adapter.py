"""The one module that imports Luigi (pinned below 4: its worker is private API).

Everything here is behaviour that was measured on Luigi 3.8; each workaround
says what it is for. The rest of LEAP sees ``Task``, ``Parameter`` and ``run``,
and ``leap.tasks.scheduler`` what a central scheduler is made of.
"""

from __future__ import annotations

import datetime as dt
import enum
import json
import logging
import os
import signal
import threading
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType, MappingProxyType, TracebackType
from typing import Any

# Luigi reads these when it is imported: it would take settings from files of others.
for _name in ("LUIGI_CONFIG_PATH", "LUIGI_CONFIG_PARSER"):
    os.environ.pop(_name, None)

with warnings.catch_warnings():
    # It complains of a setting that is missing in a file that it must not read.
    warnings.simplefilter("ignore", DeprecationWarning)
    import luigi
from luigi import configuration, rpc  # noqa: E402
from luigi.scheduler import Scheduler  # noqa: E402
from luigi.worker import Worker  # noqa: E402

from leap.tasks.calls import ANSWER_SECONDS, Fetcher  # noqa: E402
from leap.tasks.central import Central, runner_name  # noqa: E402
from leap.tasks.processes import die_with_parent  # noqa: E402
from leap.tasks.stopping import Alarm, alarm_after, graceful_stop  # noqa: E402
from leap.tasks.timelimit import TimeLimit  # noqa: E402

#: The folder of Luigi's pages.
PAGES = Path(luigi.__file__).parent / "static" / "visualiser"

Task = luigi.Task
Parameter = luigi.Parameter

_log = logging.getLogger(__name__)

#: How often a scheduler that does not answer is asked, and after how many seconds again.
_ATTEMPTS, _PAUSE_SECONDS = 6, 5.0

#: How long a runner waits for work of its own while other runners are busy with it.
_PATIENCE = dt.timedelta(hours=6)

#: The same for the scheduler in the process and for a central one. A failed
#: task stays FAILED until a run asks for it again: what is tried again, and
#: when, is the plan's to say, and DISABLED would outlast the fault.
_SCHEDULER = MappingProxyType(
    {
        "retry_delay": 365 * 24 * 3600.0,
        "record_task_history": False,
        "send_messages": False,
        "prune_on_get_work": False,
    }
)
#: What a central scheduler keeps besides: a runner is given up before its
#: leases end, and what it did can be looked at for a day. What was just done is
#: not done again because a runner that planned before says so.
_CENTRAL = MappingProxyType(
    {
        "worker_disconnect_delay": 30.0,
        "remove_delay": 24 * 3600.0,
        "stable_done_cooldown_secs": 60,
        "pause_enabled": True,
    }
)


class Ending(enum.Enum):
    """Why ``run`` came back; whether the work succeeded is the ledger's to say."""

    FINISHED = "nothing is left that it could do"
    INTERRUPTED = "it was asked to stop"
    OUT_OF_TIME = "its time was over"
    LOST = "the central scheduler went away"


class TaskProcessContext:
    """Wraps every task's process: it dies with its parent and stops when told to.

    Luigi leaves a task's process running when the worker is killed, and then
    the work would be done twice at once.
    """

    def __init__(self, process: Any) -> None:
        self._process = process
        self._parent = process._parent_pid  # noqa: SLF001 -- there is no public name for it

    def __enter__(self) -> None:
        if not self._process.use_multiprocessing:
            return
        die_with_parent(self._parent)
        # Ctrl-C reaches the whole process group; only the parent decides.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, _stop_working)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...


def _stop_working(_signal: int, _frame: FrameType | None) -> None:
    # Unwinds the stage, so that it puts its things away. Luigi would let a
    # KeyboardInterrupt escape with a traceback, and takes this for a failure.
    raise SystemExit(1)


def run(
    tasks: Sequence[luigi.Task],
    *,
    workers: int,
    resources: Mapping[str, int],
    log: logging.Handler,
    central: Central | None = None,
    limit: TimeLimit | None = None,
) -> Ending:
    """Carry out ``tasks`` and what they require, in processes of their own.

    With ``central`` the work is shared with every runner that joined that
    scheduler, whose limits hold instead of ``resources``. A central scheduler
    that goes away ends the run once what is being worked on is done. So does
    the time ``limit``.
    """
    _seal()
    _log_to(log)
    with graceful_stop() as stopped, alarm_after(limit) as alarm:
        remote = _Remote(central, stopped) if central else None
        scheduler: Any = remote
        if scheduler is None:
            scheduler = _InProcess(resources=dict(resources), **_SCHEDULER)  # type: ignore[no-untyped-call]
        luigi.build(  # type: ignore[no-untyped-call]
            list(tasks),
            worker_scheduler_factory=_Factory(scheduler, alarm),
            local_scheduler=True,
            workers=max(1, workers),
            no_lock=True,
        )
    if stopped.is_set():
        return Ending.INTERRUPTED
    if alarm.rang:
        return Ending.OUT_OF_TIME
    return Ending.LOST if remote and remote.lost else Ending.FINISHED


def central_scheduler(state_path: str, resources: Mapping[str, int]) -> Any:
    """Return the scheduler of a ``luigid``, with what ``state_path`` holds of an earlier one."""
    _seal()
    options = {**_SCHEDULER, **_CENTRAL}
    scheduler: Any = Scheduler(  # type: ignore[no-untyped-call]
        resources=dict(resources), state_path=state_path, **options
    )
    scheduler.load()
    return scheduler


def web_application(scheduler: Any) -> Any:
    """Return Luigi's own Tornado application: its pages and what its workers call."""
    from luigi import server

    return server.app(scheduler)  # type: ignore[no-untyped-call]


def tell(task: Any, *, words: str = "", percent: int | None = None, page: str = "") -> None:
    """Have Luigi's pages show what a running task does, how far it is, and where to look."""
    if words:
        task.set_status_message(words)
    if percent is not None:
        task.set_progress_percentage(percent)
    if page:
        task.set_tracking_url(page)


def _seal() -> None:
    """Make Luigi forget what it read from files of the machine or the folder when imported.

    What LEAP sets it gives as arguments; this is all the rest.
    """
    configuration.LuigiConfigParser._config_paths = []  # noqa: SLF001 -- nothing public reads none
    config = configuration.get_config()  # type: ignore[no-untyped-call]
    config.clear()
    config.defaults().clear()
    config.read_dict({"core": {"no_configure_logging": "true"}})


class _Factory:
    """Hands Luigi the scheduler and the worker that LEAP set up."""

    def __init__(self, scheduler: Any, alarm: Alarm) -> None:
        self._scheduler, self._alarm = scheduler, alarm

    def create_local_scheduler(self) -> Any:
        return self._scheduler

    def create_worker(
        self, scheduler: Any, worker_processes: int, *, assistant: bool = False
    ) -> Worker:
        shared = isinstance(scheduler, _Remote)
        worker = Worker(  # type: ignore[no-untyped-call]
            scheduler=scheduler,
            worker_id=runner_name(),
            worker_processes=worker_processes,
            assistant=assistant,
            check_complete_on_run=True,
            # In this process what is done was seen to be done, moments ago.
            check_unfulfilled_deps=shared,
            force_multiprocessing=True,
            send_failure_email=False,
            ping_interval=5.0,
            # A task that ends is noticed at once; this is for one that died.
            wait_interval=0.5,
            wait_jitter=0.5 if shared else 0.0,
            keep_alive=shared,
            max_keep_alive_idle_duration=_PATIENCE,
            task_process_context=f"{__name__}.{TaskProcessContext.__name__}",
        )
        self._alarm.start()
        return worker


class _InProcess(Scheduler):
    """The scheduler of one runner, which need not know what others are waiting for.

    Luigi looks at everything that is pending, and at what it depends on, each
    time that it gives out one task, only to tell whether to wait for other
    runners: three quarters of the work of a scheduler with 1,000 tasks.
    """

    def count_pending(self, worker: str) -> dict[str, Any]:
        state = self._state.get_worker(worker).state  # type: ignore[no-untyped-call]
        return {
            "n_pending_tasks": 0,
            "n_unique_pending": 0,
            "running_tasks": [],
            "worker_state": state,
        }


class _Remote(rpc.RemoteScheduler):
    """A central scheduler: it may go away, and what it says is not believed blindly.

    Where it stays away, ``lost`` becomes true and it answers from then on that
    there is nothing to do; what is being worked on is finished in peace.
    """

    def __init__(self, central: Central, stopped: threading.Event) -> None:
        super().__init__(central.url, connect_timeout=ANSWER_SECONDS)  # type: ignore[no-untyped-call]
        self._fetcher: Any = Fetcher(central)
        self._stopped = stopped
        self._process = os.getpid()
        self._ours: set[str] = set()
        self.lost = False

    def add_task(self, **task: Any) -> Any:
        self._ours.add(task["task_id"])
        return super().add_task(**task)  # type: ignore[misc]

    def get_work(self, **asked: Any) -> dict[str, Any]:
        """Return what to do next; only tasks of this run are ever taken.

        Luigi would import the module and build the task that the scheduler
        names, whatever it is. And it would wait for tasks that nothing but a
        failed one keeps from running.
        """
        answer = super().get_work(**asked) or {}  # type: ignore[misc]
        task = answer.get("task_id")
        if task is not None and task not in self._ours:
            _log.error("left a scheduler that named a task not of this run: %.200r", task)
            self.lost, task = True, None
        running = answer.get("running_tasks") or []
        return {
            "task_id": task,
            "running_tasks": running,
            "n_pending_tasks": int(bool(task or running or self._something_may_come())),
            "n_unique_pending": 0,
            "worker_state": answer.get("worker_state", "active"),
        }

    def _something_may_come(self) -> bool:
        """Tell whether a task of ours waits for something else than a failed one."""
        pending = self._ours & self._listed("PENDING", "")
        for why in ("UPSTREAM_FAILED", "UPSTREAM_DISABLED"):
            if pending:
                pending -= self._listed("PENDING", why)
        return bool(pending)

    def _listed(self, status: str, upstream: str) -> set[str]:
        found = self.task_list(  # type: ignore[attr-defined]
            status=status, upstream_status=upstream, limit=False
        )
        return set(found or ())

    def _request(
        self,
        url: str,
        data: Any,
        attempts: int = 1,
        allow_null: bool = True,  # noqa: FBT001, FBT002 -- Luigi's
    ) -> Any:
        """Return the answer, or None where there is none."""
        if self.lost:
            return None
        body = {"data": json.dumps(data)}
        # Pings, and tasks that tell how far they are, can do without an answer.
        in_main = threading.current_thread() is threading.main_thread()
        needed = in_main and os.getpid() == self._process
        for attempt in range(_ATTEMPTS if needed else 1):
            if attempt and self._stopped.wait(_PAUSE_SECONDS):
                break
            try:
                page = self._fetcher.fetch(self._url + url, body, self._connect_timeout)
                return json.loads(page)["response"]
            except (*self._fetcher.raises, ValueError, KeyError, TypeError) as error:
                _log.warning("%s: %s", url, type(error).__name__)
        self.lost = in_main
        return None


def _log_to(handler: logging.Handler) -> None:
    for name in ("luigi", "luigi-interface", "luigi.scheduler"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(logging.INFO)
