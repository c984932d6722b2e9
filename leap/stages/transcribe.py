"""Audio to words: asked once, then laid onto the trimmed timeline.

The transcriber hears the audio of the *source*, so that its answer outlives
every change of the trim settings. What is kept by content is that answer; the
words in a cut disappear when they are mapped. Words that nobody said are marked
in ``master.json``, and are in no other file: neither topics, subtitles nor
viewers get them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from leap.domain import invented
from leap.domain.cuts import Cuts, Span
from leap.domain.fingerprint import digest
from leap.domain.invented import Evidence, find_invented
from leap.domain.invented.doubts import doubts
from leap.domain.ports import Answers, Progress, Transcriber, TranscriptionRequest
from leap.domain.segments import segments
from leap.domain.transcript import Heard, Transcript, Word
from leap.faults import point
from leap.stages import Made
from leap.stages.master import Everything, words_json
from leap.stages.transcript import (
    MASTER,
    SEGMENTS,
    WORDS,
    read_json,
    write_json,
    write_segments,
    write_words,
)


def transcribe(
    *,
    audio: Path | None,
    trim_json: Path,
    transcriber: Transcriber,
    request: TranscriptionRequest,
    answers: Answers,
    recording: str,
    out: Path,
    progress: Progress,
) -> Made:
    """Write ``words.txt``, ``segments.txt`` and ``master.json`` into ``out``.

    Args:
        audio: 16 kHz mono FLAC on the source's timeline, or None for a
            recording without sound; its transcript is empty.
        trim_json: how the source was cut.
        answers: where the transcriber's answer is looked up and kept.

    Raises ProviderError or BadInput where the transcriber does.
    """
    trimmed = read_json(trim_json)
    cuts = Cuts.from_json(trimmed)
    asked = dict(transcriber.fingerprint(request))
    if audio is None:
        heard = Heard(words=(), language=request.language or "und", model="", duration=0.0)
    else:
        heard = _heard(audio, transcriber, request, asked, answers, progress)
    words = tuple(on_new_timeline(heard.words, cuts))
    silences = [Span(each["start"], each["end"]) for each in trimmed.get("silences", ())]
    evidence = Evidence(_kept(silences, cuts), _kept(doubts(heard.raw), cuts))
    found = find_invented(words, evidence)
    said = found.said(words)
    transcript = Transcript(said, segments(said), heard.language, cuts.duration)

    write_words(out / WORDS, transcript.words)
    write_segments(out / SEGMENTS, transcript.segments)
    everything = Everything(recording, words, found, transcript, heard)
    write_json(out / MASTER, everything.to_json(request, asked, audio))
    return Made(
        facts={
            "language": transcript.language,
            "words": len(transcript.words),
            "segments": len(transcript.segments),
            "words_per_minute": _words_per_minute(transcript),
            "invented_words": len(words) - len(said),
            "invented_share": round(found.share_of_words, 4),
            "invented_time_share": round(found.share_of_time, 4),
        },
        versions={**transcriber.versions, "invented": invented.VERSION},
    )


def on_new_timeline(words: Iterable[Word], cuts: Cuts) -> Iterable[Word]:
    """Yield the words that the cuts left, with their times after the cuts.

    A word inside a cut disappears; of a word across a joint, what was kept
    stays.
    """
    for word in words:
        # Some words come without length; they are left where their moment is.
        moment = word.end <= word.start and cuts.contains(word.start)
        if moment or cuts.overlap(word.start, word.end) > 0:
            start, end = cuts.to_new(word.start), cuts.to_new(max(word.start, word.end))
            yield Word(round(start, 3), round(end, 3), " ".join(word.text.split()))


def _kept(spans: Iterable[Span], cuts: Cuts) -> tuple[Span, ...]:
    """Return what the cuts left of ``spans``, on the timeline after the cuts."""
    moved = (Span(cuts.to_new(span.start), cuts.to_new(span.end)) for span in spans)
    return tuple(span for span in moved if span.length > 0)


def _heard(
    audio: Path,
    transcriber: Transcriber,
    request: TranscriptionRequest,
    asked: Mapping[str, Any],
    answers: Answers,
    progress: Progress,
) -> Heard:
    with audio.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    key = digest({"audio": sha256, **asked})
    answer = answers.get(key)
    if answer is not None:
        progress(1.0, "answered before")
        return _from_answer(answer)
    heard = transcriber.transcribe(audio, request, progress)
    # Kept before anything else is done with it: it may have cost money.
    answers.put(key, _to_answer(heard))
    point("transcribe.answered")
    return heard


def _to_answer(heard: Heard) -> dict[str, Any]:
    return {
        "language": heard.language,
        "model": heard.model,
        "duration": heard.duration,
        "words": words_json(heard.words),
        "raw": heard.raw,
    }


def _from_answer(answer: Mapping[str, Any]) -> Heard:
    return Heard(
        words=tuple(Word(w["start"], w["end"], w["word"]) for w in answer["words"]),
        language=answer["language"],
        model=answer["model"],
        duration=answer["duration"],
        raw=answer["raw"],
    )


def _words_per_minute(transcript: Transcript) -> float:
    minutes = transcript.duration / 60
    return round(len(transcript.words) / minutes, 1) if minutes else 0.0
