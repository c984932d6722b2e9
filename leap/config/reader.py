"""Hostile YAML text in, a located document out.

The tree is built here, without PyYAML's constructors. Plain scalars follow
the core schema of YAML 1.2, https://yaml.org/spec/1.2.2/#103-core-schema:
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
from leap.config.events import Refused, events, place, unsafe_character, without_control
from leap.errors import Diagnostic

MAX_DIGITS = 18
MAX_KEY = 200

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {word: word[0] in "tT" for word in ("true", "True", "TRUE", "false", "False", "FALSE")}
#: What a plain scalar that is no text begins with.
_BEGINNINGS = frozenset("+-.0123456789~nNtTfF")
_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan")


def read(content: bytes, file: str) -> tuple[Document, tuple[Diagnostic, ...]]:
    """Return the document in ``content`` and every error found while reading it.

    ``file`` is the name used in diagnostics. Where the text cannot be read at
    all the document is empty; then there is at least one diagnostic.
    """
    builder = _Builder(file)
    try:
        data = builder.build(events(content))
    except Refused as refused:
        problem = Diagnostic(file, *refused.position, refused.message, refused.hint)
        return Document(file), (problem,)
    document = Document(file, data, builder.positions, builder.keys)
    return document, tuple(builder.problems)


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
        """Return the data of a whole file. Raises Refused where it is no mapping."""
        first = next(events, None)
        root = self._value(first, events, ()) if first is not None else None
        if root is None:
            return {}
        if not isinstance(root, dict):
            kind = "a list" if isinstance(root, list) else "a single value"
            message = f"the file must hold keys with values, not {kind}"
            raise Refused(self.positions[()], message, "write `key: value` lines")
        return root

    def _value(self, event: Any, events: Iterator[Any], path: Path | None) -> Any:
        if path is not None:
            self.positions[path] = place(event)
        kind = type(event)
        if kind is yaml.AliasEvent:
            self._problem(event, f"the alias `*{event.anchor}` is not allowed", "write it out")
            return None
        if event.anchor is not None or event.tag is not None:
            self._refuse_properties(event)
        if kind is yaml.ScalarEvent:
            return self._scalar(event)
        if kind is yaml.MappingStartEvent:
            return self._mapping(events, path)
        return self._sequence(events, path)

    def _refuse_properties(self, event: Any) -> None:
        if event.anchor is not None:
            message = f"the anchor `&{event.anchor}` is not allowed"
            self._problem(event, message, "write values out where they are used")
        if event.tag is not None:
            self._problem(event, f"the tag `{_short_tag(event.tag)}` is not allowed", "remove it")

    def _mapping(self, events: Iterator[Any], path: Path | None) -> dict[str, Any]:
        data: dict[str, Any] = {}
        while type(event := next(events)) is not yaml.MappingEndEvent:
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
        self.keys[path] = place(event)
        return path

    def _sequence(self, events: Iterator[Any], path: Path | None) -> list[Any]:
        data: list[Any] = []
        while type(event := next(events)) is not yaml.SequenceEndEvent:
            place = (*path, len(data)) if path is not None else None
            data.append(self._value(event, events, place))
        return data

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        # The file's own characters were looked at before; these may be written as `\u202e`.
        if event.style == '"' and (unsafe := unsafe_character(text)):
            self._problem(event, unsafe)
            text = without_control(text)
        if not event.implicit[0]:  # quoted or a block
            return text
        if text and text[0] not in _BEGINNINGS:
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
        self.problems.append(Diagnostic(self.file, *place(event), message, hint))


def _short_tag(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")[:60]
