"""The reference page: current, and complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from leap.config.reference import reference
from leap.config.schema import _KINDS
from leap.config.settings import SECTIONS
from leap.config.templating import VARIABLES

REPOSITORY = Path(__file__).parents[2]
PAGE = reference()


def test_the_page_in_the_repository_is_current():
    """`leap schema` writes it; nobody edits it by hand."""
    assert PAGE == (REPOSITORY / "docs/reference.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "key",
    [
        field.alias or name
        for model in [*(each for models in _KINDS.values() for each in models), *SECTIONS.values()]
        for name, field in model.model_fields.items()
    ],
)
def test_every_key_is_there(key):
    """In a row of its own, or as a chapter."""
    assert re.search(rf"^\| \**`{key}`\** \| \S|^### `{key}`$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("variable", VARIABLES)
def test_every_variable_is_there(variable):
    """With what it stands for."""
    assert f"| `{variable}` | {VARIABLES[variable]} |" in PAGE


def test_every_row_has_as_many_cells_as_its_head():
    """A bar in an example does not begin another cell."""
    columns = 0
    for line in PAGE.splitlines():
        cells = len(re.split(r"(?<!\\)\|", line))
        columns = cells if line.startswith("|") and not columns else columns
        assert not line.startswith("|") or cells == columns, line
        columns = columns if line.startswith("|") else 0


def test_quantities_are_called_by_what_they_measure():
    """Not by the number that they become."""
    assert "| `settle` | duration | `60 s` |" in PAGE
    assert "| `silence_below` | level | `-40 dB` |" in PAGE
    assert "| `max_removed` | share | `70 %` |" in PAGE
    assert "| `language` | language code, or `auto` | `en` |" in PAGE
    assert "| `beam` | whole number, 1 to 20 | `5` |" in PAGE
