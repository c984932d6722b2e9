"""Times as people and players write them, and reading them back."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.domain.timecodes import (
    chapter_stamp,
    clock,
    parse_clock,
    parse_timed_line,
    srt_clock,
    timed_line,
    whole_clock,
)

seconds = st.floats(min_value=0, max_value=400_000)


@pytest.mark.parametrize(
    "time,expected",
    [
        (0, "00:00:00.000"),
        (-0.2, "00:00:00.000"),
        (59.9996, "00:01:00.000"),
        (3723.045, "01:02:03.045"),
        (360_000, "100:00:00.000"),
    ],
)
def test_a_clock_counts_hours_minutes_seconds_and_milliseconds(time, expected):
    """A clock has two digits for each unit, more for long recordings, and is never negative."""
    assert expected == clock(time)
    assert expected.replace(".", ",") == srt_clock(time)


@pytest.mark.parametrize(
    "time,expected",
    [(0, "0:00"), (65.9, "1:05"), (600, "10:00"), (3600, "1:00:00"), (59.9999, "1:00")],
)
def test_a_chapter_stamp_is_written_as_platforms_read_it(time, expected):
    """A stamp has no leading zero, drops fractions, and shows hours only when there are any."""
    assert expected == chapter_stamp(time)


def test_a_whole_clock_drops_the_fraction():
    """Rounding up would pass over the first word of a chapter."""
    assert whole_clock(65.9) == "00:01:05"


@given(seconds)
def test_a_clock_is_read_back_to_the_millisecond(time):
    """What a clock shows is read back, in SubRip's spelling too."""
    assert round(time, 3) == pytest.approx(parse_clock(clock(time)), abs=0.00051)
    assert parse_clock(clock(time)) == parse_clock(srt_clock(time))


@given(st.text())
def test_whatever_is_no_time_is_refused(text):
    """Reading a time gives a number or ValueError, whatever the text."""
    with suppress(ValueError):
        assert parse_clock(text) >= 0


@given(seconds, seconds, st.text(st.characters(codec="utf-8")))
def test_a_timed_line_is_one_line_and_is_read_back(start, end, text):
    """Times come back to the millisecond, words exactly, and white space as single spaces."""
    line = timed_line(start, end, text)

    assert [line] == line.split("\n")
    assert (parse_clock(clock(start)), parse_clock(clock(end)), " ".join(text.split())) == (
        parse_timed_line(line)
    )


def test_times_without_milliseconds_are_read():
    """Transcripts written by hand have whole seconds."""
    assert parse_timed_line("[00:00:05 - 00:00:07] a word") == (5.0, 7.0, "a word")


@given(st.text())
def test_whatever_is_no_timed_line_is_refused(text):
    """Reading a line gives times and text or ValueError, whatever the line."""
    with suppress(ValueError):
        parse_timed_line(text)
