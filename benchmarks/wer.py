"""How many words the offline transcribers get wrong, beside plain faster-whisper.

Word and character error rates (WER, CER): all edits by all words of the clips
in one language. The clips are in a folder with a ``manifest.json`` of
``[{"file", "lang", "text"}, …]``, which LEAP_BENCHMARK_SAMPLES names; without one there
is nothing to measure. Both have the same weights and are told the language;
each has its own settings, plain faster-whisper those that its documentation
shows. `base` is measured where `leap[multilingual]` is installed.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from making import scratch
from measuring import CLONE, Result
from spelling import distance, words

#: The most words that may be wrong, by language.
LIMITS = {"en": 0.05, "ru": 0.13}
#: Model → the languages that it is measured in.
MODELS = {"tiny.en": ("en",), "base": ("en", "ru")}
#: What two runs of the same model differ by: it samples where it is in doubt.
NOISE = 0.005

#: Returns the text of a sound file in a language.
Hear = Callable[[Path, str], str]


@dataclass
class Score:
    """What one of them got wrong; each number counts over all clips."""

    words: int = 0
    wrong_words: int = 0
    letters: int = 0
    wrong_letters: int = 0
    seconds: float = 0.0

    def add(self, said: Sequence[str], heard: Sequence[str]) -> None:
        """Count one clip."""
        self.words += len(said)
        self.wrong_words += distance(said, heard)
        letters = " ".join(said)
        self.letters += len(letters)
        self.wrong_letters += distance(letters, " ".join(heard))

    @property
    def wer(self) -> float:
        """Wrong words by words."""
        return self.wrong_words / self.words

    def __str__(self) -> str:
        rate = self.wrong_letters / self.letters
        return f"letters {rate:.1%}, {self.words} words, {self.seconds:.0f} s"


def run(runs: int | None) -> Iterator[Result]:
    """Yield a line for each model and language; ``runs`` does not matter."""
    del runs
    clips = _clips()
    if not clips:
        yield Result("word error rates", "no samples here", "set LEAP_BENCHMARK_SAMPLES", None)
        return
    for model, languages in MODELS.items():
        contestants = _contestants(model)
        if contestants is None:
            yield Result(f"{model}: words wrong", "not installed", "leap[multilingual]", None)
            continue
        for language in languages:
            chosen = [each for each in clips if each["lang"] == language]
            if not chosen:
                continue
            leap, plain = (_score(hear, chosen, language) for hear in contestants)
            yield Result(
                f"{model}: words wrong, {language}, {len(chosen)} clips",
                f"{leap.wer:.1%} ({leap})",
                f"<= {LIMITS[language]:.0%}, faster-whisper {plain.wer:.1%} ({plain})",
                leap.wer <= min(LIMITS[language], plain.wer + NOISE),
            )


def _score(hear: Hear, clips: Sequence[Mapping[str, Any]], language: str) -> Score:
    score = Score()
    for clip in clips:
        began = time.perf_counter()
        heard = hear(clip["path"], language)
        score.seconds += time.perf_counter() - began
        score.add(words(clip["text"], language), words(heard, language))
    return score


def _clips() -> list[dict[str, Any]]:
    """Return what the manifest lists, each with the ``path`` of its sound."""
    named = os.environ.get("LEAP_BENCHMARK_SAMPLES")
    folder = Path(named) if named else CLONE.parent / "shared" / "samples"
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        return []
    found = json.loads(manifest.read_text(encoding="utf-8"))
    return [{**each, "path": folder / each["file"]} for each in found]


def _contestants(name: str) -> tuple[Hear, Hear] | None:
    """Return LEAP's transcriber and plain faster-whisper; None where the model is not here."""
    from faster_whisper import WhisperModel

    from leap.domain.ports import TranscriptionRequest
    from leap.errors import MissingTool
    from leap.providers.whisper import Whisper
    from leap.providers.whisper_models import find

    try:
        transcriber = Whisper(name, cache=scratch())
    except MissingTool:
        return None
    model = WhisperModel(str(find(name, scratch())), device="cpu", compute_type="int8")

    def ours(audio: Path, language: str) -> str:
        heard = transcriber.transcribe(audio, TranscriptionRequest(language), _quiet)
        return " ".join(word.text for word in heard.words)

    def plain(audio: Path, language: str) -> str:
        segments, _ = model.transcribe(str(audio), language=language, beam_size=5)
        return "".join(segment.text for segment in segments)

    return ours, plain


def _quiet(share: float | None, message: str = "") -> None:
    """Take no notice of progress."""
