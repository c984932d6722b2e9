"""Hostile YAML text in, a located document out.

A configuration file may come from a stranger's pull request. So the text is
walked event by event and given up as soon as a limit is passed, before any
recursive code sees it (libyaml's composer overflows the C stack on deep
nesting); the tree is then built here, without PyYAML's constructors. Plain
scalars follow the core schema of YAML 1.2, https://yaml.org/spec/1.2.2/#103-core-schema:
``no`` is a text, ``12:30`` is a text, dates are texts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from leap.config.document import Document, Path, Position
from leap.errors import Diagnostic

MAX_BYTES = 256 * 1024
MAX_EVENTS = 50_000
MAX_DEPTH = 32
MAX_DIGITS = 18
MAX_KEY = 200

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {word: word[0] in "tT" for word in ("true", "True", "TRUE", "false", "False", "FALSE")}
_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan")

# C0 and C1 controls but tab and line ends, lone surrogates, and the marks that
# make text read otherwise than it is stored (https://trojansource.codes/).
_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


class _Refused(Exception):
    """Stops the reading of a file that must not be read any further."""

    def __init__(self, position: Position, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.position = position
        self.message = message
        self.hint = hint


def read(content: bytes, file: str) -> tuple[Document, tuple[Diagnostic, ...]]:
    """Return the document in ``content`` and every error found while reading it.

    ``file`` is the name used in diagnostics. Where the text cannot be read at
    all the document is empty; then there is at least one diagnostic.
    """
    builder = _Builder(file)
    try:
        text = _decode(content)
        data = builder.build(_events(text))
    except _Refused as refused:
        problem = Diagnostic(file, *refused.position, refused.message, refused.hint)
        return Document(file), (problem,)
    document = Document(file, data, builder.positions, builder.keys)
    return document, tuple(builder.problems)


def _decode(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        size = f"{len(content) / 1024:.0f} KiB"
        message = f"the file has {size}, more than the {MAX_BYTES // 1024} KiB allowed"
        raise _Refused((0, 0), message, "split it into several files")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rpartition(b"\n")[2].decode(errors="replace")) + 1
        raise _Refused((line, column), "not UTF-8 text", "save the file as UTF-8") from None
    unsafe = _UNSAFE.search(text)
    if unsafe:
        raise _Refused(_position_in(text, unsafe.start()), _unsafe_message(unsafe[0]))
    return text


def _position_in(text: str, index: int) -> Position:
    before = text[:index]
    return before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1


def _unsafe_message(character: str) -> str:
    return f"the invisible control character U+{ord(character):04X} is not allowed"


def _events(text: str) -> Iterator[Any]:
    """Return the events of one document's content, as far as the limits allow.

    All of them are read before any is used, so that a file is refused as a
    whole. Raises _Refused.
    """
    events: list[Any] = []
    depth = documents = 0
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            elif isinstance(event, yaml.DocumentStartEvent):
                documents += 1
            elif not isinstance(event, yaml.NodeEvent):
                continue
            if documents > 1:
                message = "a second document begins here (`---`)"
                raise _Refused(_place(event), message, "one file holds one document")
            if depth > MAX_DEPTH:
                raise _Refused(_place(event), f"nested more than {MAX_DEPTH} levels deep")
            if len(events) >= MAX_EVENTS:
                message = f"more than {MAX_EVENTS} values and brackets in one file"
                raise _Refused(_place(event), message, "split it into several files")
            if not isinstance(event, yaml.DocumentStartEvent):
                events.append(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        position = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise _Refused(position, *_explain(error, _character(text, position))) from None
    except yaml.reader.ReaderError as error:
        position = _position_in(text, error.position)
        raise _Refused(position, "a character that YAML does not allow") from None
    return iter(events)


@dataclass(slots=True)
class _Builder:
    """Builds data from events; remembers places, and mistakes that need not stop it.

    A path of None means: read on, but keep nothing.
    """

    file: str
    positions: dict[Path, Position] = field(default_factory=dict)
    keys: dict[Path, Position] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)

    def build(self, events: Iterator[Any]) -> dict[str, Any]:
        """Return the data of a whole file. Raises _Refused where it is no mapping."""
        first = next(events, None)
        root = self._value(first, events, ()) if first is not None else None
        if root is None:
            return {}
        if not isinstance(root, dict):
            kind = "a list" if isinstance(root, list) else "a single value"
            message = f"the file must hold keys with values, not {kind}"
            raise _Refused(self.positions[()], message, "write `key: value` lines")
        return root

    def _value(self, event: Any, events: Iterator[Any], path: Path | None) -> Any:
        if path is not None:
            self.positions[path] = _place(event)
        if isinstance(event, yaml.AliasEvent):
            self._problem(event, f"the alias `*{event.anchor}` is not allowed", "write it out")
            return None
        if event.anchor is not None:
            message = f"the anchor `&{event.anchor}` is not allowed"
            self._problem(event, message, "write values out where they are used")
        if event.tag is not None:
            self._problem(event, f"the tag `{_short_tag(event.tag)}` is not allowed", "remove it")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(events, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, path)
        return self._scalar(event)

    def _mapping(self, events: Iterator[Any], path: Path | None) -> dict[str, Any]:
        data: dict[str, Any] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            place = self._key(event, events, path)
            value = self._value(next(events), events, place)
            if place is not None and value is not None:
                data[str(place[-1])] = value
        return data

    def _key(self, event: Any, events: Iterator[Any], parent: Path | None) -> Path | None:
        """Return the path that the key leads to, or None where its value is not wanted."""
        name = self._value(event, events, None)
        if not isinstance(event, yaml.ScalarEvent):
            self._problem(event, "a key must be plain text")
            return None
        if len(event.value) > MAX_KEY:
            self._problem(event, f"a key of more than {MAX_KEY} characters")
            return None
        if not isinstance(name, str):
            hint = f'put it in quotes: "{event.value}"'
            self._problem(event, f"the key `{event.value}` must be text", hint)
            return None
        if name == "<<":
            self._problem(event, "the merge key `<<` is not allowed", "write the keys out")
            return None
        if parent is None:
            return None
        path = (*parent, name)
        if path in self.keys:
            line = self.keys[path][0]
            hint = f"the first is on line {line}; keep one of them"
            self._problem(event, f"the key `{name}` is here twice", hint)
            return None
        self.keys[path] = _place(event)
        return path

    def _sequence(self, events: Iterator[Any], path: Path | None) -> list[Any]:
        data: list[Any] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            place = (*path, len(data)) if path is not None else None
            data.append(self._value(event, events, place))
        return data

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        unsafe = _UNSAFE.search(text)
        if unsafe:
            self._problem(event, _unsafe_message(unsafe[0]))
        if not event.implicit[0]:  # quoted or a block
            return text
        if text in _NULL:
            return None
        if text in _BOOL:
            return _BOOL[text]
        if _INT.fullmatch(text):
            if len(text) > MAX_DIGITS:
                self._problem(event, f"a number of more than {MAX_DIGITS} digits", "quote it")
                return 0
            return int(text)
        if _FLOAT.fullmatch(text):
            number = float(text.replace(".inf", "inf").replace(".nan", "nan"))
            if math.isfinite(number):
                return number
            self._problem(event, f"`{text[:20]}` is not a finite number", "quote it, if it is text")
            return 0.0
        return text

    def _problem(self, event: Any, message: str, hint: str | None = None) -> None:
        self.problems.append(Diagnostic(self.file, *_place(event), message, hint))


def _place(event: Any) -> Position:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _short_tag(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")[:60]


def _character(text: str, position: Position) -> str:
    line = text.split("\n")[position[0] - 1] if position[0] <= text.count("\n") + 1 else ""
    return line[position[1] - 1 : position[1]]


def _explain(error: yaml.MarkedYAMLError, character: str) -> tuple[str, str | None]:
    """Return what is wrong and what helps, for the mistakes that people make."""
    problem = str(error.problem or error.context or "")
    if character == "\t" or "tab character" in problem:
        return "a tab stands where YAML wants spaces", "indent with spaces"
    if "cannot start any token" in problem:
        return "a character that cannot begin a plain text", "put the text in quotes"
    if "mapping values are not allowed" in problem:
        return "a colon where no key can be", "put the text in quotes, or check the indentation"
    unclosed = ("unexpected end of stream", "expected ',' or", "expected node content")
    if any(words in problem for words in unclosed):
        return "a quote or bracket is opened and not closed", None
    if "key" in problem or "block end" in problem:
        return "this line does not fit the lines above", "check the indentation and the colons"
    return f"not well-formed YAML: {problem}", None
