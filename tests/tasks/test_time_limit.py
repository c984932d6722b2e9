"""A run with a time limit begins nothing after it, stops what runs too long, and says what remains."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from leap.tasks import adapter
from leap.tasks.timelimit import TimeLimit

if TYPE_CHECKING:
    from conftest import Luigid, University


class Slow(adapter.Task):
    """A task that takes a while, and leaves a file when it has come to its end."""

    folder = adapter.Parameter()
    name = adapter.Parameter()
    seconds = adapter.Parameter()

    def complete(self) -> bool:
        return Path(self.folder, self.name).exists()

    def run(self) -> None:
        Path(self.folder, f"{self.name}.begun").touch()
        time.sleep(float(self.seconds))
        Path(self.folder, self.name).touch()


def worked(folder: Path, limit: TimeLimit, *seconds: float) -> adapter.Ending:
    """Work on tasks that take so long, one after the other."""
    tasks = [
        Slow(folder=str(folder), name=str(number), seconds=str(each))
        for number, each in enumerate(seconds)
    ]
    return adapter.run(tasks, workers=1, resources={}, log=logging.NullHandler(), limit=limit)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# Luigi forks from a process with threads; Python 3.12 warns of it.
forks = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")


@forks
def test_what_has_begun_may_come_to_its_end(tmp_path: Path) -> None:
    """Nothing after it is begun."""
    limit = TimeLimit(time.monotonic() + 0.5, grace=30)

    assert adapter.Ending.OUT_OF_TIME is worked(tmp_path, limit, 1.5, 0)
    assert ["0", "0.begun"] == files(tmp_path)


@forks
def test_what_takes_too_long_is_stopped(tmp_path: Path) -> None:
    """As an interrupt stops it: it may put its things away."""
    began = time.monotonic()

    assert adapter.Ending.OUT_OF_TIME is worked(tmp_path, TimeLimit(began + 0.5, 0.5), 60, 0)
    assert ["0.begun"] == files(tmp_path)
    assert time.monotonic() - began < 20


@forks
def test_work_that_ends_before_is_finished(tmp_path: Path) -> None:
    """And the clock of this process is free again."""
    limit = TimeLimit(time.monotonic() + 2, grace=1)

    assert adapter.Ending.FINISHED is worked(tmp_path, limit, 0)
    time.sleep(max(0.0, limit.left) + 0.1)
    assert limit.is_over


def test_a_tenth_of_the_time_may_be_added() -> None:
    assert TimeLimit(ends=5 * 3600 + 7.0, grace=1800.0) == TimeLimit.of(7.0, 5 * 3600)
    assert 0.0 == TimeLimit.of(0.0, 0.001).left


def test_a_run_whose_time_is_over_says_what_remains(university: University) -> None:
    """Nothing failed, so it ends well; the next run goes on."""
    university.record("2026-11-03 Lecture one.mp4")
    university.record("2026-11-04 Lecture two.mp4", "second")

    began = time.monotonic()
    ran = university.reconcile("--time-limit", "6s", LEAP_FAULT="work.trim.started:sleep")
    assert time.monotonic() - began < 40

    assert "Time is up in " in ran.out
    assert "2 left. The next run goes on from here." in ran.out
    assert "Left for the next run:" in ran.out
    assert {"INITIALIZED", "DOWNLOADING", "DOWNLOADED", "PROCESSING"} >= {
        each["status"] for each in university.status().values()
    }
    university.reconcile()
    assert ["UPLOADED"] * 2 == [each["status"] for each in university.status().values()]


def test_programs_are_told_too(university: University) -> None:
    """Even where there was no time for anything."""
    university.record("2026-11-03 Lecture.mp4")

    ran = university.reconcile("--time-limit", "1 ms", "--format", "json")

    told = json.loads(ran.out)
    assert (True, False, [], 1) == (
        told["out_of_time"], told["interrupted"], told["failed"], len(told["left"])
    )  # fmt: skip
    assert {} == university.made()


def test_runners_that_share_their_work_have_limits_of_their_own(
    university: University, luigid: Callable[..., Luigid]
) -> None:
    """What one leaves, another one does; the scheduler keeps it waiting for nobody."""
    university.record("2026-11-03 Lecture.mp4")
    url = luigid().url

    first = university.reconcile(
        "--scheduler", url, "--time-limit", "6s", LEAP_FAULT="work.trim.started:sleep"
    )
    university.reconcile("--scheduler", url)

    assert "Time is up" in first.out
    assert ["UPLOADED"] == [each["status"] for each in university.status().values()]


@pytest.mark.parametrize("text", ["5x", "0", "5", "-1h", "", "later"])
def test_a_time_that_is_none_is_refused(university: University, text: str) -> None:
    ran = university.leap("reconcile", "--time-limit", text)

    assert (64, "") == (ran.code, ran.out)
    assert ran.err.startswith("error: --time-limit: ")
    assert 1 == ran.err.count("\n")
