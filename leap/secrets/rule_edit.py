"""Changing ``.sops.yaml`` as a careful person would: everything else stays as it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from leap.config.reader import read
from leap.errors import SecretError
from leap.secrets.files import replace
from leap.secrets.places import rules_paths, secrets_path, shown
from leap.secrets.rules import BadRules, Reader, Rule, content_of, fitting


def add_rule(root: Path, tenant: str, readers: Sequence[Reader], *, in_tenant: bool) -> Path:
    """Add a rule for the file of ``tenant`` and return the ``.sops.yaml`` it stands in.

    With ``in_tenant`` it goes into the tenant's own ``.sops.yaml``, which then
    counts instead of the repository's. Raises SecretError where the tenant has
    a rule already, or the file cannot be extended without rewriting it.
    """
    path = rules_paths(root, tenant)[0 if in_tenant else 1]
    name, target = shown(root, path), secrets_path(root, tenant)
    before = content_of(root, path)
    if fitting(before, name, path, target) is not None:
        message = f"{name}: tenant {tenant} has a rule already"
        hint = f"for one more key use `leap secrets keygen {tenant} --join`"
        raise SecretError(message, hint=hint)
    after = _extended(before.decode(), target.relative_to(path.parent).as_posix(), readers)
    try:
        rule = fitting(after.encode(), name, path, target)
    except SecretError:
        rule = None
    if rule is None or rule.readers != tuple(readers):
        message = f"{name}: creation_rules must be its last key, with indented rules"
        raise SecretError(message, hint="move `creation_rules:` to the end of the file")
    replace(path, after.encode())
    return path


def set_readers(root: Path, tenant: str, rule: Rule, readers: Sequence[Reader]) -> None:
    """Let ``rule`` name exactly ``readers``; comments and layout stay.

    Raises SecretError where the file is written in a way that this cannot
    change without touching more than the rule.
    """
    name, target = shown(root, rule.file), secrets_path(root, tenant)
    before = content_of(root, rule.file).decode()
    after = _with_readers(before, rule, readers)
    try:
        changed = fitting(after.encode(), name, rule.file, target)
        same = _others(before, rule, name) == _others(after, rule, name)
    except BadRules:
        changed, same = None, False
    if changed is None or not same or changed.recipients != {each.recipient for each in readers}:
        message = f"{name}:{rule.line}:{rule.column}: this rule is written in an unusual way"
        hint = "give its `age:` a list, one `- age1...` a line, and try again"
        raise SecretError(message, hint=hint)
    if after != before:
        replace(rule.file, after.encode())


def _extended(text: str, target: str, readers: Sequence[Reader]) -> str:
    """Return ``text`` with one more rule at its end; comments stay as they are."""
    text = text or "stores:\n  yaml:\n    indent: 2\n"
    text = text if text.endswith("\n") else f"{text}\n"
    text = re.sub(r"^creation_rules:\s*\[\s*\][ \t]*$", "creation_rules:", text, flags=re.MULTILINE)
    if not re.search(r"^creation_rules:", text, flags=re.MULTILINE):
        text += "creation_rules:\n"
    pattern = target.replace(".", r"\.")
    items = "".join(f"      - {_item(reader)}\n" for reader in readers)
    return text + f"  - path_regex: ^{pattern}$\n    age:\n{items}"


def _with_readers(text: str, rule: Rule, readers: Sequence[Reader]) -> str:
    key, value = _age_nodes(text, rule)
    if isinstance(value, yaml.SequenceNode) and not value.flow_style:
        return _list_with(text, value, readers)
    # The comment beside a single reader is their name; beside several it is about all.
    named = len(rule.readers) == 1 and rule.readers[0].name is not None
    return _list_instead(text, key, value, readers, named=named)


def _list_with(text: str, value: Any, readers: Sequence[Reader]) -> str:
    """Take the lines of who went out of a block list, and put those of who came at its end."""
    lines = text.splitlines(keepends=True)
    wanted = {reader.recipient for reader in readers}
    there = [item.value for item in value.value]
    last = value.value[-1]
    bullet = lines[last.start_mark.line][: last.start_mark.column]
    new = [f"{bullet}{_item(each)}\n" for each in readers if each.recipient not in there]
    if not lines[last.end_mark.line].endswith("\n"):
        lines[last.end_mark.line] += "\n"
    lines[last.end_mark.line + 1 : last.end_mark.line + 1] = new
    for item in reversed(value.value):
        if item.value not in wanted:
            del lines[item.start_mark.line : item.end_mark.line + 1]
    return "".join(lines)


def _list_instead(
    text: str, key: Any, value: Any, readers: Sequence[Reader], *, named: bool
) -> str:
    """Put a block list, one reader a line, in the place of any other way to write them."""
    indent = " " * (key.start_mark.column + 2)
    items = "".join(f"{indent}- {_item(reader)}\n" for reader in readers)
    rest = text[value.end_mark.index :]
    comment = ""
    if getattr(value, "style", None) not in {"|", ">"}:
        comment, _, rest = rest.partition("\n")
        comment = "" if named else comment.rstrip()
    return f"{text[: key.end_mark.index]}:{comment}\n{items}{rest}"


def _item(reader: Reader) -> str:
    return f"{reader.recipient}  # {reader.name}" if reader.name else reader.recipient


def _age_nodes(text: str, rule: Rule) -> tuple[Any, Any]:
    """Return the nodes of ``age`` and of its value, with their places in ``text``."""
    # The text went through our own reader before, which limits what may come.
    top: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    rules = next(value for key, value in top.value if key.value == "creation_rules")
    pairs = rules.value[rule.index].value
    return next((key, value) for key, value in pairs if key.value == "age")


def _others(text: str, rule: Rule, name: str) -> Any:
    """Return all that ``text`` says but for the readers of ``rule``."""
    data = dict(read(text.encode(), name)[0].data)
    rules = [dict(each) for each in data.get("creation_rules", [])]
    rules[rule.index].pop("age", None)
    return {**data, "creation_rules": rules}
