"""A folder of recordings becomes a site, once, and follows what people edit."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import University


def stages(plan: dict) -> dict[str, list[str]]:
    return {change["title"]: change["stages"] for change in plan["changes"]}


def test_lectures_are_published_once_and_a_second_run_does_nothing(
    university: University,
) -> None:
    """The second run exits 0, says so, changes no file and never imports Luigi."""
    university.record("2026-11-03 Лекция 1: «градиент» 🎓.mp4")
    university.record("sub folder/2026-11-04 Lecture two.mp4", "second")

    ran = university.reconcile()

    assert "2 processed" in ran.out
    status = university.status()
    assert {"UPLOADED"} == {each["status"] for each in status.values()}
    assert {"Лекция 1: «градиент» 🎓", "Lecture two"} == set(status)
    assert 2 == len(university.pages())
    made = university.made()
    assert 10 == len(made)

    again = university.leap("reconcile", PYTHONPROFILEIMPORTTIME="1")
    assert (0, "Nothing to do: 2 in sync.\n") == (again.code, again.out)
    assert not re.search(r"\| +luigi\b", again.err)
    assert "leap.tasks.reconcile" in again.err
    assert made == university.made()
    assert 0 == university.leap("plan", "--detailed-exitcode").code


def test_what_is_published_is_what_the_targets_hold(university: University) -> None:
    university.record("2026-11-03 Lecture.mp4")
    university.reconcile()

    (recording,) = university.status().values()
    shown = university.leap("show", recording["recording"], "--format", "json").json

    assert ["download", "trim", "transcribe", "topics", "subtitles"] == [
        name for name in shown["targets"] if name != "publish"
    ]
    for target in shown["targets"].values():
        for file in target["files"]:
            path = Path(university.root, target["path"], file["path"])
            assert file["size"] == path.stat().st_size
    (page,) = university.pages()
    assert list(page.parent.glob("*.mp4"))
    assert list(page.parent.glob("*.vtt"))


def test_editing_a_subtitle_setting_changes_subtitles_and_what_is_published_from_them(
    university: University,
) -> None:
    university.record("2026-11-03 Lecture.mp4")
    university.reconcile()
    made = university.made()

    university.edit(
        "tenants/uni/tenant.yaml", "trim:", "subtitles: {line_length: 20, lines: 1}\n  trim:"
    )
    plan = university.plan()
    (change,) = plan["changes"]
    assert (["subtitles", "publish"], "refresh") == (change["stages"], change["action"])
    assert "subtitles.line_length 42 → 20" in change["reason"]
    assert 2 == university.leap("plan", "--detailed-exitcode").code
    university.reconcile()
    new = university.made()
    assert {"subtitles"} == {path.split("/")[2] for path in new.keys() - made.keys()}
    assert made.items() <= new.items()

    university.edit("tenants/uni/tenant.yaml", "subtitles: {line_length: 20, lines: 1}\n  ", "")
    assert {"Lecture": ["publish"]} == stages(university.plan())
    university.reconcile()
    assert new == university.made()
    assert 0 == university.leap("plan", "--detailed-exitcode").code


def test_a_run_can_stop_at_a_stage_and_after_a_number_of_recordings(
    university: University,
) -> None:
    university.record("2026-11-03 Lecture.mp4")
    university.record("2026-11-04 Lecture two.mp4", "second")

    university.reconcile("--until", "trim", "--limit", "1")

    status = sorted(each["status"] for each in university.status().values())
    assert status == ["INITIALIZED", "PROCESSED"]
    assert {path.split("/")[2] for path in university.made()} == {"download", "trim"}
    university.reconcile("--until", "trim")
    assert {each["status"] for each in university.status().values()} == {"PROCESSED"}


def test_a_failed_recording_is_tried_again_when_somebody_asks(university: University) -> None:
    university.record("2026-11-05 Lecture corrupt.mp4", "corrupt")
    university.reconcile(expect=4)
    (recording,) = university.status().values()

    ran = university.leap("retry", recording["recording"][-12:-6])

    assert (ran.code, "download will be tried again" in ran.out) == (0, True)
    university.reconcile(expect=4)
    assert "nothing failed" not in university.leap("retry", recording["recording"]).out


def test_what_is_no_lecture_is_skipped_with_a_reason(university: University) -> None:
    university.record("2026-11-03 Staff meeting.mp4")
    university.record("2026-11-04 Lecture on nothing.mp4", "blank")
    university.record("notes.txt")

    university.reconcile()

    status = university.status()
    assert {"SKIPPED"} == {each["status"] for each in status.values()}
    assert "no template" in status["Staff meeting"]["reason"]
    assert "blank: 2 s is shorter than 4 s" == status["Lecture on nothing"]["reason"]
    assert {} == university.made()
    assert not university.plan()["has_changes"]


def test_a_broken_video_fails_at_the_right_stage_and_the_others_go_on(
    university: University,
) -> None:
    """Exit 4 once; the next run exits 0 and does not try again, until the file changes."""
    university.record("2026-11-03 Lecture good.mp4")
    broken = university.record("2026-11-04 Lecture truncated.mp4", "truncated")
    university.record("2026-11-05 Lecture corrupt.mp4", "corrupt")

    ran = university.reconcile(expect=4)

    status = university.status()
    assert "UPLOADED" == status["Lecture good"]["status"]
    for title in ("Lecture truncated", "Lecture corrupt"):
        assert ("FAILED", "download") == (
            status[title]["status"],
            status[title]["failed_stage"],
        )
        assert "\n" not in status[title]["reason"]
    assert "Traceback" not in ran.out + ran.err
    again = university.reconcile()
    assert "failed before" in again.out
    assert 4 == university.leap("reconcile", "--strict").code

    shutil.copyfile(university.videos["second"], broken)
    assert {
        "Lecture truncated": ["download", "trim", "transcribe", "topics", "subtitles", "publish"]
    } == stages(university.plan())
    university.reconcile()
    assert "UPLOADED" == university.status()["Lecture truncated"]["status"]


def test_a_renamed_file_is_a_move_and_a_touched_one_is_nothing(university: University) -> None:
    path = university.record("2026-11-03 Lecture.mp4")
    university.reconcile()
    made = university.made()
    (before,) = university.status().values()

    os.utime(path)
    assert not university.plan()["has_changes"]
    (university.recordings / "archive").mkdir()
    path.rename(university.recordings / "archive" / path.name)
    (change,) = university.plan()["changes"]
    assert ("moved from 2026-11-03 Lecture.mp4", []) == (change["reason"], change["stages"])
    university.reconcile()

    (after,) = university.status().values()
    assert (before["recording"], before["external_id"]) == (
        after["recording"],
        after["external_id"],
    )
    assert made == university.made()
    assert not university.plan()["has_changes"]


def test_a_second_copy_is_a_duplicate_that_says_so(university: University) -> None:
    university.record("2026-11-03 Lecture.mp4")
    university.reconcile()
    university.record("2026-11-10 Lecture again.mp4")

    university.reconcile()

    copy = university.status()["Lecture again"]
    assert ("SKIPPED", "the same content as “Lecture”") == (copy["status"], copy["reason"])
    assert 1 == len(university.pages())


def test_a_target_that_vanished_is_made_anew_when_it_is_needed(university: University) -> None:
    university.record("2026-11-03 Lecture.mp4")
    university.reconcile()
    (subtitles,) = university.targets.glob("uni/*/subtitles/*")
    shutil.rmtree(subtitles)
    assert not university.plan()["has_changes"]

    shutil.rmtree(university.site)
    (change,) = university.plan()["changes"]
    assert (["subtitles", "publish"], "refresh") == (change["stages"], change["action"])
    university.reconcile()

    assert 1 == len(university.pages())


def test_a_removed_template_leaves_what_is_published(university: University) -> None:
    university.record("2026-11-03 Lecture.mp4")
    university.reconcile()
    (university.root / "tenants/uni/templates/lectures.yaml").unlink()

    university.reconcile()

    assert 1 == len(university.pages())
    assert not university.plan()["has_changes"]


def test_a_source_that_vanished_is_one_clear_line_and_finished_work_stays(
    university: University,
) -> None:
    university.record("2026-11-03 Lecture.mp4")
    university.reconcile()
    university.recordings.rename(university.root / "elsewhere")

    ran = university.reconcile(expect=4)

    assert "recordings" in ran.out
    assert "Traceback" not in ran.out + ran.err
    assert "UPLOADED" == university.status()["Lecture"]["status"]
    (university.root / "elsewhere").rename(university.recordings)
    assert "Nothing to do: 1 in sync.\n" == university.reconcile().out


def test_yaml_mistakes_stop_everything_before_anything_is_touched(university: University) -> None:
    university.record("2026-11-03 Lecture.mp4")
    university.edit("tenants/uni/tenant.yaml", "padding", "paddingg")
    university.edit("tenants/uni/templates/lectures.yaml", "lecture\n", "lecturre\n")

    ran = university.reconcile(expect=1)

    assert "tenants/uni/tenant.yaml:5:" in ran.err
    assert "tenants/uni/templates/lectures.yaml:2:" in ran.err
    assert not (university.root / "state").exists()
