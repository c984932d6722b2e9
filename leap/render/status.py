"""Where every recording stands: a table for people, and JSON data.

demo                                                           3 recordings
  2026-11-20-1a2b3c4d5e6f  UPLOADED     Gradient descent           2 h ago
      https://lectures.example/gradient-descent/
  2026-11-14-00000000000a  INITIALIZED  Linear models            5 min ago
      to do: download; held (source): the file changed 12 s ago
  2026-11-13-0f9e8d7c6b5a  FAILED       Backpropagation         3 days ago
      trim: no video and no audio in it

3 recordings: 1 INITIALIZED, 1 UPLOADED, 1 FAILED.
Once a cause is gone, try again with: leap retry ID
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from leap.domain.publication import PublicationName, PublicationState
from leap.domain.snapshot import RecordingRow
from leap.domain.stage import Stage
from leap.domain.status import Hold, Status, StatusName
from leap.render.terminal import Paint, Row, ago, clean, counted, heading, moment, plain, table

#: Below this many columns, a title shares its line with no time.
_ROOMY = 76

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
    """One recording with its status; ``open`` are the stages that are still to be done."""

    tenant: str
    row: RecordingRow
    status: Status
    open: frozenset[Stage] = frozenset()


def text(
    standings: Sequence[Standing],
    counts: Mapping[str, Counter[StatusName]],
    *,
    now: datetime,
    last: int | None = None,
    width: int = 80,
    paint: Paint = plain,
) -> str:
    """Return a table of ``standings``, newest first by tenant, without a final newline.

    Args:
        counts: how many recordings are in each status, by tenant; ``standings``
            may lack some of those that need nobody.
        last: how many of each tenant to show besides those that need somebody,
            and at most how many of these; None for all.
    """
    if not any(counts.values()):
        return "No recordings yet. See what there is with: leap plan"
    ordered = sorted(standings, key=lambda each: each.row.id, reverse=True)
    ordered.sort(key=lambda each: each.tenant)
    shown = [
        each
        for _, group in groupby(ordered, key=lambda each: each.tenant)
        for each in _newest(list(group), last)
    ]
    rows = [_row(each, now, roomy=width >= _ROOMY) for each in shown]
    lines: dict[str, list[str]] = {tenant: [] for tenant in sorted(counts) if counts[tenant]}
    laid_out = table(rows, flexible=2, width=width, paint=paint, below=6)
    for each, of_each in zip(shown, laid_out, strict=True):
        lines[each.tenant] += of_each
    blocks = []
    for tenant, of_tenant in lines.items():
        total = counts[tenant].total()
        head = heading(tenant, counted(total, "recording"), width, paint)
        more = total - sum(each.tenant == tenant for each in shown)
        if more:
            of_tenant.append(paint(f"  … and {more:,} more: leap status --all", "dim"))
        blocks.append("\n".join([head, *of_tenant]))
    return "\n\n".join([*blocks, "\n".join(_last_lines(counts, standings))])


def needs_somebody(status: Status) -> bool:
    """Tell whether a recording failed for good, or waits."""
    unfinished = status.hold is not None and not status.complete
    return unfinished or status.status is StatusName.FAILED


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
                "until": state.until.isoformat() if state.until else None,
                "needs_person": state.needs_person,
            }
            for state in status.publications
        ],
    }


def why(status: Status) -> str:
    """Return why a recording is where it is, and what it waits for."""
    words = clean(status.reason)
    if status.failed_stage not in (None, Stage.PUBLISH):
        words = f"{status.failed_stage}: {words}"
    return f"{words}; {_held(status.hold)}" if status.hold else words


def _held(hold: Hold) -> str:
    """Return what a recording waits for: ``held (needs a person): download: log in again``."""
    reason = clean(hold.reason)
    if hold.kind == "person":
        return f"held (needs a person): {reason}"
    if hold.kind == "gate":
        return f"held: {reason}"
    if hold.kind == "deferred" and hold.until:
        return f"held (deferred until {moment(hold.until)}): {reason}"
    until = f"; looked at again from {moment(hold.until)}" if hold.until else ""
    return f"held ({hold.kind}): {reason}{until}"


def in_words(status: Status) -> str:
    """Return why a recording is where it is, and since when."""
    return f"{why(status)}, since {moment(status.since)}"


def place(state: PublicationState) -> str:
    """Return where a publication is, and how it is if it is not as it shall be."""
    name = clean(state.preset)
    if state.status is not PublicationName.PUBLISHED:
        name += f" ({state.status})"
    return f"{name}: {clean(state.url or state.reason or 'nothing there')}"


def colour(status: Status) -> str:
    """Return the colour of a status: what is well, what is not, what is under way."""
    if status.hold and status.status is not StatusName.UPLOADED:
        return "red" if status.hold.needs_person else "yellow"
    return "green" if status.complete else _COLOURS.get(status.status, "")


def _newest(standings: Sequence[Standing], last: int | None) -> list[Standing]:
    """Return the ``last`` of one tenant, and as many older ones that need somebody."""
    if last is None:
        return list(standings)
    older = [each for each in standings[last:] if needs_somebody(each.status)]
    return [*standings[:last], *older[:last]]


def _row(standing: Standing, now: datetime, *, roomy: bool) -> Row:
    row, status = standing.row, standing.status
    urls = [state for state in status.publications if state.url]
    as_wanted = all(state.status is PublicationName.PUBLISHED for state in status.publications)
    # An address says by itself that the recording is published there.
    plain_success = status.status is StatusName.UPLOADED and not status.hold and as_wanted and urls
    notes = [] if plain_success else [why(status)]
    since = ago(status.since, now)
    if not roomy:
        notes = [", ".join([*notes, since])]
    places = (
        [state.url or "" for state in urls] if len(urls) == 1 and as_wanted else map(place, urls)
    )
    return Row(
        cells=(
            (f"  {row.id}", ""),
            (status.status.value, colour(status)),
            (clean(row.title) or "(no title)", ""),
            (since if roomy else "", "dim"),
        ),
        more=(*notes, *map(clean, places)),
    )


def _last_lines(
    counts: Mapping[str, Counter[StatusName]], standings: Sequence[Standing]
) -> list[str]:
    total = sum(counts.values(), Counter[StatusName]())
    words = ", ".join(f"{total[name]:,} {name}" for name in StatusName if total[name])
    lines = [f"{counted(total.total(), 'recording')}: {words}."]
    lines += _held_line([each.status.hold for each in standings if each.status.hold])
    if total[StatusName.FAILED]:
        lines.append("Once a cause is gone, try again with: leap retry ID")
    return lines


def _held_line(holds: Sequence[Hold]) -> list[str]:
    """Return one line on what needs a person and what is put off, if anything."""
    people = sum(hold.needs_person for hold in holds)
    times = [hold.until for hold in holds if hold.kind == "deferred" and hold.until]
    words = [f"{people} need{'s' if people == 1 else ''} a person"] if people else []
    if times:
        words.append(f"{len(times):,} deferred, the first until {moment(min(times))}")
    return [f"Held: {', '.join(words)}."] if words else []
