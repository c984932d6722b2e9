"""The latest fact about each stage and publication, however often it is written."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leap.domain.ledger import Lease, Ledger
from leap.domain.ports import Receipt
from leap.domain.snapshot import PublicationFact, StageFact
from leap.domain.stage import Stage
from leap.errors import LeaseLost

THEN = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
RECEIPT = Receipt("site", "video-1", "https://example.org/1", {"media": "m", "metadata": "a"})


@pytest.fixture
def lease(ledger):
    with ledger.lease("acme", "r/trim", wait=0) as held:
        yield held


def stage(ledger) -> StageFact:
    found = ledger.snapshot("acme").fact("r", Stage.TRIM, "k")
    assert found == ledger.stage("acme", "r", Stage.TRIM, "k")
    return found


def publication(ledger) -> PublicationFact:
    found = ledger.snapshot("acme").publication("r", "site")
    assert found == ledger.publication("acme", "r", "site")
    return found


def done(ledger, **changes):
    values = {"seconds": 2.5, "facts": {"duration": 60.0}, **changes}
    ledger.stage_done("acme", "r", Stage.TRIM, "k", **values)


def failed(ledger, **changes):
    values = {"reason": "the file is truncated", "permanent": True, **changes}
    ledger.stage_failed("acme", "r", Stage.TRIM, "k", **values)


def test_it_is_the_ledger_that_the_inside_asks_for(ledger):
    """Every method of the port is there."""
    missing = [name for name in vars(Ledger) if name[0] != "_" and not hasattr(ledger, name)]

    assert missing == []


def test_a_stage_runs_and_is_done(ledger, lease):
    """Each fact replaces the one before, and has its own beginning."""
    ledger.stage_started("acme", "r", Stage.TRIM, "k", lease)
    running = stage(ledger)
    done(ledger)
    finished = stage(ledger)

    assert (running.state, running.seconds, running.facts) == ("running", None, {})
    assert finished == StageFact(
        Stage.TRIM, "k", "done", finished.since, seconds=2.5, facts={"duration": 60.0}
    )
    assert finished.since > running.since


@pytest.mark.parametrize("write", [done, failed])
def test_the_same_fact_again_keeps_its_beginning(ledger, write):
    """A repetition, as after a lost answer, changes nothing."""
    write(ledger)
    first = stage(ledger)
    write(ledger)

    assert stage(ledger) == first


def test_a_rebuilt_fact_is_as_old_as_its_manifest(ledger):
    """`at` is when it came about, not when it was indexed."""
    done(ledger)
    done(ledger, at=THEN)

    assert stage(ledger).since == THEN


def test_a_failure_says_why_and_whether_for_good(ledger):
    """What stands in the reason is kept as it is, as far as PostgreSQL can hold it."""
    failed(ledger, reason="moov\0atom 🎬", permanent=False, at=THEN)

    assert stage(ledger) == StageFact(
        Stage.TRIM, "k", "failed", THEN, reason="moov\ufffdatom 🎬", permanent=False
    )


def test_a_failure_may_wait_for_a_time_or_a_person(ledger):
    """Both come back as they were said, and a repetition keeps the failure's beginning."""
    for _ in range(2):
        failed(ledger, permanent=False, until=THEN, at=None)
    waiting = stage(ledger)
    failed(ledger, permanent=False, until=THEN, needs_person=True)
    held = stage(ledger)

    assert (waiting.until, waiting.needs_person) == (THEN, False)
    assert (held.until, held.needs_person) == (THEN, True)
    assert held.since > waiting.since


def test_who_goes_on_waits_no_more(ledger, lease):
    """What a stage or a publication waited for goes with its failure."""
    failed(ledger, permanent=False, until=THEN, needs_person=True)
    ledger.stage_started("acme", "r", Stage.TRIM, "k", lease)
    not_published(ledger, until=THEN, needs_person=True)
    waiting = publication(ledger)
    ledger.publication_intended("acme", "r", "site", "site", {"media": "m"}, lease)

    assert (stage(ledger).until, stage(ledger).needs_person) == (None, False)
    assert (waiting.until, waiting.needs_person) == (THEN, True)
    for go_on in (
        lambda: ledger.publication_intended("acme", "r", "site", "site", {"media": "m"}, lease),
        lambda: ledger.publication_applied("acme", "r", "site", RECEIPT, 1),
        lambda: ledger.publication_unmanaged("acme", "r", "site"),
    ):
        not_published(ledger, until=THEN, needs_person=True)
        go_on()
        assert (publication(ledger).until, publication(ledger).needs_person) == (None, False)


def not_published(ledger, **changes):
    values = {"wanted": {"media": "m"}, "reason": "later", "permanent": False, **changes}
    ledger.publication_failed("acme", "r", "site", "site", **values)


def test_a_late_failure_does_not_hide_a_manifest(ledger, lease):
    """A runner that lost its lease may still report; what another finished stands."""
    done(ledger)
    failed(ledger)
    assert stage(ledger).state == "done"

    ledger.stage_started("acme", "r", Stage.TRIM, "k", lease)
    failed(ledger)
    assert stage(ledger).state == "failed"


def test_each_key_has_its_own_fact(ledger):
    """Results of former settings stay known."""
    done(ledger)
    ledger.stage_failed("acme", "r", Stage.TRIM, "other", reason="no", permanent=True)

    facts = ledger.snapshot("acme").stages["r"]
    assert [(fact.key, fact.state) for fact in facts] == [("k", "done"), ("other", "failed")]


