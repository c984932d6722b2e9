"""Which parts of a file are there, are being fetched, or are still to be fetched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

#: Bytes per chunk: what a killed connection loses at most.
CHUNK = 1 << 20


class _State(IntEnum):
    MISSING = 0
    TAKEN = 1
    DONE = 2


@dataclass(frozen=True, slots=True)
class Span:
    """Chunks ``first`` up to, not including, ``last``, to be fetched with one request.

    ``start`` and ``end`` are their bytes; ``end`` is None where the file's size
    is not known.
    """

    first: int
    last: int | None
    start: int
    end: int | None


class Chunks:
    """A file of ``size`` bytes in chunks of ``chunk`` bytes; the last one may be shorter.

    A size of None is one that shows at the end (`ended`); such a file has a
    single span. Not safe for threads by itself.
    """

    def __init__(self, size: int | None, chunk: int = CHUNK) -> None:
        self.size, self.chunk = size, chunk
        self._states = bytearray(0 if size is None else -(-size // chunk))
        self._checksums: dict[int, int] = {}
        #: No chunk before this one is missing.
        self._lowest = 0
        self._bytes_done = 0
        self._open = size is None

    def __len__(self) -> int:
        """How many chunks there are, as far as is known."""
        return max(1, len(self._states)) if self.size is None else len(self._states)

    @property
    def bytes_done(self) -> int:
        """How many bytes are there."""
        return self._bytes_done

    @property
    def complete(self) -> bool:
        """Whether every chunk is there."""
        return self.size is not None and self._bytes_done == self.size

    @property
    def checksums(self) -> Mapping[int, int]:
        """The CRC-32 of each chunk that is there, by number."""
        return self._checksums

    def extent(self, number: int) -> tuple[int, int]:
        """Return the first byte of a chunk, and the one after its last."""
        start = number * self.chunk
        end = start + self.chunk
        return start, end if self.size is None else min(end, self.size)

    def is_done(self, number: int) -> bool:
        """Tell whether a chunk is there."""
        return number in self._checksums

    def take(self, most: int) -> Span | None:
        """Take the first missing chunks, at most ``most`` beside each other, or None."""
        if self._open:
            self._open = False
            return Span(0, None, 0, None)
        first = self._states.find(_State.MISSING, self._lowest)
        if first < 0:
            self._lowest = len(self._states)
            return None
        last = first
        while last < min(first + most, len(self._states)) and not self._states[last]:
            self._states[last] = _State.TAKEN
            last += 1
        self._lowest = last
        return Span(first, last, self.extent(first)[0], self.extent(last - 1)[1])

    def give_back(self, span: Span) -> None:
        """Let what is not there of ``span`` be taken again."""
        if span.last is None:
            self._open = True
            return
        for number in range(span.first, span.last):
            if self._states[number] == _State.TAKEN:
                self._miss(number)

    def done(self, number: int, checksum: int) -> None:
        """Note that a chunk is there, with the CRC-32 of its bytes."""
        if number >= len(self._states):
            self._states.extend(bytes(number + 1 - len(self._states)))
        self._states[number] = _State.DONE
        self._checksums[number] = checksum
        start, end = self.extent(number)
        self._bytes_done += end - start

    def damaged(self, number: int) -> None:
        """Note that a chunk that was there is not what it was: it is missing again."""
        start, end = self.extent(number)
        self._bytes_done -= end - start
        del self._checksums[number]
        self._miss(number)

    def ended(self, size: int, checksum: int) -> None:
        """Note the size that was not known, and the CRC-32 of the last chunk if it is shorter."""
        self.size = size
        number, rest = divmod(size, self.chunk)
        if rest:
            self.done(number, checksum)

    def untaken(self) -> int:
        """Return how many chunks are missing and nobody fetches; 1 for a file of unknown size."""
        return self._states.count(_State.MISSING) + self._open

    def _miss(self, number: int) -> None:
        self._states[number] = _State.MISSING
        self._lowest = min(self._lowest, number)
