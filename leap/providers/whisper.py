"""Transcription on this machine: faster-whisper, with a model that is here already."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from importlib import metadata, util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leap.domain.ports import Progress, TranscriptionRequest
from leap.domain.segments import ends_sentence
from leap.domain.transcript import Heard, Word
from leap.errors import BadInput, MissingTool
from leap.providers.whisper_joining import file_sha256
from leap.providers.whisper_models import ENGLISH, INSTALL, WEIGHTS, find

if TYPE_CHECKING:
    import numpy as np
    from faster_whisper import WhisperModel
    from numpy.typing import NDArray

# onnxruntime, which finds the speech for faster-whisper, reports its use to its
# vendor from version 1.29 on, and a lecture is nobody else's business.
# https://github.com/microsoft/onnxruntime/pull/27379
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

SAMPLE_RATE = 16_000
#: 8-bit weights: as accurate here as 32-bit ones, a quarter of the memory.
COMPUTE_TYPE = "int8"
#: Audio is worked on in pieces of this many seconds. The spectrogram of a whole
#: lecture would take about 1 GB an hour; a piece costs 0.2 GB whatever the length.
PIECE = 600
#: A piece ends at the quietest moment within this many seconds before its full length.
QUIET_WITHIN = 30
#: These languages put no spaces between words, so a word without one is still a word.
_UNSPACED = frozenset({"zh", "yue", "ja", "th", "lo", "my"})


class Whisper:
    """A transcriber that needs no account and no network.

    Args:
        model: None for the English model (``tiny.en``), else ``base`` for the
            multilingual one of `leap[multilingual]`, the name of a model that
            was downloaded earlier, or the folder of one in CTranslate2's format.
        cache: where a model that comes in parts is joined; by default below
            the user's cache folder.
        beam: how many hypotheses are followed at once.
        threads: processor threads; all of this process's when None. They do
            not change the answer.

    Raises MissingTool where the packages or the model are not there, StageError
    where the model cannot be joined.
    """

    def __init__(
        self,
        model: str | Path | None = None,
        *,
        cache: Path | None = None,
        beam: int = 5,
        threads: int | None = None,
    ) -> None:
        if util.find_spec("faster_whisper") is None:
            raise MissingTool("transcription needs faster-whisper", hint=INSTALL)
        self._folder = find(model, cache)
        self._sha256 = file_sha256(self._folder / WEIGHTS)
        self._beam = beam
        self._threads = threads or _available_threads()
        self._loaded: WhisperModel | None = None
        self.versions: Mapping[str, str] = {
            "provider": "whisper",
            "model": Path(model or ENGLISH).name,
            "model_sha256": self._sha256[:16],
            "faster-whisper": metadata.version("faster-whisper"),
            "ctranslate2": metadata.version("ctranslate2"),
        }

    def fingerprint(self, request: TranscriptionRequest) -> Mapping[str, Any]:
        return {
            "provider": "whisper",
            "model": self._sha256,
            "compute_type": COMPUTE_TYPE,
            "beam": self._beam,
            "piece": PIECE,
            "language": request.language,
            "prompt": request.prompt,
            "vocabulary": list(request.vocabulary),
            "temperature": request.temperature,
        }

    def transcribe(self, audio: Path, request: TranscriptionRequest, progress: Progress) -> Heard:
        """Return the words of ``audio``.

        Raises BadInput where the model does not know the language.
        """
        progress(None, "loading the model")
        model = self._model()
        language = self._language(model, request.language)
        from faster_whisper import decode_audio

        sound = decode_audio(str(audio), sampling_rate=SAMPLE_RATE)
        duration = len(sound) / SAMPLE_RATE
        words: list[Word] = []
        raw: list[dict[str, Any]] = []
        options = self._options(request)
        for first, piece in _pieces(sound):
            offset = first / SAMPLE_RATE
            segments, info = model.transcribe(piece, language=language, **options)
            for segment in segments:
                # What the first words are spoken in, all are taken to be in.
                language = language or info.language
                heard = _words(segment.words or (), offset, info.language)
                words += heard
                raw.append(_raw(segment, offset))
                progress(min(1.0, (offset + segment.end) / duration), segment.text.strip())
        progress(1.0, f"{len(words)} words")
        return Heard(
            words=tuple(words),
            language=language or "und",
            model=f"whisper {self.versions['model']}",
            duration=duration,
            raw={"segments": raw},
        )

    def _model(self) -> WhisperModel:
        if self._loaded is None:
            import ctranslate2  # type: ignore[import-untyped]
            from faster_whisper import WhisperModel

            # Only doubtful passages are sampled at all; with a seed they, too,
            # come out alike.
            ctranslate2.set_random_seed(0)
            self._loaded = WhisperModel(
                str(self._folder),
                device="cpu",
                compute_type=COMPUTE_TYPE,
                cpu_threads=self._threads,
                local_files_only=True,
            )
        return self._loaded

    def _language(self, model: WhisperModel, wanted: str | None) -> str | None:
        """Return the language to listen for, None to have it detected."""
        if wanted is None:
            return None if model.model.is_multilingual else "en"
        language = wanted.split("-")[0].lower()
        if language in model.supported_languages:
            return language
        if not model.model.is_multilingual:
            raise BadInput(
                f"the model {self.versions['model']} hears English only, not {wanted!r}",
                hint="set transcribe.model to a multilingual Whisper model, such as `base`",
            )
        raise BadInput(
            f"the model {self.versions['model']} does not know the language {wanted!r}",
            hint="set transcribe.language to a code such as `en`",
        )

    def _options(self, request: TranscriptionRequest) -> dict[str, Any]:
        # Retried hotter where the text repeats itself or the model is unsure, as
        # Whisper was evaluated: https://arxiv.org/abs/2212.04356, section 4.5
        temperatures = [request.temperature + step / 10 for step in range(0, 11, 2)]
        return {
            "beam_size": self._beam,
            "temperature": [t for t in temperatures if t <= 1.0],
            "word_timestamps": True,
            # Whisper invents sentences where nobody speaks; silence is not shown to it.
            "vad_filter": True,
            # With the text before as context, one slip into repetition goes on for
            # minutes: https://github.com/openai/whisper/discussions/679. As the
            # prompt is such context too and would be forgotten after 30 seconds,
            # it goes with the vocabulary, which is shown for every window.
            "condition_on_previous_text": False,
            "hotwords": _hints(request) or None,
        }


def _hints(request: TranscriptionRequest) -> str:
    """Return prompt and vocabulary as sentences.

    The model goes on in the style it is shown: after a bare list of small
    words it writes small letters, and stops in the middle of sentences.
    """
    hints = [request.prompt.strip(), ", ".join(request.vocabulary)]
    return " ".join(
        hint[0].upper() + hint[1:] + ("" if ends_sentence(hint) else ".") for hint in hints if hint
    )


def _available_threads() -> int:
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _pieces(sound: NDArray[np.float32]) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Yield ``(first sample, samples)`` of pieces that end where it is quiet."""
    first = 0
    while len(sound) - first > PIECE * SAMPLE_RATE:
        latest = first + PIECE * SAMPLE_RATE
        earliest = latest - QUIET_WITHIN * SAMPLE_RATE
        end = earliest + _quietest(sound[earliest:latest])
        yield first, sound[first:end]
        first = end
    if len(sound) > first:
        yield first, sound[first:]


