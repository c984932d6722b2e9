"""What is counted: how long stages take, and how much was transcribed when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Literal
from zoneinfo import ZoneInfo

from leap.domain.history import StageRun
from leap.domain.stage import FILE_STAGES, Stage
from leap.render.report.overview import TenantOverview

Period = Literal["day", "week", "month"]

#: How many columns a chart has, and so how far back it looks.
COLUMNS: dict[Period, int] = {"day": 30, "week": 26, "month": 12}


@dataclass(frozen=True, slots=True)
class StageTime:
    """How long a stage takes, in seconds.

    ``per_hour`` is for one hour of lecture; None where no length is known.
    """

    stage: Stage
    count: int
    median: float
    longest: float
    per_hour: float | None


@dataclass(frozen=True, slots=True)
class Amount:
    """The lectures of one day, week or month: how many, and how many minutes of them."""

    start: date
    recordings: int
    minutes: float


def stage_times(runs: Iterable[StageRun]) -> list[StageTime]:
    """Return how long each stage took, in working order; only stages that ran."""
    by_stage: dict[Stage, list[StageRun]] = defaultdict(list)
    for run in runs:
        if run.seconds is not None:
            by_stage[run.stage].append(run)
    return [_stage_time(stage, by_stage[stage]) for stage in FILE_STAGES if stage in by_stage]


def _stage_time(stage: Stage, runs: Sequence[StageRun]) -> StageTime:
    seconds = [run.seconds for run in runs if run.seconds is not None]
    measured = [run for run in runs if run.length]
    hours = sum(run.length or 0 for run in measured) / 3600
    spent = sum(run.seconds or 0 for run in measured)
    return StageTime(
        stage=stage,
        count=len(seconds),
        median=median(seconds),
        longest=max(seconds),
        per_hour=spent / hours if hours else None,
    )


def transcribed(tenants: Iterable[TenantOverview], today: date, period: Period) -> list[Amount]:
    """Return what was transcribed in each of the last days, weeks or months, oldest first.

    A recording counts once, when it was first transcribed, by its tenant's
    calendar. Weeks begin on Monday.
    """
    starts = _starts(today, period)
    count = dict.fromkeys(starts, 0)
    minutes = dict.fromkeys(starts, 0.0)
    for tenant in tenants:
        zone = ZoneInfo(tenant.time_zone)
        first: dict[str, StageRun] = {}
        for run in tenant.transcribed:
            known = first.get(run.recording)
            if known is None or run.finished_at < known.finished_at:
                first[run.recording] = run
        for run in first.values():
            start = _start(run.finished_at.astimezone(zone).date(), period)
            if start in count:
                count[start] += 1
                minutes[start] += (run.length or 0) / 60
    return [Amount(start, count[start], minutes[start]) for start in starts]


def _start(day: date, period: Period) -> date:
    """Return the first day of the day, week or month that ``day`` is in."""
    if period == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if period == "week" else day


def _starts(today: date, period: Period) -> list[date]:
    starts = [_start(today, period)]
    while len(starts) < COLUMNS[period]:
        starts.append(_start(starts[-1] - timedelta(days=1), period))
    return starts[::-1]
