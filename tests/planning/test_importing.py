"""Which videos of a channel are recordings that we know: found, never guessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.domain.marker import marker_of
from leap.domain.ports import Placed, Video
from leap.domain.snapshot import RecordingRow
from leap.planning.importing import match_videos

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ROW = RecordingRow(
    id="2026-11-20-0a1b2c3d4e5f", source="zoom", source_kind="zoom", account="zoom",
    external_id="a", locator="a", revision="r1", title="ML, lecture 3", started_at=NOON,
    size=1000, duration=3600.0, template="lectures", skip=None, reason="", settled_at=None,
    listed=True, wanted=None, since=NOON,
)  # fmt: skip
VIDEO = Video(
    Placed("v1", "https://x/v1"), "ML, lecture 3", NOON + timedelta(hours=5), 3500.0, "public"
)


def row(number: int = 0, **changes: object) -> RecordingRow:
    return replace(ROW, id=f"2026-11-20-{number:012x}", **changes)  # type: ignore[arg-type]


def video(name: str = "v1", **changes: object) -> Video:
    return replace(VIDEO, placed=Placed(name, f"https://x/{name}"), **changes)  # type: ignore[arg-type]


def matched(rows: list[RecordingRow], videos: list[Video]) -> list[tuple[str, str, str]]:
    found = match_videos("acme", "tube", rows, videos, "Europe/Moscow")
    return [(each.row.id, each.video.placed.external_id, each.by) for each in found.certain]


BY_LOOKS = "title, date and length"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"title": "ml   LECTURE 3"},
        {"title": "ML, lecture 3 | Gradient descent (2026-11-20)"},
        {"title": "20.11.2026 ML, lecture 3", "published_at": NOON + timedelta(days=300)},
        {"title": "ML, lecture 3 (20.11.26)", "duration": None},
        {"duration": 1200.0},
        {"published_at": NOON + timedelta(days=6)},
    ],
    ids=str,
)
def test_a_video_that_agrees_is_taken(changes):
    """By its title with anything around it, its date, and its length with silence cut out."""
    assert [(ROW.id, "v1", BY_LOOKS)] == matched([ROW], [video(**changes)])


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "ML, lecture 33"},
        {"title": "lecture 3"},
        {"title": ""},
        {"title": "ML, lecture 3 (2026-11-21)"},
        {"published_at": NOON - timedelta(days=1)},
        {"published_at": NOON + timedelta(days=8)},
        {"marker": "leap-0123456789"},
    ],
    ids=str,
)
def test_a_video_that_does_not_agree_is_left_alone(changes):
    """Also one with a marker of another publication."""
    found = match_videos("acme", "tube", [ROW], [video(**changes)], "Europe/Moscow")

    assert ((), (), (ROW,)) == (found.certain, found.doubtful, found.rows)
    assert ["v1"] == [each.placed.external_id for each in found.videos]


@pytest.mark.parametrize("seconds", [3700.0, 900.0, None])
def test_a_video_of_another_length_is_no_certainty(seconds):
    """It has title and day, so that it is not passed over: a person looks at both."""
    found = match_videos("acme", "tube", [ROW], [video(duration=seconds)], "Europe/Moscow")

    assert ((), (), ()) == (found.certain, found.rows, found.videos)
    assert [(ROW,)] == [each.rows for each in found.doubtful]


def test_a_trailer_is_told_from_the_lecture_by_its_length():
    """One of the two is long enough."""
    trailer = video("v2", title="ML, lecture 3: trailer", duration=60.0)

    assert [(ROW.id, "v1", BY_LOOKS)] == matched([ROW], [trailer, video("v1")])


def test_the_day_is_that_of_the_tenant():
    """A lecture at 23:30 in London is on the next day in Moscow."""
    late = row(started_at=datetime(2026, 11, 20, 23, 30, tzinfo=UTC))

    assert [] == matched([late], [video(title="ML, lecture 3 (2026-11-20)")])
    assert 1 == len(matched([late], [video(title="ML, lecture 3 (2026-11-21)")]))


def test_a_marker_is_proof():
    """Whatever the video is called, and however long it is."""
    marked = video(title="Renamed", duration=1.0, marker=marker_of("acme", ROW.id, "tube"))

    assert [(ROW.id, "v1", "marker")] == matched([ROW], [marked, video("v2", title="other")])


def test_two_videos_with_the_same_marker_are_not_guessed_between():
    """That should never be, so a person has to look."""
    marker = marker_of("acme", ROW.id, "tube")
    same = [video("v1", marker=marker), video("v2", marker=marker)]

    found = match_videos("acme", "tube", [ROW], same, "UTC")

    assert ((), (), ()) == (found.certain, found.rows, found.videos)
    assert [((ROW,), tuple(same))] == [(each.rows, each.videos) for each in found.doubtful]


def test_two_that_would_do_are_shown_and_not_taken():
    """Two videos of one recording, or two recordings of one video."""
    videos = match_videos("acme", "tube", [ROW], [video("v1"), video("v2")], "UTC")
    rows = match_videos("acme", "tube", [row(1), row(2)], [video("v1")], "UTC")

    assert () == videos.certain == rows.certain
    (doubt,) = videos.doubtful
    assert ((ROW,), 2) == (doubt.rows, len(doubt.videos))
    (doubt,) = rows.doubtful
    assert (2, 1) == (len(doubt.rows), len(doubt.videos))


def test_a_course_whose_lectures_share_a_title_is_told_apart_by_dates():
    """One a week."""
    rows = [row(n, started_at=NOON + timedelta(weeks=n)) for n in range(3)]
    videos = [video(f"v{n}", published_at=NOON + timedelta(weeks=n, hours=3)) for n in range(3)]

    assert [(each.id, f"v{n}", BY_LOOKS) for n, each in enumerate(rows)] == matched(rows, videos)


TITLES = st.sampled_from(["ML, lecture 3", "ML, lecture 3 | trees", "lecture 3", "other"])
MOMENTS = st.integers(0, 20).map(lambda days: NOON + timedelta(days=days))
SECONDS = st.sampled_from([None, 600.0, 3500.0])


@given(
    st.lists(st.builds(lambda t, m: (t, m), TITLES, MOMENTS), max_size=5),
    st.lists(st.builds(lambda t, m, s: (t, m, s), TITLES, MOMENTS, SECONDS), max_size=5),
)
def test_nothing_is_taken_twice_and_nothing_gets_lost(titled, shown):
    """Every video and every recording is in exactly one of certain, doubtful and left."""
    rows = [row(n, title=title, started_at=at) for n, (title, at) in enumerate(titled)]
    videos = [
        video(f"v{n}", title=title, published_at=at, duration=seconds)
        for n, (title, at, seconds) in enumerate(shown)
    ]

    found = match_videos("acme", "tube", rows, videos, "UTC")

    taken = [each.row.id for each in found.certain]
    places = [each.video.placed.external_id for each in found.certain]
    doubted = {each.id for doubt in found.doubtful for each in doubt.rows}
    in_doubt = {each.placed.external_id for doubt in found.doubtful for each in doubt.videos}
    left = [each.id for each in found.rows]
    others = [each.placed.external_id for each in found.videos]
    assert sorted({*taken, *doubted, *left}) == sorted(each.id for each in rows)
    assert sorted({*places, *in_doubt, *others}) == sorted(v.placed.external_id for v in videos)
    assert len(taken) == len(set(taken))
    assert len(places) == len(set(places))
    assert not doubted.intersection(taken)
    assert not in_doubt.intersection(places)
