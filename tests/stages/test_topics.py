"""Stage topics: chapters and breaks from the words of a transcript."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.config.settings import Topics
from leap.domain.cuts import Cuts, Span
from leap.domain.topics import Break, Outline, Topic
from leap.domain.transcript import Word
from leap.providers.outline import Outliner
from leap.stages.topics import find_breaks, read_topics, topics
from leap.stages.transcript import write_json, write_segments, write_words

BEFORE = "Gradient descent trains the network. Gradient descent follows the slope."
AFTER = "The printing press came from Mainz. The printing press changed books."


class Finder:
    """A topic finder that knows the answer, and remembers the question."""

    versions = {"provider": "finder"}  # noqa: RUF012

    def __init__(self, found):
        self.found, self.request = found, None

    def find(self, transcript, request, progress):
        self.request = request
        return Outline(("A subject",), self.found, "It was said.", ("Why?",), "finder 1")


def said(text, at):
    return [Word(at + n, at + n + 0.5, word) for n, word in enumerate(text.split())]


@pytest.fixture
def run(tmp_path):
    """Return a function that runs the stage on words of the trimmed timeline."""

    def call(words, cuts, finder, silences=(), language="en", **settings):
        write_words(tmp_path / "words.txt", words)
        write_segments(tmp_path / "segments.txt", ())
        write_json(tmp_path / "master.json", {"language": language, "duration": cuts.duration})
        trimmed = {**cuts.to_json(), "silences": [{"start": a, "end": b} for a, b in silences]}
        write_json(tmp_path / "trim.json", trimmed)
        made = topics(
            transcript=tmp_path,
            trim_json=tmp_path / "trim.json",
            finder=finder,
            title="Lecture",
            settings=Topics(**settings),
            recording="2026-01-02-0123456789ab",
            out=tmp_path,
            progress=lambda share, message="": None,
        )
        return made, tmp_path / "topics.json"

    return call


def test_the_file_has_one_active_version_with_everything_in_it(run):
    """Times are there for people and for programs."""
    finder = Finder((Topic(0, 61.9, "Descent"), Topic(61.9, 100, "Printing")))
    made, path = run(said(BEFORE, 1), Cuts.whole(100), finder)
    data = json.loads(path.read_text())
    (version,) = data.pop("versions")

    assert data == {"recording_id": "2026-01-02-0123456789ab", "active_version": "v1"}
    assert datetime.fromisoformat(version.pop("created_at")).tzinfo is not None
    assert version == {
        "id": "v1",
        "model": "finder 1",
        "granularity": "long",
        "draft": False,
        "main_topics": ["A subject"],
        "detailed_topics": [
            {"time": "00:00:00", "title": "Descent", "start": 0, "end": 61.9, "break": False},
            {"time": "00:01:01", "title": "Printing", "start": 61.9, "end": 100, "break": False},
        ],
        "breaks": [],
        "summary": "It was said.",
        "questions": ["Why?"],
    }
    assert dict(made.facts) == {"topics": 2, "breaks": 0, "main_topics": ["A subject"]}


def test_what_was_written_is_read_back(run):
    """Publishers get the outline and the breaks as values again."""
    found = (Topic(0.0, 19.0, "Descent"), Topic(620.0, 700.0, "Printing"))
    words = [*said(BEFORE, 9.5), *said(AFTER, 620)]
    _, path = run(words, Cuts.whole(700), Finder(found))
    outline, breaks = read_topics(path)

    assert outline.topics == found
    assert outline.main_topics == ("A subject",)
    assert breaks == (Break(19.0, 620.0, 10.0),)


def test_a_break_that_stayed_is_a_chapter_by_name(run):
    """Eight minutes without a word are a break by default."""
    words = [*said(BEFORE, 1), *said(AFTER, 600)]
    _, path = run(words, Cuts.whole(700), Outliner(), chapter_every="3 h")
    (version,) = json.loads(path.read_text())["versions"]
    titles = [topic["title"] for topic in version["detailed_topics"]]

    assert titles == ["Gradient descent", "Break", "Printing press"]
    assert version["detailed_topics"][1]["time"] == version["breaks"][0]["time"] == "00:00:10"
    assert version["breaks"][0]["duration_minutes"] == 9.8


def test_a_break_that_was_cut_is_remembered_but_is_no_chapter(run):
    """Its length is that of the recording, its place where the video was joined."""
    cuts = Cuts.of([Span(0, 15), Span(595, 700)], 700)
    words = [*said(BEFORE, 1), *said(AFTER, 20)]
    _, path = run(words, cuts, Outliner(), chapter_every="3 h")
    (version,) = json.loads(path.read_text())["versions"]

    assert [(t["start"], t["title"]) for t in version["detailed_topics"]] == [
        (0.0, "Gradient descent"),
        (15.0, "Printing press"),
    ]
    assert version["breaks"] == [
        {"time": "00:00:15", "duration_minutes": 9.8, "start": 15.0, "end": 15.0}
    ]


def test_the_finder_is_told_of_pauses_as_they_are_after_trimming(run):
    """Silences of the source are moved; those that were cut are not mentioned."""
    cuts = Cuts.of([Span(10, 50), Span(80, 120)], 120)
    finder = Finder((Topic(0, 80, "All"),))
    run(said(BEFORE, 1), cuts, finder, silences=[(0, 10), (20, 23), (49, 81), (90, 92)])

    assert finder.request.pauses == ((10.0, 13.0), (39.0, 41.0), (50.0, 52.0))


def test_the_finder_is_told_how_long_the_lecture_was_however_it_was_cut(run):
    """Else a model would be asked, and paid, anew after every change of a cut."""
    asked = []
    for cuts in (
        Cuts.whole(3000),
        Cuts.of([Span(5, 40), Span(990, 1030)], 3000),
        Cuts.of([Span(9, 21), Span(999, 1011)], 3000),
    ):
        words = [
            Word(cuts.to_new(word.start), cuts.to_new(word.end), word.text)
            for word in (*said(BEFORE, 10), *said(AFTER, 1000))
        ]
        finder = Finder((Topic(0, 10, "Descent"),))
        run(words, cuts, finder)
        asked.append(finder.request.length)

    # 1000 seconds from the first word to the last, less the break between them.
    assert [pytest.approx(asked[0], abs=6)] * 3 == asked
    assert 0 < asked[0] < 60


def test_the_settings_reach_the_finder(run):
    """Granularity and chapter length are the finder's business."""
    finder = Finder((Topic(0, 80, "All"),))
    run(said(BEFORE, 1), Cuts.whole(100), finder, granularity="short", chapter_every="40 s")

    assert (finder.request.granularity, finder.request.chapter_every) == ("short", 40.0)


