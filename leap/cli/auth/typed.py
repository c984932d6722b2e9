"""What a person types, or a pipe holds: one value a line."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import click

from leap.errors import UsageError

_STDIN = 0
_PART = 4096


class Typed:
    """Values from the terminal, or the lines of stdin in the order in which they are asked for."""

    def __init__(self) -> None:
        self.is_terminal = sys.stdin is not None and sys.stdin.isatty()
        self._rest = b""
        self._is_over = sys.stdin is None

    def secret(self, name: str) -> str:
        """Return a value that is not shown while it is typed."""
        return self._value(name, hidden=True)

    def plain(self, name: str) -> str:
        """Return a value that anybody may see."""
        return self._value(name, hidden=False)

    def lines(self) -> Iterator[str]:
        """Yield what is typed from now on, as it comes, until stdin ends."""
        while (line := self._line()) is not None:
            yield line

    def _value(self, name: str, *, hidden: bool) -> str:
        if self.is_terminal:
            value: str = click.prompt(name, hide_input=hidden, err=True)
        else:
            value = self._line() or ""
        if not value.strip():
            message = f"no value for {name}"
            raise UsageError(message, hint="type it when asked, or give it as a line of stdin")
        return value.strip()

    def _line(self) -> str | None:
        # Not with sys.stdin: its lock is held while it waits, and a thread that
        # waits for ever would keep Python from ending.
        while b"\n" not in self._rest and not self._is_over:
            try:
                part = os.read(_STDIN, _PART)
            except OSError:
                part = b""
            self._rest += part
            self._is_over = not part
        if not self._rest:
            return None
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode(errors="replace").rstrip("\r")
