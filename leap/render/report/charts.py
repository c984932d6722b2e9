"""Charts as coordinates: what report.html draws as inline SVG. No library, no script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from leap.render.report.figures import Amount, Period
from leap.render.terminal import counted

#: The drawing, in its own units: about as many pixels as a column of the page has.
WIDTH, HEIGHT = 360, 168
_LEFT, _RIGHT, _TOP, _BOTTOM = 54, 16, 10, 24
_GAP = 0.28
#: At most so many lines above the base, and names below it.
_LINES, _NAMES = 3, 4
_MINUTES_AT_MOST = 180


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a chart; ``words`` say what it stands for."""

    x: float
    y: float
    width: float
    height: float
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of columns, with its axes and the table that tells the same.

    ``lines`` are ``(y, text)`` and ``names`` ``(x, text)``; ``table`` has a
    heading row first.
    """

    name: str
    title: str
    description: str
    columns: tuple[Column, ...]
    lines: tuple[tuple[float, str], ...]
    names: tuple[tuple[float, str], ...]
    table: tuple[tuple[str, ...], ...]
    left: float = _LEFT
    right: float = WIDTH - _RIGHT
    base: float = HEIGHT - _BOTTOM


_TITLES: dict[Period, str] = {
    "day": "By day, the last 30 days",
    "week": "By week, the last half year",
    "month": "By month, the last year",
}


def transcribed_chart(amounts: Sequence[Amount], period: Period) -> Chart:
    """Return the chart of what was transcribed; an empty one has no columns but its axis."""
    most = max(each.minutes for each in amounts)
    unit, per = ("h", 60) if most > _MINUTES_AT_MOST else ("min", 1)
    step = _step(most / per / _LINES)
    top = step * max(1, -(-most / per // step))
    room = HEIGHT - _TOP - _BOTTOM
    each_width = (WIDTH - _LEFT - _RIGHT) / len(amounts)
    columns, names = [], []
    every = -(-len(amounts) // _NAMES)
    for index, amount in enumerate(amounts):
        height = room * amount.minutes / per / top
        x = _LEFT + index * each_width
        when = _name(amount.start, period)
        if (len(amounts) - 1 - index) % every == 0:
            names.append((x + each_width / 2, _short(amount.start, period)))
        if amount.recordings:
            words = f"{when}: {counted(amount.recordings, 'recording')}, {_length(amount.minutes)}"
            height = max(height, 1.5)
            gap = each_width * _GAP
            columns.append(
                Column(
                    round(x + gap / 2, 2),
                    round(HEIGHT - _BOTTOM - height, 2),
                    round(each_width - gap, 2),
                    round(height, 2),
                    words,
                )
            )
    lines = [
        (round(HEIGHT - _BOTTOM - room * value * step / top, 2), f"{value * step:g} {unit}")
        for value in range(1, round(top / step) + 1)
    ]
    total = sum(each.minutes for each in amounts)
    recordings = sum(each.recordings for each in amounts)
    return Chart(
        name=period,
        title=_TITLES[period],
        description=f"{counted(recordings, 'recording')}, {_length(total)} in all.",
        columns=tuple(columns),
        lines=tuple(lines),
        names=tuple((round(x, 2), text) for x, text in names),
        table=(
            (period.capitalize(), "Recordings", "Length"),
            *(
                (_name(each.start, period), f"{each.recordings:,}", _length(each.minutes))
                for each in reversed(amounts)
                if each.recordings
            ),
        ),
    )


def _step(least: float) -> float:
    """Return 1, 2 or 5 times a power of ten, at least ``least`` and 1."""
    power = 1.0
    while True:
        for factor in (1, 2, 5):
            if factor * power >= least:
                return factor * power
        power *= 10


def _length(minutes: float) -> str:
    """Return ``48 min`` or ``1,204 h 5 min``."""
    hours, rest = divmod(round(minutes), 60)
    return f"{hours:,} h {rest} min" if hours else f"{rest} min"


def _name(start: date, period: Period) -> str:
    if period == "month":
        return f"{start:%B %Y}"
    return f"{start:%Y-%m-%d}" if period == "day" else f"week of {start:%Y-%m-%d}"


def _short(start: date, period: Period) -> str:
    return f"{start:%b}" if period == "month" else f"{start.day} {start:%b}"
