"""What waits for a time or for a person, as lines; many alike become one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from leap.domain.plan import Held
from leap.render.folding import NO_TITLE
from leap.render.terminal import Paint, Row, clean, counted, moment, plain, table

#: So many that wait for the same are listed; of more, only their number.
_MANY = 3


def lines(
    held: Sequence[Held], title: str, width: int, paint: Paint = plain, *, whole: bool = False
) -> list[str]:
    """Return ``held`` below ``title``, many alike as one unless ``whole``; nothing for none."""
    if not held:
        return []
    rows = [
        Row(
            cells=((f"  {each.tenant}", ""), (which, ""), (name, "")),
            more=(_what(each),),
        )
        for each, which, name in _folded(held, whole=whole)
    ]
    laid_out = table(rows, flexible=2, width=width, paint=paint, below=6)
    return [paint(title, "yellow"), *(line for lines in laid_out for line in lines)]


def markdown_lines(held: Sequence[Held]) -> list[str]:
    """Return ``held`` as lines of a block of code, many alike as one."""
    return [
        f"{each.tenant}  {which}  {name}{'  ' if name else ''}{_what(each)}"
        for each, which, name in _folded(held)
    ]


def held_data(held: Held) -> dict[str, Any]:
    """Return what is held as JSON data; ``until`` is null for what needs a person."""
    return {
        "tenant": held.tenant,
        "recording": held.recording,
        "title": held.title,
        "stage": held.stage.value,
        "preset": held.preset,
        "reason": held.reason,
        "until": held.until.isoformat() if held.until else None,
        "kind": _kind(held),
    }


def _kind(held: Held) -> str:
    """Return the kind of hold, as ``leap status`` calls it."""
    if held.rule is not None:
        return held.rule
    return "deferred" if held.until else "person"


def _what(held: Held) -> str:
    place = f"{held.stage.value} to {held.preset}" if held.preset else held.stage.value
    how = f"deferred until {moment(held.until)}" if held.until else "needs a person"
    if held.rule in ("approval", "media"):
        return f"{place} {clean(held.reason)}"
    how = "held by a gate" if held.rule == "gate" else how
    return f"{place} {how}: {clean(held.reason)}"


def _folded(held: Sequence[Held], *, whole: bool = False) -> Iterator[tuple[Held, str, str]]:
    """Yield one of each kind, which recordings it stands for, and the title of a single one."""
    kinds: dict[object, list[Held]] = {}
    for each in held:
        what = each.tenant, each.stage, each.preset, each.reason, each.until
        kinds.setdefault(what, []).append(each)
    for alike in kinds.values():
        if len(alike) > _MANY and not whole:
            yield alike[0], counted(len(alike), "recording"), ""
        else:
            yield from ((each, each.recording, clean(each.title) or NO_TITLE) for each in alike)
