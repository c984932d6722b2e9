"""What needs no plan: recordings that nothing was written about since one had nothing to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from leap.domain.ports import Receipt
from leap.domain.snapshot import Only, Other, Settled, Skip, settled_under
from leap.domain.stage import Stage

DECLARED = "d" * 64


@pytest.fixture
def settle(ledger):
    """Admit a recording as a plan does that finds nothing to do for it."""

    def admit(row, declared=DECLARED):
        known = ledger.snapshot("acme").recordings.get(row.id, row)
        token = settled_under(known.changes, declared)
        ledger.admit("acme", [_with(row, token)], {})

    return admit


def _with(row, token):
    return replace(row, mark="1:2", settled=token)


def test_what_a_plan_found_in_sync_is_settled(ledger, recording, settle):
    """It is told by id with what a source needs to recognise it."""
    row = recording()

    settle(row)

    assert [Settled(row.id, "lectures", row.locator, "1:2", True, "ml")] == ledger.settled(
        "acme", DECLARED
    )


def test_a_skipped_recording_is_settled_without_a_template(ledger, recording, settle):
    """It is counted among no template's recordings."""
    settle(recording(skip=Skip.BLANK, wanted=None))

    assert [None] == [each.template for each in ledger.settled("acme", DECLARED)]


def test_another_declaration_settles_nothing(ledger, recording, settle):
    """Whatever was edited, everything is planned again."""
    settle(recording())

    assert [] == ledger.settled("acme", "e" * 64)


def test_a_recording_that_was_only_admitted_is_not_settled(ledger, recording):
    """Nobody has looked yet whether it is in sync."""
    ledger.admit("acme", [recording()], {})

    assert [] == ledger.settled("acme", DECLARED)


def _delete_stage(ledger, id_):
    ledger._connections.run(
        "acme",
        lambda connection: connection.execute(
            "DELETE FROM leap.stages WHERE recording = %s", [id_]
        ),
    )


@pytest.mark.parametrize(
    "write",
    [
        lambda ledger, id_: ledger.stage_done(
            "acme", id_, Stage.TRIM, "1" * 16, seconds=1.0, facts={}
        ),
        lambda ledger, id_: ledger.stage_failed(
            "acme", id_, Stage.TRIM, "1" * 16, reason="no", permanent=True
        ),
        lambda ledger, id_: ledger.publication_applied(
            "acme", id_, "site", Receipt("site", "x", "https://x.example", {}, {}), 1
        ),
        lambda ledger, id_: ledger.publication_failed(
            "acme", id_, "site", "site", wanted={}, reason="no", permanent=False
        ),
        _delete_stage,
    ],
    ids=["done", "failed", "published", "not published", "deleted"],
)
def test_any_fact_that_is_written_unsettles_its_recording_alone(ledger, recording, settle, write):
    """The database counts the writes itself, whoever makes them."""
    one, two = recording("one.mp4"), recording("two.mp4")
    ledger.admit("acme", [one, two], {})
    for row in (one, two):
        ledger.stage_done("acme", row.id, Stage.DOWNLOAD, "0" * 16, seconds=1.0, facts={})
    settle(one)
    settle(two)

    write(ledger, one.id)

    assert [two.id] == [each.id for each in ledger.settled("acme", DECLARED)]


LATER = datetime(2026, 11, 21, tzinfo=UTC)


def _wait_to_trim(ledger, id_, key="1" * 16, **how):
    ledger.stage_failed("acme", id_, Stage.TRIM, key, reason="limit", permanent=False, **how)


def _wait_to_publish(ledger, id_, preset="site", **how):
    ledger.publication_failed(
        "acme", id_, preset, "site", wanted={}, reason="limit", permanent=False, **how
    )


