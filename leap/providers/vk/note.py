"""What must not be forgotten while a video is placed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from leap.domain.ports import Checkpoint

#: Names in the checkpoint: where it stands, and the secret address for the bytes.
_NOTE, _ADDRESS = "vk", "vk.upload"
#: An address that says nothing of its end is used for so many seconds.
_LIVES = 3600.0
#: A number that is larger is in milliseconds.
_MILLISECONDS = 10**11

#: ``saving``: VK was asked for a place, and its answer may be lost; ``reserved``:
#: the place is known, and got no bytes; ``sending``: it may have them all;
#: ``sent``: it has.
Stage = Literal["saving", "reserved", "sending", "sent"]


@dataclass(frozen=True, slots=True)
class Note:
    """How far one video is.

    Attributes:
        stage: see ``Stage``.
        since: when VK was first asked for a place, in seconds since 1970.
        video: what it is called, ``<owner>_<id>``; nothing while that is unknown.
        key: opens the video where only its link leads to it.
        ends: until when its address takes bytes, in seconds since 1970.
        stale: places that were given up, and are to be deleted.
        lost: whether an answer with a place was lost, so that one may be about
            that nobody knows.
    """

    stage: Stage
    since: float
    video: str = ""
    key: str = ""
    ends: float = 0.0
    stale: tuple[str, ...] = ()
    lost: bool = False


class Memory:
    """Reads and writes the note of one publication."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._checkpoint = checkpoint

    def note(self) -> Note | None:
        """Return what was last written."""
        said = self._checkpoint.read(_NOTE)
        if not isinstance(said, Mapping):
            return None
        known = {each.name: said[each.name] for each in fields(Note) if each.name in said}
        return Note(**{**known, "stale": tuple(known.get("stale") or ())})

    def write(self, note: Note) -> Note:
        """Write ``note`` and return it. Raises LedgerError, LeaseLost."""
        self._checkpoint.save(_NOTE, {**asdict(note), "stale": list(note.stale)})
        return note

    def change(self, note: Note, **changed: Any) -> Note:
        """Write ``note`` with some fields changed and return it. Raises as ``write``."""
        return self.write(replace(note, **changed))

    def address(self) -> str | None:
        """Return where the bytes go. Raises SecretError."""
        return self._checkpoint.read_secret(_ADDRESS)

    def keep_address(self, address: str | None) -> None:
        """Keep where the bytes go, sealed; None forgets it. Raises as ``write``."""
        self._checkpoint.save_secret(_ADDRESS, address)


def end_of(address: str, now: datetime) -> float:
    """Return until when ``address`` takes bytes, in seconds since 1970."""
    usual = now.timestamp() + _LIVES
    try:
        said = float(dict(parse_qsl(urlsplit(address).query)).get("expires", ""))
    except ValueError:
        return usual
    seconds = said / 1000 if said > _MILLISECONDS else said
    # Neither long ago nor endless: a number that is no time says nothing.
    is_time = datetime(2020, 1, 1, tzinfo=UTC).timestamp() < seconds < _MILLISECONDS
    return seconds if is_time else usual
