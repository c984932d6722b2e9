"""One call: sent until its outcome is good, but never longer or more often than it may."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from emulators.messages import redirect

from leap import __version__
from leap.errors import DeferUntil, NeedsHuman, ProviderError, RetrySoon
from leap.providers.http import (
    AnswerLost,
    Pace,
    Timer,
    call,
    call_json,
    client,
    outcome_of_status,
)

FINE = {"you": "/v2/users"}


def ask(http, server, still, method="GET", outcome=outcome_of_status, **how):
    """Call ``/v2/users`` of ``server`` in a time that stands still."""
    request = http.build_request(method, f"{server.url}/v2/users")
    return call_json(http, request, outcome=outcome, timer=still.timer, **how)


def test_a_good_answer_is_returned_at_once(http, server, still):
    """One request, no wait, and the answer can be read."""
    assert ask(http, server, still) == FINE
    assert len(server.journal) == 1
    assert still.slept == []


def test_requests_say_who_asks(http, server, still):
    """The user agent names LEAP and its version."""
    ask(http, server, still)
    assert f"leap/{__version__}" == server.journal.of()[0].request.headers["user-agent"]


def test_what_may_work_soon_is_tried_again_with_growing_waits(http, server, still):
    """Three failures and the fourth attempt succeeds; each wait may be twice the last."""
    server.fault("GET /v2/users", status=503, times=3)
    assert ask(http, server, still) == FINE
    first, second, third = still.slept
    assert 0.25 <= first <= 0.5 <= second <= 1 <= third <= 2


def test_attempts_are_counted(http, server, still):
    """After the last attempt the outcome is raised, and nothing else was sent."""
    server.fault("GET /v2/users", status=503, times=None)
    with pytest.raises(RetrySoon, match=r"127\.0\.0\.1 answered 503 Service Unavailable"):
        ask(http, server, still, attempts=3)
    assert len(server.journal) == 3


def test_a_client_retries_nothing_by_itself(http, server):
    """Whoever sends without `call` sees every broken connection."""
    server.fault("GET /v2/users", drop=True, times=None)
    with pytest.raises(Exception, match="disconnected"):
        http.get(f"{server.url}/v2/users")
    assert len(server.journal) == 1


@pytest.mark.parametrize("fault", [{"drop": True}, {"lost": True}, {"cut": 5}, {"stall": 5}])
def test_a_broken_connection_is_tried_again(http, server, still, fault):
    """Dropped, unanswered, cut or stalled: reading twice is harmless."""
    server.fault("GET /v2/users", **fault)
    assert ask(http, server, still) == FINE
    assert len(server.journal) == 2


def test_a_refused_connection_is_tried_again_and_named(http, still):
    """Nobody listens: the cause and the place are in the message."""
    request = http.build_request("GET", "http://127.0.0.1:9/v2/users?token=secret")
    with pytest.raises(RetrySoon) as raised:
        call(http, request, outcome=outcome_of_status, timer=still.timer)
    expected = "Zoom: no connection: Connection refused (GET http://127.0.0.1:9/v2/users)"
    assert expected == str(raised.value)
    assert len(still.slept) == 3


@pytest.mark.parametrize("after", ["7", "7.0"])
def test_a_server_is_given_the_time_it_asks_for(http, server, still, after):
    """The wait is what Retry-After says, and a little more."""
    server.fault("GET /v2/users", status=429, headers={"Retry-After": after})
    ask(http, server, still)
    assert [pytest.approx(7.03, abs=0.03)] == still.slept


def test_a_date_to_wait_for_is_waited_for(http, server, still):
    """The ISO 8601 date of Zoom works like seconds."""
    soon = datetime.now(UTC) + timedelta(seconds=20)
    server.fault("GET /v2/users", status=429, headers={"Retry-After": soon.isoformat()})
    ask(http, server, still)
    assert [pytest.approx(20, abs=1)] == still.slept


def test_a_wait_behind_the_deadline_is_put_off_instead(http, server, still):
    """Nobody sleeps for an hour in a call: it says until when it is to be left alone."""
    server.fault("GET /v2/users", status=429, headers={"Retry-After": "3600"})
    pace = Pace(1000, timer=still.timer)
    with pytest.raises(DeferUntil) as raised:
        ask(http, server, still, pace=pace)
    in_an_hour = datetime.now(UTC) + timedelta(hours=1)
    assert abs(raised.value.until - in_an_hour) < timedelta(seconds=30)
    assert still.slept == []
    assert pace.wait() < 1, "others must not be held for an hour"


def test_the_deadline_ends_all_attempts(http, server, still):
    """No attempt begins, and no wait either, that would end after the deadline."""
    server.fault("GET /v2/users", status=503, times=None)
    with pytest.raises(RetrySoon):
        ask(http, server, still, attempts=100, deadline=10)
    assert sum(still.slept) < 10
    assert 4 < len(server.journal) < 12


@pytest.mark.parametrize("problem", [ProviderError("no"), NeedsHuman("log in")])
def test_every_other_outcome_is_raised_at_once(http, server, still, problem):
    """What does not become better by waiting is not tried again."""
    with pytest.raises(type(problem)) as raised:
        ask(http, server, still, outcome=lambda _: problem)
    assert raised.value is problem
    assert len(server.journal) == 1


def test_an_outcome_may_raise(http, server, still):
    """A vendor's judgement raises as well as it returns."""

    def judged(_):
        raise RetrySoon("busy")

    with pytest.raises(RetrySoon, match="busy"):
        ask(http, server, still, outcome=judged, attempts=2)
    assert len(server.journal) == 2


