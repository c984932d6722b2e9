"""Quantities with units."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from leap.config import units


@pytest.mark.parametrize(
    "parse, text, value",
    [
        (units.duration, "8 min", 480.0),
        (units.duration, "8min", 480.0),
        (units.duration, "1 h 30 min", 5400.0),
        (units.duration, "0.833 s", 0.833),
        (units.duration, "250 ms", 0.25),
        (units.duration, "2 d", 172_800.0),
        (units.duration, 0, 0.0),
        (units.size, "25 MB", 25_000_000),
        (units.size, "25 MiB", 26_214_400),
        (units.size, "0.5 kB", 500),
        (units.size, 0, 0),
        (units.rate, "20 MB/s", 20_000_000),
        (units.rate, "512KiB / s", 524_288),
        (units.rate, "1 kB/s", 1000),
        (units.level, "-40 dB", -40.0),
        (units.level, "-32.5dB", -32.5),
        (units.level, "0 dB", 0.0),
        (units.share, "50 %", 0.5),
        (units.share, "0.5%", 0.005),
    ],
)
def test_a_quantity_becomes_a_plain_number(parse, text, value):
    """Seconds, bytes, bytes per second, decibels, and shares from 0 to 1."""
    assert value == parse(text)


@pytest.mark.parametrize(
    "parse, text",
    [
        (units.duration, 8),
        (units.duration, "8"),
        (units.duration, "8 m"),
        (units.duration, "eight minutes"),
        (units.duration, "-1 s"),
        (units.duration, "1e9 s"),
        (units.duration, "999999999 h"),
        (units.duration, True),
        (units.duration, False),
        (units.duration, None),
        (units.duration, ""),
        (units.size, "25"),
        (units.size, "25 mb"),
        (units.size, "-1 MB"),
        (units.rate, 20),
        (units.rate, 0),
        (units.rate, "20 MB"),
        (units.rate, "20 MBps"),
        (units.rate, "100 Mbit/s"),
        (units.rate, "20 mb/s"),
        (units.rate, "20 MB/h"),
        (units.rate, "999 B/s"),
        (units.level, "-40"),
        (units.level, "40 dB"),
        (units.level, -40),
        (units.share, "50"),
        (units.share, 0.5),
        (units.share, "101 %"),
        (units.share, ["50 %"]),
    ],
)
def test_what_does_not_say_what_it_counts_is_refused(parse, text):
    """A bare number, an unknown unit or an impossible value."""
    with pytest.raises(PydanticCustomError):
        parse(text)


@given(st.integers(0, 10**6), st.sampled_from([("ms", 0.001), ("s", 1), ("min", 60), ("h", 3600)]))
def test_spaces_do_not_matter(number, unit):
    """With and without a space it is the same duration."""
    name, seconds = unit
    if number * seconds > 10**8:
        number %= 1000

    assert units.duration(f"{number}{name}") == units.duration(f" {number}  {name} ")
    assert units.duration(f"{number} {name}") == pytest.approx(number * seconds)


@pytest.mark.parametrize(
    "kind, value, words",
    [
        ("duration", 480.0, "8 min"),
        ("duration", 5400.0, "1 h 30 min"),
        ("duration", 0.833, "0.833 s"),
        ("duration", 0.0, "0 s"),
        ("duration, or `off`", None, "off"),
        ("size", 25_000_000, "25 MB"),
        ("size", 50_000_000_000, "50 GB"),
        ("size", 12, "12 B"),
        ("rate", 20_000_000, "20 MB/s"),
        ("rate, or `off`", 1500, "1.5 kB/s"),
        ("rate, or `off`", None, "off"),
        ("level", -32.5, "-32.5 dB"),
        ("share", 0.3, "30 %"),
        ("", ["srt", "vtt"], "[srt, vtt]"),
        ("", 0.0, "0"),
        ("", True, "true"),
        ("", None, "none"),
    ],
)
def test_numbers_are_told_as_they_are_written(kind, value, words):
    """With the unit that reads best."""
    assert words == units.in_words(kind, value)


@given(st.integers(0, 10**9).map(lambda milliseconds: milliseconds / 1000))
def test_a_duration_in_words_is_the_same_duration(seconds):
    """To six digits of its last part."""
    assert units.duration(units.in_words("duration", seconds)) == pytest.approx(seconds, abs=1e-3)
