"""Where every recording stands: a table for people, and JSON data.

demo                                                           2 recordings
  2026-11-20-1a2b3c4d5e6f  UPLOADED  Gradient descent
      published to site, since 2026-11-20 09:12 UTC
      site: https://lectures.example/gradient-descent/
  2026-11-13-0f9e8d7c6b5a  FAILED    Linear models
      trim: no video and no audio in it, since 2026-11-20 09:01 UTC

2 recordings: 1 UPLOADED, 1 FAILED.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from leap.domain.publication import PublicationName, PublicationState
from leap.domain.snapshot import RecordingRow
from leap.domain.stage import Stage
from leap.domain.status import Status, StatusName
from leap.render.terminal import Paint, Row, clean, counted, heading, moment, plain, table

_COLOURS = {
    StatusName.UPLOADED: "green",
    StatusName.FAILED: "red",
    StatusName.SKIPPED: "dim",
    StatusName.EXPIRED: "dim",
    StatusName.DOWNLOADING: "cyan",
    StatusName.PROCESSING: "cyan",
    StatusName.TRANSCRIBING: "cyan",
    StatusName.UPLOADING: "cyan",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """One recording with its status."""

    tenant: str
    row: RecordingRow
    status: Status


def text(standings: Sequence[Standing], *, width: int = 80, paint: Paint = plain) -> str:
    """Return a table of ``standings``, newest first by tenant, without a final newline."""
    if not standings:
        return "No recordings yet. See what there is with: leap plan"
    ordered = sorted(standings, key=lambda each: each.row.id, reverse=True)
    ordered.sort(key=lambda each: each.tenant)
    laid_out = table(list(map(_row, ordered)), flexible=2, width=width, paint=paint, below=6)
    blocks = []
    pairs = zip(ordered, laid_out, strict=True)
    for tenant, group in groupby(pairs, key=lambda pair: pair[0].tenant):
        each_lines = [lines for _, lines in group]
        head = heading(tenant, counted(len(each_lines), "recording"), width, paint)
        blocks.append("\n".join([head, *(line for lines in each_lines for line in lines)]))
    return "\n\n".join([*blocks, _last_line(ordered)])


def json_data(standings: Sequence[Standing]) -> dict[str, Any]:
    """Return ``standings`` as JSON data: the interface of ``leap status --format json``."""
    return {"recordings": [recording(standing) for standing in standings]}


def recording(standing: Standing) -> dict[str, Any]:
    """Return one recording as JSON data; times are ISO 8601 in UTC."""
    row, status = standing.row, standing.status
    hold = status.hold
    return {
        "tenant": standing.tenant,
        "recording": row.id,
        "source": row.source,
        "external_id": row.external_id,
        "title": row.title,
        "template": row.template,
        "status": status.status.value,
        "complete": status.complete,
        "reason": status.reason,
        "since": status.since.isoformat(),
        "failed_stage": status.failed_stage.value if status.failed_stage else None,
        "hold": hold
        and {
            "kind": hold.kind,
            "reason": hold.reason,
            "until": hold.until.isoformat() if hold.until else None,
        },
        "publications": [
            {
                "preset": state.preset,
                "platform": state.platform,
                "status": state.status.value,
                "url": state.url,
                "external_id": state.external_id,
                "reason": state.reason,
                "since": state.since.isoformat() if state.since else None,
            }
            for state in status.publications
        ],
    }


def in_words(status: Status) -> str:
    """Return why a recording is where it is, what it waits for, and since when."""
    words = clean(status.reason)
    if status.failed_stage not in (None, Stage.PUBLISH):
        words = f"{status.failed_stage}: {words}"
    if status.hold:
        until = f" until {moment(status.hold.until)}" if status.hold.until else ""
        words += f"; held ({status.hold.kind}): {clean(status.hold.reason)}{until}"
    return f"{words}, since {moment(status.since)}"


def place(state: PublicationState) -> str:
    """Return where a publication is, and how it is if it is not as it shall be."""
    name = clean(state.preset)
    if state.status is not PublicationName.PUBLISHED:
        name += f" ({state.status})"
    return f"{name}: {clean(state.url or state.reason or 'nothing there')}"


def colour(status: Status) -> str:
    """Return the colour of a status: what is well, what is not, what is under way."""
    if status.hold and status.status is not StatusName.UPLOADED:
        return "yellow"
    return "green" if status.complete else _COLOURS.get(status.status, "")


def _row(standing: Standing) -> Row:
    row, status = standing.row, standing.status
    return Row(
        cells=(
            (f"  {row.id}", ""),
            (status.status.value, colour(status)),
            (clean(row.title) or "(no title)", ""),
        ),
        note=in_words(status),
        more=tuple(place(state) for state in status.publications if state.url),
    )


def _last_line(standings: Sequence[Standing]) -> str:
    counts = Counter(standing.status.status for standing in standings)
    words = ", ".join(f"{counts[name]} {name}" for name in StatusName if counts[name])
    return f"{counted(len(standings), 'recording')}: {words}."
