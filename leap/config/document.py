"""One YAML file as plain data in which every key and value knows its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leap.errors import Diagnostic

#: The way from the root of a file to a value: mapping keys and list indices.
Path = tuple[str | int, ...]

#: Line and column, both counted from 1.
Position = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Document:
    """The data of one file, and where each key and each value stands in it.

    ``data`` is always a mapping. A key whose value is null is left out:
    null means "not given here". ``positions`` are those of values; ``keys``
    those of mapping keys, under the path of the value they lead to.
    """

    file: str
    data: Mapping[str, Any] = field(default_factory=dict)
    positions: Mapping[Path, Position] = field(default_factory=dict)
    keys: Mapping[Path, Position] = field(default_factory=dict)

    def position(self, path: Sequence[str | int], *, key: bool = False) -> Position:
        """Return where the value at ``path`` stands, or its nearest existing ancestor.

        With ``key`` the place of the key that leads to the value is preferred.
        """
        path = tuple(path)
        if key and path in self.keys:
            return self.keys[path]
        while path and path not in self.positions:
            path = path[:-1]
        return self.positions.get(path, (1, 1))

    def error(
        self, path: Sequence[str | int], message: str, hint: str | None = None, *, key: bool = False
    ) -> Diagnostic:
        """Return an error about the value (or with ``key`` the key) at ``path``."""
        return Diagnostic(self.file, *self.position(path, key=key), message, hint)

    def warning(
        self, path: Sequence[str | int], message: str, hint: str | None = None, *, key: bool = False
    ) -> Diagnostic:
        """Return a warning about the value (or with ``key`` the key) at ``path``."""
        line, column = self.position(path, key=key)
        return Diagnostic(self.file, line, column, message, hint, "warning")
