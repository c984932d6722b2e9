"""What happened: events, runs and finished stages, and the room that results take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from leap.domain.stage import Stage


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a recording, or to a whole tenant where that is None."""

    at: datetime
    recording: str | None
    kind: str
    message: str
    data: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Run:
    """One reconcile of one tenant; not finished means that it goes on or was killed."""

    id: str
    started_at: datetime
    finished_at: datetime | None
    commit: str | None
    outcome: str | None


@dataclass(frozen=True, slots=True)
class StageRun:
    """A stage of a recording that was finished.

    ``seconds`` is how long it took and ``length`` how many seconds the
    recording lasts, where they are known.
    """

    stage: Stage
    recording: str
    finished_at: datetime
    seconds: float | None
    length: float | None


@dataclass(frozen=True, slots=True)
class Usage:
    """The room that targets of one stage take.

    ``size`` is in bytes; ``linked`` are those of them that the target shares
    with the source's own file, so that they take no room twice.
    """

    targets: int = 0
    size: int = 0
    linked: int = 0
