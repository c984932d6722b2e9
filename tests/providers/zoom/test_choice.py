"""Which files of a meeting are recordings, and which of several views is taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.providers.zoom.choice import beside, choose, segments
from leap.providers.zoom.meetings import Meeting, read_meeting

START = datetime(2026, 11, 3, 9, tzinfo=UTC)
PREFER = ("shared_screen_with_speaker_view", "shared_screen", "active_speaker")


def file(kind="shared_screen", size=1000, *, after=0, lasts=60, **said):
    """Return a file as Zoom describes it; ``after`` and ``lasts`` are minutes."""
    begin = START + timedelta(minutes=after)
    return {
        "id": f"{kind}-{after}",
        "recording_type": kind,
        "file_type": "MP4",
        "file_size": size,
        "status": "completed",
        "recording_start": f"{begin:%Y-%m-%dT%H:%M:%SZ}",
        "recording_end": f"{begin + timedelta(minutes=lasts):%Y-%m-%dT%H:%M:%SZ}",
        "download_url": "https://zoom.us/rec/download/x",
    } | said


#: As in https://github.com/Jericho/ZoomNet/issues/99
PROCESSING = {
    "recording_end": "",
    "file_type": "",
    "file_extension": "",
    "file_size": 0,
    "status": "processing",
}
NOT_VIDEO = [
    file("audio_only", file_type="M4A"),
    file("audio_transcript", file_type="TRANSCRIPT"),
    file("chat_file", file_type="CHAT"),
    {"file_type": "TIMELINE", "file_size": 5, "status": "completed"},
    {"file_type": "SUMMARY"},
]


def meeting(*files) -> Meeting:
    """Return a meeting with these files."""
    said = {
        "uuid": "abc==",
        "topic": "Trees",
        "start_time": f"{START:%Y-%m-%dT%H:%M:%SZ}",
        "duration": 60,
        "recording_files": list(files),
    }
    found = read_meeting(said)
    assert found
    return found


def chosen(*files, prefer=PREFER):
    """Return the kind of the file that is taken."""
    found = choose(meeting(*files).files, prefer)
    return found.kind if found else None


def found(*files, policy="separate", prefer=PREFER):
    """Return each segment as its key and the file, or why it waits."""
    return [
        (each.key, each.file.id if each.file else each.waits)
        for each in segments(meeting(*files), prefer, policy)
    ]


# ── one of several views ───────────────────────────────────────────────────


def test_the_first_preference_wins():
    """However large the others are."""
    views = [
        file("gallery_view", 9000),
        file("active_speaker", 5000),
        file("shared_screen", 3000),
        file("shared_screen_with_speaker_view", 1000),
    ]

    assert "shared_screen_with_speaker_view" == chosen(*views)
    assert "shared_screen" == chosen(*views[:3])
    assert "active_speaker" == chosen(*views[:2])
    assert "gallery_view" == chosen(*views[:1])


def test_a_preference_stands_for_all_kinds_that_begin_with_it():
    """Captions burnt in, and the gallery beside the screen, are kinds of their own at Zoom."""
    assert "shared_screen_with_speaker_view(CC)" == chosen(
        file("shared_screen", 9000), file("shared_screen_with_speaker_view(CC)")
    )
    assert "shared_screen_with_gallery_view" == chosen(
        file("active_speaker", 9000), file("shared_screen_with_gallery_view")
    )


def test_of_several_preferences_that_fit_the_longest_is_meant():
    """A short word before a long one does not swallow it."""
    both = [file("shared_screen", 1000), file("shared_screen_with_speaker_view", 9000)]

    assert "shared_screen" == chosen(
        *both, prefer=("shared_screen", "shared_screen_with_speaker_view")
    )


def test_the_larger_wins_a_tie():
    """Among views of one preference, and among those that nobody prefers."""
    plain, captioned = "shared_screen_with_speaker_view", "shared_screen_with_speaker_view(CC)"

    assert captioned == chosen(file(plain, 1000), file(captioned, 1001))
    assert plain == chosen(file(plain, 1001), file(captioned, 1000))
    assert "hologram" == chosen(file("gallery_view", 5), file("hologram", 6))


def test_what_is_no_video_is_no_recording():
    """Sound, words, chats; old timelines have neither id nor kind."""
    assert chosen(*NOT_VIDEO) is None
    assert [] == found(*NOT_VIDEO)


def test_sound_alone_is_taken_where_it_is_asked_for():
    """By its whole name, so that nobody gets one participant's microphone."""
    each = file("audio_only_each_participant", 9000, file_type="M4A")

    assert "audio_only" == chosen(each, *NOT_VIDEO, prefer=("audio_only",))
    assert "shared_screen" == chosen(file(), *NOT_VIDEO, prefer=("shared_screen", "audio_only"))


KINDS = st.sampled_from(
    [*PREFER, "shared_screen_with_gallery_view", "gallery_view", "hologram", "", "audio_only"]
)
FILES = st.lists(
    st.builds(
        lambda kind, size, n: file(kind, size, id=f"{kind}{size}{n}"),
        KINDS,
        st.integers(1, 10**9),
        st.integers(0, 10**6),
    ),
    min_size=1,
    max_size=8,
)


@given(FILES, st.permutations(PREFER), st.randoms())
def test_the_choice_does_not_depend_on_the_order_of_the_files(files, prefer, chance):
    """Zoom promises none, and another choice would be another revision."""
    shuffled = files.copy()
    chance.shuffle(shuffled)

    assert choose(meeting(*files).files, prefer) == choose(meeting(*shuffled).files, prefer)


