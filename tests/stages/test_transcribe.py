"""Stage transcribe: asked once, laid onto the trimmed timeline, written as files."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.domain import invented
from leap.domain.cuts import Cuts, Span
from leap.domain.ports import TranscriptionRequest
from leap.domain.transcript import Heard, Segment, Word
from leap.errors import RetrySoon, StageError
from leap.stages.transcribe import on_new_timeline, transcribe
from leap.stages.transcript import (
    read_segments,
    read_transcript,
    read_words,
    write_segments,
    write_words,
)

WORDS = (
    Word(2.0, 2.5, "Good"),
    Word(2.5, 3.25, "morning."),
    Word(99.5, 100.5, "Across"),
    Word(150.0, 151.0, "gone"),
    Word(200.25, 201.0, "After."),
)
#: Keeps 1..100 and 200..300: one cut before, one inside.
CUTS = Cuts.of([Span(1.0, 100.0), Span(200.0, 300.0)], 300.0)


class Scribe:
    """A transcriber that counts how often it is asked."""

    versions = {"provider": "scribe", "model": "quill"}  # noqa: RUF012

    def __init__(self, words=WORDS, *, fail=False):
        self.asked, self.words, self.fail = 0, words, fail

    def fingerprint(self, request):
        return {"provider": "scribe", "prompt": request.prompt}

    def transcribe(self, audio, request, progress):
        self.asked += 1
        if self.fail:
            raise RetrySoon("the ink is dry")
        progress(0.5, "writing")
        return Heard(self.words, "en", "quill 1", 300.0, {"segments": [{"text": "raw"}]})


class DoubtfulScribe(Scribe):
    """A transcriber that does not believe the last word itself."""

    def transcribe(self, audio, request, progress):
        doubted = {"start": 212.0, "end": 218.0, "no_speech_prob": 0.9, "avg_logprob": -1.5}
        return Heard(self.words, "en", "quill 1", 300.0, {"segments": [doubted]})


class Memory(dict):
    """Answers, kept in memory as the JSON that a store would keep."""

    def get(self, digest):
        return json.loads(self[digest]) if digest in self else None

    def put(self, digest, answer):
        self[digest] = json.dumps(answer)


@pytest.fixture
def run(tmp_path):
    """Return a function that runs the stage and gives back what it says and its folder."""
    audio, trim_json = tmp_path / "audio.flac", tmp_path / "trim.json"
    audio.write_bytes(b"sound")
    trim_json.write_text(json.dumps(CUTS.to_json()))
    runs = iter(range(100))

    def call(scribe, answers, *, sound=True, prompt=""):
        out = tmp_path / f"out {next(runs)}"
        out.mkdir()
        made = transcribe(
            audio=audio if sound else None,
            trim_json=trim_json,
            transcriber=scribe,
            request=TranscriptionRequest("en", prompt),
            answers=answers,
            recording="2026-01-02-0123456789ab",
            out=out,
            progress=lambda share, message="": None,
        )
        return made, out

    call.audio, call.trim_json = audio, trim_json
    return call


def test_the_files_hold_the_words_that_the_cuts_left(run):
    """Words move with the video; a word in the cut is gone, one across the joint is clamped."""
    made, out = run(Scribe(), Memory())

    assert (out / "words.txt").read_text() == (
        "[00:00:01.000 - 00:00:01.500] Good\n"
        "[00:00:01.500 - 00:00:02.250] morning.\n"
        "[00:01:38.500 - 00:01:39.000] Across\n"
        "[00:01:39.250 - 00:01:40.000] After.\n"
    )
    assert (out / "segments.txt").read_text() == (
        "[00:00:01.000 - 00:00:02.250] Good morning.\n[00:01:38.500 - 00:01:40.000] Across After.\n"
    )
    assert made.facts["words"] == 4
    assert dict(made.versions) == {**Scribe.versions, "invented": invented.VERSION}


def test_master_json_holds_everything_and_no_path(run, tmp_path):
    """Everything is in one file, and it does not tell where it was made."""
    _, out = run(Scribe(), Memory(), prompt="On gradients.")
    master = json.loads((out / "master.json").read_text())

    assert set(master) == {
        "recording_id",
        "created_at",
        "model",
        "language",
        "duration",
        "words",
        "segments",
        "stats",
        "invented",
        "_metadata",
        "raw_response",
    }
    assert master["recording_id"] == "2026-01-02-0123456789ab"
    assert master["words"][0] == {"start": 1.0, "end": 1.5, "word": "Good"}
    assert master["segments"][0] == {"id": 0, "start": 1.0, "end": 2.25, "text": "Good morning."}
    assert master["stats"] == {"words_count": 4, "segments_count": 2, "total_duration": 199.0}
    assert master["_metadata"]["prompt_used"] == "On gradients."
    assert master["_metadata"]["audio_file"] == {"path": "audio.flac", "duration_seconds": 300.0}
    assert master["raw_response"] == {"segments": [{"text": "raw"}]}
    assert str(tmp_path) not in (out / "master.json").read_text()


CREDIT = (Word(210.0, 210.5, "Субтитры"), Word(210.5, 211.0, "сделал"), Word(211.0, 212.0, "Дима"))


def test_invented_words_stay_in_master_json_alone(run):
    """Who reads on gets what was said; what was not is kept, marked and counted."""
    made, out = run(Scribe((*WORDS, *CREDIT)), Memory())
    master = json.loads((out / "master.json").read_text())
    spoken = read_transcript(out)

    assert ["Good", "morning.", "Across", "After."] == [word.text for word in spoken.words]
    assert ["Good morning.", "Across After."] == [each.text for each in spoken.segments]
    assert [None] * 4 + ["phantom"] * 3 == [word.get("invented") for word in master["words"]]
    assert {
        "id": 2,
        "start": 109.0,
        "end": 111.0,
        "text": "Субтитры сделал Дима",
        "invented": "phantom",
    } == master["segments"][2]
    assert {"phantom": 3} == master["invented"]["reasons"]
    assert (4, 3, 0.4286) == tuple(
        made.facts[name] for name in ("words", "invented_words", "invented_share")
    )
    assert 1.2 == made.facts["words_per_minute"]


def test_words_where_the_trim_stage_heard_nothing_are_invented(run):
    """Its silences are moved like the words."""
    run.trim_json.write_text(
        json.dumps({**CUTS.to_json(), "silences": [{"start": 198.0, "end": 230.0}]})
    )
    made, out = run(Scribe((*WORDS, Word(215.0, 215.5, "What?"))), Memory())

    assert "What?" not in (out / "words.txt").read_text()
    assert 1 == made.facts["invented_words"]


def test_words_that_the_transcriber_doubts_are_invented(run):
    """What its own answer says against them is moved like the words."""
    made, out = run(DoubtfulScribe((*WORDS, Word(215.0, 215.5, "What?"))), Memory())

    assert "What?" not in (out / "words.txt").read_text()
    assert 1 == made.facts["invented_words"]


def test_a_transcript_of_before_is_read(run):
    """Targets that do not tell what is invented keep their words."""
    _, out = run(Scribe(), Memory())
    master = json.loads((out / "master.json").read_text())
    del master["invented"]
    (out / "master.json").write_text(json.dumps(master))

    assert 4 == len(read_transcript(out).words)


def test_an_answer_is_asked_for_once(run):
    """The same audio and request are answered from what is kept, word for word."""
    scribe, answers = Scribe(), Memory()
    _, first = run(scribe, answers)
    _, second = run(scribe, answers)

    assert scribe.asked == 1
    assert read_transcript(first) == read_transcript(second)


def test_another_audio_or_another_request_is_asked_anew(run):
    """An answer belongs to its sound, model and parameters."""
    scribe, answers = Scribe(), Memory()
    run(scribe, answers)
    run(scribe, answers, prompt="On gradients.")
    run.audio.write_bytes(b"other sound")
    run(scribe, answers)

    assert scribe.asked == 3


def test_the_answer_is_kept_before_anything_is_written(run, monkeypatch):
    """A crash right after the answer does not cost a second one."""
    scribe, answers = Scribe(), Memory()
    monkeypatch.setenv("LEAP_FAULT", "transcribe.answered:full")
    with pytest.raises(OSError, match="No space left"):
        run(scribe, answers)
    monkeypatch.delenv("LEAP_FAULT")
    run(scribe, answers)

    assert scribe.asked == 1


def test_a_failure_is_not_kept(run):
    """What the provider raises reaches the caller, and the next run asks again."""
    answers = Memory()
    with pytest.raises(RetrySoon):
        run(Scribe(fail=True), answers)

    assert not answers


def test_a_recording_without_sound_has_an_empty_transcript(run):
    """Nobody is asked, and all files are there and can be read."""
    scribe = Scribe()
    made, out = run(scribe, Memory(), sound=False)

    assert scribe.asked == 0
    assert made.facts["words"] == 0
    assert (out / "words.txt").read_text() == (out / "segments.txt").read_text() == ""
    assert read_transcript(out).duration == 199.0


def test_a_silent_recording_has_an_empty_transcript(run):
    """A transcriber that hears nothing is right, not broken."""
    _, out = run(Scribe(words=()), Memory())

    assert read_transcript(out).words == ()


@st.composite
def keeps(draw):
    """Some parts of a recording of 100 seconds."""
    edges = draw(st.lists(st.integers(0, 100), min_size=2, max_size=8, unique=True))
    edges = sorted(edges)[: len(edges) // 2 * 2]
    return Cuts.of([Span(*pair) for pair in zip(edges[::2], edges[1::2], strict=True)], 100.0)


spoken = st.lists(st.tuples(st.floats(0, 99), st.floats(0, 5)), max_size=30).map(
    lambda parts: [Word(s, s + length, f"w{n}") for n, (s, length) in enumerate(sorted(parts))]
)


@given(keeps(), spoken)
def test_words_stay_in_order_inside_the_trimmed_video(cuts, words):
    """Whatever is cut, what is left is in order, in bounds, and was in a kept part."""
    left = list(on_new_timeline(words, cuts))

    assert [w.start for w in left] == sorted(w.start for w in left)
    assert all(0 <= w.start <= w.end <= cuts.duration + 0.0005 for w in left)
    by_text = {word.text: word for word in words}
    assert [w.text for w in left] == [w.text for w in words if w.text in {x.text for x in left}]
    for word in words:
        kept = any(word.start >= k.start and word.end <= k.end for k in cuts.keeps)
        lost = all(word.end < k.start or word.start > k.end for k in cuts.keeps)
        present = word.text in {x.text for x in left}
        assert by_text[word.text] is word
        assert present or not kept
        assert not (present and lost)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One folder, written to again and again."""
    return tmp_path_factory.mktemp("files")


text = st.text(st.characters(codec="utf-8"), min_size=1).map(lambda t: " ".join(t.split()))


@given(st.lists(st.tuples(st.integers(0, 10**8), st.integers(0, 10**5), text), max_size=20))
def test_words_and_segments_are_read_back_as_they_were_written(folder, parts):
    """Every text of one line comes back, times to the millisecond."""
    words = tuple(Word(s / 1000, (s + length) / 1000, t) for s, length, t in parts)
    made = tuple(Segment(n, w.start, w.end, w.text) for n, w in enumerate(words))
    write_words(folder / "words.txt", words)
    write_segments(folder / "segments.txt", made)

    assert read_words(folder / "words.txt") == words
    assert read_segments(folder / "segments.txt") == made


def test_a_damaged_file_is_named_with_its_line(tmp_path):
    """A broken line is a clear failure, not a crash."""
    path = tmp_path / "words.txt"
    path.write_text("[00:00:01.000 - 00:00:01.500] Good\nmorning\n")

    with pytest.raises(StageError, match=r"words\.txt:2: not a line with times: 'morning'"):
        read_words(path)
