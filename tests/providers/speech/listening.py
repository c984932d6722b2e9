"""What the tests of transcription share: sound, a place for answers, and whom to ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import av
import numpy as np
from emulators.fireworks import Fireworks

from leap.domain.calls import Call, Paid
from leap.domain.money import Usage
from leap.domain.stage import Stage
from leap.providers.speech import Server

RATE = 16_000
KEY = "fw-key"


class Kept(dict[str, Any]):
    """Answers in memory (``leap.domain.ports.Answers``)."""

    def put(self, digest: str, answer: Mapping[str, Any]) -> None:
        self[digest] = dict(answer)


@dataclass
class Book:
    """Calls in memory (``leap.domain.ports.Calls``), with what became of each."""

    calls: list[Call] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)

    @contextmanager
    def paying(self, call: Call) -> Iterator[Line]:
        self.calls.append(call)
        self.outcomes.append("lost")
        yield Line(self, len(self.calls) - 1)


@dataclass
class Line:
    """One call while it is made (``leap.domain.ports.Payment``)."""

    book: Book
    number: int

    def answered(self, usage: Usage) -> Paid:
        self.book.outcomes[self.number] = "answered"
        call, now = self.book.calls[self.number], datetime.now(UTC)
        return Paid(f"c{self.number}", call, "r", Stage.TRANSCRIBE, now, "answered", usage)

    def refused(self) -> None:
        self.book.outcomes[self.number] = "refused"


def tell_nobody(share: float | None, message: str = "") -> None:
    """Take progress, and do nothing with it."""


def write_flac(path: Path, samples: np.ndarray) -> Path:
    """Write samples as our trimming does: FLAC, 16 kHz, mono, 16 bits."""
    with av.open(str(path), "w", format="flac") as out:
        track = out.add_stream("flac", rate=RATE)
        track.layout, track.format = "mono", "s16"
        for start in range(0, len(samples), RATE):
            part = np.ascontiguousarray(samples[start : start + RATE]).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(part, format="s16", layout="mono")
            frame.sample_rate, frame.pts = RATE, start
            out.mux(track.encode(frame))
        out.mux(track.encode(None))
    return path


def server_of(cloud: Fireworks, **more: Any) -> Server:
    """Return how ``cloud`` is asked, with the habits that its vendor has."""
    vendor = cloud.habits
    model = next(iter(cloud.urls))
    spelling = "comma" if vendor == "fireworks" else "brackets"
    usual = {"granularities": spelling, "largest": 1_000_000_000, "model": model}
    asked = {**usual, **more}
    return Server(vendor, url=cloud.urls[asked["model"]], allow_insecure=True, **asked)
