"""A request's body while it is still on its way, so that gigabytes need no memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator


class Gone(ConnectionError):
    """The client went away before its body was whole."""


class Incoming:
    """The body of a request as it comes: it can be read once, in pieces.

    What is not read is thrown away once the request is answered. Where the
    connection ends early, `pieces` yields what still came and raises `Gone`.
    """

    def __init__(self, pieces: Iterator[bytes], *, passed: Callable[[int], None]) -> None:
        self._pieces, self._passed = pieces, passed
        self._left = b""
        #: Bytes that came so far.
        self.received = 0

    def pieces(self, most: int | None = None) -> Iterator[bytes]:
        """Yield what comes, ``most`` bytes of it or all."""
        while most is None or most > 0:
            piece = self._left or self._next()
            if not piece:
                return
            taken = piece if most is None else piece[:most]
            self._left = piece[len(taken) :]
            if most is not None:
                most -= len(taken)
            yield taken

    def drain(self) -> None:
        """Throw the rest away."""
        for _ in self.pieces():
            pass

    def _next(self) -> bytes:
        piece = next(self._pieces, b"")
        self.received += len(piece)
        if piece:
            self._passed(len(piece))
        return piece
