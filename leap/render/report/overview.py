"""What a report is made from: one value, gathered before anything is rendered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from leap.domain.expectation import Overdue
from leap.domain.history import Run, StageRun, Usage
from leap.domain.stage import Stage
from leap.domain.status import StatusName
from leap.render.report.deciding import Editor
from leap.render.status import Standing


@dataclass(frozen=True, slots=True)
class TenantOverview:
    """One tenant.

    Attributes:
        title: its name as people read it.
        time_zone: the IANA zone that its dates are in.
        standings: its recordings, newest first.
        runs: its latest runs, newest first.
        recent: the stages that were finished lately, for how long they take.
        transcribed: the transcriptions of a year, for how much was spoken.
        storage: the room that targets take, by stage.
        late: the expected lectures that did not come, newest first.
        endings: which logins end soon, a line each.
        overrides: the file of each recording of which an override speaks, by id.
        awaiting: the recordings that wait for somebody's approval, by id.
    """

    name: str
    title: str
    time_zone: str
    standings: Sequence[Standing]
    runs: Sequence[Run] = ()
    recent: Sequence[StageRun] = ()
    transcribed: Sequence[StageRun] = ()
    storage: Mapping[Stage, Usage] = field(default_factory=dict)
    late: Sequence[Overdue] = ()
    endings: Sequence[str] = ()
    overrides: Mapping[str, str] = field(default_factory=dict)
    awaiting: frozenset[str] = frozenset()

    @property
    def counts(self) -> Counter[StatusName]:
        """Return how many recordings are in each status."""
        return Counter(standing.status.status for standing in self.standings)


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that one report tells.

    Attributes:
        at: when it was gathered; aware, UTC.
        version: LEAP's.
        root: the repository; its place is private, and taken out of every text.
        folder: where the page will be, so that local pages can be linked from it.
        editor: where files of the repository are edited in a browser, if anywhere.
    """

    at: datetime
    version: str
    tenants: Sequence[TenantOverview]
    root: Path
    folder: Path
    editor: Editor | None = None
