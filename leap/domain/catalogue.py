"""A tenant's recordings as the last run left them: enough to foresee what an edit would do.

A catalogue is published for pull requests, also of strangers, and is read
where nothing else can be: so it holds no addresses, no paths and no secrets,
and whatever is read from one is checked as hostile data.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from leap.domain.snapshot import Actual, RecordingRow, Skip
from leap.domain.stage import Stage
from leap.domain.status import StatusName, derive

VERSION = 1

#: So many recordings a catalogue holds at most, and so long its texts are.
MAX_RECORDINGS = 200_000
MAX_TEXT = 1000
_MAX_NUMBER = 1e15
_MAX_ENTRIES = 100

_ID = re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{12}")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_KEY = re.compile(r"[0-9a-f]{1,64}")


class BadCatalogue(ValueError):
    """The text is no catalogue; says which part is wrong without repeating it."""


@dataclass(frozen=True, slots=True)
class Published:
    """That a recording is to be seen by way of ``preset``; not where."""

    preset: str
    platform: str


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One recording.

    Attributes:
        started_at: aware, UTC.
        size: bytes.
        duration: seconds, or None where it is not known.
        revision: empty while its file is still being written.
        listed: whether its source still has it.
        skip: why it was not worked on, or None.
        made: the keys under which each stage stands ready.
        published: where it is to be seen.
    """

    id: str
    title: str
    started_at: datetime
    source: str
    size: int
    duration: float | None
    revision: str
    listed: bool
    status: StatusName
    template: str | None
    skip: Skip | None
    made: Mapping[Stage, tuple[str, ...]] = field(default_factory=dict)
    published: tuple[Published, ...] = ()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All recordings of a tenant; ``stamp`` changes when there is reason to write it anew."""

    tenant: str
    stamp: str
    recordings: tuple[CatalogueEntry, ...]


def catalogue_of(actual: Actual, stamp: str) -> Catalogue:
    """Return the catalogue of what the ledger knows of a tenant, in order of id."""
    rows = sorted(actual.recordings.values(), key=lambda row: row.id)
    return Catalogue(actual.tenant, stamp, tuple(_entry(row, actual) for row in rows))


def _entry(row: RecordingRow, actual: Actual) -> CatalogueEntry:
    stages, publications = actual.stages.get(row.id, ()), actual.publications.get(row.id, ())
    made: dict[Stage, tuple[str, ...]] = {}
    for fact in stages:
        if fact.state == "done":
            made[fact.stage] = (*made.get(fact.stage, ()), fact.key)
    return CatalogueEntry(
        id=row.id,
        title=row.title[:MAX_TEXT],
        started_at=row.started_at,
        source=row.source,
        size=row.size,
        duration=row.duration,
        revision="" if row.settled_at else row.revision,
        listed=row.listed,
        status=derive(row, stages, publications).status,
        template=row.template,
        skip=row.skip,
        made={stage: tuple(sorted(made[stage])[:_MAX_ENTRIES]) for stage in Stage if stage in made},
        published=tuple(
            Published(fact.preset, fact.platform) for fact in publications if fact.external_id
        ),
    )


# ── as JSON data ───────────────────────────────────────────────────────────


def entry_to_json(entry: CatalogueEntry) -> dict[str, Any]:
    """Return one recording as JSON data."""
    return {
        "id": entry.id,
        "title": entry.title,
        "started_at": entry.started_at.isoformat(),
        "source": entry.source,
        "size": entry.size,
        "duration": entry.duration,
        "revision": entry.revision,
        "listed": entry.listed,
        "status": entry.status.value,
        "template": entry.template,
        "skip": entry.skip.value if entry.skip else None,
        "made": {stage.value: list(keys) for stage, keys in entry.made.items()},
        "published": [
            {"preset": each.preset, "platform": each.platform} for each in entry.published
        ],
    }


def catalogue_from_json(data: Any) -> Catalogue:
    """Return the catalogue in JSON data of whatever origin. Raises BadCatalogue."""
    if not isinstance(data, dict) or data.get("version") != VERSION:
        message = f"not a catalogue of version {VERSION}"
        raise BadCatalogue(message)
    found = data.get("recordings")
    if not isinstance(found, list) or len(found) > MAX_RECORDINGS:
        message = f"`recordings` is not a list of at most {MAX_RECORDINGS}"
        raise BadCatalogue(message)
    entries: dict[str, CatalogueEntry] = {}
    for number, item in enumerate(found, start=1):
        try:
            entry = _read_entry(item)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            what = error.args[0] if isinstance(error, KeyError | BadCatalogue) else "a value"
            message = f"recording {number}: {what} is missing or not as it should be"
            raise BadCatalogue(message) from None
        if entry.id in entries:
            message = f"recording {number}: its id is there twice"
            raise BadCatalogue(message)
        entries[entry.id] = entry
    tenant = _match(_NAME, data.get("tenant"), "tenant")
    return Catalogue(tenant, str(data.get("stamp", ""))[:64], tuple(entries.values()))


def _read_entry(data: Any) -> CatalogueEntry:
    made = _limited(data["made"], dict, "made")
    published = _limited(data["published"], list, "published")
    duration = data["duration"]
    template = data["template"]
    return CatalogueEntry(
        id=_match(_ID, data["id"], "id"),
        title=_text(data["title"], "title"),
        started_at=_moment(data["started_at"]),
        source=_match(_NAME, data["source"], "source"),
        size=int(_number(data["size"], "size")),
        duration=None if duration is None else _number(duration, "duration"),
        revision=_text(data["revision"], "revision"),
        listed=data["listed"] is True,
        status=StatusName(data["status"]),
        template=None if template is None else _match(_NAME, template, "template"),
        skip=None if data["skip"] is None else Skip(data["skip"]),
        made={
            Stage(stage): tuple(_match(_KEY, key, "made") for key in _limited(keys, list, "made"))
            for stage, keys in made.items()
        },
        published=tuple(
            Published(
                _match(_NAME, each["preset"], "preset"), _match(_NAME, each["platform"], "platform")
            )
            for each in published
        ),
    )


def _match(pattern: re.Pattern[str], value: Any, what: str) -> str:
    if not isinstance(value, str) or pattern.fullmatch(value) is None:
        raise BadCatalogue(what)
    return value


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise BadCatalogue(what)
    return value


def _number(value: Any, what: str) -> float:
    sound = isinstance(value, int | float) and not isinstance(value, bool)
    if not sound or not math.isfinite(value) or not 0 <= value <= _MAX_NUMBER:
        raise BadCatalogue(what)
    return float(value)


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(_text(value, "started_at"))
    if moment.tzinfo is None:
        raise BadCatalogue("started_at")
    return moment.astimezone(UTC)


def _limited(value: Any, kind: type, what: str) -> Any:
    if not isinstance(value, kind) or len(value) > _MAX_ENTRIES:  # type: ignore[arg-type]
        raise BadCatalogue(what)
    return value
