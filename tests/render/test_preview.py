"""What would be published of a recording, for people and for programs."""

from __future__ import annotations

import json
from dataclasses import replace

from leap.domain.stage import Stage
from leap.render.preview import Preview, json_data, text

WHOLE = Preview(
    tenant="acme",
    recording="2026-11-20-0a1b2c3d4e5f",
    name="Лекция 1",
    template="ml",
    preset="site",
    platform="site",
    time_zone="Europe/Moscow",
    title="Лекция 1 (20.11.2026)",
    description="О деревьях.\n\n0:00 Начало\n1:05 Деревья\n10:00 Конец",
    values={"display_name": "Лекция 1", "chapters": "0:00 Начало\n1:05 Деревья\n10:00 Конец"},
    unknown={},
)


def test_title_and_description_keep_their_lines():
    """Their lengths are in characters, line ends included."""
    assert """\
2026-11-20-0a1b2c3d4e5f  Лекция 1
  tenant    acme
  template  ml
  preset    site (site)

Title                                                              21 characters
  Лекция 1 (20.11.2026)

Description                                                        49 characters
  О деревьях.

  0:00 Начало
  1:05 Деревья
  10:00 Конец

Variables                                                 times of Europe/Moscow
  display_name  Лекция 1
  chapters      0:00 Начало 1:05 Деревья 10:00 Конец""" == text(WHOLE)


def test_what_is_not_known_says_which_stage_finds_it_out():
    """A stand-in cannot be taken for a value."""
    waiting = replace(
        WHOLE,
        title="‹topic›",
        values={"topic": "‹topic›", "duration": "‹duration›"},
        unknown={"topic": Stage.TOPICS, "duration": Stage.TRIM},
    )

    assert text(waiting).endswith(
        "`trim` has not run: it finds out ‹duration›.\n`topics` has not run: it finds out ‹topic›."
    )
    assert {"value": "‹topic›", "waits_for": "topics"} == json_data(waiting)["variables"]["topic"]


def test_hostile_texts_stay_in_their_lines():
    """Nothing moves the cursor, nothing is wider than the terminal, and JSON has all of it."""
    hostile = replace(WHOLE, title="\x1b[2J\u202eevil", description="word " * 100, values={})
    shown = text(hostile, width=60)

    assert not {"\x1b", "\u202e"} & set(shown)
    assert max(map(len, shown.splitlines())) <= 60
    assert hostile.title == json.loads(json.dumps(json_data(hostile)))["title"]["text"]


def test_no_description_is_told():
    """An empty block would look like a mistake."""
    assert "0 characters\n  (empty)\n" in text(replace(WHOLE, description=""))
