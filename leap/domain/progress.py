"""How long work tells how far it is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called by long work, as often as it likes; the receiver thins the calls out."""

    def __call__(self, share: float | None, message: str = "") -> None:
        """``share`` is 0..1, or None where it is unknown."""
