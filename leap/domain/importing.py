"""Videos that were on a platform before, and the recordings that they show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from leap.domain.ports import Seen, Video
from leap.domain.snapshot import RecordingRow


@dataclass(frozen=True, slots=True)
class Match:
    """A video that is certainly the publication of a recording."""

    row: RecordingRow
    video: Video
    by: Literal["marker", "title, date and length"]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Recordings and videos of which several would fit one another."""

    rows: tuple[RecordingRow, ...]
    videos: tuple[Video, ...]


@dataclass(frozen=True, slots=True)
class Matches:
    """What was found; ``videos`` and ``rows`` are those that fit nothing at all."""

    certain: tuple[Match, ...]
    doubtful: tuple[Doubt, ...]
    videos: tuple[Video, ...]
    rows: tuple[RecordingRow, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found on the channel of one preset.

    ``seen`` is what each video that is certain has there, by external id;
    ``known`` counts those that count as published already.
    """

    tenant: str
    preset: str
    platform: str
    matches: Matches
    seen: Mapping[str, Seen]
    known: int
    problems: tuple[str, ...]
