"""What running tasks tell the process that shows it: small JSON lines through a pipe.

Tasks run in forked processes. A pipe is the one channel that survives the
fork without a lock: lines shorter than PIPE_BUF are written whole.
https://man7.org/linux/man-pages/man7/pipe.7.html
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from leap.domain.ports import Progress
from leap.tasks.job import Job

_PIPE_BUF = 4096
_LONGEST_TEXT = 300
_SECONDS_BETWEEN = 0.2
_SECONDS_IDLE = 0.5


@dataclass(frozen=True, slots=True)
class Feed:
    """The writing end of the pipe."""

    handle: int

    def started(self, task: str, job: Job) -> None:
        self._send(
            event="started",
            id=task,
            tenant=job.tenant,
            title=job.row.title,
            stage=job.step.stage.value,
            preset=job.step.preset,
        )

    def progress(self, task: str) -> Progress:
        """Return a receiver of progress that passes at most five a second on."""
        last = 0.0

        def report(share: float | None, message: str = "") -> None:
            nonlocal last
            now = time.monotonic()
            if now - last >= _SECONDS_BETWEEN:
                last = now
                self._send(event="progress", id=task, share=share, message=message)

        return report

    def done(self, task: str) -> None:
        self._send(event="done", id=task)

    def failed(self, task: str, reason: str) -> None:
        self._send(event="failed", id=task, reason=reason)

    def held(self, task: str, reason: str) -> None:
        self._send(event="held", id=task, reason=reason)

    def _send(self, **event: Any) -> None:
        short = {
            name: value[:_LONGEST_TEXT] if isinstance(value, str) else value
            for name, value in event.items()
        }
        line = json.dumps(short).encode() + b"\n"
        if len(line) <= _PIPE_BUF:
            with contextlib.suppress(BrokenPipeError):
                os.write(self.handle, line)


@contextlib.contextmanager
def feeding(receive: Callable[[dict[str, Any]], None], idle: Callable[[], None]) -> Iterator[Feed]:
    """Give a feed whose events reach ``receive`` on one thread of this process.

    ``idle`` is called on the same thread now and then, so that clocks go on.
    """
    reading, writing = os.pipe()
    thread = threading.Thread(
        target=_read, args=(reading, receive, idle), name="leap-events", daemon=True
    )
    thread.start()
    try:
        yield Feed(writing)
    finally:
        os.close(writing)
        thread.join(timeout=5)


def _read(handle: int, receive: Callable[[dict[str, Any]], None], idle: Callable[[], None]) -> None:
    rest = b""
    with selectors.DefaultSelector() as selector, os.fdopen(handle, "rb", buffering=0) as pipe:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            if not selector.select(_SECONDS_IDLE):
                idle()
                continue
            chunk = pipe.read(1 << 16)
            if not chunk:
                return
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                receive(json.loads(line))
