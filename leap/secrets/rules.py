""".sops.yaml: for which recipients a tenant's file is encrypted."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leap.config.patterns import compiled
from leap.config.reader import read
from leap.errors import SecretError
from leap.secrets.files import replace
from leap.secrets.places import RULES, rules_paths, secrets_path, shown

_ONLY = {"path_regex", "age"}


@dataclass(frozen=True, slots=True)
class Rule:
    """The creation rule that holds for one tenant's file, and the file it stands in."""

    file: Path
    recipients: frozenset[str]


def rule_for(root: Path, tenant: str) -> Rule | None:
    """Return the rule for the file of ``tenant``, or None.

    The nearest ``.sops.yaml`` counts, and in it the first rule that fits, as
    sops itself has it. Raises SecretError for a file or a rule that cannot be
    used.
    """
    for path in rules_paths(root, tenant):
        if path.exists():
            name = shown(root, path)
            try:
                content = path.read_bytes()
            except OSError as error:
                raise SecretError(f"{name}: {error.strerror}") from None
            return _fitting(content, name, path, secrets_path(root, tenant))
    return None


def add_rule(root: Path, tenant: str, recipients: Sequence[str], *, in_tenant: bool) -> Path:
    """Add a rule for the file of ``tenant`` and return the ``.sops.yaml`` it stands in.

    With ``in_tenant`` it goes into the tenant's own ``.sops.yaml``, which then
    counts instead of the repository's. Raises SecretError where the tenant has
    a rule already, or the file cannot be extended without rewriting it.
    """
    path = rules_paths(root, tenant)[0 if in_tenant else 1]
    name, target = shown(root, path), secrets_path(root, tenant)
    before = path.read_bytes() if path.exists() else b""
    if _fitting(before, name, path, target) is not None:
        message = f"{name}: tenant {tenant} has a rule already"
        raise SecretError(message, hint="remove the rule to give the tenant a new key")
    after = _extended(before.decode(), target.relative_to(path.parent).as_posix(), recipients)
    try:
        rule = _fitting(after.encode(), name, path, target)
    except SecretError:
        rule = None
    if rule is None or rule.recipients != frozenset(recipients):
        message = f"{name}: creation_rules must be its last key, with indented rules"
        raise SecretError(message, hint="move `creation_rules:` to the end of the file")
    replace(path, after.encode())
    return path


def _extended(text: str, target: str, recipients: Sequence[str]) -> str:
    """Return ``text`` with one more rule at its end; comments stay as they are."""
    text = text or "stores:\n  yaml:\n    indent: 2\n"
    text = text if text.endswith("\n") else f"{text}\n"
    text = re.sub(r"^creation_rules:\s*\[\s*\][ \t]*$", "creation_rules:", text, flags=re.MULTILINE)
    if not re.search(r"^creation_rules:", text, flags=re.MULTILINE):
        text += "creation_rules:\n"
    pattern = target.replace(".", r"\.")
    return text + f"  - path_regex: ^{pattern}$\n    age: {','.join(recipients)}\n"


def _fitting(content: bytes, name: str, path: Path, target: Path) -> Rule | None:
    """Return the first rule in the ``content`` of ``path`` that fits ``target``."""
    document, problems = read(content, name)
    if problems:
        raise SecretError(str(problems[0]))
    rules = document.data.get("creation_rules", [])
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise SecretError(f"{name}: creation_rules must be a list of rules")
    relative = os.path.relpath(target, path.parent)
    for index, rule in enumerate(rules):
        line, column = document.position(("creation_rules", index))
        if _matches(rule, relative, f"{name}:{line}:{column}"):
            return Rule(path, _recipients(rule, f"{name}:{line}:{column}"))
    return None


def _matches(rule: Mapping[str, Any], relative: str, place: str) -> bool:
    pattern = rule.get("path_regex")
    if not isinstance(pattern, str):
        message = f"{place}: a rule without path_regex would hold for every tenant"
        raise SecretError(message, hint="give each tenant a rule of its own")
    try:
        expression = compiled(pattern, case_sensitive=True)
    except ValueError as error:
        raise SecretError(f"{place}: path_regex is no regular expression: {error}") from None
    return expression.search(relative) is not None


def _recipients(rule: Mapping[str, Any], place: str) -> frozenset[str]:
    more = sorted(set(rule) - _ONLY)
    if more:
        message = f"{place}: `{more[0]}` is not used here"
        raise SecretError(message, hint="a rule has path_regex and age, and encrypts everything")
    age = rule.get("age", "")
    words = age if isinstance(age, list) else str(age).split(",")
    recipients = frozenset(str(word).strip() for word in words) - {""}
    if not recipients:
        raise SecretError(f"{place}: the rule names no age recipient in {RULES}")
    return recipients
