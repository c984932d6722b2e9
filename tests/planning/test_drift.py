"""What differs on a platform from what it was given, as values."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from leap.domain.drift import Drift
from leap.domain.plan import Held
from leap.domain.ports import Seen
from leap.domain.snapshot import Actual, PublicationFact
from leap.domain.stage import Stage
from leap.planning.drift import as_seen, drift_of, edits, waiting, was_lost, way_out

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ID = "2026-11-20-0a1b2c3d4e5f"
PARTS = {"media": "t1", "metadata": "m1", "playlists": "p1", "privacy": "o1"}
GIVEN = {
    "metadata": {"category": "27", "description": "d", "tags": ["a"], "title": "One"},
    "playlists": ["P1"],
    "privacy": "unlisted",
}
ALL = ("title", "description", "tags", "playlists", "privacy", "settings")
FACT = PublicationFact("tube", "youtube", "applied", NOON, "v1", "https://x", PARTS, PARTS)


def actual(fact: PublicationFact = FACT) -> Actual:
    return Actual("acme", publications={ID: (fact,)})


def drift(seen: Seen, fact: PublicationFact = FACT) -> Drift | None:
    return drift_of("acme", ID, fact, GIVEN, seen, ALL)


def after(found: Drift, fact: PublicationFact = FACT) -> PublicationFact:
    (seen,) = as_seen(actual(fact), [found]).publications[ID]
    return seen


def test_what_is_as_it_was_given_is_no_drift():
    """Nor is what was not looked at, or of which nobody knows what it was given."""
    assert drift(Seen("standing", parts=GIVEN)) is None
    assert drift(Seen("processing", parts={})) is None
    assert () == edits({"thumbnail": None}, {"thumbnail": True, "captions": ["en"]}, ALL)


def test_every_field_that_differs_is_named_with_both_values():
    """What people look for first comes first."""
    seen = {
        "metadata": {"category": "22", "description": "d", "tags": ["a"], "title": "Two"},
        "playlists": [],
        "privacy": "public",
    }

    found = edits(GIVEN, seen, ALL)

    assert [
        ("metadata", "title", "One", "Two"),
        ("privacy", "privacy", "unlisted", "public"),
        ("playlists", "playlists", ["P1"], []),
        ("metadata", "category", "27", "22"),
    ] == [(each.part, each.field, each.given, each.found) for each in found]


@pytest.mark.parametrize(
    "manage, expected",
    [
        (ALL, ("metadata", "privacy")),
        (("title",), ("metadata",)),
        (("privacy",), ("privacy",)),
        (("description",), ()),
    ],
)
def test_only_what_is_managed_is_made_anew(manage, expected):
    """The rest is shown."""
    seen = {"metadata": {**GIVEN["metadata"], "title": "Two"}, "privacy": "public"}

    found = Drift("acme", ID, "tube", "youtube", "edited", edits=edits(GIVEN, seen, manage))

    assert 2 == len(found.edits)
    assert expected == found.parts


def test_an_album_is_managed_by_its_own_name():
    """As YAML has it."""
    (edit,) = edits({"albums": [1]}, {"albums": []}, ["album"])

    assert edit.managed


def test_what_was_changed_is_not_applied_any_more():
    """So that the next run makes it anew, and nothing else."""
    found = drift(Seen("standing", parts={**GIVEN, "privacy": "public"}))
    assert found is not None

    seen = after(found)

    assert {key: PARTS[key] for key in ("media", "metadata", "playlists")} == seen.applied
    assert "changed on YouTube" == seen.reason


@pytest.mark.parametrize("state", ["missing", "blocked"])
def test_a_lost_video_waits_for_a_person(state):
    """It lacks nothing, and has failed all the same; nothing else does that."""
    found = drift(Seen(state, "YouTube says so"))
    assert found is not None
    assert found.needs_person

    seen = after(found)

    assert was_lost(seen)
    assert not was_lost(FACT)
    assert not was_lost(replace(seen, wanted={**PARTS, "metadata": "m2"}))
    assert seen.reason.startswith("YouTube says so; ")


def test_a_platform_that_gives_no_reason_is_named():
    """A hold always says why."""
    found = drift(Seen("missing"))
    assert found is not None

    assert "the video is on YouTube no more" == found.reason


def test_a_deleted_video_says_how_it_is_let_go():
    """And the recording for which."""
    found = drift(Seen("missing", "gone"))
    assert found is not None

    assert "0a1b2c3d4e5f write `withdraw: true`" in way_out(found)


def test_what_stands_again_is_as_it_was():
    """With what was changed meanwhile."""
    lost = drift(Seen("missing", "gone"))
    assert lost is not None
    before = after(lost)

    found = drift(Seen("standing", parts={**GIVEN, "privacy": "public"}), before)
    assert found is not None

    assert "back" == found.state
    assert ("applied", False) == ((seen := after(found, before)).state, seen.needs_person)
    assert "privacy" not in seen.applied


def test_a_hold_is_news_once():
    """Until the ledger has its reason."""
    found = drift(Seen("missing", "gone"))
    assert found is not None
    lost = after(found)
    held = Held("acme", ID, "Lecture", Stage.PUBLISH, lost.reason, preset="tube")

    def first(known: PublicationFact) -> bool:
        (only,) = waiting([found], [held], {"acme": actual(known)})
        return only.is_new

    assert (True, False) == (first(FACT), first(lost))
