"""What Zoom tells about a meeting is read with patience."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.providers.zoom.choice import segments
from leap.providers.zoom.meetings import read_meeting

DATA = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
FILE_KEYS = [
    "id",
    "file_type",
    "file_extension",
    "recording_type",
    "file_size",
    "status",
    "recording_start",
    "recording_end",
    "download_url",
]
TIMES = st.sampled_from(
    ["2026-11-03T09:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "2026-11-03", ""]
)


def test_numbers_and_times_are_read_as_they_come():
    """Sizes as text, a time without a zone, a length in minutes."""
    said = {
        "uuid": "a/b==",
        "topic": "  Trees \n and\tgraphs ",
        "start_time": "2026-11-03T09:00:00",
        "duration": "50",
        "type": "8",
        "recording_files": [{"id": "f", "file_extension": "mp4", "file_size": "123"}],
    }

    found = read_meeting(said)

    assert ("a/b==", "Trees and graphs", 3000.0) == (found.uuid, found.topic, found.seconds)
    assert datetime(2026, 11, 3, 9, tzinfo=UTC) == found.starts
    assert [("f", "MP4", 123)] == [(each.id, each.type, each.size) for each in found.files]


def test_no_sign_that_cannot_be_kept_or_moves_a_cursor_is_in_a_title():
    """Emoji and other scripts stay as they are."""
    found = read_meeting({"uuid": "a", "topic": "\x1b[31mДеревья\x00 👩‍💻\r\n 树"})

    assert "[31mДеревья 👩‍💻 树" == found.topic


@pytest.mark.parametrize("said", [None, [], {}, {"uuid": ""}, {"uuid": 7}])
def test_without_a_uuid_nothing_is_a_meeting(said):
    """A number names all instances of a meeting, so it stands for none."""
    assert read_meeting(said) is None


def test_files_that_were_not_listed_are_told_from_none():
    """The one can be asked for."""
    assert read_meeting({"uuid": "a"}).files is None
    assert () == read_meeting({"uuid": "a", "recording_files": []}).files


def test_a_file_without_an_id_gets_one_of_its_own():
    """Old timelines have none; it is never sent to Zoom."""
    (found,) = read_meeting(
        {"uuid": "a", "recording_files": [{"recording_type": "timeline", "recording_start": "x"}]}
    ).files

    assert "timeline@x" == found.id
    assert not found.has_id


@given(
    st.fixed_dictionaries(
        {"uuid": st.text(min_size=1), "start_time": st.just("2026-11-03T09:00:00Z")},
        optional={
            "topic": DATA,
            "duration": DATA,
            "recording_files": DATA
            | st.lists(
                DATA
                | st.dictionaries(
                    st.sampled_from(FILE_KEYS),
                    DATA | TIMES | st.sampled_from(["MP4", "completed", "shared_screen"]),
                )
            ),
        },
    ),
    st.sampled_from(["separate", "longest"]),
)
def test_no_answer_makes_the_reader_stumble(said, policy):
    """Whatever stands in it: it is read, and segments come of it or do not."""
    meeting = read_meeting(json.loads(json.dumps(said)))

    for segment in segments(meeting, ("shared_screen",), policy) if meeting else ():
        assert bool(segment.file) != bool(segment.waits)
