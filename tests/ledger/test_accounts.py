"""Accounts at vendors: renewed once at a time, stored once, left alone when asked to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from leap.domain.accounts import CredentialState, Deferral
from leap.domain.ledger import Lease
from leap.domain.snapshot import Skip
from leap.errors import LeaseLost

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
IN_90_DAYS = NOW + timedelta(days=90)
SCOPE = "credential/zoom-main"


@pytest.fixture
def intend(ledger):
    """Say that the credential is about to be renewed, under its lease."""

    def make(renewing="print-0"):
        with ledger.lease("acme", SCOPE, wait=0) as lease:
            ledger.renewal_intended("acme", "zoom-main", renewing, lease)

    return make


def store(ledger, **changes):
    values = {
        "seed": "print",
        "generation": 1,
        "fields": ["access_token", "refresh_token"],
        "sealed": b"age\0sealed",
        "expires_at": IN_90_DAYS,
    }
    ledger.store_credential("acme", "zoom-main", **values | changes)


def test_a_credential_that_no_run_has_used_is_unknown(ledger):
    """What stands in the tenant's file is all there is."""
    assert ledger.credential("acme", "zoom-main") is None
    assert ledger.credentials("acme") == {}


def test_what_was_renewed_comes_back_as_it_was_stored(ledger, intend):
    """With when that was; the intent has ended."""
    intend()
    store(ledger)

    found = ledger.credential("acme", "zoom-main")
    assert found == CredentialState(
        account="zoom-main",
        seed="print",
        generation=1,
        fields=("access_token", "refresh_token"),
        sealed=b"age\0sealed",
        expires_at=IN_90_DAYS,
        renewed_at=found.renewed_at,
    )
    assert found.renewed_at is not None
    assert ledger.credentials("acme") == {"zoom-main": found}


def test_the_same_generation_again_changes_nothing(ledger, intend):
    """A commit whose answer got lost is repeated."""
    intend()
    store(ledger)
    first = ledger.credential("acme", "zoom-main")
    store(ledger)

    assert ledger.credential("acme", "zoom-main") == first


@pytest.mark.parametrize("generation", [1, 3])
def test_a_generation_is_given_once_and_in_order(ledger, intend, generation):
    """A runner that slept while another renewed cannot put its tokens over the newer ones."""
    intend()
    store(ledger)
    first = ledger.credential("acme", "zoom-main")

    with pytest.raises(LeaseLost, match="another runner has renewed the credential zoom-main"):
        store(ledger, generation=generation, sealed=b"of another")

    assert ledger.credential("acme", "zoom-main") == first


def test_nothing_is_stored_that_was_not_intended(ledger):
    """The intent proves that the ledger can be written, before the vendor is asked."""
    with pytest.raises(LeaseLost):
        store(ledger)

    assert ledger.credential("acme", "zoom-main") is None


def test_an_intent_needs_the_lease(ledger):
    """Two runners never send the same tokens."""
    with pytest.raises(LeaseLost):
        ledger.renewal_intended("acme", "zoom-main", "print", Lease(SCOPE, "somebody", 12345))

    assert ledger.credential("acme", "zoom-main") is None


def test_an_intent_that_nobody_ended_keeps_its_time(ledger, intend):
    """The answer to the first one may be lost; other tokens are another intent."""
    intend("one")
    first = ledger.credential("acme", "zoom-main")
    intend("one")
    again = ledger.credential("acme", "zoom-main")
    intend("two")
    other = ledger.credential("acme", "zoom-main")

    assert (first.renewing, again) == ("one", first)
    assert (other.renewing, other.renewing_at > first.renewing_at) == ("two", True)


def test_a_refused_renewal_takes_its_own_intent_back(ledger, intend):
    """And no other."""
    intend("one")
    ledger.renewal_refused("acme", "zoom-main", "other")
    kept = ledger.credential("acme", "zoom-main")
    ledger.renewal_refused("acme", "zoom-main", "one")
    ended = ledger.credential("acme", "zoom-main")

    assert (kept.renewing, ended.renewing, ended.renewing_at) == ("one", None, None)


def test_a_use_is_noted_and_nothing_else(ledger, intend, direct):
    """To ten minutes: the processes of one run do not write it again and again."""
    ledger.credential_used("acme", "zoom-main")
    first = ledger.credential("acme", "zoom-main")
    intend()
    store(ledger)
    stored = ledger.credential("acme", "zoom-main")
    ledger.credential_used("acme", "zoom-main", stored.expires_at)
    again = ledger.credential("acme", "zoom-main")
    direct().execute("UPDATE leap.credentials SET used_at = used_at - interval '11 minutes'")
    ledger.credential_used("acme", "zoom-main", stored.expires_at)
    later = ledger.credential("acme", "zoom-main")

    assert first == CredentialState("zoom-main", used_at=first.used_at)
    assert again == stored
    assert stored.used_at == first.used_at
    assert later == replace(stored, used_at=later.used_at)
    assert later.used_at > first.used_at


def test_when_a_credential_ends_is_noted_with_its_use(ledger):
    """A login of somebody else's has another end, or none that is known; that holds at once."""
    ends = datetime(2026, 11, 29, 12, tzinfo=UTC)
    ledger.credential_used("acme", "youtube-main", ends)
    first = ledger.credential("acme", "youtube-main")
    ledger.credential_used("acme", "youtube-main", ends + timedelta(days=180))
    second = ledger.credential("acme", "youtube-main")
    ledger.credential_used("acme", "youtube-main")
    third = ledger.credential("acme", "youtube-main")

    found = [each.expires_at for each in (first, second, third)]
    assert [ends, ends + timedelta(days=180), None] == found


def test_an_account_is_left_alone_until_its_time(ledger):
    """The database's clock says when that is over; the last word counts."""
    now = datetime.now(UTC)
    ledger.defer("acme", "past", now - timedelta(hours=1), "the daily limit is reached")
    ledger.defer("acme", "zoom-main", now + timedelta(hours=1), "too many requests")
    ledger.defer("acme", "zoom-main", now + timedelta(hours=2), "the daily\0 limit is reached")
    until = now + timedelta(hours=2)

    assert ledger.deferrals("acme") == {
        "zoom-main": Deferral(until, "the daily\ufffd limit is reached")
    }
    assert ledger.deferrals("globex") == {}


def test_recordings_are_told_by_when_they_started(ledger, recording):
    """From a moment on, oldest first, whatever became of them."""
    old, skipped, late = (
        recording("old.mp4", started_at=NOW - timedelta(seconds=1)),
        recording("skipped.mp4", started_at=NOW, skip=Skip.BLANK, wanted=None),
        recording("late.mp4", started_at=NOW + timedelta(days=1), listed=False),
    )
    ledger.admit("acme", [late, old, skipped], {})

    assert ledger.started("acme", NOW) == [skipped, late]
    assert ledger.started("globex", NOW) == []
