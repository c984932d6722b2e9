"""What Zoom tells about a recorded meeting, read with patience.

Zoom sends more than it documents and leaves out what it promises: numbers as
text, empty texts while a meeting is being processed, files without an id, new
types. What cannot be read is taken for absent; nothing here raises.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

#: The seconds of a minute, in which Zoom tells the length of a meeting.
_MINUTE = 60.0
#: A time in other years is no time.
_OLDEST, _NEWEST = 2000, 2200
#: Control characters, and halves of characters.
_HIDDEN = frozenset({"Cc", "Cs"})
#: What kinds begin with that are no videos; others may be, also unknown ones.
_NO_VIDEO = (
    "audio",
    "cc_transcript",
    "chat",
    "closed_caption",
    "poll",
    "summary",
    "thumbnail",
    "timeline",
)


@dataclass(frozen=True, slots=True)
class File:
    """One file of a recording.

    ``kind`` is Zoom's ``recording_type``, such as ``shared_screen``; ``size`` is
    in bytes, 0 while it is not known. ``starts`` and ``ends`` are when its
    segment was recorded, in UTC.
    """

    id: str
    type: str
    kind: str
    size: int
    status: str
    starts: datetime | None
    ends: datetime | None
    url: str

    @property
    def has_id(self) -> bool:
        """Whether the id is Zoom's own; old files have none, and get one here."""
        return "@" not in self.id

    @property
    def is_video(self) -> bool:
        return self.type == "MP4"

    @property
    def is_sound(self) -> bool:
        return self.type == "M4A"

    @property
    def is_ready(self) -> bool:
        """Whether it can be downloaded; Zoom says so in two ways, and both must hold."""
        return self.status in {"completed", ""} and self.size > 0

    @property
    def may_become_video(self) -> bool:
        """Whether Zoom still works on it and its type is a video's, or not told yet."""
        in_work = self.status in {"processing", ""} and not self.is_ready
        untold = not self.type and not self.kind.startswith(_NO_VIDEO)
        return in_work and (self.is_video or untold)

    @property
    def seconds(self) -> float | None:
        """How long it is, as far as Zoom tells."""
        if self.starts is None or self.ends is None or self.ends <= self.starts:
            return None
        return (self.ends - self.starts).total_seconds()

    @property
    def revision(self) -> str:
        """The file's own id, and its size: other bytes have another."""
        return f"{self.id}:{self.size}"


@dataclass(frozen=True, slots=True)
class Meeting:
    """One recorded meeting. ``files`` is None where Zoom did not list them."""

    uuid: str
    topic: str
    starts: datetime | None
    seconds: float | None
    files: tuple[File, ...] | None
    download_token: str = ""

    @property
    def name(self) -> str:
        """How messages call it."""
        day = f" ({self.starts:%Y-%m-%d})" if self.starts else ""
        return f"{self.topic}{day}"


def read_meeting(data: Any) -> Meeting | None:
    """Return the meeting that Zoom described, or None for something without a uuid."""
    if not isinstance(data, Mapping) or not (uuid := _text(data, "uuid")):
        return None
    files = data.get("recording_files")
    minutes = _number(data, "duration")
    return Meeting(
        uuid=uuid,
        topic=" ".join(_text(data, "topic").split()) or "Zoom meeting",
        starts=_moment(data, "start_time"),
        seconds=minutes * _MINUTE if minutes else None,
        files=tuple(_files(files)) if isinstance(files, list) else None,
        download_token=_text(data, "download_access_token"),
    )


def _files(entries: list[Any]) -> Iterator[File]:
    for data in entries:
        if isinstance(data, Mapping):
            yield File(
                id=_text(data, "id") or f"{_text(data, 'recording_type')}@{_text(data, _START)}",
                type=(_text(data, "file_type") or _text(data, "file_extension")).upper(),
                kind=_text(data, "recording_type"),
                size=_number(data, "file_size"),
                status=_text(data, "status").lower(),
                starts=_moment(data, _START),
                ends=_moment(data, "recording_end"),
                url=_text(data, "download_url"),
            )


_START = "recording_start"


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str):
        return ""
    if value.isprintable():
        return value.strip()
    # No database takes NUL, and no terminal shall be moved by a topic.
    return "".join(" " if unicodedata.category(sign) in _HIDDEN else sign for sign in value).strip()


def _number(data: Mapping[str, Any], key: str) -> int:
    value = data.get(key)
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value[:18])
    return max(0, int(value)) if isinstance(value, int | float) and abs(value) < 1 << 62 else 0


def _moment(data: Mapping[str, Any], key: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(_text(data, key))
        moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if _OLDEST < moment.year < _NEWEST else None
