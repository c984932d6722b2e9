"""What a publication needs of a platform's day is taken at once, and what is left goes back."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from leap.domain.quotas import Bucket
from leap.errors import DeferUntil
from leap.ledger import PostgresLedger, open_ledger
from leap.tasks.quotas import LedgerQuotas

LIMITS = {
    "uploads": Bucket("uploads", 10, 5, "America/Los_Angeles"),
    "units": Bucket("units", 1000, 300, "America/Los_Angeles"),
}


@dataclass
class Watch:
    """A clock that a test sets."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        return self.at


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresLedger]:
    with open_ledger("embedded", tmp_path_factory.mktemp("state"), migrate=True) as found:
        yield found


@dataclass
class Account:
    """An account of a tenant that nobody else uses, with an app of its own."""

    ledger: PostgresLedger
    tenant: str = field(default_factory=lambda: f"t{uuid.uuid4().hex[:10]}")
    watch: Watch = field(default_factory=Watch)

    def publishing(self, *, refreshing: bool = False, **reserve: int) -> LedgerQuotas:
        return LedgerQuotas(
            *(self.ledger, self.watch, self.tenant, "main", "youtube", LIMITS, reserve),
            refreshing=refreshing,
        )

    @property
    def used(self) -> Mapping[str, int]:
        days = self.ledger.app_days(self.tenant, "America/Los_Angeles")
        return days[0].used if days else {}


@pytest.fixture
def account(ledger: PostgresLedger) -> Account:
    return Account(ledger)


def app(account: Account) -> str:
    return f"{account.tenant}.apps.googleusercontent.com"


def test_everything_is_taken_with_the_first_call(account: Account) -> None:
    """And spent from there; more than was reserved is taken when it comes."""
    quotas = account.publishing(uploads=1, units=500)

    quotas.spend(app(account), "uploads", 1)
    assert {"uploads": 1, "units": 500} == account.used
    for _ in range(3):
        quotas.spend(app(account), "units", 200)
    assert {"uploads": 1, "units": 600} == account.used


def test_what_was_not_needed_goes_back(account: Account) -> None:
    """Once: closing twice gives nothing back twice."""
    quotas = account.publishing(uploads=1, units=500)
    quotas.spend(app(account), "units", 120)

    quotas.close()
    quotas.close()

    assert {"uploads": 0, "units": 120} == account.used


def test_what_a_killed_runner_has_taken_stays_taken(account: Account) -> None:
    """Nobody knows what of it was used."""
    account.publishing(units=500).spend(app(account), "units", 1)

    again = account.publishing(units=500)
    again.spend(app(account), "units", 1)
    assert {"units": 1000} == account.used
    with pytest.raises(DeferUntil):
        account.publishing(units=500).spend(app(account), "units", 1)


def test_nothing_is_begun_that_the_day_is_too_short_for(account: Account) -> None:
    """Neither is it begun when the next call asks again."""
    account.publishing().spend(app(account), "units", 600)
    quotas = account.publishing(uploads=1, units=500)

    for _ in range(2):
        with pytest.raises(DeferUntil) as raised:
            quotas.spend(app(account), "uploads", 1)

    assert raised.value.for_account
    assert timedelta(0) < raised.value.until - datetime.now(UTC) <= timedelta(hours=25)
    assert "YouTube quota: 600 of 1,000 units of today are used, and this takes 500" == str(
        raised.value
    )
    assert {"units": 600} == account.used


def test_refreshes_that_wait_keep_no_new_publication_back(account: Account) -> None:
    """All refreshes of the account are put off at once, and nothing else."""
    account.publishing(refreshing=True).spend(app(account), "units", 260)

    with pytest.raises(DeferUntil) as raised:
        account.publishing(refreshing=True, units=51).spend(app(account), "units", 50)

    assert not raised.value.for_account
    assert str(raised.value).endswith("; the rest of the day is for new lectures")
    assert ["main/refresh"] == list(account.ledger.deferrals(account.tenant))
    account.publishing(units=700).spend(app(account), "units", 50)


def test_a_day_that_ends_meanwhile_takes_its_rest_along(account: Account) -> None:
    """An upload that lasts past midnight takes the units of its captions off the new day."""
    quotas = account.publishing(units=500)
    quotas.spend(app(account), "units", 100)
    assert {"units": 500} == account.used

    account.watch.at += timedelta(days=2)
    quotas.spend(app(account), "units", 400)

    # Only the clock of this process has moved on: the ledger's day is still the same one.
    assert {"units": 100 + 400} == account.used


def test_what_the_platform_calls_empty_is_empty(account: Account) -> None:
    """What was reserved of it is no longer there to be given back."""
    quotas = account.publishing(units=500)
    quotas.spend(app(account), "units", 100)

    until = quotas.exhausted(app(account), "units")
    quotas.close()

    if until - datetime.now(UTC) > timedelta(minutes=10):  # else the day has just begun
        assert {"units": 1000} == account.used
        with pytest.raises(DeferUntil):
            account.publishing().spend(app(account), "units", 1)


def test_what_nobody_counts_is_free(account: Account) -> None:
    """VK names no such limit."""
    quotas = account.publishing()

    quotas.spend(app(account), "methods", 10**9)
    quotas.spend(app(account), "units", 0)
    quotas.close()

    assert {} == account.used


def test_the_name_of_an_app_is_written_nowhere(account: Account) -> None:
    """The ledger has a digest of it: enough to see that two accounts share it."""
    account.publishing().spend(app(account), "units", 1)

    (day,) = account.ledger.app_days(account.tenant, "America/Los_Angeles")
    assert account.tenant not in day.holder
    assert 64 == len(day.holder)