def test_a_silent_lecture_has_no_topics(run):
    """The file is there, and says so."""
    made, path = run([], Cuts.whole(100), Outliner())
    outline, breaks = read_topics(path)

    assert (outline.topics, outline.main_topics, breaks) == ((), (), ())
    assert made.facts["topics"] == 0


def test_the_same_words_make_the_same_file(run):
    """Nothing but the time of writing differs."""

    def content():
        _, path = run([*said(BEFORE, 1), *said(AFTER, 20)], Cuts.whole(100), Outliner())
        data = json.loads(path.read_text())
        data["versions"][0].pop("created_at")
        return data

    assert content() == content()


@given(
    st.lists(st.tuples(st.floats(0.1, 2), st.floats(0, 1000)), max_size=20),
    st.lists(st.integers(0, 3000), min_size=2, max_size=6, unique=True),
)
def test_breaks_are_in_order_and_inside_the_video(parts, edges):
    """Whatever is said and cut, a break lies on the trimmed timeline and was long enough."""
    edges = sorted(edges)[: len(edges) // 2 * 2]
    spans = [Span(*pair) for pair in zip(edges[::2], edges[1::2], strict=True)]
    cuts = Cuts.of(spans, 3000)
    words, moment = [], 0.0
    for length, pause in parts:
        words.append(Word(min(moment, cuts.duration), min(moment + length, cuts.duration), "x"))
        moment += length + pause
    breaks = find_breaks(words, cuts, 480)

    assert all(0 <= b.start <= b.end <= cuts.duration + 0.001 for b in breaks)
    assert [b.start for b in breaks] == sorted(b.start for b in breaks)
    assert all(b.minutes >= 8 for b in breaks)
