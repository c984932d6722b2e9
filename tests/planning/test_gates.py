"""Gates: judged from facts alone, so that an edited gate needs no work."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from leap.config.gates import Gates
from leap.domain.snapshot import PublicationFact
from leap.domain.stage import Stage
from leap.planning import gates

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SOUND: gates.Facts = {
    Stage.DOWNLOAD: {"damaged_share": 0.0},
    Stage.TRIM: {"duration": 3600.0, "removed_share": 0.1},
    Stage.TRANSCRIBE: {
        "words_per_minute": 120.0,
        "invented_share": 0.01,
        "invented_time_share": 0.02,
    },
}


def with_facts(stage: Stage, **facts: Any) -> gates.Facts:
    return {**SOUND, stage: {**SOUND[stage], **facts}}


def failed(facts: gates.Facts, **written: Any) -> str:
    """Return the failures without the way out, for gates as they are written in YAML."""
    found = gates.failed(Gates.model_validate(written), facts)
    way_out = "; look at it, then change `gates` in its template, or in an override"
    assert not found or found.endswith(way_out)
    return found.removesuffix(way_out)


def test_a_sound_lecture_passes_the_gates_that_are_built_in():
    """Whoever sets nothing is not held without a reason."""
    assert "" == failed(SOUND)


def test_an_empty_transcript_of_a_long_recording_is_held_by_default():
    """Half an hour without a word is no lecture; a demo of a minute may be."""
    empty = with_facts(Stage.TRANSCRIBE, words_per_minute=0.0)
    short = {**empty, Stage.TRIM: {"duration": 60.0}}

    assert "0 words a minute are spoken, fewer than 5 (gates.min_words_per_minute)" == failed(empty)
    assert "" == failed(short)
    assert "" == failed(empty, min_words_per_minute="off")


@pytest.mark.parametrize(
    "facts, written, expected",
    [
        (
            with_facts(Stage.TRANSCRIBE, words_per_minute=19.9),
            {"min_words_per_minute": 20},
            "19.9 words a minute are spoken, fewer than 20 (gates.min_words_per_minute)",
        ),
        (with_facts(Stage.TRANSCRIBE, words_per_minute=20.0), {"min_words_per_minute": 20}, ""),
        (
            with_facts(Stage.TRIM, removed_share=0.6312),
            {"max_trimmed_share": "50 %"},
            "63.1 % was cut out, more than 50 % (gates.max_trimmed_share)",
        ),
        (with_facts(Stage.TRIM, removed_share=0.9), {"max_trimmed_share": "off"}, ""),
        (
            with_facts(Stage.TRANSCRIBE, invented_share=0.3),
            {},
            "30 % of what was heard is invented, more than 25 % (gates.max_invented_share)",
        ),
        (
            with_facts(Stage.TRANSCRIBE, invented_time_share=0.5),
            {},
            "50 % of what was heard is invented, more than 25 % (gates.max_invented_share)",
        ),
        (with_facts(Stage.TRANSCRIBE, invented_share=1.0), {"max_invented_share": "off"}, ""),
        (
            with_facts(Stage.DOWNLOAD, damaged_share=0.0123),
            {},
            "1.23 % of its pictures or sound is damaged (gates.decodable)",
        ),
        (with_facts(Stage.DOWNLOAD, damaged_share=0.0123), {"decodable": False}, ""),
    ],
)
def test_each_gate_says_what_is_and_what_may_be(facts, written, expected):
    """The numbers of both sides, and the name of the gate."""
    assert expected == failed(facts, **written)


def test_all_failed_gates_are_told_at_once():
    """Nobody opens one gate only to find the next one closed."""
    found = failed(
        {**with_facts(Stage.TRIM, removed_share=0.8), Stage.TRANSCRIBE: {"words_per_minute": 1.0}},
        max_trimmed_share="50 %",
    )

    assert ["80 % was cut", "1 words a minute"] == [
        " ".join(part.split()[:4]) for part in found.split("; ")
    ]


@pytest.mark.parametrize("stages", [(), (Stage.TRIM,), (Stage.DOWNLOAD, Stage.TRANSCRIBE)])
def test_what_is_not_known_holds_nothing(stages):
    """A stage that has not run, or did so before such facts were kept, is no witness."""
    facts = {stage: {"words": 7} for stage in stages}

    assert "" == failed(facts, min_words_per_minute=20, max_trimmed_share="1 %")


PUBLISHED = PublicationFact("site", "site", "applied", NOON, "slug", "https://x.example/")


@pytest.mark.parametrize(
    "fact, parts, expected",
    [
        (None, ("metadata",), True),
        (replace(PUBLISHED, state="failed", external_id=None), ("metadata",), True),
        (replace(PUBLISHED, state="withdrawn"), ("metadata",), True),
        (PUBLISHED, ("media", "metadata"), True),
        (PUBLISHED, ("captions",), True),
        (PUBLISHED, ("transcript", "metadata"), True),
        (PUBLISHED, ("metadata", "options"), False),
    ],
)
def test_of_what_is_published_only_the_recording_itself_is_kept_back(fact, parts, expected):
    """A title may change while new media wait."""
    assert expected is gates.holds(fact, parts)
