"""How the words of a cue are laid out on lines."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.domain.linebreaks import Lines


def laid_out(text, *, limit=20, most=2, breaks=None):
    words = text.split()
    lines = Lines(words, [" "] * len(words), breaks or [0.0] * len(words), limit=limit, most=most)
    return lines.text(0, len(words)) if lines.cost(0, len(words)) is not None else None


def test_what_fits_on_one_line_stays_on_one():
    """A second line covers more of the picture."""
    assert laid_out("twenty columns, just") == ("twenty columns, just",)


def test_two_lines_are_even():
    """A break in the middle reads better than one word left over."""
    assert laid_out("one two three four five") == ("one two three", "four five")


def test_a_bad_break_is_worth_less_than_even_lines():
    """Where the middle is a bad place, the break moves."""
    assert laid_out("one two the four five", breaks=[0, 0, 9, 0, 0]) == ("one two", "the four five")


@pytest.mark.parametrize("most,expected", [(2, None), (3, ("ten chars.",) * 3)])
def test_text_that_does_not_fit_is_told(most, expected):
    """So many lines and no more."""
    assert laid_out("ten chars. ten chars. ten chars.", limit=10, most=most) == expected


def every_way(words, limit, most):
    """All ways to lay out words, tried one by one."""
    for count in range(most):
        ways = [
            tuple(" ".join(words[a:b]) for a, b in itertools.pairwise((0, *cuts, len(words))))
            for cuts in itertools.combinations(range(1, len(words)), count)
        ]
        fitting = [way for way in ways if all(len(line) <= limit for line in way)]
        if fitting:
            return fitting
    return []


@given(
    st.lists(st.text("ab", min_size=1, max_size=10), min_size=1, max_size=10),
    st.integers(10, 24),
    st.integers(1, 4),
)
def test_no_other_way_is_more_even(words, limit, most):
    """The fewest lines, and of those ways the one with the most even lines."""
    found, ways = laid_out(" ".join(words), limit=limit, most=most), every_way(words, limit, most)

    def unevenness(way):
        return sum(len(line) ** 2 for line in way)

    assert (found is None) == (not ways)
    assert not ways or (found in ways and unevenness(found) == min(map(unevenness, ways)))
