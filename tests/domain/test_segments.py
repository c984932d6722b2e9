"""How words become segments that read like sentences."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.domain.segments import SILENCE, ends_sentence, segments
from leap.domain.transcript import Word

words_and_pauses = st.lists(
    st.tuples(
        st.sampled_from(["so", "gradient", "ends.", "why?", "then,", "«конец…»", "42"]),
        st.floats(0, 3),
        st.floats(0, 15),
    ),
    max_size=60,
)


def spoken(parts):
    """Return words of ``(text, length, pause after)``, one behind the other."""
    words, time = [], 0.0
    for text, length, pause in parts:
        words.append(Word(time, time + length, text))
        time += length + pause
    return words


def texts(parts):
    return [segment.text for segment in segments(spoken(parts))]


def test_no_words_make_no_segments():
    """An empty transcript is a valid one."""
    assert segments([]) == ()


def test_a_segment_ends_with_a_sentence():
    """Full stop, question mark, exclamation mark and ellipsis end a segment."""
    parts = [
        ("One", 0.4, 0),
        ("two.", 0.4, 0),
        ("Three", 0.4, 0),
        ("four", 0.4, 0),
        ("five", 0.4, 0),
    ]

    assert texts(parts) == ["One two.", "Three four five"]


def test_a_segment_ends_at_a_pause_and_sooner_after_a_comma():
    """0.3 s are a pause after a comma, and none elsewhere."""
    comma = [("one,", 0.8, 0.3), ("two", 0.8, 0), ("three", 0.8, 0)]
    no_comma = [("one", 0.8, 0.3), ("two", 0.8, 0.5), ("three", 1.3, 0)]

    assert texts(comma) == ["one,", "two three"]
    assert texts(no_comma) == ["one two", "three"]


def test_a_segment_does_not_grow_beyond_eight_seconds_by_more_than_a_word():
    """Speech without any pause is cut all the same."""
    parts = [("word", 1.0, 0.0)] * 20

    assert [s.end - s.start for s in segments(spoken(parts))] == [9.0, 9.0, 2.0]


def test_a_scrap_joins_the_segment_before_it():
    """Fewer than three words within 1.2 s are no segment of their own."""
    parts = [("one", 0.4, 0), ("two", 0.4, 0.6), ("yes", 0.3, 0.6), ("then", 2.0, 0)]

    assert texts(parts) == ["one two", "yes then"]
    assert texts(parts[:3]) == ["one two yes"]


def test_no_segment_reaches_over_a_silence():
    """A lone word before a break is a segment of its own, however short."""
    parts = [("one", 0.4, 600), ("two", 0.4, 600), ("three", 0.4, 0)]

    assert texts(parts) == ["one", "two", "three"]


@given(words_and_pauses)
def test_every_word_is_in_one_segment_in_order(parts):
    """Segments keep the text word for word, and count from 0."""
    words = spoken(parts)
    made = segments(words)

    assert [word.text for word in words] == " ".join(s.text for s in made).split()
    assert list(range(len(made))) == [segment.id for segment in made]


@given(words_and_pauses)
def test_segments_follow_each_other(parts):
    """Segments are in order and never overlap; each lies where its words do."""
    made = segments(spoken(parts))

    for one, other in itertools.pairwise(made):
        assert one.start <= one.end <= other.start
    gaps = [b.start - a.end for a, b in itertools.pairwise(spoken(parts))]
    assert len(made) >= bool(parts) + sum(gap > SILENCE + 1e-9 for gap in gaps)


@pytest.mark.parametrize(
    "text,expected",
    [
        ("end.", True),
        ('end."', True),
        ("конец…»", True),
        ("3.14", False),
        ("end,", False),
        ("", False),
    ],
)
def test_a_sentence_ends_with_its_mark_inside_quotes_too(text, expected):
    """Closing quotes and brackets may follow the mark."""
    assert expected is ends_sentence(text)
