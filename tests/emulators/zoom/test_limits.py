"""Rate limits of the emulated Zoom: by category and plan, per second and per day."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from emulators.zoom import Limit

ALL = "accounts/me/recordings"


@pytest.fixture
def early():
    """Wait for the beginning of a second, so that a few requests fall into the same."""
    time.sleep(1 - time.time() % 1)


def test_so_many_a_second(zoom, account, ask, early):
    """What is more is refused with headers that tell when to come again."""
    account.limits["medium"] = Limit(3)
    answers = [ask(ALL) for _ in range(4)]
    assert [200, 200, 200, 429] == [each.status_code for each in answers]
    assert ["2", "1", "0", "0"] == [each.headers["x-ratelimit-remaining"] for each in answers]
    refused = answers[-1]
    assert 429 == refused.json()["code"]
    assert "maximum per-second rate limit" in refused.json()["message"]
    assert ("Medium", "QPS", "3") == tuple(
        refused.headers[f"x-ratelimit-{name}"] for name in ("category", "type", "limit")
    )
    wait = int(refused.headers["x-ratelimit-reset"]) - time.time()
    assert wait <= 1
    time.sleep(max(0, wait))
    assert 200 == ask(ALL).status_code


def test_categories_are_counted_apart(account, ask, early):
    """Lists are medium, one meeting is light."""
    account.limits["medium"] = Limit(1)
    assert [200, 429, 404] == [
        ask(path).status_code for path in (ALL, "users", "meetings/1/recordings")
    ]


def test_so_many_a_day(zoom, account, ask):
    """A daily limit names the time of its end in ISO 8601, and ends then."""
    account.limits["medium"] = Limit(None, 2000)
    zoom.api.limits.spend(account, "medium", 1999)
    assert 200 == ask(ALL).status_code
    refused = ask(ALL)
    assert (429, "2026-11-23T00:00:00Z", "Daily-limit") == (
        refused.status_code,
        refused.headers["retry-after"],
        refused.headers["x-ratelimit-type"],
    )
    assert "maximum daily rate limit" in refused.json()["message"]
    zoom.clock.forward(timedelta(hours=15))
    assert 200 == ask(ALL).status_code


def test_headers_may_be_missing(zoom, account, ask, early):
    """The newest documents do not promise them."""
    zoom.api.limits.told = False
    account.limits["medium"] = Limit(1)
    answers = [ask(ALL) for _ in range(2)]
    assert [200, 429] == [each.status_code for each in answers]
    assert not [name for each in answers for name in each.headers if "ratelimit" in name]


@pytest.mark.parametrize(
    "plan, medium",
    [("free", Limit(2, 2000)), ("pro", Limit(20)), ("business", Limit(60)), ("unlimited", None)],
)
def test_plans_differ(zoom, plan, medium):
    """The larger the plan, the more it may ask."""
    assert medium == zoom.account(plan=plan).limits.get("medium")


def test_one_account_does_not_slow_another(zoom, account, ask, early):
    """Limits belong to accounts."""
    account.limits["medium"] = Limit(1)
    stranger = zoom.account()
    assert [200, 429] == [ask(ALL).status_code for _ in range(2)]
    assert 200 == ask(ALL, app=stranger.app).status_code
