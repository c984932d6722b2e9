"""Progress where nothing can be redrawn (a log, CI): few plain lines."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

from leap.render.display import Work
from leap.render.terminal import Paint, cut, plain

#: A plain line follows another of the same stage after this share of the work …
_SHARE = 0.1
#: … and not sooner than this many seconds; a log shall not drown in percents.
_QUIET = 5.0
#: Where no share is known, a line this often says that the work is alive.
_HEARTBEAT = 30.0
#: What is being said right now is a sign of life, not a text to read.
_LONGEST = 50


class Lines:
    """One line when a stage starts, a few while it runs, one when it ends.

    Implements ``leap.render.display.Display``.
    """

    def __init__(
        self, stream: TextIO, paint: Paint = plain, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        self._paint = paint
        self._clock = clock

    def started(self, work: Work) -> None:
        work.said_at = work.started_at
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
            words = f"{share * 100:.0f} %" + (f", {cut(message, _LONGEST)}" if message else "")
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
