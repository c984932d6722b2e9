"""What happened: every request with its answer, in the order in which they came."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TextIO

from emulators.bodies import Bytes
from emulators.messages import Answer, Pattern, Request

#: Larger bodies of answers are not kept.
_KEPT = 64 * 1024


@dataclass(slots=True)
class Exchange:
    """A request and what became of it; while it is being answered ``ended`` is None."""

    number: int
    request: Request
    #: None as long as no status line was sent.
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    #: The body of the answer where it is short and no file, else nothing.
    content: bytes = b""
    #: Bytes of the answer's body that left.
    sent: int = 0
    seconds: float = 0.0
    #: The pattern of the fault that was put in.
    fault: str | None = None
    #: The answer left whole; was cut as told; or the client was gone.
    ended: Literal["whole", "cut", "gone"] | None = None

    def answered(self, answer: Answer) -> None:
        """Note what is being said."""
        self.status, self.headers = answer.status, dict(answer.headers)
        if isinstance(answer.body, Bytes) and answer.body.size <= _KEPT:
            self.content = answer.body.content

    def as_json(self) -> dict[str, Any]:
        """Return one line of the journal on disk."""
        request = self.request
        return {
            "number": self.number,
            "at": request.at.isoformat(),
            "origin": request.origin,
            "method": request.method,
            "target": request.target,
            "headers": dict(request.headers),
            "body": request.body[:_KEPT].decode("utf-8", "replace"),
            "status": self.status,
            "answer": self.headers,
            "content": self.content.decode("utf-8", "replace"),
            "sent": self.sent,
            "seconds": round(self.seconds, 6),
            "fault": self.fault,
            "ended": self.ended,
        }


class Journal:
    """Exchanges of one or more servers; may be read while requests come in.

    With a ``path`` each exchange is also a line of JSON there as soon as it
    ended, so that another process can read it. It holds secrets: they are a
    test's own.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._changed = threading.Condition(threading.RLock())
        self._exchanges: list[Exchange] = []
        self._began = 0
        self._file: TextIO | None = path.open("a", encoding="utf-8") if path else None

    def __len__(self) -> int:
        return len(self._exchanges)

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self.of())

    def of(
        self, pattern: str = "**", *, origin: str | None = None, status: int | None = None
    ) -> list[Exchange]:
        """Return the exchanges that ``pattern`` (see `Pattern`) means, with this origin and status."""
        meant = Pattern(pattern)
        with self._changed:
            return [
                exchange
                for exchange in self._exchanges
                if meant.fits(exchange.request)
                and origin in (None, exchange.request.origin)
                and status in (None, exchange.status)
            ]

    def count(
        self, pattern: str = "**", *, origin: str | None = None, status: int | None = None
    ) -> int:
        """Return how many they are."""
        return len(self.of(pattern, origin=origin, status=status))

    def wait(
        self, pattern: str = "**", times: int = 1, *, ended: bool = False, timeout: float = 20.0
    ) -> list[Exchange]:
        """Wait until so many such requests came, or ``ended``; raises TimeoutError."""

        def found() -> list[Exchange]:
            return [each for each in self.of(pattern) if each.ended or not ended]

        with self._changed:
            if not self._changed.wait_for(lambda: len(found()) >= times, timeout):
                message = f"{pattern} came {len(found())} times, not {times}"
                raise TimeoutError(message)
            return found()

    def clear(self) -> None:
        """Forget what happened so far."""
        with self._changed:
            self._exchanges.clear()

    def close(self) -> None:
        """Close the file on disk."""
        with self._changed:
            if self._file:
                self._file.close()
                self._file = None

    # For the servers

    def begin(self, request: Request) -> Exchange:
        """Note a request."""
        with self._changed:
            self._began += 1
            exchange = Exchange(self._began, request)
            self._exchanges.append(exchange)
            self._changed.notify_all()
            return exchange

    def end(self, exchange: Exchange, ended: Literal["whole", "cut", "gone"]) -> None:
        """Note how it ended."""
        with self._changed:
            exchange.ended = ended
            if self._file:
                self._file.write(json.dumps(exchange.as_json(), ensure_ascii=False) + "\n")
                self._file.flush()
            self._changed.notify_all()
