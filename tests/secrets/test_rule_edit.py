"""A rule is changed where it stands; everything else in .sops.yaml stays to the letter."""

from __future__ import annotations

from pathlib import Path

import pyrage
import pytest

from leap.errors import SecretError
from leap.secrets.rule_edit import set_readers
from leap.secrets.rules import Reader, rule_for

A, B, C = (str(pyrage.x25519.Identity.generate().to_public()) for _ in range(3))

BEFORE = f"""\
# Who reads what.
stores: {{yaml: {{indent: 2}}}}   # as editors like it

creation_rules:
  # The others.
  - path_regex: ^tenants/globex/secrets\\.sops\\.yaml$
    age: {C}  # ops
  - path_regex: ^tenants/acme/secrets\\.sops\\.yaml$   # ours
"""
AFTER = "\n# The end.\nother: [kept]\n"

LIST = f"    age:\n      - {A}  # Ada\n      - {B}\n"


def write(root: Path, rule: str) -> Path:
    """Write .sops.yaml with ``rule`` as the readers of acme."""
    path = root / ".sops.yaml"
    path.write_text(BEFORE + rule + AFTER, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "written",
    [
        LIST,
        f"    age: {A},{B}\n",
        f"    age: '{A}, {B}'\n",
        f'    age: "{A},{B}"\n',
        f"    age: [{A}, {B}]\n",
        f"    age:\n      [\n        {A},\n        {B},\n      ]\n",
        f"    age: >-\n      {A},\n      {B}\n",
        f"    age: |\n      {A},{B}\n",
        f"    age:\n    - {A}\n    - '{B}'\n",
        f"    age: {A},\n      {B}\n",
    ],
    ids=[
        "list",
        "commas",
        "quoted",
        "double",
        "flow",
        "flow-lines",
        "folded",
        "literal",
        "flush",
        "multi",
    ],
)
def test_every_usual_way_to_write_readers_can_be_changed(root: Path, written: str) -> None:
    """Somebody comes in and somebody goes out, and the rest of the file is the same."""
    path = write(root, written)
    rule = rule_for(root, "acme")
    assert rule is not None
    assert rule.recipients == {A, B}

    set_readers(root, "acme", rule, [Reader(B), Reader(C, "ops: day & night # 'x'")])

    text = path.read_text(encoding="utf-8")
    changed = rule_for(root, "acme")
    assert changed is not None
    assert (Reader(B), Reader(C, "ops: day & night # 'x'")) == changed.readers
    assert text.startswith(BEFORE)
    assert text.endswith(AFTER)


def test_in_a_list_only_the_lines_concerned_change(root: Path) -> None:
    """A review shows one line for each who comes or goes."""
    path = write(root, LIST)
    rule = rule_for(root, "acme")
    assert rule is not None

    set_readers(root, "acme", rule, [Reader(A), Reader(B), Reader(C, "ops")])

    assert BEFORE + LIST + f"      - {C}  # ops\n" + AFTER == path.read_text()


def test_a_name_beside_a_single_reader_stays_with_them(root: Path) -> None:
    """What was a comment on the line of one reader is their name in the list."""
    path = write(root, f"    age: {A}  # Ada\n")
    rule = rule_for(root, "acme")
    assert rule is not None
    assert rule.readers == (Reader(A, "Ada"),)

    set_readers(root, "acme", rule, [*rule.readers, Reader(B)])

    assert BEFORE + LIST + AFTER == path.read_text()


def test_a_file_without_a_last_line_end_is_extended_properly(root: Path) -> None:
    """The new reader gets a line of their own."""
    path = root / ".sops.yaml"
    path.write_text((BEFORE + LIST).rstrip("\n"))
    rule = rule_for(root, "acme")
    assert rule is not None

    set_readers(root, "acme", rule, [*rule.readers, Reader(C)])

    assert BEFORE + LIST + f"      - {C}\n" == path.read_text()


def test_what_cannot_be_changed_safely_is_left_alone(root: Path) -> None:
    """A rule in one line of braces is refused, with the place and a way to write it."""
    path = root / ".sops.yaml"
    path.write_text(f"creation_rules: [{{path_regex: acme/, age: '{A},{B}'}}]\n")
    before = path.read_bytes()
    rule = rule_for(root, "acme")
    assert rule is not None

    with pytest.raises(
        SecretError, match=r"^\.sops\.yaml:1:18: this rule is written in an unusual"
    ):
        set_readers(root, "acme", rule, [Reader(B)])

    assert before == path.read_bytes()