def test_a_publication_is_intended_and_applied(ledger, lease):
    """The platform's answer joins what was wanted."""
    ledger.publication_intended("acme", "r", "site", "site", {"media": "m"}, lease)
    intended = publication(ledger)
    ledger.publication_applied("acme", "r", "site", RECEIPT, 1)
    applied = publication(ledger)

    assert (intended.state, intended.wanted, intended.applied) == ("intended", {"media": "m"}, {})
    assert applied == PublicationFact(
        preset="site",
        platform="site",
        state="applied",
        since=applied.since,
        external_id="video-1",
        url="https://example.org/1",
        applied={"media": "m", "metadata": "a"},
        wanted={"media": "m"},
        receipts=1,
    )


def test_what_is_applied_stays_known_when_a_refresh_fails(ledger, lease):
    """The published video is still there, with its old metadata."""
    ledger.publication_applied("acme", "r", "site", RECEIPT, 1)
    ledger.publication_intended("acme", "r", "site", "site", {"media": "n"}, lease)
    ledger.publication_failed(
        *("acme", "r", "site", "site"), wanted={"media": "n"}, reason="refused", permanent=True
    )

    found = publication(ledger)
    assert (found.state, found.reason, found.permanent) == ("failed", "refused", True)
    assert (found.external_id, found.applied, found.wanted, found.receipts) == (
        "video-1",
        {"media": "m", "metadata": "a"},
        {"media": "n"},
        1,
    )


def test_an_older_receipt_changes_nothing(ledger):
    """Receipts are numbered; a rebuild may read them in any order."""
    newer = Receipt("site", "video-1", "https://example.org/1", {"media": "n"})
    ledger.publication_applied("acme", "r", "site", newer, 2, at=THEN)
    ledger.publication_applied("acme", "r", "site", RECEIPT, 1)
    ledger.publication_applied("acme", "r", "site", newer, 2)

    found = publication(ledger)
    assert (found.applied, found.receipts, found.since) == ({"media": "n"}, 2, THEN)


def test_an_unmanaged_publication_keeps_its_address(ledger):
    """Nothing declares it any more, and people still watch it."""
    ledger.publication_applied("acme", "r", "site", RECEIPT, 1)
    ledger.publication_unmanaged("acme", "r", "site")
    first = publication(ledger)
    ledger.publication_unmanaged("acme", "r", "site")

    assert (first.state, first.url) == ("unmanaged", "https://example.org/1")
    assert publication(ledger) == first


def test_a_withdrawn_publication_keeps_its_name_alone(ledger, lease):
    """Nothing is there any more; published again, it may have the same place."""
    ledger.publication_applied("acme", "r", "site", RECEIPT, 1)
    ledger.publication_intended("acme", "r", "site", "site", {}, lease)
    gone = Receipt("site", "video-1", "", {}, {"withdrawn": True})
    ledger.publication_withdrawn("acme", "r", "site", gone, 2, at=THEN)
    first = publication(ledger)
    ledger.publication_withdrawn("acme", "r", "site", gone, 2, at=THEN)
    ledger.publication_applied("acme", "r", "site", RECEIPT, 1)

    assert first == PublicationFact(
        "site", "site", "withdrawn", THEN, external_id="video-1", receipts=2
    )
    assert publication(ledger) == first


def test_what_was_never_published_cannot_become_unmanaged(ledger):
    """There is nothing to say about it."""
    ledger.publication_unmanaged("acme", "r", "site")

    assert ledger.publication("acme", "r", "site") is None


def test_work_without_a_valid_lease_is_refused(ledger):
    """Neither a stage nor a publication begins under a fence that is gone."""
    with ledger.lease("acme", "r/trim", wait=0) as lease:
        ledger.require("acme", lease)
    foreign = Lease("r/trim", "somebody", 12345)

    for old in (lease, foreign):
        with pytest.raises(LeaseLost, match="r/trim of acme"):
            ledger.stage_started("acme", "r", Stage.TRIM, "k", old)
        with pytest.raises(LeaseLost):
            ledger.publication_intended("acme", "r", "site", "site", {}, old)
        with pytest.raises(LeaseLost):
            ledger.require("acme", old)
    assert ledger.snapshot("acme").stages == {}
    assert ledger.snapshot("acme").publications == {}


def test_events_are_told_newest_first(ledger):
    """Of a whole tenant, or of one recording; with what belongs to them as data."""
    ledger.event("acme", None, "run", "began", commit="abc")
    ledger.event("acme", "r", "admitted", "Лекция\0 1", template="ml")
    ledger.event("acme", "s", "admitted", "s")

    assert [event.message for event in ledger.events("acme")] == ["s", "Лекция\ufffd 1", "began"]
    assert [event.message for event in ledger.events("acme", limit=1)] == ["s"]
    (event,) = ledger.events("acme", "r")
    assert (event.kind, event.recording, event.data) == ("admitted", "r", {"template": "ml"})


def test_a_run_begins_and_ends(ledger):
    """What never finished shows as such, and the first word on an end counts."""
    killed = ledger.run_started("acme")
    run = ledger.run_started("acme", "0f3c")
    ledger.run_finished("acme", run, "ok")
    ledger.run_finished("acme", run, "late")

    found = {
        one.id: (one.commit, one.outcome, one.finished_at is None) for one in ledger.runs("acme")
    }
    assert found == {run: ("0f3c", "ok", False), killed: (None, None, True)}
