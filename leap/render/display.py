"""What bars and lines have in common: the work they show, and how they are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(slots=True)
class Work:
    """One stage of one recording, under way; ``said_*`` is when it was last spoken of."""

    id: str
    recording: str
    stage: str
    started_at: float
    said_share: float = 0.0
    said_at: float = 0.0


class Display(Protocol):
    """How work is shown. Calls never overlap."""

    def started(self, work: Work) -> None: ...

    def progress(self, work: Work, share: float | None, message: str) -> None: ...

    def ended(self, work: Work, words: str, colour: str) -> None: ...

    def refresh(self) -> None: ...

    def close(self) -> None: ...
