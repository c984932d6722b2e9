"""Progress: bars where they can be redrawn, few lines where they cannot."""

from __future__ import annotations

import io
import multiprocessing
import os
import re
import threading
from pathlib import Path

import click
import pytest

from leap.render.progress import Reporter


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_stage_takes_few_lines() -> None:
    """One line at the start and one at the end; between, at most one per tenth and 5 s."""
    stream, clock = io.StringIO(), Clock()
    reporter = Reporter(stream, clock=clock)

    run = reporter.stage_started("Gradient descent", "demo", "trim")
    for percent in range(100):
        clock.now = percent / 5
        reporter.stage_progress(run, percent / 100, "reading")
    reporter.stage_done(run)

    assert stream.getvalue().splitlines() == [
        "demo · Gradient descent: trim: started",
        "demo · Gradient descent: trim: 25 %, reading",
        "demo · Gradient descent: trim: 50 %, reading",
        "demo · Gradient descent: trim: 75 %, reading",
        "demo · Gradient descent: trim: done in 20 s",
    ]


def test_work_of_unknown_length_gives_a_sign_of_life() -> None:
    """Without a share, a line every half minute says that the work goes on."""
    stream, clock = io.StringIO(), Clock()
    reporter = Reporter(stream, clock=clock)

    run = reporter.stage_started("Talk", "demo", "transcribe")
    for second in range(65):
        clock.now = float(second)
        reporter.stage_progress(run, None)

    assert stream.getvalue().splitlines()[1:] == ["demo · Talk: transcribe: at work"] * 2


def test_events_of_other_processes_are_shown() -> None:
    """What a child tells through a pipe reads like what is reported here."""
    stream = io.StringIO()
    reporter = Reporter(stream, total=3, clock=Clock())

    start = {"event": "started", "tenant": "demo", "title": "Лекция\n1", "stage": "publish"}
    reporter.feed({**start, "id": "a", "preset": "site"})
    reporter.feed({**start, "id": "b", "preset": None})
    reporter.feed({"event": "progress", "id": "b", "share": 0.5})
    reporter.feed({"event": "done", "id": "a", "seconds": 1.25})
    reporter.feed({"event": "failed", "id": "b", "reason": "no room\nleft"})
    reporter.feed({**start, "id": "c", "preset": "videos"})
    reporter.feed({"event": "held", "id": "c", "reason": "needs a person: log in\nagain"})
    reporter.feed({"event": "something of a later version"})
    reporter.feed({"event": "done", "id": "unknown"})

    assert stream.getvalue().splitlines() == [
        "demo · Лекция 1: publish to site: started",
        "demo · Лекция 1: publish: started",
        "demo · Лекция 1: publish to site: done in 1.2 s (1 of 3)",
        "demo · Лекция 1: publish: failed: no room left (2 of 3)",
        "demo · Лекция 1: publish to videos: started",
        "demo · Лекция 1: publish to videos: needs a person: log in again (3 of 3)",
    ]


def test_bars_leave_one_line_per_finished_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bars are redrawn in place and gone at the end; brackets of a title are no markup."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    stream, clock = io.StringIO(), Clock()

    with Reporter(stream, live=True, total=2, clock=clock) as reporter:
        run = reporter.stage_started("Descent [ML] 💥", "demo", "trim")
        clock.now = 1.0
        reporter.stage_progress(run, 0.4, "cutting")
        reporter.stage_done(run, 2.0)

    lines = click.unstyle(stream.getvalue())
    assert re.search(r"trim  demo · Descent \[ML\] 💥 +cutting", lines)
    assert "40%" in lines
    assert "demo · Descent [ML] 💥: trim: done in 2.0 s (1 of 2)" in lines


def test_a_long_title_gives_way_to_what_is_being_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """How much has come, and how fast, can be read beside any title."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    stream, clock = io.StringIO(), Clock()

    with Reporter(stream, live=True, clock=clock) as reporter:
        run = reporter.stage_started("Lecture on a subject of many words", "uni", "download")
        clock.now = 1.0
        reporter.stage_progress(run, 0.3, "29 of 96 MB, 5.5 MB/s, 8 connections")

    lines = click.unstyle(stream.getvalue())
    assert "download  uni · Lecture on a… 29 of 96 MB, 5.5 MB/s, 8 co… " in lines


def test_many_threads_may_report_at_once() -> None:
    """Lines never run into each other."""
    stream = io.StringIO()
    reporter = Reporter(stream, clock=Clock())

    def work(name: int) -> None:
        for _ in range(50):
            reporter.stage_done(reporter.stage_started(f"talk {name}", "demo", "trim"), 1.0)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    expected = {f"demo · talk {n}: trim: {words}" for n in range(4)
                for words in ("started", "done in 1.0 s")}  # fmt: skip
    assert len(stream.getvalue().splitlines()) == 400
    assert set(stream.getvalue().splitlines()) == expected


def test_a_reader_that_went_away_stops_no_work() -> None:
    """Progress into a closed pipe is lost, and nothing else is."""
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w", encoding="utf-8") as stream, Reporter(stream) as reporter:  # noqa: PTH123
        run = reporter.stage_started("Talk", "demo", "trim")
        reporter.stage_progress(run, 0.5)
        reporter.stage_done(run)


def test_what_comes_after_the_end_is_not_shown(tmp_path: Path) -> None:
    """A late event of a killed child is dropped."""
    path = tmp_path / "log"
    with path.open("w", encoding="utf-8") as stream:
        reporter = Reporter(stream)
        run = reporter.stage_started("Talk", "demo", "trim")
        reporter.close()
        reporter.stage_done(run)

    assert path.read_text(encoding="utf-8") == "demo · Talk: trim: started\n"


# Luigi forks as well; that no lock is shared is what this test is about.
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_forked_child_is_never_stuck(tmp_path: Path) -> None:
    """Children forked while another thread reports write to stderr and end."""
    path = tmp_path / "log"
    stop = threading.Event()
    with path.open("w", encoding="utf-8") as stream, Reporter(stream, live=True) as reporter:

        def report() -> None:
            run = reporter.stage_started("Talk", "demo", "trim")
            while not stop.is_set():
                reporter.stage_progress(run, 0.5)

        thread = threading.Thread(target=report)
        thread.start()
        try:
            codes = [_fork_and_write(path) for _ in range(20)]
        finally:
            stop.set()
            thread.join()

    assert codes == [0] * 20


def _fork_and_write(path: Path) -> int | None:
    def say() -> None:
        with path.open("a", encoding="utf-8") as log:
            log.write("a line of a child\n")

    child = multiprocessing.get_context("fork").Process(target=say)
    child.start()
    child.join(timeout=30)
    return child.exitcode
