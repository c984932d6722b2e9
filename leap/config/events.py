"""Hostile bytes in, the parser's events out, as far as the limits allow.

A configuration file may come from a stranger's pull request. So its text is
walked event by event and given up as soon as a limit is passed, before any
recursive code sees it: libyaml's composer overflows the C stack on deep
nesting, and aliases make small files huge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from leap.config.document import Position

MAX_BYTES = 256 * 1024
MAX_EVENTS = 50_000
MAX_DEPTH = 32

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_STARTS = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_ENDS = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
_LEAVES = (yaml.ScalarEvent, yaml.AliasEvent)

# C0 and C1 controls but tab and line ends, line ends that editors and git do not
# count, lone surrogates, and the marks that make text read otherwise than it is
# stored (https://trojansource.codes/).
_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


class Refused(Exception):
    """Stops the reading of a file that must not be read any further."""

    def __init__(self, position: Position, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.position = position
        self.message = message
        self.hint = hint


def events(content: bytes) -> Iterator[Any]:
    """Return the events of the one document in ``content``: its scalars, lists and mappings.

    All of them are read before any is used, so that a file is refused as a
    whole. Raises Refused.
    """
    text = _decode(content)
    found: list[Any] = []
    depth = documents = 0
    try:
        parser = _LOADER(text)
        while (event := parser.get_event()) is not None:
            kind = type(event)
            if kind in _STARTS:
                depth += 1
                if depth > MAX_DEPTH:
                    raise Refused(place(event), f"nested more than {MAX_DEPTH} levels deep")
            elif kind in _ENDS:
                depth -= 1
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    message = "a second document begins here (`---`)"
                    raise Refused(place(event), message, "one file holds one document")
                continue
            elif kind not in _LEAVES:
                continue
            if len(found) >= MAX_EVENTS:
                message = f"more than {MAX_EVENTS} values and brackets in one file"
                raise Refused(place(event), message, "split it into several files")
            found.append(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if _unclosed(error) and error.context_mark:
            mark = error.context_mark  # where it was opened; the problem is the file's end
        position = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise Refused(position, *_explain(error, _character(text, position))) from None
    except yaml.reader.ReaderError as error:
        position = _position_in(text, error.position)
        raise Refused(position, "a character that YAML does not allow") from None
    return iter(found)


def place(event: Any) -> Position:
    """Return where ``event`` begins."""
    return event.start_mark.line + 1, event.start_mark.column + 1


def unsafe_character(text: str) -> str | None:
    """Return the complaint about the first character of ``text`` that must not be, or None."""
    found = _UNSAFE.search(text)
    return _unsafe_message(found[0]) if found else None


def without_control(text: str) -> str:
    """Return ``text`` fit for any screen: on one line, without invisible control characters."""
    return _UNSAFE.sub("\ufffd", text).translate({9: " ", 10: "\ufffd", 13: "\ufffd"})


def _decode(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        message = f"the file has more than the {MAX_BYTES // 1024} KiB allowed"
        raise Refused((0, 0), message, "split it into several files")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rpartition(b"\n")[2].decode(errors="replace")) + 1
        raise Refused((line, column), "not UTF-8 text", "save the file as UTF-8") from None
    unsafe = _UNSAFE.search(text)
    if unsafe:
        raise Refused(_position_in(text, unsafe.start()), _unsafe_message(unsafe[0]))
    return text


def _position_in(text: str, index: int) -> Position:
    before = text[:index]
    return before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1


def _unsafe_message(character: str) -> str:
    return f"the invisible control character U+{ord(character):04X} is not allowed"


def _character(text: str, position: Position) -> str:
    line = text.split("\n")[position[0] - 1] if position[0] <= text.count("\n") + 1 else ""
    return line[position[1] - 1 : position[1]]


def _unclosed(error: yaml.MarkedYAMLError) -> bool:
    unclosed = ("unexpected end of stream", "expected ',' or", "expected node content")
    return any(words in str(error.problem or error.context or "") for words in unclosed)


def _explain(error: yaml.MarkedYAMLError, character: str) -> tuple[str, str | None]:
    """Return what is wrong and what helps, for the mistakes that people make."""
    problem = str(error.problem or error.context or "")
    if character == "\t" or "tab character" in problem:
        return "a tab stands where YAML wants spaces", "indent with spaces"
    if "cannot start any token" in problem:
        return "a character that cannot begin a plain text", "put the text in quotes"
    if "mapping values are not allowed" in problem:
        return "a colon where no key can be", "put the text in quotes, or check the indentation"
    if _unclosed(error):
        if character in ("]", "}"):
            return (
                f"`{character}` closes what was not opened",
                "remove it, or put the text in quotes",
            )
        return f"`{character}` is opened here and not closed", None
    if "block sequence entries" in problem:
        return "a list begins in the middle of a line", "put it on lines of its own"
    if "alphabetic or numeric" in problem:
        return "`*` or `&` without a name", "put the text in quotes"
    if "key" in problem or "block end" in problem:
        return "this line does not fit the lines above", "check the indentation and the colons"
    return f"not well-formed YAML: {problem}", None
