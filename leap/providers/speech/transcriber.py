"""The port: sound in, words out, and nothing is asked twice. It holds no key."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leap.domain.fingerprint import digest
from leap.domain.ports import Answers, Progress, TranscriptionRequest
from leap.domain.transcript import Heard, Word
from leap.errors import ProviderError
from leap.faults import point
from leap.media import sound
from leap.providers.speech.pieces import Piece, cut, joined
from leap.providers.speech.prompt import prompt_of
from leap.providers.speech.reading import in_order, language_of, words_of
from leap.providers.speech.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What a form takes besides the file.
_FORM = 16_384


@dataclass(frozen=True, slots=True)
class Question:
    """One call that has to be paid.

    Attributes:
        audio: the file that is sent.
        form: the other fields; a field that is given several times is a list.
        seconds: how long the sound lasts, which is what costs money.
        digest: of everything that decides about the answer.
    """

    audio: Path
    form: Mapping[str, str | list[str]]
    seconds: float
    digest: str


#: Asks the server, wherever the key is (``leap.providers.speech.wire``).
Ask = Callable[[Question, Progress], Mapping[str, Any]]


class SpeechTranscriber:
    """A transcriber that asks ``server`` (``leap.domain.ports.Transcriber``).

    Args:
        server: which model, and how it wants to be asked.
        ask: makes a call that has to be paid.
        answers: where each call's answer is kept before anything else is done with it.
        scratch: a folder for pieces of the sound.
    """

    def __init__(self, server: Server, ask: Ask, answers: Answers, scratch: Path) -> None:
        self._server, self._ask, self._answers, self._scratch = server, ask, answers, scratch
        self.versions: Mapping[str, str] = {"provider": server.vendor, "model": server.model}

    def fingerprint(self, request: TranscriptionRequest) -> Mapping[str, Any]:
        """Return what decides about the words: neither addresses nor how much goes at once.

        Nor the course: that a recording has a new title is no reason to pay again.
        """
        return {
            "provider": self._server.vendor,
            "model": self._server.model,
            "fields": dict(sorted(self._server.fields.items())),
            "language": request.language,
            "prompt": request.prompt,
            "vocabulary": list(request.vocabulary),
            "temperature": request.temperature,
        }

    def transcribe(self, audio: Path, request: TranscriptionRequest, progress: Progress) -> Heard:
        """Return the words of ``audio``, mono FLAC.

        Raises ProviderError, also where the answer lacks the times of words;
        StageError where the sound cannot be cut.
        """
        pieces, duration = self._pieces(audio, progress)
        form = self._form(request)
        sha256 = _sha256(audio)
        heard: list[tuple[Piece, list[Word]]] = []
        raw: list[dict[str, Any]] = []
        for number, piece in enumerate(pieces):
            part = _part(progress, number, len(pieces))
            whole = len(pieces) == 1
            asked = {"audio": sha256, **self.fingerprint(request), "form": _how(form)}
            if not whole:
                asked |= {"start": piece.start, "end": piece.end}
            with self._sound_of(audio, piece, whole=whole) as file:
                seconds = round(piece.end - piece.start, 3)
                question = Question(file, form, seconds, digest(asked))
                answer = self._answer(question, part)
            words = words_of(answer, self._server, piece.end - piece.start)
            spoken = language_of(answer, request.language)
            if words and spoken != "und":
                # What the first words are spoken in, all are taken to be in.
                form.setdefault("language", spoken)
            heard.append((piece, [_moved(word, piece.start) for word in words]))
            raw.append({"start": piece.start, "end": piece.end, "answer": _kept(answer)})
        found = in_order(joined(heard), duration)
        progress(1.0, f"{len(found)} words")
        return Heard(
            words=tuple(found),
            language=request.language or str(form.get("language", "und")),
            model=f"{self._server.vendor} {self._server.model}",
            duration=duration,
            raw={"prompt": form.get("prompt", ""), "pieces": raw},
        )

    def _pieces(self, audio: Path, progress: Progress) -> tuple[tuple[Piece, ...], float]:
        room = self._server.largest - _FORM
        if audio.stat().st_size <= room:
            duration = sound.duration(audio)
            return (Piece(0.0, duration, 0.0, duration),), duration
        progress(None, "looking for quiet places to cut at")
        loudness = sound.loudness(audio)
        try:
            return cut(loudness, room), loudness.duration
        except ValueError:
            hint = f"raise {self._server.place}.largest in leap.yaml"
            message = f"{self._server.name} takes too little at once to be sent speech in pieces"
            raise ProviderError(message, hint=hint) from None

    def _form(self, request: TranscriptionRequest) -> dict[str, str | list[str]]:
        form: dict[str, str | list[str]] = {
            **self._server.fields,
            "model": self._server.model,
            "response_format": "verbose_json",
            "temperature": f"{request.temperature:g}",
        }
        if self._server.granularities == "comma":
            form["timestamp_granularities"] = "word,segment"
        else:
            form["timestamp_granularities[]"] = ["word", "segment"]
        if request.language is not None:
            # Models know languages, not where they are spoken.
            form["language"] = request.language.partition("-")[0]
        if prompt := prompt_of(request):
            form["prompt"] = prompt
        return form

    @contextmanager
    def _sound_of(self, audio: Path, piece: Piece, *, whole: bool) -> Iterator[Path]:
        if whole:
            yield audio
            return
        with tempfile.TemporaryDirectory(prefix="piece-", dir=self._scratch) as folder:
            file = Path(folder) / audio.name
            sound.cut(audio, piece.start, piece.end, file)
            yield file

    def _answer(self, question: Question, progress: Progress) -> Mapping[str, Any]:
        kept = self._answers.get(question.digest)
        if kept is not None:
            progress(1.0, "answered before")
            return kept
        answer = self._ask(question, progress)
        # Kept whatever it says: it was paid for, and asked again it costs the same.
        self._answers.put(question.digest, answer)
        point("speech.answered")
        return answer


def _how(form: Mapping[str, str | list[str]]) -> list[str]:
    """Return in which fields an answer was asked for: another spelling is another question."""
    return sorted(name for name in form if name.startswith("timestamp_granularities"))


def _kept(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``answer`` without what it cost, and the words that its segments repeat."""
    answer = {name: value for name, value in answer.items() if name != "paid"}
    segments = answer.get("segments")
    if not isinstance(segments, list):
        return answer
    plain = [
        {name: value for name, value in each.items() if name != "words"}
        for each in segments
        if isinstance(each, dict)
    ]
    return {**answer, "segments": plain}


def _moved(word: Word, by: float) -> Word:
    return Word(word.start + by, word.end + by, word.text)


def _part(progress: Progress, number: int, count: int) -> Progress:
    """Return a progress whose 0..1 is one piece of the whole."""

    def report(share: float | None, message: str = "") -> None:
        done = (number + (share or 0.0)) / count
        part = f" (part {number + 1} of {count})" if count > 1 else ""
        progress(done if count > 1 else share, f"{message}{part}")

    return report


def _sha256(audio: Path) -> str:
    with audio.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