def _quietest(sound: NDArray[np.float32]) -> int:
    """Return the middle of the half second of ``sound`` with the least energy."""
    import numpy as np

    frame, span = SAMPLE_RATE // 20, 10
    frames = sound[: len(sound) // frame * frame].reshape(-1, frame)
    energy = np.convolve(np.square(frames).sum(axis=1), np.ones(span), mode="valid")
    return int((int(energy.argmin()) + span / 2) * frame)


def _words(heard: Any, offset: float, language: str) -> list[Word]:
    """Return faster-whisper's words of one segment as ours.

    A piece without a space before it (the ``5`` after a ``$``) belongs to the
    word before.
    """
    words: list[Word] = []
    for part in heard:
        text = part.word.strip()
        if not text:
            continue
        glued = not part.word[0].isspace() and language not in _UNSPACED
        if glued and words:
            before = words.pop()
            words.append(Word(before.start, offset + float(part.end), before.text + text))
        else:
            words.append(Word(offset + float(part.start), offset + float(part.end), text))
    return words


def _raw(segment: Any, offset: float) -> dict[str, Any]:
    return {
        "start": round(offset + float(segment.start), 3),
        "end": round(offset + float(segment.end), 3),
        "text": segment.text,
        "temperature": float(segment.temperature),
        "avg_logprob": round(float(segment.avg_logprob), 4),
        "compression_ratio": round(float(segment.compression_ratio), 4),
        "no_speech_prob": round(float(segment.no_speech_prob), 4),
    }
