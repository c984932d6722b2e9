"""How wide text is, where it has spaces, and how long words are cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.domain.typesetting import cleaned, columns, cut, spaced

FAMILY = "👩\N{ZERO WIDTH JOINER}👧"


@pytest.mark.parametrize(
    "text,width", [("", 0), ("lecture", 7), ("лекция", 6), ("讲座", 4), ("講義2", 5), ("👍", 2)]
)
def test_wide_signs_take_two_columns(text, width):
    """Chinese, Japanese and Korean signs and emoji are twice as wide as letters."""
    assert columns(text) == width


@pytest.mark.parametrize(
    "before,after,expected",
    [
        ("two", "words", True),
        ("два", "слова", True),
        ("한국어", "강의", True),
        ("שלום", "עולם", True),
        ("深度", "学习", False),
        ("学习", "，", False),
        ("สวัส", "ดี", False),
        ("学习", "GPU", True),
        ("GPU", "学习", True),
    ],
)
def test_scripts_without_spaces_get_none(before, after, expected):
    """Between Chinese, Japanese or Thai words there is no space; Korean writes them."""
    assert spaced(before, after) is expected


def test_text_is_cleaned_of_what_no_player_shows():
    """Control characters go, and white space of any kind becomes one space."""
    assert cleaned(" a\x00b \t c\N{NO-BREAK SPACE}\N{LINE SEPARATOR}d\x1b\x7f\n") == "ab c d"


@given(st.text(max_size=300), st.integers(2, 60))
def test_pieces_fit_and_make_up_the_text(text, limit):
    """Nothing is lost or added, no piece is empty or wider than the limit."""
    pieces = list(cut(text, limit))

    assert text == "".join(pieces)
    assert all(columns(piece) <= limit for piece in pieces)
    assert all(pieces) or pieces == [""]


def test_a_piece_ends_after_punctuation():
    """An address is cut after a slash, a sentence without spaces after its comma."""
    assert list(cut("https://example.org/lectures", 22)) == ["https://example.org/", "lectures"]
    assert list(cut("我们讨论训练，以及为什么", 16)) == ["我们讨论训练，", "以及为什么"]


def test_what_is_seen_as_one_sign_stays_together():
    """Accents stay on their letters, and families of emoji are not divorced."""
    accented = "e\N{COMBINING ACUTE ACCENT}"

    assert list(cut(accented * 4, 5)) == [accented * 2, accented * 2]
    assert list(cut(FAMILY * 3, 8)) == [FAMILY, FAMILY, FAMILY]
    assert list(cut("👍🏽👍🏽", 6)) == ["👍🏽", "👍🏽"]
