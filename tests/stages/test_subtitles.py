"""Stage subtitles: captions from the words of a transcript."""

from __future__ import annotations

import html
import io
import json

import pysubs2
import pytest
import webvtt

from leap.config.settings import Subtitles
from leap.domain.segments import segments
from leap.domain.transcript import Word
from leap.stages.subtitles import subtitles
from leap.stages.transcript import write_json, write_segments, write_words

TEXT = """
Gradient descent is the method that trains almost every neural network. Imagine that you stand on a
hill in thick fog, and that you want to reach the valley. Градиент указывает направление роста.
"""


@pytest.fixture
def run(tmp_path):
    """Return a function that runs the stage on a text, and gives its files."""

    def call(text, **settings):
        words = [Word(n * 0.4, n * 0.4 + 0.35, w) for n, w in enumerate(text.split())]
        write_words(tmp_path / "words.txt", words)
        write_segments(tmp_path / "segments.txt", segments(words))
        write_json(tmp_path / "master.json", {"language": "en", "duration": 600.0})
        out = tmp_path / "out"
        out.mkdir()
        made = subtitles(
            transcript=tmp_path,
            settings=Subtitles(**settings),
            out=out,
            progress=lambda share, message="": None,
        )
        return made, {path.name: path.read_text(encoding="utf-8") for path in out.iterdir()}

    return call


def test_both_files_say_every_word_in_two_lines_of_42(run):
    """The defaults make SubRip and WebVTT, which say the same."""
    made, files = run(TEXT)
    srt = pysubs2.SSAFile.from_string(files["subtitles.srt"])
    vtt = webvtt.from_buffer(io.StringIO(files["subtitles.vtt"]))

    assert " ".join(e.plaintext for e in srt).split() == TEXT.split()
    assert [e.plaintext for e in srt] == [caption.text for caption in vtt]
    assert all(len(e.plaintext.split("\n")) <= 2 for e in srt)
    assert all(len(line) <= 42 for e in srt for line in e.plaintext.split("\n"))
    assert made.facts["cues"] == len(srt)


def test_the_settings_are_obeyed(run):
    """Another line length, one line, one format."""
    _, files = run(TEXT, line_length=20, lines=1, formats=("vtt",))
    vtt = webvtt.from_buffer(io.StringIO(files["subtitles.vtt"]))

    assert set(files) == {"subtitles.vtt"}
    assert all(len(caption.text) <= 20 and "\n" not in caption.text for caption in vtt)
    assert " ".join(caption.text for caption in vtt).split() == TEXT.split()


def test_every_reader_shows_whatever_is_said(run):
    """Links, formulas, other scripts and emoji come back the same from both files."""
    text = (
        "See https://example.org/?a=1&b=2 if x<y --> 1969 你好，世界 שלום 👩‍🔬 {\\an8} C:\\New R&D."
    )
    _, files = run(text)
    srt, vtt = files["subtitles.srt"], files["subtitles.vtt"]
    by_webvtt = [html.unescape(c.raw_text) for c in webvtt.from_buffer(io.StringIO(vtt))]
    lookalikes = str.maketrans("<>{}\\", "＜＞｛｝＼")

    assert [each.translate(lookalikes) for each in by_webvtt] == [
        event.plaintext for event in pysubs2.SSAFile.from_string(srt)
    ]
    assert "".join("".join(by_webvtt).split()) == "".join(text.split())


def test_an_empty_transcript_makes_empty_files(run):
    """A silent lecture has captions without cues."""
    made, files = run("")

    assert files == {"subtitles.srt": "", "subtitles.vtt": "WEBVTT\n"}
    assert json.dumps(dict(made.facts)) == '{"cues": 0, "words": 0, "formats": ["srt", "vtt"]}'
