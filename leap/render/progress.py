"""What is being done right now: bars on a terminal, plain lines elsewhere.

The reporter belongs to one process and starts no thread: whoever feeds it
refreshes it. Work in a forked child takes none of its locks and shares none of
its buffers, so that a fork at any moment is harmless. A child sends events
through a pipe instead, as dictionaries for ``Reporter.feed``:

    {"event": "started", "id", "tenant", "title", "stage", "preset"?}
    {"event": "progress", "id", "share", "message"?}
    {"event": "done", "id", "seconds"}
    {"event": "failed", "id", "reason"}
    {"event": "held", "id", "reason"}
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self, TextIO

from leap.render.display import Display, Work
from leap.render.terminal import clean, duration, paint_for


class Reporter:
    """Shows the progress of stages; thread-safe, and a context manager.

    Args:
        stream: where to write; stderr if not given.
        live: bars instead of lines; by default where ``stream`` is a terminal.
        total: how many stages there are to do, where that is known.
        clock: seconds that only grow.
    """

    def __init__(
        self,
        stream: TextIO | None = None,
        *,
        live: bool | None = None,
        total: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._stream = _own_copy(stream if stream is not None else sys.stderr)
        self._lock = threading.Lock()
        self._work: dict[str, Work] = {}
        self._begun = 0
        self._ended = 0
        self._total = total
        self._display = _display(self._stream, live=live, total=total, clock=clock)

    def feed(self, event: Mapping[str, Any]) -> None:
        """Show an event from another process; one of an unknown kind is ignored."""
        kind, run = event.get("event"), str(event.get("id", ""))
        if kind == "started":
            title, preset = event.get("title", ""), event.get("preset")
            self.stage_started(title, event.get("tenant", ""), event.get("stage", ""), preset, run)
        elif kind == "progress":
            self.stage_progress(run, event.get("share"), event.get("message", ""))
        elif kind == "done":
            self.stage_done(run, event.get("seconds"))
        elif kind == "failed":
            self.stage_failed(run, event.get("reason", ""))
        elif kind == "held":
            self.stage_held(run, event.get("reason", ""))

    def stage_started(
        self, title: str, tenant: str, stage: str, preset: str | None = None, run: str = ""
    ) -> str:
        """Show that a stage began; return the id by which this run of it goes from now on."""
        with self._shown() as display:
            self._begun += 1
            run = run or str(self._begun)
            recording = f"{clean(tenant)} · {clean(title) or '(no title)'}"
            place = f"{stage} to {preset}" if preset else str(stage)
            work = Work(run, recording, place, self._clock())
            self._work[run] = work
            display.started(work)
        return run

    def stage_progress(self, run: str, share: float | None, message: str = "") -> None:
        """Show how far a stage is; ``share`` is 0..1, or None where it is unknown."""
        with self._shown() as display:
            work = self._work.get(run)
            if work is not None:
                known = None if share is None else min(max(share, 0.0), 1.0)
                display.progress(work, known, clean(message))

    def stage_done(self, run: str, seconds: float | None = None) -> None:
        """Show that a stage is finished; ``seconds`` are counted here if not given."""
        work = self._work.get(run)
        if seconds is None and work is not None:
            seconds = self._clock() - work.started_at
        self._end(run, f"done in {duration(seconds or 0.0)}", "green")

    def stage_failed(self, run: str, reason: str) -> None:
        """Show that a stage failed, and why."""
        self._end(run, f"failed: {clean(reason)}", "red")

    def stage_held(self, run: str, reason: str) -> None:
        """Show that a stage waits; ``reason`` begins with what it waits for."""
        self._end(run, clean(reason), "yellow")

    def refresh(self) -> None:
        """Redraw, so that clocks go on while no event comes; cheap, call it when idle."""
        with self._shown() as display:
            display.refresh()

    def close(self) -> None:
        """Take the bars away; what is reported later is not shown."""
        with self._shown() as display:
            self._display = Silence()
            display.close()
        if isinstance(self._stream, _OwnCopy):
            with contextlib.suppress(OSError):
                self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _end(self, run: str, words: str, colour: str) -> None:
        with self._shown() as display:
            work = self._work.pop(run, None)
            if work is not None:
                self._ended += 1
                if self._total:
                    words += f" ({self._ended} of {self._total})"
                display.ended(work, words, colour)

    @contextlib.contextmanager
    def _shown(self) -> Iterator[Display]:
        # Work goes on when nobody reads about it any more (a closed pipe, a full disk).
        with self._lock, contextlib.suppress(OSError):
            yield self._display


class Silence:
    """Shows nothing (``Display``)."""

    def started(self, work: Work) -> None: ...

    def progress(self, work: Work, share: float | None, message: str) -> None: ...

    def ended(self, work: Work, words: str, colour: str) -> None: ...

    def refresh(self) -> None: ...

    def close(self) -> None: ...


def _display(
    stream: TextIO, *, live: bool | None, total: int | None, clock: Callable[[], float]
) -> Display:
    from leap.render.lines import Lines

    if live is None:
        live = stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"
    if not live:
        return Lines(stream, paint_for(stream), clock)
    from leap.render.bars import Bars

    return Bars(stream, total, clock)


class _OwnCopy(io.TextIOWrapper):
    """A stream of our own onto what another stream writes to."""


def _own_copy(stream: TextIO | None) -> TextIO:
    """Return a stream onto the same file as ``stream``, or ``stream`` if it has none.

    A fork in the middle of a write would leave the child with a locked
    ``sys.stderr``; a stream that no child uses may stay locked.
    https://github.com/python/cpython/issues/84579
    """
    try:
        descriptor = os.dup(stream.fileno()) if stream else os.open(os.devnull, os.O_WRONLY)
    except (OSError, ValueError):
        return stream or io.StringIO()
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return _OwnCopy(os.fdopen(descriptor, "wb"), encoding=encoding, errors="backslashreplace")
