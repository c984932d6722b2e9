"""Text made to fit a platform."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.domain.fitting import (
    ANGLES,
    characters,
    fitting_tags,
    one_line,
    paragraphs,
    shortened,
    shortened_lines,
    utf8,
    utf16,
)

#: What people see as one sign.
SIGNS = ["a", "Ж", "й", "é", "ñ", "👍🏽", "👨‍👩‍👧‍👦", "🇩🇪", "❤️", "1️⃣", "한", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "木", "กำ"]
sizes = st.sampled_from([characters, utf8, utf16])


def test_what_fits_is_left_alone():
    """A limit is no reason to change anything that keeps it."""
    assert "Graphs, lecture 3" == shortened("Graphs, lecture 3", 17)


@pytest.mark.parametrize(
    "text,limit,expected",
    [
        ("Breadth-first search and its uses", 25, "Breadth-first search and…"),
        ("Breadth-first search and its uses", 24, "Breadth-first search…"),
        ("Поиск в ширину и его применение", 17, "Поиск в ширину и…"),
        ("Trees, graphs, heaps", 15, "Trees, graphs…"),
        ("Pneumonoultramicroscopicsilicovolcanoconiosis", 11, "Pneumonoul…"),
        ("木構造とグラフの探索", 6, "木構造とグ…"),
        ("Trees", 1, ""),
        ("Trees", 0, ""),
    ],
)
def test_a_long_text_ends_after_a_word(text, limit, expected):
    """With an ellipsis, and without a comma or a dash before it; a very long word is cut."""
    assert expected == shortened(text, limit)


def test_bytes_are_counted_where_a_platform_counts_bytes():
    """A Cyrillic letter is two of them, and the ellipsis three."""
    assert "Деревья…" == shortened("Деревья и графы", 19, utf8)
    assert "Деревья и графы" == shortened("Деревья и графы", 28, utf8)


@given(st.text(), st.integers(0, 60), sizes)
def test_no_text_is_longer_than_allowed(text, limit, size):
    """Of whatever characters, however counted."""
    assert size(shortened(text, limit, size)) <= limit
    clean = paragraphs(text)
    assert size(shortened_lines(clean, limit, size)) <= limit


@given(st.lists(st.sampled_from([*SIGNS, " "])), st.integers(0, 60), sizes)
def test_a_sign_is_never_torn_apart(signs, limit, size):
    """What is kept is a number of whole signs."""
    text = "".join(signs)
    kept = shortened(text, limit, size).removesuffix("…")
    beginnings = {"".join(signs[:count]) for count in range(len(signs) + 1)}
    assert kept in beginnings | {each.rstrip() for each in beginnings}


# ── descriptions ───────────────────────────────────────────────────────────

CHAPTERS = "0:00 Trees\n4:05 Graphs\n1:02:03 Heaps"


def test_chapters_stay_when_a_description_is_too_long():
    """What stands around them gives way: first what follows, then what comes before."""
    text = f"A lecture about trees and graphs.\n\n{CHAPTERS}\n\nAsk us anything you like."

    assert f"A lecture about trees and graphs.\n\n{CHAPTERS}\n\nAsk us…" == shortened_lines(
        text, 85
    )
    assert f"A lecture about trees and graphs.\n\n{CHAPTERS}" == shortened_lines(text, 74)
    assert f"A lecture about…\n\n{CHAPTERS}" == shortened_lines(text, 58)


def test_too_many_chapters_end_with_a_whole_line():
    """And leave a third of the room to the text before them."""
    chapters = "\n".join(f"{minute}:00 Chapter {minute}" for minute in range(60))

    found = shortened_lines(f"A lecture about trees and graphs.\n\n{chapters}", 99)
    assert (
        "A lecture about trees and graphs.\n\n"
        "0:00 Chapter 0\n1:00 Chapter 1\n2:00 Chapter 2\n3:00 Chapter 3" == found
    )


def test_a_description_without_chapters_ends_after_a_word():
    """As any text."""
    assert "At 5:30 we meet…" == shortened_lines("At 5:30 we meet again.\nBring paper.", 18)


stamps = st.integers(0, 59).map(lambda second: f"7:{second:02} Chapter {second}")


@given(st.text(max_size=80), st.lists(stamps, min_size=3, max_size=12), st.integers(0, 200))
def test_no_chapter_is_ever_cut(before, chapters, limit):
    """A line with a time is there whole or not at all."""
    found = shortened_lines(f"{paragraphs(before)}\n\n" + "\n".join(chapters), limit)
    told = [line for line in found.split("\n") if line.startswith("7:")]
    assert told == chapters[: len(told)]


# ── characters ─────────────────────────────────────────────────────────────


def test_what_a_platform_forbids_is_replaced_by_what_looks_like_it():
    """YouTube takes no angle brackets; in a title of C++ they should still be read."""
    assert "std::vector＜int＞" == one_line("std::vector<int>", ANGLES)


def test_control_characters_are_dropped():
    """Among them those that turn text around; tabs and new lines become spaces."""
    assert "Trees and graphs" == one_line("Tre\x00es\tand\n\u202egr\x07aphs\ud800")


def test_a_description_keeps_its_lines():
    """Of whatever system; more than one empty line is one."""
    assert "a\nb\n\nc" == paragraphs("a  \r\nb\u2028\r\r\n\n\nc\n\x00")


def test_emoji_stay_whole():
    """The joiner between their parts is no control character."""
    assert "👨‍👩‍👧‍👦 ❤️" == one_line("👨‍👩‍👧‍👦 ❤️", ANGLES)


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text):
    """So what was read back from a platform compares equal."""
    assert paragraphs(text, ANGLES) == paragraphs(paragraphs(text, ANGLES), ANGLES)
    assert one_line(text, ANGLES) == one_line(one_line(text, ANGLES), ANGLES)


# ── tags ───────────────────────────────────────────────────────────────────


def counted(tags):
    """Return how long YouTube thinks that tags are."""
    return len(",".join(f'"{tag}"' if " " in tag else tag for tag in tags))


def test_tags_are_counted_as_youtube_counts():
    """Two for the quotes around one with a space, and a comma between each two."""
    assert ("graph theory", "trees") == fitting_tags(["graph theory", "trees"], 20)
    assert ("graph theory",) == fitting_tags(["graph theory", "trees"], 19)


def test_a_tag_that_does_not_fit_is_left_out_whole():
    """A shorter one after it may fit."""
    assert ("trees", "bfs") == fitting_tags(["trees", "breadth-first search", "bfs"], 12)


def test_tags_are_there_once_and_without_commas():
    """A comma would make two of one; YouTube does not tell capitals from small letters."""
    assert ("graphs", "Trees", "heaps") == fitting_tags([" graphs ", "Trees,heaps", "GRAPHS", ""])


@given(st.lists(st.text()), st.integers(0, 500))
def test_tags_are_never_too_long_together(tags, limit):
    """Whatever is in them."""
    assert counted(fitting_tags(tags, limit)) <= limit
