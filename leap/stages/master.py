"""What ``master.json`` says: everything about a transcription, what is invented included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from leap.domain import invented
from leap.domain.invented import Invented
from leap.domain.ports import TranscriptionRequest
from leap.domain.segments import segments
from leap.domain.transcript import Heard, Transcript, Word


@dataclass(frozen=True, slots=True)
class Everything:
    """What is known about the transcription of one recording.

    ``words`` are all that were heard, on the trimmed timeline, and ``found``
    marks those of them that nobody said; ``transcript`` is without these.
    """

    recording: str
    words: tuple[Word, ...]
    found: Invented
    transcript: Transcript
    heard: Heard

    def to_json(
        self, request: TranscriptionRequest, asked: Mapping[str, Any], audio: Path | None
    ) -> dict[str, Any]:
        """Return it as JSON data, without any absolute path."""
        transcript, heard, found = self.transcript, self.heard, self.found
        duration = round(transcript.duration, 3)
        return {
            "recording_id": self.recording,
            "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "model": heard.model,
            "language": transcript.language,
            "duration": duration,
            "words": [
                {**word, "invented": mark.value} if mark else word
                for word, mark in zip(words_json(self.words), found.marks, strict=True)
            ],
            "segments": self._segments(),
            "stats": {
                "words_count": len(transcript.words),
                "segments_count": len(transcript.segments),
                "total_duration": duration,
            },
            "invented": {
                "version": invented.VERSION,
                "share_of_words": round(found.share_of_words, 4),
                "share_of_time": round(found.share_of_time, 4),
                "reasons": {reason.value: count for reason, count in found.reasons.items()},
            },
            "_metadata": {
                "model": heard.model,
                "prompt_used": request.prompt,
                "config": asked,
                "audio_file": audio and {"path": audio.name, "duration_seconds": heard.duration},
                "usage": {"audio_seconds": heard.duration},
            },
            "raw_response": heard.raw,
        }

    def _segments(self) -> list[dict[str, Any]]:
        """Return the segments of what was said, and between them those of what was not."""
        every = [(segment, "") for segment in self.transcript.segments]
        for passage in self.found.passages:
            words = self.words[passage.first : passage.first + passage.words]
            every += [(segment, passage.reason.value) for segment in segments(words)]
        every.sort(key=lambda each: (each[0].start, each[0].end))
        return [
            {
                "id": number,
                "start": segment.start,
                "end": segment.end,
                "text": segment.text,
                **({"invented": reason} if reason else {}),
            }
            for number, (segment, reason) in enumerate(every)
        ]


def words_json(words: Iterable[Word]) -> list[dict[str, Any]]:
    """Return ``words`` as JSON data; times are seconds."""
    return [
        {"start": round(word.start, 3), "end": round(word.end, 3), "word": word.text}
        for word in words
    ]
