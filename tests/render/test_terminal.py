"""Text for a terminal: columns in line, whatever stands in a title."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from leap.render.terminal import (
    Row,
    clean,
    coloured,
    cut,
    duration,
    paint_for,
    plain,
    size,
    table,
    wrap,
)


class Terminal(io.StringIO):
    """A stream that says it is one."""

    def isatty(self) -> bool:
        return True


def test_colour_is_for_terminals_that_want_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """No colour into a file, with NO_COLOR, or on a terminal that knows none."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")

    assert paint_for(Terminal()) is coloured
    assert paint_for(io.StringIO()) is plain

    monkeypatch.setenv("NO_COLOR", "1")

    assert paint_for(Terminal()) is plain

    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")

    assert paint_for(Terminal()) is plain


@pytest.mark.parametrize(
    "text, expected",
    [
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("red \x1b[31m alert \x07", "red �[31m alert �"),
        ("reversed \u202efdp.exe", "reversed �fdp.exe"),
        ("👩‍🏫 учит", "👩‍🏫 учит"),
    ],
)
def test_a_title_cannot_move_the_cursor(text: str, expected: str) -> None:
    """Control and direction characters are replaced; every script and emoji stays."""
    assert clean(text) == expected


@given(st.text(), st.integers(1, 40))
def test_what_is_cut_fits(text: str, width: int) -> None:
    """A cut text is never wider than asked, and whole where it fits."""
    shown = cut(clean(text), width)

    assert cell_len(shown) <= width
    assert shown == clean(text) or shown.endswith("…")


@given(st.lists(st.text("жшдxyz日", min_size=1, max_size=12)), st.integers(8, 40))
def test_wrapping_loses_no_word(words: list[str], width: int) -> None:
    """Every word is there in order; a line is too wide only for a word that is."""
    lines = wrap(" ".join(words), width)

    assert " ".join(lines).split() == words
    assert all(cell_len(line) <= width or " " not in line for line in lines)


ROWS = [
    Row((("2026", ""), ("Лекция 💥", ""), ("trim", "")), "new recording"),
    Row((("2025", ""), ("Gradient descent, part two", ""), ("publish", "")), "captions change"),
]


def lines_of(width: int) -> list[str]:
    return [line for block in table(ROWS, flexible=1, width=width, paint=plain) for line in block]


def test_notes_stand_beside_where_all_of_them_fit() -> None:
    """Wide enough: one line per row; wide characters count as two cells."""
    assert lines_of(60) == [
        "2026  Лекция 💥                   trim     new recording",
        "2025  Gradient descent, part two  publish  captions change",
    ]


def test_a_long_title_gives_way_to_the_notes() -> None:
    """A little narrower: the title is shortened, the notes stay beside."""
    assert lines_of(56) == [
        "2026  Лекция 💥                 trim     new recording",
        "2025  Gradient descent, part…   publish  captions change",
    ]


def test_notes_stand_below_where_one_would_not_fit() -> None:
    """Narrow: every note has a line of its own, below the flexible column."""
    assert lines_of(44) == [
        "2026  Лекция 💥                   trim",
        "      new recording",
        "2025  Gradient descent, part two  publish",
        "      captions change",
    ]


def test_an_empty_column_takes_no_room() -> None:
    """What no row has is not there, nor is the gap before it."""
    rows = [Row((("a", ""), ("", ""), ("b", "")), "note"), Row((("c", ""), ("", ""), ("", "")))]

    assert table(rows, flexible=0, width=60, paint=plain) == [["a  b  note"], ["c"]]


def test_colour_does_not_move_columns() -> None:
    """Cells are padded before they are painted."""
    rows = [Row((("ok", "green"), ("x", "")))]

    assert table(rows, flexible=1, width=60, paint=coloured) == [["\x1b[32mok\x1b[0m  x"]]


@pytest.mark.parametrize(
    "seconds, expected",
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (41.2, "41 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")],
)
def test_durations_are_for_people(seconds: float, expected: str) -> None:
    """Two units at most."""
    assert duration(seconds) == expected


@pytest.mark.parametrize(
    "count, expected", [(0, "0 B"), (999, "999 B"), (12_345_678, "12.3 MB"), (5e12, "5000.0 GB")]
)
def test_sizes_are_for_people(count: int, expected: str) -> None:
    """Powers of ten, as `leap.yaml` has them."""
    assert size(count) == expected
