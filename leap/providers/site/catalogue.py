"""The front page: what every page says of itself, gathered and listed.

Each page leaves a ``page.json`` beside it. The front page is made anew from
all of them, under a lock, so that it depends on no order and heals itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from leap.providers.site.address import is_slug

RECORD = "page.json"
PAGES = "lectures"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class PageRecord:
    """What a page says of itself; times are seconds, ``started_at`` is ISO 8601.

    ``course`` is what it is listed under, or empty; ``search`` names the script
    with its words, ``files`` everything that the page needs beside its
    ``index.html``.
    """

    slug: str
    recording: str
    preset: str
    title: str
    listed: bool
    started_at: str
    duration: float
    language: str
    interface: str
    summary: str
    chapters: tuple[tuple[float, str], ...]
    search: str
    files: tuple[str, ...] = field(default=())
    course: str = ""

    def to_json(self) -> bytes:
        """Return the content of ``page.json``."""
        return json.dumps(
            {"version": _VERSION} | asdict(self), ensure_ascii=False, indent=1
        ).encode()

    @classmethod
    def from_json(cls, data: Any) -> PageRecord:
        """Read what ``to_json`` wrote. Raises KeyError, TypeError or ValueError."""
        return cls(
            slug=str(data["slug"]),
            recording=str(data["recording"]),
            preset=str(data["preset"]),
            title=str(data["title"]),
            listed=data["listed"] is True,
            started_at=str(data["started_at"]),
            duration=float(data["duration"]),
            language=str(data["language"]),
            interface=str(data["interface"]),
            summary=str(data["summary"]),
            chapters=tuple((float(start), str(title)) for start, title in data["chapters"]),
            search=str(data["search"]),
            files=tuple(str(name) for name in data["files"]),
            course=str(data.get("course", "")),
        )

    @property
    def moment(self) -> datetime:
        """Return when the lecture began, in the time zone that its page shows."""
        return datetime.fromisoformat(self.started_at)


def read_record(folder: Path) -> PageRecord | None:
    """Return what the page in ``folder`` says of itself; None where nothing does.

    A record that cannot be read counts as none: publishing again writes it anew.
    """
    if not is_slug(folder.name):
        return None
    try:
        record = PageRecord.from_json(json.loads((folder / RECORD).read_text(encoding="utf-8")))
        usable = record.slug == folder.name and record.moment.tzinfo is not None
    except (FileNotFoundError, KeyError, TypeError, ValueError):
        return None
    return record if usable else None


def listed(root: Path) -> list[PageRecord]:
    """Return the records of all pages that the front page shows, the newest lecture first."""
    found = [
        record
        for folder in folders(root)
        if (record := read_record(folder)) and record.listed and (folder / "index.html").is_file()
    ]
    return sorted(found, key=lambda record: (record.moment, record.slug), reverse=True)


def by_course(records: Sequence[PageRecord]) -> list[tuple[str, list[PageRecord]]]:
    """Return ``records`` by course, in their order: the course with the newest lecture first.

    Lectures of no course come last, under an empty name.
    """
    courses: dict[str, list[PageRecord]] = {}
    for record in records:
        courses.setdefault(record.course, []).append(record)
    return sorted(courses.items(), key=lambda course: not course[0])


def folders(root: Path) -> Iterator[Path]:
    """Yield the folder of every page below ``root``, also of one that is not finished."""
    pages = root / PAGES
    if pages.is_dir():
        yield from (path for path in sorted(pages.iterdir()) if path.is_dir())
