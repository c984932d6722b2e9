"""What is taken over from a channel, and what is left to a person, as text and as JSON data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from leap.domain.importing import Doubt, Found, Match
from leap.domain.ports import Video
from leap.domain.snapshot import RecordingRow
from leap.render.folding import NO_TITLE
from leap.render.terminal import Paint, Row, clean, counted, heading, indented, plain, table

#: Of what is only named, so many are.
_MANY = 10


def text(
    found: Found, taken: Sequence[Match] | None, *, width: int = 80, paint: Paint = plain
) -> str:
    """Return what was found as text; ``taken`` is None where nothing was written down."""
    matches = found.matches
    certain = matches.certain if taken is None else taken
    name = f"{found.tenant} · {found.preset}"
    blocks = [
        [
            heading(name, counted(len(certain), "video"), width, paint),
            *_certain(certain, width, paint),
        ]
        if certain
        else [],
        _doubtful(matches.doubtful, width, paint),
        _named("No recording fits these videos; they are left alone:", matches.videos, width),
        _named("Not on the channel; they are published as usual:", matches.rows, width),
        [
            paint("Problems:", "red"),
            *(line for each in found.problems for line in indented([clean(each)], 2, width)),
        ]
        if found.problems
        else [],
        indented([_last(found, taken)], 0, width),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def json_data(found: Found, taken: Sequence[Match] | None) -> dict[str, Any]:
    """Return what was found as JSON data."""
    matches = found.matches
    return {
        "tenant": found.tenant,
        "preset": found.preset,
        "platform": found.platform,
        "applied": taken is not None,
        "certain": [
            {"recording": each.row.id, "title": each.row.title, "by": each.by}
            | {"video": _video(each.video)}
            for each in (matches.certain if taken is None else taken)
        ],
        "doubtful": [
            {
                "recordings": [{"recording": row.id, "title": row.title} for row in each.rows],
                "videos": [_video(video) for video in each.videos],
            }
            for each in matches.doubtful
        ],
        "other_videos": [_video(video) for video in matches.videos],
        "other_recordings": [{"recording": row.id, "title": row.title} for row in matches.rows],
        "known": found.known,
        "problems": list(found.problems),
    }


def _video(video: Video) -> dict[str, Any]:
    return {
        "id": video.placed.external_id,
        "url": video.placed.url,
        "title": video.title,
        "published_at": video.published_at.isoformat(),
        "duration": video.duration,
        "privacy": video.privacy,
    }


def _certain(matches: Sequence[Match], width: int, paint: Paint) -> Iterator[str]:
    rows = [
        Row(
            cells=((f"  {each.row.id}", ""), (clean(each.row.title) or NO_TITLE, "")),
            more=(f"“{clean(each.video.title)}”, by {each.by}", each.video.placed.url),
        )
        for each in matches
    ]
    for lines in table(rows, flexible=1, width=width, paint=paint, below=6):
        yield from lines


def _doubtful(doubts: Sequence[Doubt], width: int, paint: Paint) -> list[str]:
    if not doubts:
        return []
    lines = [paint("Not certain; nothing is guessed:", "yellow")]
    for each in doubts:
        lines += indented(map(_recording, each.rows), 2, width)
        lines += indented((f"→ {_watched(video)}" for video in each.videos), 6, width)
    hint = (
        "Tell them apart there by titles or dates and run this again, or write `skip: true` into "
        "overrides: else `leap reconcile` publishes these recordings anew."
    )
    return [*lines, *indented([hint], 2, width)]


def _named(title: str, items: Sequence[Video] | Sequence[RecordingRow], width: int) -> list[str]:
    if not items:
        return []
    shown = [_watched(each) if isinstance(each, Video) else _recording(each) for each in items]
    more = len(shown) - _MANY
    lines = indented(shown[:_MANY], 2, width)
    return [title, *lines, *([f"  … {more} more"] if more > 0 else [])]


def _recording(row: RecordingRow) -> str:
    return f"{row.id}  {clean(row.title) or NO_TITLE}"


def _watched(video: Video) -> str:
    title = clean(video.title) or NO_TITLE
    return f"{video.published_at:%Y-%m-%d}  {title}  {video.placed.url}"


def _last(found: Found, taken: Sequence[Match] | None) -> str:
    known = f" {counted(found.known, 'video')} were known." if found.known else ""
    if taken is not None:
        return f"{counted(len(taken), 'video')} taken over.{known} Next: leap plan"
    count = len(found.matches.certain)
    if not count:
        return f"Nothing to take over.{known}"
    command = f"leap import {found.platform} {found.preset} --tenant {found.tenant} --apply"
    return (
        f"{counted(count, 'video')} to take over.{known} Nothing was changed. Apply with: {command}"
    )
