"""What a wave of work takes of the disk, and what is left when it does not fit."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import pytest

from leap.config import load
from leap.domain.manifest import TargetName
from leap.domain.stage import Stage
from leap.tasks.room import room_for
from leap.tasks.survey import Session, open_session, survey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import University

    from leap.domain.plan import Plan
    from leap.domain.snapshot import RecordingRow

    Planned = tuple[Session, Plan]
    Rows = dict[tuple[str, str], RecordingRow]


class Disk(NamedTuple):
    """What ``shutil.disk_usage`` returns."""

    total: int
    used: int
    free: int


MB = 1_000_000
SPARE = 256 * MB


@pytest.fixture
def planned(university: University) -> Iterator[Planned]:
    """Three lectures in a folder whose files are copied."""
    university.edit(
        "tenants/uni/tenant.yaml", "trim: {padding", "download: {link: copy}\n  trim: {padding"
    )
    for day, video in enumerate(("lecture", "second", "third"), start=3):
        university.record(f"2026-11-0{day} Lecture {day}.mp4", video)
    with open_session(load(university.root)) as session:
        _, plan = survey(session, ["uni"], lambda share, message="": None)
        yield session, plan


def rows(plan: Plan, size: int = 100 * MB, duration: float | None = 1000.0) -> Rows:
    """Return the planned recordings as if each were so large and long.

    A copy takes 100 MB, its trimmed video as much, and its sound 32 MB: 232 MB,
    of which a twentieth more is reckoned with.
    """
    return {("uni", row.id): replace(row, size=size, duration=duration) for row in plan.rows["uni"]}


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """A function that sets how much of the disk is free beyond what is always spared."""

    def free(size: int) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda _: Disk(0, 0, size + SPARE))

    return free


def test_what_fits_goes_on_in_its_order(planned: Planned, disk: Callable[[int], None]) -> None:
    session, plan = planned
    disk(800 * MB)

    room = room_for(session, plan.work, rows(plan))

    assert plan.work == room.fits
    assert () == room.left
    assert "" == room.message


def test_what_does_not_fit_is_left_with_how_much_it_needs(
    planned: Planned, disk: Callable[[int], None]
) -> None:
    """One line says how much is needed, how much there is, and what to do."""
    session, plan = planned
    disk(500 * MB)

    room = room_for(session, plan.work, rows(plan))

    assert plan.work[:2] == room.fits
    assert [(plan.work[2], 243_600_000)] == list(room.left)
    assert {("uni", plan.work[2].recording): "needs 0.2 GB of disk"} == room.reasons
    assert (
        f"1 recording needs 0.2 GB of disk, and 0.8 GB are free at {session.store.root};"
        " free some, or name a folder of a larger disk in leap.yaml, and run `leap reconcile` again"
    ) == room.message


def test_a_smaller_recording_goes_on_behind_one_that_is_too_large(
    planned: Planned, disk: Callable[[int], None]
) -> None:
    session, plan = planned
    disk(300 * MB)
    sizes = rows(plan)
    first = ("uni", plan.work[0].recording)
    sizes[first] = replace(sizes[first], size=10**12)

    room = room_for(session, plan.work, sizes)

    assert plan.work[1:2] == room.fits
    assert [plan.work[0], plan.work[2]] == [change for change, _ in room.left]
    assert room.message.startswith("2 recordings need ")


def test_what_was_fetched_already_is_not_needed_again(
    planned: Planned, disk: Callable[[int], None]
) -> None:
    """Blocks count, not sizes: a file with holes takes what is in it."""
    session, plan = planned
    disk(0)
    change = plan.work[0]
    step = next(step for step in change.steps if step.stage is Stage.DOWNLOAD)
    name = TargetName("uni", change.recording, step.stage, step.key)
    with session.store.unfinished(name) as folder, (folder / "source.part").open("wb") as part:
        part.write(bytes(4 * MB))
        part.truncate(90 * MB)
    taken = session.store.unfinished_size(name)

    room = room_for(session, [change], rows(plan))

    assert 4 * MB <= taken < 5 * MB
    assert round((232 * MB - taken) * 1.05) == room.left[0][1]


def test_a_file_that_is_only_linked_takes_no_room(
    planned: Planned, university: University, disk: Callable[[int], None]
) -> None:
    """Its bytes are on the disk already; only what is trimmed is new."""
    session, plan = planned
    university.edit("tenants/uni/tenant.yaml", "link: copy", "link: auto")
    session = replace(session, declaration=load(university.root))
    disk(0)

    room = room_for(session, plan.work[:1], rows(plan))

    assert round(132 * MB * 1.05) == room.left[0][1]


def test_work_that_writes_nothing_large_needs_no_room(
    planned: Planned, disk: Callable[[int], None]
) -> None:
    session, plan = planned
    disk(-SPARE)
    words = {Stage.TOPICS, Stage.SUBTITLES, Stage.PUBLISH}
    change = plan.work[0]
    change = replace(change, steps=tuple(step for step in change.steps if step.stage in words))

    assert (change,) == room_for(session, [change], rows(plan)).fits


def test_a_length_that_is_not_known_is_guessed(
    planned: Planned, disk: Callable[[int], None]
) -> None:
    """Sound is taken for a tenth of the file."""
    session, plan = planned
    disk(0)

    room = room_for(session, plan.work[:1], rows(plan, duration=None))

    assert round(210 * MB * 1.05) == room.left[0][1]