@given(FILES, st.permutations(PREFER))
def test_nothing_preferred_is_left_for_something_else(files, prefer):
    """No file of a better kind than the chosen one is there."""
    taken = choose(meeting(*files).files, prefer)

    meant = max((each for each in prefer if taken.kind.startswith(each)), key=len, default=None)
    better = prefer[: prefer.index(meant)] if meant else prefer
    assert not [each for each in files if each["recording_type"] in better]


# ── several segments ───────────────────────────────────────────────────────


def test_a_stopped_recording_has_a_segment_for_each_part():
    """The first has the meeting's own identity, each other the moment of its beginning."""
    assert [("", "shared_screen-0"), ("20261103T093500Z", "shared_screen-35")] == found(
        file(after=35, lasts=25), file(lasts=30)
    )


def test_views_of_the_same_part_belong_together():
    """Zoom's times are whole seconds, so that they may differ by one."""
    other = file("active_speaker", 9000, after=35, lasts=25, recording_start="2026-11-03T09:35:01Z")

    assert 2 == len(found(file(lasts=30), file(after=35, lasts=25), other))
    assert 1 == len(found(file(lasts=30), file("active_speaker", after=10, lasts=30)))


def test_parts_that_follow_at_once_are_two():
    """Although the end of one and the beginning of the next are rounded into each other."""
    first = file(lasts=30, recording_end="2026-11-03T09:30:01Z")

    assert 2 == len(found(first, file(after=30, lasts=30)))


def test_a_segment_keeps_its_key_when_another_view_is_preferred():
    """Else a changed preference would publish a lecture for the second time."""
    parts = [file(lasts=30), file(after=35), file("active_speaker", after=35)]

    before, after = found(*parts), found(*parts, prefer=("active_speaker",))

    assert [key for key, _ in before] == [key for key, _ in after]
    assert before != after


def test_the_longest_counts_alone_where_it_is_wanted():
    """As the meeting's one recording; its size settles a tie."""
    parts = [file(lasts=10), file(after=15, lasts=40), file(after=60, lasts=40, size=2000)]

    assert [("", "shared_screen-60")] == found(*parts, policy="longest")
    assert [("", "shared_screen-15")] == found(*parts[:2], policy="longest")


def test_each_segment_is_ready_by_itself():
    """The longest is not known before all are."""
    parts = [file(lasts=30), file(after=35, **PROCESSING)]
    parts[1]["recording_end"] = ""
    waits = "Zoom is still processing it"

    assert [("", "shared_screen-0"), ("20261103T093500Z", waits)] == found(*parts)
    assert [("", waits)] == found(*parts, policy="longest")


@given(
    st.lists(st.tuples(st.integers(0, 600), st.integers(1, 120), KINDS), min_size=1, max_size=8),
    st.randoms(),
)
def test_segments_have_keys_of_their_own_in_order_of_time(parts, chance):
    """Whatever the files' order and however they overlap."""
    files = [
        file(kind, after=after, lasts=lasts, id=f"{n}")
        for n, (after, lasts, kind) in enumerate(parts)
    ]
    before = segments(meeting(*files), PREFER, "separate")
    chance.shuffle(files)

    assert before == segments(meeting(*files), PREFER, "separate")
    assert sorted({each.key for each in before}) == [each.key for each in before]
    assert "" == before[0].key


# ── not ready ──────────────────────────────────────────────────────────────


def test_what_zoom_still_works_on_waits():
    """Nothing is told of it but empty texts."""
    assert [("", "Zoom is still processing it")] == found(file(**PROCESSING))
    assert [("", "Zoom is still processing it")] == found(file(""), file("", **PROCESSING))


def test_a_better_view_is_waited_for():
    """Two files of one lecture, one after the other, would be a replacement."""
    assert [("", "Zoom is still processing it")] == found(
        file("gallery_view"), file("shared_screen", **PROCESSING)
    )


def test_a_transcript_is_not_waited_for():
    """Zoom takes long over it, and LEAP makes its own."""
    assert [("", "shared_screen-0")] == found(
        file(), file("audio_transcript", **PROCESSING), file("summary", **PROCESSING)
    )


@pytest.mark.parametrize("status, size", [("completed", 0), ("failed", 1000)])
def test_a_file_without_bytes_is_none(status, size):
    """It is looked at again, and does not hold back a better one."""
    empty = file("shared_screen_with_speaker_view", size, status=status)

    assert [("", "Zoom has an empty file of it so far")] == found(empty)
    assert [("", "gallery_view-0")] == found(empty, file("gallery_view"))


# ── what belongs to a segment ──────────────────────────────────────────────


def test_of_the_only_segment_everything_is_part():
    """Also a file without a time; the file itself comes last."""
    views = (file(), file("active_speaker"), *NOT_VIDEO)

    ids = [each.id for each in beside(meeting(*views), "shared_screen-0")]

    assert len(views) == len(ids)
    assert "shared_screen-0" == ids[-1]


def test_of_several_segments_only_its_own_files_are_part():
    """So that putting one into the trash leaves the other."""
    views = [
        file(lasts=30),
        file("chat_file", file_type="CHAT", lasts=30),
        file(after=35, lasts=25),
        file("active_speaker", after=35, lasts=25),
    ]

    first = [each.id for each in beside(meeting(*views), "shared_screen-0")]
    second = [each.id for each in beside(meeting(*views), "shared_screen-35")]

    assert ["chat_file-0", "shared_screen-0"] == first
    assert ["active_speaker-35", "shared_screen-35"] == second
    assert () == beside(meeting(*views), "gone")
