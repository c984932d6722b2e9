"""The one module that imports Luigi (pinned below 4: its worker is private API).

Everything here is behaviour that was measured on Luigi 3.8; each workaround
says what it is for. The rest of LEAP sees ``Task``, ``Parameter`` and ``run``.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import FrameType, TracebackType
from typing import Any

import luigi
from luigi import configuration

from leap.tasks.processes import die_with_parent

Task = luigi.Task
Parameter = luigi.Parameter

#: Luigi's worker stops asking for work when it gets this signal.
_PHASE_OUT = signal.SIGUSR1

#: How long a stopped stage has to put its things away before it is killed.
_GRACE_SECONDS = 10.0


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
) -> bool:
    """Carry out ``tasks`` and what they require, in processes of their own.

    Returns False if the run was interrupted. Whether the work succeeded is
    the ledger's to say: Luigi's summary is wrong where two runners meet.
    """
    _configure(resources)
    _log_to(log)
    with _graceful_stop() as stopped:
        luigi.build(  # type: ignore[no-untyped-call]
            list(tasks),
            local_scheduler=True,
            workers=max(1, workers),
            detailed_summary=True,
            no_lock=True,
        )
    return not stopped.is_set()


def _configure(resources: Mapping[str, int]) -> None:
    """Set Luigi up as measured; an undefined resource would silently count 1."""
    config = configuration.get_config()  # type: ignore[no-untyped-call]
    sections = {
        "core": {"no_configure_logging": "true"},
        "worker": {
            "check_complete_on_run": "true",
            "force_multiprocessing": "true",
            "send_failure_email": "false",
            "no_install_shutdown_handler": "false",
            "ping_interval": "5",
            "wait_interval": "0.1",
            "wait_jitter": "0",
            "task_process_context": f"{__name__}.{TaskProcessContext.__name__}",
        },
        "scheduler": {"send_messages": "false", "retry_count": "1"},
        "resources": {name: str(count) for name, count in resources.items()},
    }
    for section, options in sections.items():
        for option, value in options.items():
            config.set(section, option, value)


def _log_to(handler: logging.Handler) -> None:
    for name in ("luigi", "luigi-interface", "luigi.scheduler"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(logging.INFO)


@contextmanager
def _graceful_stop() -> Iterator[threading.Event]:
    """Turn SIGINT and SIGTERM into: no new work, stop what runs, kill what stays."""
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        if stopped.is_set():
            _kill_children()
            return
        stopped.set()
        os.kill(os.getpid(), _PHASE_OUT)
        for child in multiprocessing.active_children():
            with suppress(ProcessLookupError):
                os.kill(child.pid or 0, signal.SIGTERM)
        timer = threading.Timer(_GRACE_SECONDS, _kill_children)
        timer.daemon = True
        timer.start()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _kill_children() -> None:
    for child in multiprocessing.active_children():
        child.kill()
