"""The file that is uploaded: known again after a crash, and noticed when it changes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from leap.errors import NeedsHuman, ProviderError

_BLOCK = 256 * 1024
#: What is looked at for the fingerprint: so many pieces of the file, of this size.
_PIECES, _PIECE = 64, 64 * 1024
_TYPES = {".mp4": "video/mp4"}


class Film:
    """The video at ``path``, open for reading. Methods raise ProviderError.

    Attributes:
        size: in bytes.
        kind: its media type.
        fingerprint: tells it from every other film, also from the same one made
            anew. It is of samples, since reading two gigabytes takes as long as
            sending a part of them.
    """

    def __init__(self, path: Path) -> None:
        if path.suffix == ".m4a":
            message = "YouTube takes no recording that is sound alone"
            raise NeedsHuman(message, hint="publish it to another place, or to none")
        self._path = path
        try:
            self._handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise self._unreadable(error) from None
        self._state = self._now()
        self.size, self.kind = self._state[0], _TYPES.get(path.suffix, "application/octet-stream")
        if self.size == 0:
            os.close(self._handle)
            raise ProviderError(f"{path}: the file is empty", hint="`leap verify` looks at results")
        self.fingerprint = self._sampled()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._handle)

    def blocks(self, start: int, end: int) -> Iterator[bytes]:
        """Yield the bytes from ``start`` up to ``end``, a little at a time."""
        while start < end:
            block = self._read(start, min(_BLOCK, end - start))
            if not block or self._now() != self._state:
                message = f"{self._path}: the file changed while it was uploaded"
                raise ProviderError(message, hint="`leap reconcile` begins again")
            yield block
            start += len(block)

    def _sampled(self) -> str:
        found = hashlib.sha256(str(self.size).encode())
        last = max(0, self.size - _PIECE)
        for number in range(_PIECES):
            found.update(self._read(last * number // (_PIECES - 1), _PIECE))
        return found.hexdigest()[:32]

    def _read(self, start: int, count: int) -> bytes:
        try:
            return os.pread(self._handle, count, start)
        except OSError as error:
            raise self._unreadable(error) from None

    def _now(self) -> tuple[int, int]:
        """Return size and time of the last change."""
        found = os.fstat(self._handle)
        return found.st_size, found.st_mtime_ns

    def _unreadable(self, error: OSError) -> ProviderError:
        reason = (error.strerror or str(error)).lower()
        return ProviderError(f"{self._path}: cannot be read: {reason}")
