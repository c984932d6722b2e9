"""Plain text for a terminal: columns that fit, whatever the script of a title.

Widths are terminal cells, not characters: Cyrillic takes one, most emoji two.
"""

from __future__ import annotations

import os
import shutil
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TextIO, TypeAlias

from rich.cells import cell_len, set_cell_size

#: ``paint("text", "green")`` colours a text, or returns it as it is.
Paint: TypeAlias = Callable[[str, str], str]

#: Narrower than this, nothing readable fits; the terminal wraps then.
NARROWEST = 60

_GAP = "  "
#: To this many cells a column may shrink, so that notes fit beside it.
_READABLE = 24
#: Below this a column does not shrink, whatever happens to the rest.
_LEAST = 8
#: A right-hand edge further away is too far from what it belongs to.
_EDGE = 100

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def plain(text: str, style: str) -> str:
    """Return ``text`` without colour."""
    del style
    return text


def coloured(text: str, style: str) -> str:
    """Return ``text`` in the colour ``style``, or dimmed, or bold."""
    import click

    if style in ("bold", "dim"):
        return click.style(text, bold=style == "bold" or None, dim=style == "dim" or None)
    return click.style(text, fg=style)


def paint_for(stream: TextIO) -> Paint:
    """Return how to colour what goes to ``stream``: only a terminal, never with NO_COLOR.

    https://no-color.org
    """
    wanted = stream.isatty() and not os.environ.get("NO_COLOR")
    return coloured if wanted and os.environ.get("TERM") != "dumb" else plain


def width_of_terminal() -> int:
    """Return the columns there are; 80 where there is no terminal to ask."""
    return max(shutil.get_terminal_size((80, 24)).columns, NARROWEST)


def clean(text: str) -> str:
    """Return ``text`` as one line that cannot move the cursor or reverse its neighbours."""
    kept = ("�" if _is_control(sign) else sign for sign in " ".join(text.split()))
    return "".join(kept)


def _is_control(sign: str) -> bool:
    # Cc moves cursors and starts escape sequences; of Cf, the joiners of emoji
    # and scripts are harmless and the directional marks are not.
    return unicodedata.category(sign) == "Cc" or unicodedata.bidirectional(sign) in _DIRECTIONS


_DIRECTIONS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def cut(text: str, width: int) -> str:
    """Return ``text``, shortened with ``…`` to at most ``width`` cells."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(width - 1, 0)).rstrip() + "…"


def wrap(text: str, width: int) -> list[str]:
    """Return ``text`` in lines of at most ``width`` cells, broken between words.

    A word that is longer than a line (a path, a URL) keeps a line of its own,
    so that it can be copied whole.
    """
    lines: list[str] = []
    for word in text.split():
        if lines and cell_len(lines[-1]) + 1 + cell_len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def heading(left: str, right: str, width: int, paint: Paint) -> str:
    """Return a line with ``left`` in bold and ``right`` at the right-hand edge."""
    width = min(width, _EDGE)
    left = cut(left, width - cell_len(right) - len(_GAP))
    space = " " * (width - cell_len(left) - cell_len(right))
    return f"{paint(left, 'bold')}{space}{right}".rstrip()


def counted(count: int, noun: str) -> str:
    """Return ``1 recording``, ``2 recordings``, ``10,000 recordings``."""
    return f"{count} {noun}" if count == 1 else f"{count:,} {noun}s"


def duration(seconds: float) -> str:
    """Return ``0.8 s``, ``41 s``, ``3 min 20 s``, ``2 h 5 min``."""
    if seconds < 10:  # noqa: PLR2004
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:  # noqa: PLR2004
        return f"{whole} s"
    if whole < 3600:  # noqa: PLR2004
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def size(count: int) -> str:
    """Return ``500 B``, ``12.3 MB``, ``1.2 GB`` (powers of ten)."""
    amount = float(count)
    for unit in ("B", "kB", "MB"):
        if amount < 1000:  # noqa: PLR2004
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def moment(when: datetime) -> str:
    """Return ``2026-11-20 08:00 UTC``."""
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def ago(when: datetime, now: datetime) -> str:
    """Return ``just now``, ``5 min ago``, ``3 h ago``, ``1 day ago``; the date from a month on.

    A time to come, as a clock that goes wrong gives it, is shown as its date too.
    """
    seconds = (now - when).total_seconds()
    if seconds < -_MINUTE or seconds >= 30 * _DAY:
        return f"{when.astimezone(UTC):%Y-%m-%d}"
    if seconds < _MINUTE:
        return "just now"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE:.0f} min ago"
    if seconds < _DAY:
        return f"{seconds // _HOUR:.0f} h ago"
    return f"{counted(int(seconds // _DAY), 'day')} ago"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: cells, each with a style or "", and a note in words.

    ``more`` are further notes, shown on lines of their own in any case.
    """

    cells: tuple[tuple[str, str], ...]
    note: str = ""
    more: tuple[str, ...] = ()


def table(
    rows: Sequence[Row],
    *,
    flexible: int,
    width: int,
    paint: Paint,
    below: int | None = None,
    mixed: bool = False,
) -> list[list[str]]:
    """Lay ``rows`` out in columns; return the lines of each row.

    Where every note fits behind its cells, it stands there; else every note
    stands below its cells, so that one table never mixes both. The column
    ``flexible`` gives way for it, within reason. With ``mixed`` it gives way to
    the other columns alone, and each note stands where it fits. What stands
    below is indented by ``below`` cells, or to where the flexible column begins.
    """
    if not rows:
        return []
    sizes = [max(map(cell_len, column)) for column in zip(*_texts(rows), strict=True)]
    others = _spread(sizes) - sizes[flexible]
    longest_note = len(_GAP) + max(cell_len(row.note) for row in rows)
    beside = others + longest_note + min(sizes[flexible], _READABLE) <= width and not mixed
    room = width - others - (longest_note if beside else 0)
    sizes[flexible] = min(sizes[flexible], max(room, _LEAST))
    if below is None:
        below = _spread(sizes[:flexible]) + len(_GAP)
    laid_out = []
    for row in rows:
        columns = zip(row.cells, sizes, strict=True)
        first = _GAP.join(
            _cell(text, cells, style, paint) for (text, style), cells in columns if cells
        )
        notes = list(row.more)
        if beside or (mixed and _spread(sizes) + len(_GAP) + cell_len(row.note) <= width):
            first += _GAP + row.note
        elif row.note:
            notes.insert(0, row.note)
        laid_out.append([first.rstrip(), *indented(notes, below, width)])
    return laid_out


def _spread(sizes: Sequence[int]) -> int:
    """Return how wide columns are together; one that is empty throughout is left out."""
    filled = [size for size in sizes if size]
    return sum(filled) + len(_GAP) * max(len(filled) - 1, 0)


def _cell(text: str, width: int, style: str, paint: Paint) -> str:
    filled = set_cell_size(cut(text, width), width)
    return paint(filled, style) if style else filled


def _texts(rows: Sequence[Row]) -> Iterable[list[str]]:
    return ([text for text, _ in row.cells] for row in rows)


def indented(texts: Iterable[str], by: int, width: int) -> list[str]:
    """Return ``texts``, wrapped to ``width`` cells, ``by`` cells from the left."""
    return [f"{' ' * by}{line}" for text in texts for line in wrap(text, width - by)]
