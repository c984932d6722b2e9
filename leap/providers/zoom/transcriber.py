"""Zoom's own transcript in the place of a transcriber's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from leap.domain.ports import Progress, Transcriber, TranscriptionRequest
from leap.domain.transcript import Heard
from leap.providers.zoom.transcript import words_of


class ZoomTranscriber:
    """The words that Zoom has written down; where it has none, those of another transcriber.

    Args:
        transcript: returns Zoom's WebVTT of the recording, or None.
        revision: of the recording; it tells one answer from another.
        otherwise: opens the other transcriber.
        settings: what of the other one's settings can change its words.
    """

    versions: Mapping[str, str]

    def __init__(
        self,
        transcript: Callable[[], str | None],
        revision: str,
        otherwise: Callable[[], Transcriber],
        settings: Mapping[str, Any],
    ) -> None:
        self._transcript, self._revision = transcript, revision
        self._otherwise, self._settings = otherwise, settings
        self.versions = {"provider": "zoom"}

    def fingerprint(self, request: TranscriptionRequest) -> Mapping[str, Any]:
        return {
            "provider": "zoom",
            "revision": self._revision,
            "language": request.language,
            "otherwise": {
                **self._settings,
                "prompt": request.prompt,
                "vocabulary": list(request.vocabulary),
                "temperature": request.temperature,
            },
        }

    def transcribe(self, audio: Path, request: TranscriptionRequest, progress: Progress) -> Heard:
        """Return Zoom's words, or those of the other transcriber. Raises ProviderError."""
        progress(None, "asking Zoom for its transcript")
        written = self._transcript()
        words = words_of(written) if written else ()
        if not words:
            other = self._otherwise()
            heard = other.transcribe(audio, request, progress)
            self.versions = {**other.versions, "instead_of": "zoom"}
            return heard
        progress(1.0, f"{len(words)} words from Zoom")
        return Heard(
            words=words,
            language=request.language or "und",
            model="zoom transcript",
            duration=words[-1].end,
            raw={"vtt": written},
        )
