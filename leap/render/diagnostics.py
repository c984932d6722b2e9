"""Findings about the configuration: for people, for programs, for GitHub.

The text form shows the line of the file and a caret under the place; it never
repeats a control character or a mark that would change how the line is read.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from leap.errors import Diagnostic

#: Given a file, the text of its lines; none where it cannot be shown.
Lines = Callable[[str], Sequence[str]]

#: Columns of the source line that are shown, and how many of them stand before the
#: place at most: with the line's number it all fits into 80.
_WIDTH = 71
_BEFORE = 48


def text(
    diagnostics: Sequence[Diagnostic],
    lines: Lines,
    *,
    files: int,
    style: Callable[[str, str], str] = lambda text, _: text,
) -> str:
    """Return ``diagnostics`` with their source lines, and a last line that sums up.

    Args:
        files: how many files were checked.
        style: colours a text; it is told ``error``, ``warning``, ``hint`` or ``ok``.
    """
    blocks = [_block(each, lines, style) for each in diagnostics]
    return "\n".join([*blocks, summary(diagnostics, files=files, style=style)])


def summary(
    diagnostics: Sequence[Diagnostic],
    *,
    files: int,
    style: Callable[[str, str], str] = lambda text, _: text,
) -> str:
    """Return one line: how many files, and how many findings of each kind."""
    checked = f"{_count(files, 'file')} checked"
    errors = sum(each.severity == "error" for each in diagnostics)
    warnings = len(diagnostics) - errors
    found = [_count(errors, "error")] if errors else []
    found += [_count(warnings, "warning")] if warnings else []
    if not found:
        return style(f"{checked}, no problems", "ok")
    return style(f"{checked}, {', '.join(found)}", "error" if errors else "warning")


def data(diagnostics: Sequence[Diagnostic]) -> dict[str, Any]:
    """Return ``diagnostics`` as JSON data."""
    return {
        "diagnostics": [
            {
                "severity": each.severity,
                "file": each.file,
                "line": each.line,
                "column": each.column,
                "message": each.message,
                "hint": each.hint,
            }
            for each in diagnostics
        ]
    }


def github(diagnostics: Sequence[Diagnostic], prefix: str = "", *, title: str) -> str:
    """Return workflow commands that mark the places in a pull request.

    Args:
        title: the command that found them.
        prefix: the way from the checkout to the repository's root, such as ``lectures/``.

    https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    return "\n".join(_annotation(each, prefix, title) for each in diagnostics)


def _annotation(diagnostic: Diagnostic, prefix: str, title: str) -> str:
    place = [f"file={_property(prefix + diagnostic.file)}"]
    if diagnostic.line:
        place += [f"line={diagnostic.line}", f"col={diagnostic.column}"]
    place.append(f"title={_property(title)}")
    message = diagnostic.message + (f"; {diagnostic.hint}" if diagnostic.hint else "")
    return f"::{diagnostic.severity} {','.join(place)}::{_escaped(message)}"


def _escaped(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _escaped(value).replace(":", "%3A").replace(",", "%2C")


def _block(diagnostic: Diagnostic, lines: Lines, style: Callable[[str, str], str]) -> str:
    place = visible(diagnostic.file)
    if diagnostic.line:
        place += f":{diagnostic.line}:{diagnostic.column}"
    kind = style(f"{diagnostic.severity}:", diagnostic.severity)
    head = f"{place}: {kind} {visible(diagnostic.message)}"
    if diagnostic.hint:
        head += style(f"; {visible(diagnostic.hint)}", "hint")
    return "\n".join([head, *_excerpt(diagnostic, lines)])


def _excerpt(diagnostic: Diagnostic, lines: Lines) -> list[str]:
    if not diagnostic.line:
        return []
    content = lines(diagnostic.file)
    if diagnostic.line > len(content):
        return []
    line = content[diagnostic.line - 1].rstrip("\r\n")
    at = min(diagnostic.column - 1, len(line))
    start = at - _fitting(reversed(line[:at]), _BEFORE)
    before = visible(line[start:at])
    after = line[at : at + _fitting(line[at:], _WIDTH - _columns(before))]
    number = f"{diagnostic.line:>5} | "
    caret = " " * (len(number) + _columns(before)) + "^"
    return [f"{number}{before}{visible(after)}", caret]


def _fitting(characters: Iterable[str], columns: int) -> int:
    """Return how many of ``characters`` are shown in that many columns."""
    count = 0
    for character in characters:
        columns -= _columns(_shown(character))
        if columns < 0:
            break
        count += 1
    return count


def visible(value: str) -> str:
    """Return ``value`` on one line, with what cannot be seen written as its code point."""
    return "".join(_shown(character) for character in value)


def _shown(character: str) -> str:
    if character in "\t\n":
        return " "
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return f"<U+{ord(character):04X}>"
    return character


def _columns(value: str) -> int:
    """Return how many terminal columns ``value`` takes: wide characters take two."""
    return sum(map(_width, value))


def _width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):  # drawn over the character before
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
