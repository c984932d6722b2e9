"""Which files of a meeting are recordings: its segments, and the best view of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from leap.providers.zoom.meetings import File, Meeting

#: Zoom's times are whole seconds, so two views of one segment may differ by this much.
_ROUNDING = timedelta(seconds=2)
_IN_WORK = "Zoom is still processing it"


@dataclass(frozen=True, slots=True)
class Segment:
    """What was recorded between two presses of the button.

    ``key`` tells it from the other segments of its meeting; it is empty for the
    first. ``file`` is the chosen one, None while ``waits`` says why there is none.
    """

    key: str
    starts: datetime
    file: File | None = None
    waits: str = ""

    @property
    def seconds(self) -> float | None:
        return self.file.seconds if self.file else None


def segments(
    meeting: Meeting, prefer: Sequence[str], policy: Literal["separate", "longest"]
) -> tuple[Segment, ...]:
    """Return the segments of ``meeting`` that count; none where it has no video at all.

    A segment is known by the moment at which it began: that stays the same when
    another view is preferred, and when Zoom makes one more. The first one has
    the meeting's own identity. Needs ``meeting.starts``.
    """
    assert meeting.starts is not None  # noqa: S101 -- who lists has looked
    groups = _groups(meeting.files or (), meeting.starts)
    found = [
        _chosen("" if index == 0 else f"{_start(group, meeting.starts):%Y%m%dT%H%M%SZ}", group,
                prefer, meeting.starts)
        for index, group in enumerate(groups)
    ]  # fmt: skip
    whole = [each for each in found if each.file or each.waits]
    if policy == "separate" or not whole:
        return tuple(whole)
    return (_longest(whole),)


def choose(files: Sequence[File], prefer: Sequence[str]) -> File | None:
    """Return the best of ``files``: by ``prefer``, then the larger; None without a video.

    A preference stands for all kinds that begin with it, and of several that fit
    the longest is meant. Sound alone counts only where its kind is preferred.
    """
    able = [file for file in files if file.is_video or (file.is_sound and file.kind in set(prefer))]
    return min(able, key=lambda file: (_rank(file.kind, prefer), -file.size, file.id), default=None)


def beside(meeting: Meeting, name: str) -> tuple[File, ...]:
    """Return all files of the segment that the file with the id ``name`` belongs to, it last.

    Chats and transcripts are among them; none where there is no such file.
    """
    files = meeting.files or ()
    begin = meeting.starts or datetime.min.replace(tzinfo=UTC)
    groups = _groups(files, begin)
    own = next((group for group in groups if any(file.id == name for file in group)), None)
    if own is None:
        return ()
    first = _start(own, begin)
    last = max(file.ends or file.starts or begin for file in own)
    others = [file for group in groups if group is not own for file in group]
    found = [
        file
        for file in files
        if file in own
        or not others
        or (file not in others and file.starts is not None and first <= file.starts <= last)
    ]
    return tuple(sorted(found, key=lambda file: file.id == name))


def _rank(kind: str, prefer: Sequence[str]) -> int:
    fitting = [each for each in prefer if kind.startswith(each)]
    return prefer.index(max(fitting, key=len)) if fitting else len(prefer)


def _groups(files: Sequence[File], begin: datetime) -> list[list[File]]:
    """Return the files that can become a recording, those that were recorded at once together."""
    able = [file for file in files if file.is_video or file.is_sound or file.may_become_video]
    groups: list[list[File]] = []
    end = datetime.min.replace(tzinfo=UTC)
    for file in sorted(able, key=lambda file: file.starts or begin):
        starts = file.starts or begin
        ends = max(starts, file.ends or starts)
        same = groups and abs(starts - _start(groups[-1], begin)) <= _ROUNDING
        if groups and (same or starts + _ROUNDING < end):
            groups[-1].append(file)
            end = max(end, ends)
        else:
            groups.append([file])
            end = ends
    return groups


def _start(group: Sequence[File], begin: datetime) -> datetime:
    return min(file.starts or begin for file in group)


def _chosen(key: str, group: Sequence[File], prefer: Sequence[str], begin: datetime) -> Segment:
    # The meeting's own start counts for its first segment: Zoom shows it there.
    starts = _start(group, begin) if key else begin
    if any(file.may_become_video for file in group):
        return Segment(key, starts, waits=_IN_WORK)
    file = choose([file for file in group if file.is_ready], prefer)
    if file is None and choose(group, prefer):
        return Segment(key, starts, waits="Zoom has an empty file of it so far")
    return Segment(key, starts, file)


def _longest(found: Sequence[Segment]) -> Segment:
    """Return the longest as the meeting's one recording; nobody knows before all are ready."""
    if any(each.waits for each in found):
        return Segment("", found[0].starts, waits=_IN_WORK)
    best = max(found, key=lambda each: (each.seconds or 0.0, each.file.size if each.file else 0))
    return Segment("", best.starts, best.file)
