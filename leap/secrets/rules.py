""".sops.yaml: who can read a tenant's file."""

from __future__ import annotations

import dataclasses
import functools
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leap.config.document import Document
from leap.config.patterns import compiled
from leap.config.reader import read
from leap.errors import Diagnostic, SecretError
from leap.secrets.places import RULES, rules_paths, secrets_path, shown

_ONLY = {"path_regex", "age"}


class BadRules(SecretError):
    """A ``.sops.yaml`` cannot be used; ``diagnostic`` says where and why."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(str(dataclasses.replace(diagnostic, hint=None)), hint=diagnostic.hint)
        self.diagnostic = diagnostic


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who can read a file: an age public key, and whose it is if that is written."""

    recipient: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """The creation rule that holds for one tenant's file.

    Attributes:
        file: the ``.sops.yaml`` that it stands in.
        index: which of the ``creation_rules`` it is, counted from 0.
        line: the line it begins on, counted from 1.
        column: the column it begins in.
        readers: for whom the tenant's file is encrypted, in the rule's order.
    """

    file: Path
    index: int
    line: int
    column: int
    readers: tuple[Reader, ...]

    @property
    def recipients(self) -> frozenset[str]:
        return frozenset(reader.recipient for reader in self.readers)


def rule_for(root: Path, tenant: str) -> Rule | None:
    """Return the rule for the file of ``tenant``, or None.

    The nearest ``.sops.yaml`` counts, and in it the first rule that fits, as
    sops itself has it. Raises SecretError for a file or a rule that cannot be
    used.
    """
    for path in rules_paths(root, tenant):
        if path.exists():
            content = content_of(root, path)
            return fitting(content, shown(root, path), path, secrets_path(root, tenant))
    return None


def content_of(root: Path, path: Path) -> bytes:
    """Return the bytes of a ``.sops.yaml``; none where there is no file. Raises SecretError."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise SecretError(f"{shown(root, path)}: cannot be read: {error.strerror}") from None


def fitting(content: bytes, name: str, path: Path, target: Path) -> Rule | None:
    """Return the first rule in the ``content`` of ``path`` that fits ``target``.

    ``name`` is what messages call the file. Raises SecretError for a rule that
    cannot be used.
    """
    document, problems = _read(content, name)
    if problems:
        raise BadRules(problems[0])
    rules = document.data.get("creation_rules", [])
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        message = "creation_rules must be a list of rules"
        raise BadRules(document.error(("creation_rules",), message))
    relative = Path(os.path.relpath(target, path.parent)).as_posix()
    for index, rule in enumerate(rules):
        if _matches(document, index, rule, relative):
            line, column = document.position(("creation_rules", index))
            lines = content.decode().splitlines()
            readers = tuple(_readers(document, index, rule, lines))
            return Rule(path, index, line, column, readers)
    return None


#: One file has the rules of all tenants, and is asked for each of them.
_read = functools.lru_cache(maxsize=8)(read)
_compiled = functools.lru_cache(maxsize=1024)(compiled)


def _matches(document: Document, index: int, rule: Mapping[str, Any], relative: str) -> bool:
    place = ("creation_rules", index)
    pattern = rule.get("path_regex")
    if not isinstance(pattern, str):
        message = "a rule without path_regex would hold for every tenant"
        raise BadRules(document.error(place, message, "give each tenant a rule of its own"))
    try:
        expression = _compiled(pattern, case_sensitive=True)
    except ValueError as error:
        message = f"path_regex is no regular expression: {error}"
        raise BadRules(document.error((*place, "path_regex"), message)) from None
    return expression.search(relative) is not None


def _readers(
    document: Document, index: int, rule: Mapping[str, Any], lines: list[str]
) -> Iterator[Reader]:
    place = ("creation_rules", index)
    more = sorted(set(rule) - _ONLY)
    if more:
        hint = "a rule has path_regex and age, and encrypts everything"
        message = f"`{more[0]}` is not used here"
        raise BadRules(document.error((*place, more[0]), message, hint, key=True))
    age = rule.get("age", "")
    words = [str(word).strip() for word in (age if isinstance(age, list) else str(age).split(","))]
    if not any(words):
        raise BadRules(document.error(place, f"the rule names no age recipient in {RULES}"))
    for number, word in enumerate(words):
        if not word:
            continue
        item = (*place, "age", number) if isinstance(age, list) else (*place, "age")
        named = isinstance(age, list) or len(words) == 1
        line = document.position(item)[0]
        yield Reader(word, _comment_after(word, lines[line - 1]) if named else None)


def _comment_after(recipient: str, line: str) -> str | None:
    """Return the comment on a recipient's own line: by custom the name of whose it is."""
    found = re.search(re.escape(recipient) + r"[\"']?\s+#\s*(.*\S)\s*$", line)
    return found.group(1) if found else None
