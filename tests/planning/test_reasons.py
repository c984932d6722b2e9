"""Reasons name settings as people write them."""

from __future__ import annotations

from leap.domain.stage import Stage
from leap.planning.reasons import edited


def test_values_have_their_units() -> None:
    before = {"break_at_least": 480.0, "granularity": "long", "chapter_every": None}
    after = {"break_at_least": 600.0, "granularity": "long", "chapter_every": 300.0}

    assert (
        "topics.break_at_least 8 min → 10 min, topics.chapter_every auto → 5 min"
        == edited(Stage.TOPICS, before, after)
    )  # fmt: skip


def test_a_setting_that_one_side_does_not_know_is_told() -> None:
    """An older version of LEAP had another one."""
    assert "trim.algorithm 2 → none, trim.edges none → true" == edited(
        Stage.TRIM, {"algorithm": 2}, {"edges": True}
    )


def test_long_values_are_cut() -> None:
    words = edited(Stage.TRANSCRIBE, {"prompt": ""}, {"prompt": "x" * 100})

    assert f"transcribe.prompt  → {'x' * 39}…" == words


def test_nothing_differs() -> None:
    assert "" == edited(Stage.TRIM, {"edges": True}, {"edges": True})
