"""Progress on a terminal: one bar per stage under way, lines for those that ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Column
from rich.text import Text

from leap.render.display import Work

#: Bars are redrawn at most this often, in seconds.
_FRAME = 0.1


class Bars:
    """Shows work as bars that are redrawn in place (``leap.render.display.Display``)."""

    def __init__(
        self, stream: TextIO, total: int | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._drawn_at = float("-inf")
        self._console = Console(file=stream, force_terminal=True, highlight=False, markup=False)
        # No refreshing thread and no redirected streams: the thread could hold a
        # lock at the moment of a fork, and a child would inherit the redirection.
        self._bars = Progress(
            TextColumn(
                "{task.description}", markup=False, table_column=Column(no_wrap=True, ratio=3)
            ),
            # What is being said matters more than the end of a long title.
            TextColumn(
                "{task.fields[message]}",
                markup=False,
                table_column=Column(no_wrap=True, max_width=self._console.width // 3 + 2),
            ),
            BarColumn(bar_width=None, table_column=Column(ratio=1)),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            console=self._console,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
            transient=True,
            expand=True,
            get_time=clock,
        )
        self._tasks: dict[str, TaskID] = {}
        self._all = self._bars.add_task("all stages", total=total, message="") if total else None
        self._bars.start()

    def started(self, work: Work) -> None:
        self._tasks[work.id] = self._bars.add_task(_name(work), total=None, message="")
        self._draw()

    def progress(self, work: Work, share: float | None, message: str) -> None:
        total = None if share is None else 1.0
        self._bars.update(
            self._tasks[work.id], message=message, total=total, completed=share or 0.0
        )
        self.refresh()

    def ended(self, work: Work, words: str, colour: str) -> None:
        self._bars.remove_task(self._tasks.pop(work.id))
        if self._all is not None:
            self._bars.advance(self._all)
        line = Text(f"{work.recording}: {work.stage}: ").append(words, style=colour)
        self._console.print(line, soft_wrap=True)
        self._draw()

    def refresh(self) -> None:
        if self._clock() - self._drawn_at >= _FRAME:
            self._draw()

    def close(self) -> None:
        self._bars.stop()

    def _draw(self) -> None:
        self._drawn_at = self._clock()
        self._bars.refresh()


def _name(work: Work) -> str:
    return f"{work.stage}  {work.recording}"
