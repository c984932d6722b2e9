"""Chapters as platforms accept them, and the breaks among them."""

from __future__ import annotations

import itertools
import re

from hypothesis import given
from hypothesis import strategies as st

from leap.domain.chapters import break_title, chapter_text, chapters, with_breaks
from leap.domain.topics import Break, Topic

topics_of_any_kind = st.lists(
    st.builds(
        lambda start, length, title: Topic(start, start + length, title),
        st.floats(0, 20_000),
        st.floats(0, 5_000),
        st.text(max_size=20),
    ),
    max_size=30,
)


def lecture(*starts):
    ends = [*starts[1:], 1000.0]
    return [Topic(s, e, f"Part {n}") for n, (s, e) in enumerate(zip(starts, ends, strict=True))]


def test_chapters_are_lines_of_a_time_and_a_title():
    """Nothing stands before the time: platforms would not see a chapter."""
    assert chapter_text(lecture(0, 65.4, 600)) == "0:00 Part 0\n1:05 Part 1\n10:00 Part 2"


def test_the_first_chapter_begins_at_zero():
    """A lecture whose first topic starts late still opens with a chapter."""
    assert chapter_text(lecture(4, 60, 90)).startswith("0:00 Part 0\n")


def test_fewer_than_three_chapters_are_none():
    """Platforms ignore one or two; nothing is invented to fill up."""
    assert chapter_text(lecture(0, 300)) == ""


def test_a_chapter_less_than_ten_seconds_after_the_last_gives_way():
    """Seconds are counted as they will be read."""
    assert [t.title for t in chapters(lecture(0, 9.99, 10, 50))] == ["Part 0", "Part 2", "Part 3"]


def test_the_last_chapter_is_as_long_as_the_others():
    """A topic in the last ten seconds gives way, too: one that is too short would cost them all."""
    assert [t.title for t in chapters(lecture(0, 60, 90, 991))] == ["Part 0", "Part 1", "Part 2"]
    assert [t.start for t in chapters(lecture(0, 60, 90, 990.5))] == [0, 60, 90, 990]
    assert chapter_text(lecture(0, 60, 995)) == ""


@given(topics_of_any_kind)
def test_chapters_are_always_such_as_platforms_accept(topics):
    """Whatever the topics are, the text is none or valid."""
    text = chapter_text(topics)
    lines = text.split("\n") if text else []
    stamps = []
    for line in lines:
        found = re.fullmatch(r"(?:(\d+):)?(\d{1,2}):(\d{2}) \S.*", line)
        assert found, line
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        stamps.append(hours * 3600 + minutes * 60 + seconds)

    assert len(lines) == 0 or len(lines) >= 3
    assert stamps[:1] == [0] or not lines
    end = max((topic.end for topic in topics), default=0)
    assert all(b - a >= 10 for a, b in itertools.pairwise([*stamps, end] if stamps else []))


def test_a_break_that_stayed_is_a_chapter_of_its_own():
    """The topic before the break ends at it, the next begins after it."""
    topics = [Topic(0, 100, "One"), Topic(700, 900, "Two")]
    pause = Break(100, 700, 10.0)

    expected = (Topic(0, 100, "One"), Topic(100, 700, "Break"), Topic(700, 900, "Two"))
    assert expected == with_breaks(topics, [pause], break_title("en"))


def test_a_topic_over_a_break_goes_on_after_it():
    """A finder that knows nothing of breaks is corrected."""
    made = with_breaks([Topic(0, 900, "One")], [Break(100, 700, 10.0)], "Перерыв")

    assert [(t.start, t.title) for t in made] == [(0, "One"), (100, "Перерыв"), (700, "One")]


def test_a_break_that_was_cut_out_is_no_chapter():
    """Nothing is left of it in the video."""
    topics = (Topic(0, 100, "One"), Topic(100, 200, "Two"))

    assert topics == with_breaks(topics, [Break(100, 100, 10.0)], "Break")


def test_breaks_are_named_in_the_language_of_the_lecture():
    """Languages that are not known get the English word."""
    assert [break_title(code) for code in ("en-GB", "ru", "ja")] == ["Break", "Перерыв", "Break"]
