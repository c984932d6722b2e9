"""Expected lectures that did not come: as lines, as JSON data, and as findings for GitHub."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from leap.domain.expectation import Overdue
from leap.errors import Diagnostic
from leap.render.terminal import Paint, clean, indented, plain

#: So many are listed; of more, only their number.
_SHOWN = 10


def lines(overdue: Sequence[Overdue], width: int, paint: Paint = plain) -> list[str]:
    """Return ``overdue`` below a title; nothing for none."""
    if not overdue:
        return []
    texts = [f"{each.tenant} · {sentence(each)}" for each in overdue[:_SHOWN]]
    if len(overdue) > _SHOWN:
        texts.append(f"… and {len(overdue) - _SHOWN} more: leap status --format json")
    return [paint("Expected, but not there:", "yellow"), *indented(texts, 2, width)]


def json_data(overdue: Sequence[Overdue]) -> list[dict[str, Any]]:
    """Return ``overdue`` as JSON data; times are ISO 8601 in UTC."""
    return [
        {
            "tenant": each.tenant,
            "of": each.of,
            "file": each.file,
            "line": each.line,
            "what": each.missed.what,
            "at": each.missed.at.astimezone(UTC).isoformat(),
            "due": each.missed.due.astimezone(UTC).isoformat(),
            "recording": each.missed.recording,
            "reason": each.missed.reason,
        }
        for each in overdue
    ]


def diagnostics(overdue: Sequence[Overdue]) -> list[Diagnostic]:
    """Return ``overdue`` as warnings about the places that expect them."""
    return [
        Diagnostic(each.file, each.line, each.column, sentence(each), _hint(each), "warning")
        for each in overdue
    ]


def sentence(each: Overdue) -> str:
    """Say what was expected when, and what came of it; one line."""
    found = each.missed
    words = f"{each.of}: the lecture of {_by_its_clock(found.at)} was {found.what}"
    if found.recording is None:
        return words
    due = _by_its_clock(found.due)
    return f"{words} by {due}: {found.recording} is {clean(found.reason)}"


def _by_its_clock(when: datetime) -> str:
    return f"{when:%a %Y-%m-%d %H:%M} {when.tzname()}"


def _hint(each: Overdue) -> str:
    if each.missed.recording is None:
        return "if there was none, add its day to `never`"
    return f"see `leap show {each.missed.recording}`"
