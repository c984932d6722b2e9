"""One lecture as data for its template."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leap.domain.topics import Break, Topic
from leap.domain.transcript import Segment
from leap.providers.site.page import about, chapters, plain, ribbon, sections

TOPICS = (Topic(0.0, 60.0, "First"), Topic(60.0, 120.0, "Second"))


def test_segments_are_read_under_the_topic_they_fall_into():
    """A segment that reaches over a boundary goes where its middle is."""
    segments = (
        Segment(0, 0.0, 5.0, "a"),
        Segment(1, 58.0, 61.0, "b"),
        Segment(2, 59.0, 64.0, "c"),
    )
    found = sections(segments, TOPICS)
    assert [
        (section.title, [s.text for p in section.paragraphs for s in p.segments])
        for section in found
    ] == [("First", ["a", "b"]), ("Second", ["c"])]


def test_words_before_the_first_topic_have_a_section_without_title():
    """Nothing that was said is left out."""
    found = sections((Segment(0, 0.0, 1.0, "hello"),), (Topic(30.0, 60.0, "Later"),))
    assert [section.title for section in found] == [""]


@given(
    st.lists(st.tuples(st.floats(0, 7200), st.floats(0, 60), st.text(min_size=1)), max_size=40),
    st.lists(st.floats(0, 7200), max_size=12),
)
def test_every_readable_segment_is_on_the_page_once_and_in_order(raw, starts):
    """However topics and segments lie, the transcript is complete."""
    segments = [
        Segment(i, start, start + length, text)
        for i, (start, length, text) in enumerate(sorted(raw))
    ]
    topics = [Topic(start, start, "t") for start in starts]
    shown = [
        segment.id
        for section in sections(segments, topics)
        for paragraph in section.paragraphs
        for segment in paragraph.segments
    ]
    assert shown == [segment.id for segment in segments if plain(segment.text)]


def test_a_long_pause_begins_a_new_paragraph():
    """So does a paragraph of 45 seconds."""
    segments = (
        Segment(0, 0.0, 5.0, "a"),
        Segment(1, 8.0, 12.0, "b"),
        Segment(2, 12.0, 60.0, "c"),
    )
    (section,) = sections(segments, ())
    assert [p.start for p in section.paragraphs] == [0.0, 8.0, 12.0]


def test_breaks_stand_between_the_chapters():
    """Before the chapter that goes on after them; never as less than a minute."""
    breaks = (Break(120.0, 720.0, 10.2), Break(60.0, 60.0, 0.2))
    assert [(e.start, e.title, e.minutes) for e in chapters(TOPICS, breaks)] == [
        (0.0, "First", None),
        (60.0, "", 1),
        (60.0, "Second", None),
        (120.0, "", 10),
    ]


def test_the_description_is_shown_without_its_list_of_chapters():
    """The page has a real list; other lines with times stay."""
    description = "Summary.\n\n0:00 First\n1:00 Second\n2:00 Pause\n\n9:30 we meet in room 5"
    pause = Break(120.0, 720.0, 10.0)
    assert about(description, "Summary.", TOPICS, [pause]) == "Summary.\n\n9:30 we meet in room 5"
    assert about("", "Summary.", TOPICS) == "Summary."
    assert about("Lecturer: N. N.", "Summary.", ()) == "Summary.\n\nLecturer: N. N."


def test_control_characters_and_reversed_text_are_removed():
    """A title cannot make the words after it read backwards."""
    assert plain("a\u202eb\x00c\x07\ud800") == "abc?"
    assert plain("emoji 🎓, Кириллица\nline") == "emoji 🎓, Кириллица\nline"


@given(st.lists(st.floats(0, 10_000)), st.floats(-1, 10_000))
def test_the_ribbon_stays_within_its_picture(starts, duration):
    """Wrong times make a wrong picture, never a broken one."""
    for begin, width in ribbon(sorted(starts), duration):
        assert 0 <= begin <= 1000
        assert 0 <= width
        assert begin + width <= 1000.2
