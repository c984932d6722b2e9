"""Seconds as people and players write them, and lines of text with times.

All texts are cut to whole milliseconds (or seconds, where a format has no
more) and never show a negative time.
"""

from __future__ import annotations

import math
import re

_CLOCK = re.compile(r"(\d+):([0-5]\d):([0-5]\d)(?:[.,](\d{1,3}))?", re.ASCII)
_TIMED_LINE = re.compile(r"\[([^\]\s]+) - ([^\]\s]+)\] ?(.*)", re.DOTALL)


def milliseconds(seconds: float) -> int:
    """Return ``seconds`` as the nearest whole number of milliseconds, at least 0."""
    return max(0, round(seconds * 1000))


def clock(seconds: float) -> str:
    """Return ``HH:MM:SS.mmm``, as in transcripts and WebVTT."""
    return _clock(milliseconds(seconds), ".")


def srt_clock(seconds: float) -> str:
    """Return ``HH:MM:SS,mmm``, as in SubRip files."""
    return _clock(milliseconds(seconds), ",")


def whole_clock(seconds: float) -> str:
    """Return ``HH:MM:SS`` with the fraction dropped, so that nothing said is passed over."""
    minutes, second = divmod(_whole(seconds), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{second:02}"


def chapter_stamp(seconds: float) -> str:
    """Return ``M:SS``, or ``H:MM:SS`` from one hour on, as platforms read it in descriptions."""
    minutes, second = divmod(_whole(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def parse_clock(text: str) -> float:
    """Return the seconds of ``HH:MM:SS``, ``HH:MM:SS.mmm`` or ``HH:MM:SS,mmm``.

    Raises ValueError for anything else.
    """
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise ValueError(f"not a time: {text!r}")
    whole = int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3])
    return (whole * 1000 + int((found[4] or "0").ljust(3, "0"))) / 1000


def timed_line(start: float, end: float, text: str) -> str:
    """Return ``[HH:MM:SS.mmm - HH:MM:SS.mmm] text`` on one line, white space joined."""
    return f"[{clock(start)} - {clock(end)}] {' '.join(text.split())}".rstrip()


def parse_timed_line(line: str) -> tuple[float, float, str]:
    """Return start, end and text of a line that ``timed_line`` wrote.

    Times without milliseconds are read as well. Raises ValueError for any
    other line.
    """
    found = _TIMED_LINE.fullmatch(line)
    if found is None:
        raise ValueError(f"not a line with times: {line[:60]!r}")
    return parse_clock(found[1]), parse_clock(found[2]), found[3].strip()


def _whole(seconds: float) -> int:
    # By way of milliseconds, so that 59.9999 reads 1:00 here as it does in a clock.
    return math.floor(milliseconds(seconds) / 1000)


def _clock(thousandths: int, point: str) -> str:
    seconds, fraction = divmod(thousandths, 1000)
    minutes, second = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{second:02}{point}{fraction:03}"
