"""Which videos of a channel are recordings that we know: found, never guessed.

A marker is proof. Without one, a video is a recording where title, date and
length agree, and where no other video and no other recording would do as well.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from leap.domain.importing import Doubt, Match, Matches
from leap.domain.marker import marker_of
from leap.domain.ports import Video
from leap.domain.snapshot import RecordingRow

#: A video without a date in its title was published so soon after the lecture.
_SOON = timedelta(days=7)
#: Clocks of recorders and platforms differ; time zones are known.
_SLACK = timedelta(hours=1)
#: Most of a lecture stays when silence is cut out, and nothing is added.
_LEAST_SHARE, _SECONDS_MORE = 0.3, 10.0
_DATE = re.compile(r"\b(?:(\d{4})-(\d{2})-(\d{2})|(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2}))\b")


def match_videos(
    tenant: str, preset: str, rows: Sequence[RecordingRow], videos: Sequence[Video], time_zone: str
) -> Matches:
    """Return which of ``videos`` are publications of ``rows`` to ``preset``.

    Neither should be known as published already.
    """
    markers = {marker_of(tenant, row.id, preset): row for row in rows}
    marked: dict[str, list[Video]] = {}
    for video in videos:
        if video.marker in markers:
            marked.setdefault(video.marker, []).append(video)
    certain = [
        Match(markers[marker], same[0], "marker")
        for marker, same in marked.items()
        if len(same) == 1
    ]
    # Of two with one marker, one should not be there.
    doubtful = {
        frozenset({marker}): Doubt((markers[marker],), tuple(same))
        for marker, same in marked.items()
        if len(same) > 1
    }
    proven = {markers[marker].id for marker in marked}
    open_rows = [row for row in rows if row.id not in proven]
    # A marker of another publication says that it is that one.
    rest = [each for each in videos if each.marker not in marked]
    unmarked = [each for each in rest if not each.marker]
    near = {row.id: [v for v in unmarked if _is_named(row, v, time_zone)] for row in open_rows}
    fits = {row.id: [v for v in near[row.id] if _lasts(row, v)] for row in open_rows}
    wanted_by: dict[str, list[RecordingRow]] = {}
    for row in open_rows:
        for video in fits[row.id]:
            wanted_by.setdefault(video.placed.external_id, []).append(row)
    for row in open_rows:
        rivals = {r.id: r for video in fits[row.id] for r in wanted_by[video.placed.external_id]}
        if len(fits[row.id]) == 1 and len(rivals) == 1:
            certain.append(Match(row, fits[row.id][0], "title, date and length"))
    settled = {match.video.placed.external_id for match in certain}
    certain_rows = {match.row.id for match in certain}
    for row in open_rows:
        found = [v for v in near[row.id] if v.placed.external_id not in settled]
        if row.id not in certain_rows and found:
            key = frozenset(video.placed.external_id for video in found)
            before = doubtful[key].rows if key in doubtful else ()
            doubtful[key] = Doubt((*before, row), tuple(found))
    doubted = {v.placed.external_id for each in doubtful.values() for v in each.videos}
    undecided = certain_rows | {row.id for each in doubtful.values() for row in each.rows}
    return Matches(
        tuple(sorted(certain, key=lambda each: (each.row.started_at, each.row.id))),
        tuple(doubtful.values()),
        tuple(v for v in rest if v.placed.external_id not in settled | doubted),
        tuple(row for row in open_rows if row.id not in undecided),
    )


def _is_named(row: RecordingRow, video: Video, time_zone: str) -> bool:
    """Tell whether a video has the recording's title and day."""
    name, title = _words(row.title), _words(video.title)
    if not name or f" {name} " not in f" {title} ":
        return False
    days = _dates(video.title)
    if days:
        return row.started_at.astimezone(ZoneInfo(time_zone)).date() in days
    return row.started_at - _SLACK <= video.published_at <= row.started_at + _SOON


def _lasts(row: RecordingRow, video: Video) -> bool:
    """Tell whether a video is as long as the recording, but for what was cut out.

    A day that a title names is enough where a length is not known.
    """
    if row.duration is None or video.duration is None:
        return bool(_dates(video.title))
    return row.duration * _LEAST_SHARE <= video.duration <= row.duration + _SECONDS_MORE


def _words(text: str) -> str:
    """Return ``text`` as it is compared: words alone, in small letters."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.findall(r"\w+", plain))


def _dates(title: str) -> set[date]:
    """Return the days that a title names, as 2026-11-20 or 20.11.2026."""
    found = set()
    for year, month, day, day_2, month_2, year_2 in _DATE.findall(title):
        numbers = (year, month, day) if year else (year_2, month_2, day_2)
        years = int(numbers[0]) + (2000 if len(numbers[0]) == 2 else 0)  # noqa: PLR2004
        try:
            found.add(date(years, int(numbers[1]), int(numbers[2])))
        except ValueError:
            continue  # version 1.2.34 is no day
    return found
