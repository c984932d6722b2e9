"""What is remembered beside an unfinished file: which of its chunks are there.

A text file: a line with what the bytes belong to, then a line for each chunk in
the order in which they were finished: first byte, length and CRC-32. A line is
written after its bytes. Neither is forced to the disk, since a kill of the
process loses neither and a power cut shows in the CRC-32: bytes that were never
written do not have it. A line that was cut short counts for nothing.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from leap import faults
from leap.providers.transfer.chunks import Chunks

_VERSION = 1
_FIELDS = 3
_DIGITS = 8
#: A journal of a file of 50 GB has 0.4 MB.
_LARGEST = 64 << 20


@dataclass(frozen=True, slots=True)
class Identity:
    """Which bytes they are, as far as a server tells.

    ``etag`` and ``modified`` are the answer's headers, empty where it has none.
    """

    size: int
    etag: str = ""
    modified: str = ""

    @property
    def condition(self) -> str:
        """The value of ``If-Range``; empty where the server gave nothing that can stand there.

        A weak ETag must not, and a date only where nothing better is known
        (RFC 9110, section 13.1.5).
        """
        if self.etag:
            return "" if self.etag.startswith("W/") else self.etag
        return self.modified

    def same(self, other: Identity) -> bool:
        """Tell whether both are the same bytes, as far as can be told."""
        if self.size != other.size:
            return False
        if self.etag and other.etag:
            return self.etag == other.etag
        return not (self.modified and other.modified) or self.modified == other.modified


@dataclass(frozen=True, slots=True)
class Remembered:
    """A journal as an earlier attempt left it; ``chunks`` are believed, not checked."""

    identity: Identity
    chunks: Chunks


def journal_of(destination: Path) -> Path:
    """Return where the journal of an unfinished ``destination`` lies."""
    return destination.with_name(f"{destination.name}.chunks")


def begin(path: Path, identity: Identity, chunk: int) -> Journal:
    """Begin a journal at ``path`` in which no chunk is done. Raises OSError."""
    journal = Journal(path, os.O_CREAT | os.O_TRUNC)
    journal.write(json.dumps({"version": _VERSION, "chunk": chunk, **asdict(identity)}))
    return journal


def resume(path: Path) -> Journal:
    """Go on with the journal at ``path``. Raises OSError."""
    journal = Journal(path, 0)
    # The last line may have been cut short: what follows must not continue it.
    journal.write("")
    return journal


class Journal:
    """A journal open for writing; made by ``begin`` and ``resume``."""

    def __init__(self, path: Path, flags: int) -> None:
        flags |= os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        self._handle = os.open(path, flags, 0o644)

    def add(self, start: int, length: int, checksum: int) -> None:
        """Note a chunk whose bytes are written. Raises OSError."""
        faults.point("transfer.journal.before_add")
        self.write(f"{start} {length} {checksum:08x}")
        faults.point("transfer.journal.after_add")

    def close(self) -> None:
        """Close the file; may be called again."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def write(self, line: str) -> None:
        """Write a line. Raises OSError."""
        rest = f"{line}\n".encode()
        while rest:
            rest = rest[os.write(self._handle, rest) :]


def recall(path: Path) -> Remembered | None:
    """Return what the journal at ``path`` says; None where there is none or it says nothing.

    Raises OSError where it is there and cannot be read.
    """
    try:
        with path.open("rb") as file:
            head, *lines = file.read(_LARGEST).split(b"\n")
    except FileNotFoundError:
        return None
    remembered = _begun(head)
    if remembered is not None:
        for line in lines[:-1]:  # What follows the last line feed was cut short.
            with suppress(ValueError):
                _note(remembered.chunks, line)
    return remembered


def _begun(head: bytes) -> Remembered | None:
    try:
        said = json.loads(head)
        if said["version"] != _VERSION:
            return None
        identity = Identity(int(said["size"]), str(said["etag"]), str(said["modified"]))
        chunk = int(said["chunk"])
    except (ValueError, KeyError, TypeError):
        return None
    if identity.size < 0 or chunk < 1:
        return None
    return Remembered(identity, Chunks(identity.size, chunk))


def _note(chunks: Chunks, line: bytes) -> None:
    """Note the chunk that ``line`` names. Raises ValueError where it names none."""
    fields = line.split()
    if len(fields) != _FIELDS or len(fields[2]) != _DIGITS:
        return
    start, length, checksum = int(fields[0]), int(fields[1]), int(fields[2], 16)
    number, rest = divmod(start, chunks.chunk)
    if rest or not 0 <= start < (chunks.size or 0):
        return
    first, after = chunks.extent(number)
    if length != after - first or not 0 <= checksum < 1 << 32:
        return
    if chunks.is_done(number):
        chunks.damaged(number)  # It was fetched again: the later line is right.
    chunks.done(number, checksum)
