"""Whatever is killed, whenever: the next run completes, and nothing finished is done again."""

from __future__ import annotations

import random
import shutil
import signal
import time
from typing import TYPE_CHECKING

import psutil
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import University

FILE_STAGES = ["download", "trim", "transcribe", "topics", "subtitles"]

#: Places at which a stage has not been committed yet, in order …
BEFORE = ["work.{}.leased", "work.{}.started", "work.{}.made"]
BEFORE += ["store.{}.before_files", "store.{}.before_manifest"]
#: … and those at which it has, so that only one of them is passed per target.
AFTER = ["store.{}.after_manifest", "work.{}.committed", "work.{}.recorded"]

PUBLISH = ["work.publish.leased", "publish.intended", "site.page.before_files"]
PUBLISH += ["site.page.before_replace", "site.page.before_record", "site.index.before_replace"]
PUBLISH += ["publish.done", "publish.receipt", "publish.recorded"]


def whole(university: University) -> None:
    """Assert that everything is finished, once, and that nothing is left lying about."""
    status = university.status()
    assert {"UPLOADED"} == {each["status"] for each in status.values()}
    assert len(status) == len(university.pages())
    assert len(status) * len(FILE_STAGES) == len(university.made())
    for manifest in university.targets.glob("*/*/*/*/manifest.json"):
        attempts = [path for path in manifest.parent.iterdir() if path.is_dir()]
        assert 1 == len(attempts), manifest
    assert [] == list((university.targets / ".scratch").iterdir())
    assert not university.plan()["has_changes"]
    university.reconcile()


@pytest.mark.parametrize(
    "places",
    [[*BEFORE, AFTER[0]], [AFTER[1]], [AFTER[2]]],
    ids=["up to the manifest", "after the commit", "after the record"],
)
def test_a_lecture_that_is_killed_at_every_boundary_arrives_all_the_same(
    university: University, places: list[str]
) -> None:
    """Each run is killed at the next boundary, and begins at most that one stage anew."""
    university.record("2026-11-03 Lecture.mp4")
    boundaries = [(stage, place.format(stage)) for stage in FILE_STAGES for place in places]
    if len(places) > 1:
        boundaries += [("publish", place) for place in PUBLISH]
    made: dict[str, int] = {}
    for stage, boundary in boundaries:
        ran = university.leap("reconcile", "--until", stage, LEAP_FAULT=f"{boundary}:killgroup")

        assert ran.code == -signal.SIGKILL, f"{boundary}: {ran.out}{ran.err}"
        now = university.made()
        assert made.items() <= now.items(), boundary
        assert len(now) - len(made) <= 1, boundary
        made = now

    university.reconcile()
    assert made.items() <= university.made().items()
    whole(university)


@pytest.mark.parametrize("seed", range(4))
def test_kills_at_random_moments_lose_and_repeat_nothing(university: University, seed: int) -> None:
    """Five kills each; the moments are drawn from the length of a whole run."""
    university.record("2026-11-03 Lecture.mp4")
    university.record("2026-11-04 Lecture two.mp4", "second")
    moments = random.Random(seed)
    made: dict[str, int] = {}
    for _ in range(5):
        university.killed_after(moments.uniform(0.2, 6.0))
        now = university.made()
        assert made.items() <= now.items()
        made = now

    university.reconcile()
    assert made.items() <= university.made().items()
    whole(university)


def test_a_killed_stage_is_that_stage_s_failure_only(university: University) -> None:
    """A child that dies takes nothing with it; the next run does its stage again."""
    university.record("2026-11-03 Lecture.mp4")
    ran = university.leap("reconcile", LEAP_FAULT="work.subtitles.made:kill")

    assert 4 == ran.code
    assert {"download", "trim", "transcribe", "topics"} == {
        path.split("/")[2] for path in university.made()
    }
    university.reconcile()
    whole(university)


def test_no_child_outlives_a_killed_run(
    university: University, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    university.record("2026-11-03 Lecture.mp4")
    with university.start("reconcile", LEAP_FAULT="work.transcribe.started:sleep") as process:
        runner = psutil.Process(process.pid)
        wait_until(lambda: any("python" in c.name() for c in runner.children(recursive=True)))
        wait_until(lambda: bool(list(university.targets.glob("*/*/trim/*/manifest.json"))))
        time.sleep(0.5)
        children = [c for c in runner.children(recursive=True) if "postgres" not in c.name()]
        assert children
        process.send_signal(signal.SIGKILL)
        process.wait()

    wait_until(lambda: not any(child.is_running() for child in children))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_stops_soon_and_says_that_the_next_run_goes_on(
    university: University,
    number: signal.Signals,
    wait_until: Callable[[Callable[[], bool]], None],
) -> None:
    university.record("2026-11-03 Lecture.mp4")
    with university.start("reconcile", LEAP_FAULT="work.topics.started:sleep") as process:
        wait_until(lambda: bool(list(university.targets.glob("*/*/transcribe/*/manifest.json"))))
        time.sleep(0.5)
        process.send_signal(number)
        out, err = process.communicate(timeout=20)

    assert 130 == process.returncode, out + err
    assert "The next run goes on from here." in out
    assert "Traceback" not in out + err
    university.reconcile()
    whole(university)


def test_a_lost_ledger_is_rebuilt_from_manifests_and_receipts(university: University) -> None:
    university.record("2026-11-03 Lecture.mp4")
    university.record("2026-11-04 Lecture broken.mp4", "truncated")
    university.record("2026-11-05 Meeting.mp4", "second")
    university.reconcile(expect=4)
    before, made = university.status(), university.made()

    shutil.rmtree(university.root / "state" / "ledger")
    rebuilt = university.leap("ledger", "rebuild")

    assert 0 == rebuilt.code, rebuilt.err
    after = university.status()
    for title, each in before.items():
        for key in ("recording", "external_id", "template", "status", "reason", "failed_stage"):
            assert each[key] == after[title][key], f"{title}: {key}"
        assert each["publications"] == after[title]["publications"]
    assert not university.plan()["has_changes"]
    assert "Nothing to do" in university.reconcile().out
    assert made == university.made()


def test_without_a_rebuild_an_empty_ledger_still_makes_nothing_twice(
    university: University,
) -> None:
    university.record("2026-11-03 Lecture.mp4")
    university.reconcile()
    made = university.made()

    shutil.rmtree(university.root / "state" / "ledger")
    university.reconcile()

    assert made == university.made()
    whole(university)


def test_two_runs_at_once_do_each_thing_once(university: University) -> None:
    for number, video in enumerate(("lecture", "second", "third"), start=1):
        university.record(f"2026-11-0{number} Lecture {number}.mp4", video)

    with university.start("reconcile") as one, university.start("reconcile") as two:
        outputs = [process.communicate(timeout=240) for process in (one, two)]

    assert [0, 0] == [one.returncode, two.returncode], outputs
    receipts = list(university.targets.glob("*/*/publish/*/*.json"))
    assert 3 == len(receipts)
    whole(university)


def test_a_full_disk_is_one_clear_line_and_finished_work_stays(university: University) -> None:
    """The stage that met it fails for now, and the next run goes on from there."""
    university.record("2026-11-03 Lecture.mp4")

    ran = university.leap("reconcile", LEAP_FAULT="store.topics.before_manifest:full")

    assert ran.code == 4
    assert "no space left on the disk while working on topics; free some" in ran.err
    assert "Traceback" not in ran.out + ran.err
    assert {"download", "trim", "transcribe", "subtitles"} == {
        path.split("/")[2] for path in university.made()
    }
    university.reconcile()
    whole(university)
