"""What is being done right now: bars on a terminal, plain lines elsewhere.

The reporter belongs to one process and starts no thread: whoever feeds it
refreshes it. Work in a forked child takes none of its locks and shares none of
its buffers, so that a fork at any moment is harmless. A child sends events
through a pipe instead, as dictionaries for ``Reporter.feed``:

    {"event": "started", "id", "tenant", "title", "stage", "preset"?}
    {"event": "progress", "id", "share", "message"?}
    {"event": "done", "id", "seconds"}
    {"event": "failed", "id", "reason"}
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self, TextIO

from leap.render.terminal import Paint, clean, duration, paint_for, plain

#: A plain line follows another of the same stage after this share of the work …
_SHARE = 0.1
#: … and not sooner than this many seconds; a log shall not drown in percents.
_QUIET = 5.0
#: Where no share is known, a line this often says that the work is alive.
_HEARTBEAT = 30.0


@dataclass(slots=True)
class Work:
    """One stage of one recording, under way; ``said_*`` is when it was last spoken of."""

    id: str
    recording: str
    stage: str
    said_share: float = 0.0
    said_at: float = 0.0


class Display(Protocol):
    """How work is shown. Calls never overlap."""

    def started(self, work: Work) -> None: ...

    def progress(self, work: Work, share: float | None, message: str) -> None: ...

    def ended(self, work: Work, words: str, colour: str) -> None: ...

    def refresh(self) -> None: ...

    def close(self) -> None: ...


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
        self._own = _private_stderr() if stream is None else None
        self._lock = threading.Lock()
        self._work: dict[str, Work] = {}
        self._begun = 0
        self._ended = 0
        self._total = total
        self._display = _display(
            stream or self._own or sys.stderr, live=live, total=total, clock=clock
        )

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

    def stage_started(
        self, title: str, tenant: str, stage: str, preset: str | None = None, run: str = ""
    ) -> str:
        """Show that a stage began; return the id by which this run of it goes from now on."""
        with self._shown() as display:
            self._begun += 1
            run = run or str(self._begun)
            recording = f"{clean(tenant)} · {clean(title) or '(no title)'}"
            work = Work(run, recording, f"{stage} to {preset}" if preset else str(stage))
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
        """Show that a stage is finished."""
        words = "done" if seconds is None else f"done in {duration(seconds)}"
        self._end(run, words, "green")

    def stage_failed(self, run: str, reason: str) -> None:
        """Show that a stage failed, and why."""
        self._end(run, f"failed: {clean(reason)}", "red")

    def refresh(self) -> None:
        """Redraw, so that clocks go on while no event comes; cheap, call it when idle."""
        with self._shown() as display:
            display.refresh()

    def close(self) -> None:
        """Take the bars away and leave the cursor below the last line."""
        with self._shown() as display:
            display.close()
        if self._own is not None:
            with contextlib.suppress(OSError):
                self._own.close()

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


class Lines:
    """One line when a stage starts, a few while it runs, one when it ends."""

    def __init__(
        self, stream: TextIO, paint: Paint = plain, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        self._paint = paint
        self._clock = clock

    def started(self, work: Work) -> None:
        work.said_at = self._clock()
        self._say(work, "started")

    def progress(self, work: Work, share: float | None, message: str) -> None:
        quiet = self._clock() - work.said_at
        if share is None:
            if quiet < _HEARTBEAT:
                return
            words = message or "at work"
        else:
            if quiet < _QUIET or share - work.said_share < _SHARE:
                return
            work.said_share = share
            words = f"{share * 100:.0f} %" + (f", {message}" if message else "")
        work.said_at = self._clock()
        self._say(work, words)

    def ended(self, work: Work, words: str, colour: str) -> None:
        self._say(work, self._paint(words, colour))

    def refresh(self) -> None:
        """Lines stand as they are."""

    def close(self) -> None:
        """Nothing is left to take away."""

    def _say(self, work: Work, words: str) -> None:
        self._stream.write(f"{work.recording}: {work.stage}: {words}\n")
        self._stream.flush()


def _display(
    stream: TextIO, *, live: bool | None, total: int | None, clock: Callable[[], float]
) -> Display:
    if live is None:
        live = stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"
    if not live:
        return Lines(stream, paint_for(stream), clock)
    from leap.render.bars import Bars

    return Bars(stream, total, clock)


def _private_stderr() -> TextIO:
    """Return a stream of our own onto stderr.

    Were it ``sys.stderr``, a fork in the middle of a write would leave the
    child with a locked one. https://github.com/python/cpython/issues/50970
    """
    try:
        descriptor = os.dup(2)
    except OSError:  # stderr is closed
        descriptor = os.open(os.devnull, os.O_WRONLY)
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    return os.fdopen(descriptor, "w", encoding=encoding, errors="backslashreplace")
