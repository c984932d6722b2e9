"""What differs on platforms from what they were given, as lines and as JSON data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leap.domain.drift import Drift, Edit
from leap.domain.plan import Plan
from leap.render.folding import NO_TITLE
from leap.render.terminal import Paint, Row, clean, plain, table

_TITLE = "Changed on platforms (what LEAP gave → what is there now):"
_STATES = {
    "missing": "gone; needs a person",
    "blocked": "blocked; needs a person",
    "back": "stands again",
}
#: Of a longer text, the place where the other one begins to differ is shown.
_LONGEST = 60
_BEFORE = 12


def lines(plan: Plan, width: int, paint: Paint = plain) -> list[str]:
    """Return the drifts of ``plan`` below a title; nothing where there are none."""
    if not plan.drifts:
        return []
    rows = [
        Row(
            cells=((f"  {each.tenant}", ""), (each.recording, ""), (title, "")),
            more=tuple(_words(each)),
        )
        for each, title in _titled(plan)
    ]
    laid_out = table(rows, flexible=2, width=width, paint=paint, below=6)
    return [paint(_TITLE, "yellow"), *(line for lines in laid_out for line in lines)]


def markdown_lines(plan: Plan) -> list[str]:
    """Return the drifts of ``plan`` as lines of a block of code."""
    return [
        f"{each.tenant}  {each.recording}  {title}  {words}"
        for each, title in _titled(plan)
        for words in _words(each)
    ]


def drift_data(drift: Drift) -> dict[str, Any]:
    """Return one drift as JSON data."""
    return {
        "tenant": drift.tenant,
        "recording": drift.recording,
        "preset": drift.preset,
        "platform": drift.platform,
        "state": drift.state,
        "reason": drift.reason,
        "url": drift.url,
        "edits": [
            {
                "part": edit.part,
                "field": edit.field,
                "given": edit.given,
                "found": edit.found,
                "repaired": edit.managed and not drift.needs_person,
            }
            for edit in drift.edits
        ],
    }


def _titled(plan: Plan) -> Iterator[tuple[Drift, str]]:
    titles = {(tenant, row.id): row.title for tenant, rows in plan.rows.items() for row in rows}
    for each in plan.drifts:
        yield each, clean(titles.get((each.tenant, each.recording), "")) or NO_TITLE


def _words(drift: Drift) -> Iterator[str]:
    if drift.state in _STATES:
        reason = f": {clean(drift.reason)}" if drift.needs_person else ""
        yield f"{drift.preset} {_STATES[drift.state]}{reason}"
    for edit in drift.edits:
        left = "" if edit.managed else " (left as it is: not in `manage`)"
        given, found = _both(edit)
        yield f"{drift.preset} {edit.field}: {given} → {found}{left}"


def _both(edit: Edit) -> tuple[str, str]:
    """Return both values in words; of long texts from where they begin to differ."""
    given, found = edit.given, edit.found
    if not (isinstance(given, str) and isinstance(found, str)):
        return _value(given), _value(found)
    same = next(
        (at for at, (a, b) in enumerate(zip(given, found, strict=False)) if a != b),
        min(len(given), len(found)),
    )
    start = max(0, same - _BEFORE) if max(len(given), len(found)) > _LONGEST else 0
    return _excerpt(given, start), _excerpt(found, start)


def _excerpt(text: str, start: int) -> str:
    if not text:
        return "nothing"
    shown = f"{'…' if start else ''}{text[start:].lstrip()}"
    return f"“{clean(shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + '…')}”"


def _value(value: Any) -> str:
    match value:
        case None | "" | [] | {}:
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case str():
            return _excerpt(value, 0)
        case Mapping():
            return ", ".join(f"{clean(str(key))} {_value(each)}" for key, each in value.items())
        case Sequence():
            return clean(", ".join(map(str, value)))
    return clean(str(value))
