"""Paid answers, kept so that nothing has to be asked twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from leap.store.shelf import Shelf


class KeptAnswers:
    """Answers kept by the digest of their question (``leap.domain.ports.Answers``)."""

    def __init__(self, shelf: Shelf, folder: str) -> None:
        self._shelf, self._folder = shelf, folder

    def get(self, digest: str) -> dict[str, Any] | None:
        return self._shelf.read(self._name(digest))

    def all(self) -> Iterator[dict[str, Any]]:
        """Yield every answer that is kept, in no particular order."""
        for _, answer in self._shelf.read_all(self._shelf.find(self._name("*"))):
            yield answer

    def put(self, digest: str, answer: Mapping[str, Any]) -> None:
        self._shelf.replace(self._name(digest), answer)

    def _name(self, digest: str) -> str:
        return f"{self._folder}/{digest}.json"
