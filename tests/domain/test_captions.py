"""Caption files, judged by the libraries that other people read them with."""

from __future__ import annotations

import html
import io
import re
import tempfile
from pathlib import Path

import av
import pysubs2
import pytest
import webvtt
from hypothesis import given
from hypothesis import strategies as st

from leap.domain.captions import srt, vtt
from leap.domain.cues import Cue

word = st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1, max_size=12)
# Letters of all scripts, digits, punctuation and emoji, but what is markup in SubRip.
plain_word = st.text(
    st.characters(categories=["L", "N", "P", "So"], exclude_characters="{}\\"),
    min_size=1,
    max_size=12,
)


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


def read_by_webvtt(text, form):
    def milliseconds(stamp):
        return (stamp.hours * 3600 + stamp.minutes * 60 + stamp.seconds) * 1000 + stamp.milliseconds

    unescaped = html.unescape if form == "vtt" else str
    return [
        (milliseconds(c.start_time), milliseconds(c.end_time), unescaped(c.raw_text))
        for c in webvtt.from_buffer(io.StringIO(text), form)
    ]


def read_by_pysubs2(text, form):
    events = pysubs2.SSAFile.from_string(text, format_=form)
    # It leaves the escapes of WebVTT as they are.
    unescaped = html.unescape if form == "vtt" else str
    return [(event.start, event.end, unescaped(event.plaintext)) for event in events]


def read_by_ffmpeg(text, form):
    """What libavformat and libavcodec, the libraries of ffmpeg, make of a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"captions.{form}")
        path.write_text(text, encoding="utf-8", newline="\n")
        with av.open(path) as container:
            (stream,) = container.streams.subtitles
            return [
                (packet.pts, packet.pts + packet.duration, drawn.dialogue.decode())
                for packet in container.demux(stream)
                for drawn in (packet.decode() if packet.size else ())
            ]


@given(many_cues())
def test_a_webvtt_file_is_read_back_exactly(cues):
    """Times, lines and every character come back, markup characters included."""
    assert expected(cues) == read_by_webvtt(vtt(cues), "vtt")


@given(many_cues(plain_word))
def test_every_reader_sees_the_same(cues):
    """SubRip and WebVTT say the same to the common libraries and to ffmpeg."""
    # The very last line of a file is the one place where pysubs2 drops a number.
    cues.append(Cue(90_000, 90_001, ("The end.",)))

    assert expected(cues) == read_by_webvtt(vtt(cues), "vtt")
    assert expected(cues) == read_by_webvtt(srt(cues), "srt")
    assert expected(cues) == read_by_pysubs2(srt(cues), "srt")
    assert expected(cues) == read_by_pysubs2(vtt(cues), "vtt")
    assert expected(cues) == read_by_ffmpeg(srt(cues), "srt")
    assert expected(cues) == read_by_ffmpeg(vtt(cues), "vtt")


@pytest.mark.parametrize("lines", [("42",), ("In the summer of", "1969"), ("3", "2", "1")])
def test_a_line_that_is_a_number_is_text(lines):
    """Readers that look for the number of the next cue do not take it for one."""
    cues = [Cue(0, 1, lines), Cue(1, 2, ("Next.",))]

    assert expected(cues) == read_by_pysubs2(srt(cues), "srt")
    assert expected(cues) == read_by_pysubs2(vtt(cues), "vtt")


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
    """Both count from 1; SubRip has commas, WebVTT has points and a first line."""
    cues = [Cue(0.5, 2, ("One", "two.")), Cue(3600, 3601.25, ("Three.",))]

    assert srt(cues) == (
        "1\n00:00:00,500 --> 00:00:02,000\nOne\ntwo.\n\n2\n01:00:00,000 --> 01:00:01,250\nThree.\n"
    )
    assert vtt(cues) == (
        "WEBVTT\n\n1\n00:00:00.500 --> 00:00:02.000\nOne\ntwo.\n\n"
        "2\n01:00:00.000 --> 01:00:01.250\nThree.\n"
    )
