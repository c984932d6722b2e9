"""Caption files, judged by the libraries that other people read them with."""

from __future__ import annotations

import html
import io
import re

import pysubs2
import pytest
import webvtt
from hypothesis import given
from hypothesis import strategies as st

from leap.domain.captions import srt, vtt
from leap.domain.cues import Cue

word = st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1, max_size=12)
plain_word = st.text(st.characters(categories=["L"], max_codepoint=0x4FF), min_size=1, max_size=12)


def lines_of(words):
    return st.lists(
        st.lists(words, min_size=1, max_size=5).map(" ".join), min_size=1, max_size=2
    ).map(tuple)


@st.composite
def many_cues(draw, words=word):
    """Cues in order, at whole milliseconds."""
    moment, made = 0, []
    for lines in draw(st.lists(lines_of(words), max_size=12)):
        start = moment + draw(st.integers(0, 5000))
        moment = start + draw(st.integers(1, 7000))
        made.append(Cue(start / 1000, moment / 1000, lines))
    return made


def expected(cues):
    return [(round(cue.start * 1000), round(cue.end * 1000), "\n".join(cue.lines)) for cue in cues]


def read_by_webvtt(captions):
    def milliseconds(stamp):
        return (stamp.hours * 3600 + stamp.minutes * 60 + stamp.seconds) * 1000 + stamp.milliseconds

    return [
        (milliseconds(c.start_time), milliseconds(c.end_time), html.unescape(c.raw_text))
        for c in captions
    ]


def read_by_pysubs2(text, form):
    events = pysubs2.SSAFile.from_string(text, format_=form)
    return [(event.start, event.end, event.plaintext) for event in events]


@given(many_cues())
def test_a_webvtt_file_is_read_back_exactly(cues):
    """Times, lines and every character come back, markup characters included."""
    assert expected(cues) == read_by_webvtt(webvtt.from_buffer(io.StringIO(vtt(cues))))


@given(many_cues(plain_word))
def test_every_reader_sees_the_same(cues):
    """SubRip and WebVTT say the same to all of the common libraries."""
    if not cues:
        return
    srt_library = pytest.importorskip("srt")

    assert expected(cues) == read_by_webvtt(webvtt.from_string(vtt(cues)))
    assert expected(cues) == read_by_webvtt(webvtt.from_buffer(io.StringIO(srt(cues)), "srt"))
    assert expected(cues) == read_by_pysubs2(srt(cues), "srt")
    assert expected(cues) == read_by_pysubs2(vtt(cues), "vtt")
    assert expected(cues) == [
        (round(s.start.total_seconds() * 1000), round(s.end.total_seconds() * 1000), s.content)
        for s in srt_library.parse(srt(cues))
    ]


@given(many_cues())
def test_no_text_can_be_taken_for_structure(cues):
    """An arrow stands in timing lines only, and every cue has one."""
    for text in (srt(cues), vtt(cues)):
        arrows = [line for line in text.split("\n") if "-->" in line]

        assert len(arrows) == len(cues)
        assert all(re.fullmatch(r"[\d:.,]+ --> [\d:.,]+", line) for line in arrows)


@pytest.mark.parametrize(
    "text", ["if a < b and c > d", "<b>bold", r"{\an8}x", r"C:\Not here", "R&D"]
)
def test_subrip_loses_nothing_that_looks_like_markup(text):
    """SubRip has no escapes, so signs that readers take for markup become look-alikes."""
    lookalikes = str.maketrans("<>{}\\", "＜＞｛｝＼")
    ((_, _, read),) = read_by_pysubs2(srt([Cue(0, 1, (text,))]), "srt")

    assert text.translate(lookalikes) == read


def test_no_cues_make_valid_files():
    """A SubRip file without cues is empty; a WebVTT file keeps its first line."""
    assert srt([]) == ""
    assert vtt([]) == "WEBVTT\n"
    assert list(webvtt.from_string(vtt([]))) == []


def test_files_are_written_as_the_formats_want_it():
    """SubRip counts from 1 and has commas; WebVTT has points and a first line."""
    cues = [Cue(0.5, 2, ("One", "two.")), Cue(3600, 3601.25, ("Three.",))]

    assert srt(cues) == (
        "1\n00:00:00,500 --> 00:00:02,000\nOne\ntwo.\n\n2\n01:00:00,000 --> 01:00:01,250\nThree.\n"
    )
    assert vtt(cues) == (
        "WEBVTT\n\n00:00:00.500 --> 00:00:02.000\nOne\ntwo.\n\n"
        "01:00:00.000 --> 01:00:01.250\nThree.\n"
    )