@pytest.mark.parametrize(
    "status, expected",
    [
        *[(400, ProviderError), (401, NeedsHuman), (403, NeedsHuman), (404, ProviderError)],
        *[(408, RetrySoon), (429, RetrySoon), (500, RetrySoon), (502, RetrySoon), (599, RetrySoon)],
    ],
)
def test_what_a_status_means_in_general(http, server, still, status, expected):
    """A vendor that knows no better may go by the status."""
    server.fault("GET /v2/users", status=status, times=None)
    with pytest.raises(ProviderError, match=str(status)) as raised:
        ask(http, server, still, attempts=1)
    assert expected is type(raised.value)


# ── what must not happen twice ─────────────────────────────────────────────


def test_a_post_whose_answer_was_lost_is_not_sent_again(http, server, still):
    """It may have taken effect: the caller has to look."""
    server.fault("POST /v2/users", lost=True)
    with pytest.raises(AnswerLost, match="whether it took effect is not known"):
        ask(http, server, still, "POST")
    assert len(server.journal) == 1


def test_a_post_whose_answer_is_garbled_is_not_sent_again(http, server, still):
    """It surely took effect, and what it said cannot be read."""
    server.fault("POST /v2/users", status=200, content=b'{"refresh_token": "ey')
    with pytest.raises(AnswerLost):
        ask(http, server, still, "POST")
    assert len(server.journal) == 1


@pytest.mark.parametrize("fault", [{"lost": True}, {"status": 200, "content": b'{"a'}])
def test_a_post_that_is_harmless_twice_is_sent_again(http, server, still, fault):
    """Whoever knows says so."""
    server.fault("POST /v2/users", **fault)
    assert ask(http, server, still, "POST", repeatable=True) == FINE
    assert len(server.journal) == 2


def test_a_post_that_was_refused_is_sent_again(http, server, still):
    """A server that answered 503 did nothing: no doubt is left."""
    server.fault("POST /v2/users", status=503)
    assert ask(http, server, still, "POST") == FINE


def test_a_post_that_never_left_is_tried_again(http, still):
    """Without a connection nothing can have happened."""
    request = http.build_request("POST", "http://127.0.0.1:9/")
    with pytest.raises(RetrySoon):
        call(http, request, outcome=outcome_of_status, timer=still.timer)
    assert len(still.slept) == 3


# ── pace ───────────────────────────────────────────────────────────────────


def test_every_attempt_waits_for_its_turn(http, server, still):
    """Retries count as much as first attempts, and waiting for a turn is not the deadline's."""
    server.fault("GET /v2/users", status=503, times=2)
    pace = Pace(0.01, timer=still.timer)
    pace.wait()
    assert ask(http, server, still, pace=pace, deadline=20) == FINE
    assert still.at >= 1300


def test_a_pause_that_a_server_asks_for_holds_all(http, server, still):
    """Who asks while one call sleeps has to wait as well."""
    pace, held = Pace(1000, timer=Timer(lambda: still.at, lambda _: None)), []

    def sleep(seconds: float) -> None:
        held.append(pace.wait())
        still.sleep(seconds)

    server.fault("GET /v2/users", status=429, headers={"Retry-After": "30"})
    request = http.build_request("GET", f"{server.url}/v2/users")
    timer = Timer(lambda: still.at, sleep)
    call(http, request, outcome=outcome_of_status, pace=pace, timer=timer)
    assert [pytest.approx(30, abs=0.1)] == held


# ── redirects and cookies ──────────────────────────────────────────────────


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_an_api_call_follows_no_redirect(http, server, still, status):
    """The credential stays where it belongs, and the message says what to correct."""
    where = f"{server.url}/elsewhere?signature=secret"
    server.fault("GET /v2/users", then=lambda *_: redirect(where, status))
    with pytest.raises(ProviderError, match="redirects, which is not followed") as raised:
        ask(http, server, still)
    assert "secret" not in str(raised.value)
    assert len(server.journal) == 1


def test_an_answer_that_is_no_json_is_not_sent_on_either(http, server, still):
    """The rule is the same where the body does not matter."""
    server.fault("DELETE /v2/users", then=lambda *_: redirect("/elsewhere"))
    request = http.build_request("DELETE", f"{server.url}/v2/users")
    with pytest.raises(ProviderError, match="redirects, which is not followed"):
        call(http, request, outcome=outcome_of_status, timer=still.timer)


def test_a_vendor_may_expect_a_redirect(http, server, still):
    """What `outcome` recognises is its own business."""
    server.fault("GET /v2/users", then=lambda *_: redirect("/elsewhere"))
    with pytest.raises(NeedsHuman, match="moved"):
        ask(http, server, still, outcome=lambda _: NeedsHuman("moved"))


def test_no_cookie_is_kept(http, server, still):
    """One account's session never meets another's."""
    server.fault("GET /v2/users", headers={"Set-Cookie": "session=1; Path=/"})
    ask(http, server, still)
    ask(http, server, still)
    assert "cookie" not in server.journal.of()[1].request.headers


def test_waits_are_real_by_default(http, server):
    """Without a timer of its own a call sleeps."""
    server.fault("GET /v2/users", status=503)
    began = time.monotonic()
    with client("Zoom", allow_insecure=True) as other:
        request = other.build_request("GET", f"{server.url}/v2/users")
        assert call_json(other, request, outcome=outcome_of_status) == FINE
    assert time.monotonic() - began >= 0.25
