"""Paid answers, kept so that nothing has to be asked twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from leap.store.atomic import read_json, replace


class FileAnswers:
    """Answers kept by the digest of their question (``leap.domain.ports.Answers``)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, digest: str) -> dict[str, Any] | None:
        return read_json(self._folder / f"{digest}.json")

    def all(self) -> Iterator[dict[str, Any]]:
        """Yield every answer that is kept, in no particular order."""
        for path in self._folder.glob("*.json"):
            answer = read_json(path)
            if answer is not None:
                yield answer

    def put(self, digest: str, answer: Mapping[str, Any]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        replace(self._folder / f"{digest}.json", dict(answer))
