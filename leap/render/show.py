"""One recording in detail: its targets, publications and history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leap.domain.manifest import Manifest
from leap.domain.snapshot import StageFact
from leap.domain.stage import Stage
from leap.domain.timecodes import chapter_stamp
from leap.render.status import Standing, colour, in_words, place, recording
from leap.render.terminal import (
    Paint,
    Row,
    clean,
    counted,
    cut,
    duration,
    heading,
    indented,
    moment,
    plain,
    size,
    table,
)

#: What the last attempt at a target can have come to, and its colour.
_TROUBLES = {"failed": "red", "held": "red", "deferred": "yellow"}


@dataclass(frozen=True, slots=True)
class Target:
    """The result of one stage as it is wanted now.

    Attributes:
        fact: what the ledger knows of it, or None.
        manifest: what the store has of it, or None.
        folder: where its files are, or None where there is no manifest.
        present: whether every file of the manifest is there.
    """

    stage: Stage
    key: str
    fact: StageFact | None
    manifest: Manifest | None
    folder: str | None
    present: bool

    @property
    def state(self) -> str:
        """Return ``present``, ``evicted`` or ``absent``, else what came of the last attempt.

        That is ``running``, ``failed``, ``deferred`` until a time, or ``held``
        for a person.
        """
        if self.manifest is not None:
            return "present" if self.present else "evicted"
        fact = self.fact
        if fact is None or fact.state not in ("running", "failed"):
            return "absent"
        if fact.state == "failed" and not fact.permanent and (fact.needs_person or fact.until):
            return "held" if fact.needs_person else "deferred"
        return fact.state

    @property
    def reason(self) -> str:
        """Return why the last attempt made nothing; empty for every other state."""
        return self.fact.reason if self.fact and self.state in _TROUBLES else ""

    @property
    def until(self) -> datetime | None:
        """Return the time until which it is deferred, or None."""
        return self.fact.until if self.fact and self.state == "deferred" else None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a recording."""

    at: datetime
    kind: str
    message: str


def json_data(
    standing: Standing,
    targets: Sequence[Target],
    events: Sequence[Event] = (),
    topics: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return one recording as JSON data: the interface of ``leap show --format json``.

    Sizes are bytes, times ISO 8601; a target's files are relative to its path.
    ``topics`` has the shape of a ``topics.json`` with all versions, or is null.
    """
    return {
        **recording(standing),
        "targets": {target.stage.value: _target(target) for target in targets},
        "topics": topics,
        "events": [
            {"at": event.at.isoformat(), "kind": event.kind, "message": event.message}
            for event in events
        ],
    }


def _target(target: Target) -> dict[str, Any]:
    manifest = target.manifest
    return {
        "key": target.key,
        "state": target.state,
        "path": target.folder,
        "files": [
            {"path": file.path, "size": file.size, "sha256": file.sha256}
            for file in (manifest.files if manifest else ())
        ],
        "seconds": manifest.seconds if manifest else None,
        "versions": dict(manifest.versions) if manifest else {},
        "reason": target.reason or None,
        "until": target.until.isoformat() if target.until else None,
    }


def text(
    standing: Standing,
    targets: Sequence[Target],
    events: Sequence[Event] = (),
    topics: Mapping[str, Any] | None = None,
    *,
    width: int = 80,
    paint: Paint = plain,
) -> str:
    """Return one recording as text without a final newline."""
    row = standing.row
    blocks = [
        [heading(f"{row.id}  {clean(row.title) or '(no title)'}", "", width, paint)],
        _about(standing, width, paint),
        _section("Targets", [_target_row(target) for target in targets], width, paint),
        _topics(topics, width, paint) if topics else [],
        _versions(topics, width, paint) if topics else [],
        _publications(standing, width, paint),
        _section(
            "History",
            [
                Row(((f"  {moment(event.at)}", "dim"), (event.kind, "")), clean(event.message))
                for event in events
            ],
            width,
            paint,
        ),
    ]
    blocks[0] += blocks.pop(1)
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _about(standing: Standing, width: int, paint: Paint) -> list[str]:
    row, status = standing.row, standing.status
    length = f", {duration(row.duration)}" if row.duration is not None else ""
    name = paint(status.status.value, colour(status)) if colour(status) else status.status.value
    first, *rest = indented([in_words(status)], 12, width)
    about = {
        "tenant": standing.tenant,
        "source": f"{row.source}: {clean(row.locator)}",
        "recorded": f"{moment(row.started_at)}{length}, {size(row.size)}",
        "template": row.template or "none",
    }
    lines = [f"  {word:<8}  {value}" for word, value in about.items()]
    return [*lines, f"  {'status':<8}  {name}", first, *rest]


def _publications(standing: Standing, width: int, paint: Paint) -> list[str]:
    places = [place(state) for state in standing.status.publications]
    return [paint("Publications", "bold"), *indented(places, 2, width)] if places else []


def _topics(topics: Mapping[str, Any], width: int, paint: Paint) -> list[str]:
    """Return the chapters of the active version."""
    for version in topics["versions"]:
        if version["id"] == topics["active_version"]:
            main = clean(", ".join(version["main_topics"]))
            return [
                paint("Topics", "bold"),
                *(indented([main], 2, width) if main else []),
                *(
                    f"  {chapter_stamp(topic['start']):>7}  {cut(clean(topic['title']), width - 11)}"
                    for topic in version["detailed_topics"]
                ),
            ]
    return []


def _versions(topics: Mapping[str, Any], width: int, paint: Paint) -> list[str]:
    """Return a line on each version of the topics, where the active one is not the only one."""
    versions, active = topics["versions"], topics["active_version"]
    rows = [_version_row(each, active) for each in versions]
    several = len(versions) > 1 or active is None
    return _section("Versions of the topics", rows, width, paint) if several else []


def _version_row(version: Mapping[str, Any], active: str | None) -> Row:
    mark = "active" if version["id"] == active else ""
    count = counted(len(version["detailed_topics"]), "chapter")
    return Row(
        cells=(
            (f"  {version['id']}", ""),
            (mark, "green"),
            (version["key"], "dim"),
            (clean(version["model"]), ""),
            (version["granularity"], ""),
            (count, ""),
        )
    )


def _section(title: str, rows: Sequence[Row], width: int, paint: Paint) -> list[str]:
    laid_out = table(rows, flexible=0, width=width, paint=paint, below=6)
    lines = [line for lines in laid_out for line in lines]
    return [paint(title, "bold"), *lines] if lines else []


def _target_row(target: Target) -> Row:
    manifest, reason = target.manifest, clean(target.reason)
    files = manifest.files if manifest else ()
    return Row(
        cells=(
            (f"  {target.stage.value}", ""),
            (target.state, _TROUBLES.get(target.state, "")),
            (target.key, "dim"),
            (duration(manifest.seconds) if manifest else "", ""),
            (
                f"{counted(len(files), 'file')}, {size(sum(file.size for file in files))}"
                if files
                else "",
                "",
            ),
        ),
        note=f"until {moment(target.until)}: {reason}" if target.until else reason,
    )
