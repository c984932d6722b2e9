"""Recordings of real speech, for those who have some: `LEAP_BENCHMARK_SAMPLES=FOLDER`.

The folder has a `manifest.json`: a list of `{"file": "a.flac", "lang": "ru"}`.
The recordings of each language are heard one after the other with quiet between
them: English by `tiny.en`, other languages by `base` of `leap[multilingual]`.
"""

from __future__ import annotations

import json
import os
import wave
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from making import RATE, scratch

if TYPE_CHECKING:
    from leap.domain.transcript import Word

#: Seconds of quiet after a recording, in turn.
_PAUSES = (1.5, 3.0, 4.5, 6.0)


def languages() -> list[str]:
    """Return the languages of which there are recordings."""
    return sorted({language for language, _ in _recordings()})


@cache
def heard(language: str) -> tuple[Word, ...] | None:
    """Return the words of a language's recordings, or None without a model that knows it."""
    from leap.domain.ports import TranscriptionRequest
    from leap.errors import MissingTool
    from leap.providers.whisper import Whisper

    try:
        whisper = Whisper(None if language == "en" else "base", beam=5)
    except MissingTool:
        return None
    request = TranscriptionRequest(language)
    return whisper.transcribe(_joined(language), request, _quiet).words


def _recordings() -> list[tuple[str, Path]]:
    folder = Path(os.environ.get("LEAP_BENCHMARK_SAMPLES") or scratch())
    manifest = folder / "manifest.json"
    if not manifest.exists():
        return []
    listed = json.loads(manifest.read_text(encoding="utf-8"))
    return [(each["lang"], folder / each["file"]) for each in listed]


def _joined(language: str) -> Path:
    """Return one WAV file with all recordings of a language."""
    import numpy as np

    from leap.media.slideshow import decode

    path, noise = scratch() / f"samples-{language}.wav", np.random.default_rng(1)
    files = [file for spoken, file in _recordings() if spoken == language]
    with wave.open(str(path), "wb") as joined:
        joined.setparams((1, 2, RATE, 0, "NONE", ""))
        for number, file in enumerate(files):
            room = noise.integers(-6, 7, int(_PAUSES[number % len(_PAUSES)] * RATE), np.int16)
            joined.writeframes(decode(file, rate=RATE).tobytes() + room.tobytes())
    return path


def _quiet(share: float | None, message: str = "") -> None:
    """Take no notice of progress."""