@pytest.mark.parametrize("wait", [_wait_to_trim, _wait_to_publish])
@pytest.mark.parametrize("how", [{"until": LATER}, {"needs_person": True}], ids=str)
def test_what_waits_for_a_time_or_a_person_is_never_settled(ledger, recording, settle, wait, how):
    """Time passes and people act without a word to the ledger, so it is planned each time."""
    row = recording()
    ledger.admit("acme", [row], {})
    wait(ledger, row.id, **how)

    settle(row)

    assert [] == ledger.settled("acme", DECLARED)
    assert [row.id] == list(ledger.snapshot("acme", Only(DECLARED)).recordings)


@pytest.mark.parametrize(
    "wait",
    [
        lambda ledger, id_: _wait_to_trim(ledger, id_, key="2" * 16, until=LATER),
        lambda ledger, id_: _wait_to_publish(ledger, id_, preset="elsewhere", needs_person=True),
    ],
    ids=["another key", "another preset"],
)
def test_what_is_wanted_no_more_keeps_nothing_from_being_settled(ledger, recording, settle, wait):
    """A hold of former settings is history."""
    row = recording()
    ledger.admit("acme", [row], {})
    wait(ledger, row.id)

    settle(row)

    assert [row.id] == [each.id for each in ledger.settled("acme", DECLARED)]


def test_a_judgement_on_old_facts_settles_nothing(ledger, recording):
    """Another runner wrote something between the look and the word."""
    row = recording()
    ledger.admit("acme", [row], {})
    looked = ledger.snapshot("acme").recordings[row.id]

    ledger.stage_done("acme", row.id, Stage.TRIM, "1" * 16, seconds=1.0, facts={})
    ledger.admit("acme", [_with(row, settled_under(looked.changes, DECLARED))], {})

    assert [] == ledger.settled("acme", DECLARED)


def test_a_snapshot_leaves_out_what_is_settled(ledger, recording, settle):
    """Rows and facts of the others are read, and of those that are asked for."""
    quiet, busy, asked, here = (
        recording(name) for name in ("quiet.mp4", "busy.mp4", "asked.mp4", "here.mp4")
    )
    ledger.admit("acme", [quiet, busy, asked, here], {})
    for row in (quiet, busy, asked, here):
        ledger.stage_done("acme", row.id, Stage.TRIM, "1" * 16, seconds=1.0, facts={})
        if row is not busy:
            settle(row)

    found = ledger.snapshot("acme", Only(DECLARED, ids=[asked.id], places=["here.mp4"]))

    assert {busy.id, asked.id, here.id} == set(found.recordings)
    assert {busy.id, asked.id, here.id} == set(found.stages)
    assert () == found.others


def test_a_snapshot_tells_what_newcomers_may_be_confused_with(ledger, recording, settle):
    """The same bytes, and a place where another recording was first seen."""
    original = recording("original.mp4", revision="7" * 64, title="Original")
    moved = recording("old-place.mp4", locator="new-place.mp4", revision="8" * 64, title="Moved")
    apart = recording("apart.mp4", revision="9" * 64)
    for row in (original, moved, apart):
        settle(row)

    found = ledger.snapshot(
        "acme", Only(DECLARED, places=["old-place.mp4"], revisions=["7" * 64, ""])
    )

    assert {} == dict(found.recordings)
    assert {
        Other(original.id, "7" * 64, "Original"),
        Other(moved.id, "8" * 64, "Moved"),
    } == set(found.others)


def test_what_is_published_is_told_by_platform(ledger, recording):
    """Only what stands, with the platform's own name for it."""
    row = recording()
    ledger.admit("acme", [row], {})
    receipt = Receipt("site", "slug", "https://x.example", {"media": "a"}, {})
    ledger.publication_applied("acme", row.id, "site", receipt, 1)
    ledger.publication_failed(
        "acme", row.id, "other", "site", wanted={}, reason="no", permanent=False
    )

    assert [(row.id, "site", "slug")] == ledger.published("acme", "site")
    assert [] == ledger.published("acme", "youtube")
