"""Everything an account has recorded is found once, whatever happens on the way."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from emulators.bodies import Bytes
from emulators.zoom import Limit, video

from leap.errors import DeferUntil, NeedsHuman, ProviderError

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
DAY = datetime(2026, 11, 3, 9, tzinfo=UTC)
ALL = "GET /v2/accounts/me/recordings"
USERS = "GET /v2/users/*/recordings"


def topics(listing):
    return sorted(each.title for each in listing.observed)


# ── windows and pages ──────────────────────────────────────────────────────


def test_a_recording_is_told_as_zoom_tells_it(zoom, listed):
    """A uuid is one of a kind all over the world, so it is all of the identity."""
    meeting = zoom.meeting(topic="Trees", start=DAY, minutes=90, files=[5000])

    listing = listed()

    (seen,) = listing.observed
    assert ("lectures", "zoom", "", meeting.uuid, meeting.uuid) == (
        seen.source,
        seen.source_kind,
        seen.account,
        seen.external_id,
        seen.locator,
    )
    assert (f"{meeting.files[0].id}:5000", 5000, 5400.0) == (
        seen.revision,
        seen.size,
        seen.duration,
    )
    assert ("Trees", DAY, None, "") == (seen.title, seen.started_at, seen.settled_at, seen.waits)
    assert listing.complete
    assert () == listing.problems + listing.notes


def test_every_month_is_asked_for_on_its_own(zoom, listed):
    """Zoom refuses more; a recording on each side of midnight is in one of them."""
    starts = [
        datetime(2026, 8, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2026, 9, 1, tzinfo=UTC),
        datetime(2026, 9, 30, 23, 59, 59, tzinfo=UTC),
        datetime(2026, 10, 1, tzinfo=UTC),
        NOW - timedelta(minutes=1),
    ]
    for index, start in enumerate(starts):
        zoom.meeting(topic=f"{index}", start=start)

    listing = listed(since=date(2026, 8, 31))

    assert ["0", "1", "2", "3", "4"] == topics(listing)
    assert ["2026-11-01", "2026-10-01", "2026-09-01", "2026-08-31"] == [
        each.request.query["from"] for each in zoom.journal.of(ALL)
    ]


def test_what_is_older_is_never_looked_at(zoom, listed):
    """The day in ``since`` counts, the day before does not."""
    zoom.meeting(topic="old", start=datetime(2026, 11, 2, 23, 59, tzinfo=UTC))
    zoom.meeting(topic="new", start=datetime(2026, 11, 3, 0, 1, tzinfo=UTC))

    assert ["new"] == topics(listed(since=date(2026, 11, 3)))


def test_all_pages_are_read(zoom, listed):
    """Three hundred on each."""
    for number in range(650):
        zoom.meeting(topic=f"{number:03}", start=DAY + timedelta(minutes=number))

    listing = listed()

    assert [f"{number:03}" for number in range(650)] == topics(listing)
    assert 3 == zoom.journal.count(ALL)


def test_a_recording_that_appears_between_two_pages_makes_no_other_twice(zoom, listed):
    """It pushes one that was seen to the next page; and the list is read again."""
    for number in range(301):
        zoom.meeting(topic=f"{number:03}", start=DAY + timedelta(minutes=number))
    zoom.after(ALL, lambda: zoom.meeting(topic="late", start=NOW))

    listing = listed()

    assert [*(f"{number:03}" for number in range(301)), "late"] == topics(listing)
    assert listing.complete


def test_a_recording_that_disappears_between_two_pages_loses_no_other(zoom, listed):
    """One that was still to come has moved to the page that was read already."""
    meetings = [zoom.meeting(topic=f"{n:03}", start=DAY + timedelta(minutes=n)) for n in range(302)]
    zoom.after(ALL, meetings[-1].disappear)

    assert [f"{number:03}" for number in range(301)] == topics(listed())


def test_a_list_that_never_stands_still_is_said_so(zoom, listed):
    """What was seen is told all the same, and nothing is taken for gone."""
    for number in range(301):
        zoom.meeting(topic="old", start=DAY + timedelta(minutes=number))

    def then(_, answer):
        zoom.meeting(topic="new", start=NOW)
        return answer

    zoom.fault(ALL, times=None, then=then)

    listing = listed()

    assert 301 == topics(listing).count("old")
    assert not listing.complete
    assert ("Zoom's list changes faster than it can be read; the next run looks again",) == (
        listing.problems
    )


def test_page_tokens_that_always_expire_are_said_so(zoom, listed):
    """Nobody waits for ever."""
    for number in range(301):
        zoom.meeting(topic="old", start=DAY + timedelta(minutes=number))
    zoom.oauth.access_lives = timedelta(days=1)

    def then(_, answer):
        zoom.clock.forward(timedelta(minutes=16))
        return answer

    zoom.fault(ALL, times=None, then=then)

    with pytest.raises(ProviderError, match="changes faster than it can be read"):
        listed()
    assert 8 == zoom.journal.count(ALL)


def test_a_page_token_that_expired_lets_the_month_begin_anew(zoom, listed):
    """It lives a quarter of an hour."""
    for number in range(301):
        zoom.meeting(topic=f"{number:03}", start=DAY + timedelta(minutes=number))
    zoom.after(ALL, lambda: zoom.clock.forward(timedelta(minutes=16)))

    listing = listed()

    assert 301 == len(listing.observed)
    assert 4 == zoom.journal.count(ALL)
    assert listing.complete


def test_the_same_page_for_ever_ends(zoom, listed):
    """A server that turns in circles is no reason to do so."""
    zoom.fault(ALL, times=None, status=200, json={"meetings": [], "next_page_token": "again"})

    with pytest.raises(ProviderError, match="the same page for ever"):
        listed()


# ── whose ──────────────────────────────────────────────────────────────────


@pytest.fixture
def hosts(zoom, account):
    """Three people with a recording each; the last has left."""
    ada = zoom.user("ada@example.org")
    grace = zoom.user("grace+zoom@example.org")
    emmy = zoom.user("emmy@example.org", status="inactive")
    for user in (ada, grace, emmy):
        zoom.meeting(topic=user.email.partition("@")[0], start=DAY, host=user)
    return ada, grace, emmy


def test_the_whole_account_is_listed_at_once(zoom, hosts, listed):
    """With one request per month and page, and no need to know the users."""
    assert ["ada", "emmy", "grace+zoom"] == topics(listed())
    assert 0 == zoom.journal.count("GET /v2/users**")


def test_or_user_by_user(zoom, account, hosts, listed):
    """Without the permission to list the account; those who left keep their recordings."""
    account.app.scopes = tuple(each for each in account.app.scopes if "account" not in each)

    assert ["ada", "emmy", "grace+zoom"] == topics(listed(listing="users"))


def test_or_only_some(hosts, listed):
    """By address or by id."""
    ada, grace, _ = hosts

    assert ["ada", "grace+zoom"] == topics(listed(hosts=(ada.id, grace.email)))


def test_a_person_who_logged_in_sees_their_own(zoom, hosts, listed, login):
    """Zoom wants them to say ``me``."""
    ada, *_ = hosts

    assert ["ada"] == topics(listed(vault=login(ada)))
    assert 1 == zoom.journal.count("GET /v2/users/me/recordings")


def test_a_host_who_fails_does_not_stop_the_others(zoom, hosts, listed):
    """Nothing is taken for gone meanwhile."""
    ada, grace, _ = hosts

    listing = listed(hosts=(ada.email, "nobody@example.org", grace.email))

    assert ["ada", "grace+zoom"] == topics(listing)
    assert not listing.complete
    assert ("nobody@example.org: Zoom: User does not exist: nobody@example.org",) == (
        listing.problems
    )


def test_hosts_who_all_fail_are_a_failure(listed):
    """There is nothing to tell."""
    with pytest.raises(ProviderError, match="User does not exist: a@example"):
        listed(hosts=("a@example.org", "b@example.org"))


def test_a_permission_that_everybody_lacks_is_not_asked_for_again_and_again(zoom, account, listed):
    """After three hosts in a row the cause is not theirs."""
    account.app.scopes = ("user:read:user:admin",)
    hosts = tuple(f"{name}@example.org" for name in "abcdefgh")

    with pytest.raises(NeedsHuman, match="cloud_recording:read:list_user_recordings:admin"):
        listed(hosts=hosts)
    assert 3 == zoom.journal.count(USERS)


# ── the trash ──────────────────────────────────────────────────────────────


def test_the_trash_counts_where_it_is_wanted(zoom, account, listed):
    """Zoom lists it per user, and without a range."""
    zoom.meeting(topic="there", start=DAY)
    zoom.meeting(topic="thrown", start=DAY).trashed = NOW
    zoom.meeting(topic="old", start=datetime(2026, 10, 31, tzinfo=UTC)).trashed = NOW

    assert ["there"] == topics(listed())
    assert ["there", "thrown"] == topics(listed(include_trash=True))
    assert ["there", "thrown"] == topics(listed(include_trash=True, hosts=(account.owner.email,)))


# ── single meetings ────────────────────────────────────────────────────────


def test_a_recording_that_zoom_works_on_waits(zoom, listed):
    """It has no revision, and becomes ready by itself."""
    meeting = zoom.meeting(topic="Trees", start=NOW - timedelta(hours=1), processing=True)

    (waiting,) = listed().observed
    assert ("", "Zoom is still processing it") == (waiting.revision, waiting.waits)
    assert NOW < waiting.settled_at <= NOW + timedelta(hours=1)
    assert "" == waiting.mark

    meeting.complete()
    (ready,) = listed().observed
    assert (waiting.external_id, waiting.started_at) == (ready.external_id, ready.started_at)
    assert ("", None) == (ready.waits, ready.settled_at)
    assert ready.revision


def test_a_recording_that_was_stopped_is_several(zoom, listed):
    """Each with its own place, file and beginning."""
    later = timedelta(minutes=50)
    meeting = zoom.meeting(
        topic="Trees",
        start=DAY,
        files=[
            video(1000, lasts=timedelta(minutes=40)),
            video(2000, after=later, lasts=timedelta(minutes=30)),
        ],
    )

    first, second = listed().observed

    assert [meeting.uuid, f"{meeting.uuid}#20261103T095000Z"] == [first.locator, second.locator]
    assert [(1000, 2400.0, DAY), (2000, 1800.0, DAY + later)] == [
        (each.size, each.duration, each.started_at) for each in (first, second)
    ]
    (longest,) = listed(segments="longest").observed
    assert (meeting.uuid, 1000) == (longest.locator, longest.size)


def test_what_is_no_recording_is_noted(zoom, listed):
    """Once for each reason, with an example; nothing else is kept back."""
    zoom.meeting(topic="Trees", start=DAY)
    zoom.meeting(topic="Chat", start=DAY, files=[])
    zoom.meeting(topic="Talk", start=DAY, files=[])
    zoom.fault(ALL, then=_without_start("Trees"))

    listing = listed()

    assert () == listing.observed + listing.problems
    assert {
        "“Trees” has no start time, so it is left out",
        "“Chat (2026-11-03)” has no video, and 1 more like it",
    } == {each.replace("Talk", "Chat") for each in listing.notes}


def _without_start(topic):
    return _changed(lambda each: each | {"start_time": ""} if each["topic"] == topic else each)


def _changed(change):
    """Return what changes each meeting of a list."""

    def then(_, answer):
        said = json.loads(answer.body.content)
        said["meetings"] = [change(each) for each in said["meetings"]]
        return dataclasses.replace(answer, body=Bytes(json.dumps(said).encode()))

    return then


def test_files_that_were_not_listed_are_asked_for(zoom, listed):
    """Of that meeting alone."""
    zoom.meeting(topic="Trees", start=DAY, files=[4000])
    zoom.fault(ALL, then=_changed(lambda each: each | {"recording_files": None}))

    (seen,) = listed().observed

    assert 4000 == seen.size


def test_one_meeting_that_fails_does_not_stop_the_others(zoom, listed):
    """It is a problem, and nothing is taken for gone."""
    zoom.meeting(topic="Trees", start=DAY)
    zoom.meeting(topic="Graphs", start=DAY)

    def change(each):
        return each | {"recording_files": None} if each["topic"] == "Trees" else each

    zoom.fault(ALL, then=_changed(change))
    zoom.fault("GET /v2/meetings/*/recordings", status=400, json={"code": 1, "message": "Ouch."})

    listing = listed()

    assert ["Graphs"] == topics(listing)
    assert ("Trees (2026-11-03): Zoom: Ouch",) == listing.problems
    assert not listing.complete


# ── what is unchanged ──────────────────────────────────────────────────────


def test_what_is_settled_and_unchanged_is_only_named(zoom, listed):
    """By its mark; a changed title, length or file is another mark."""
    trees = zoom.meeting(topic="Trees", start=DAY)
    graphs = zoom.meeting(topic="Graphs", start=DAY)
    marks = {each.locator: each.mark for each in listed().observed}

    graphs.topic = "Graphs and paths"
    listing = listed(marks)

    assert {trees.uuid} == listing.unchanged
    assert ["Graphs and paths"] == topics(listing)


# ── the account as a whole ─────────────────────────────────────────────────


def test_the_end_of_a_daily_limit_is_a_time(zoom, account, listed):
    """Zoom names it as a date, not as seconds."""
    account.limits["medium"] = Limit(per_second=10, per_day=0)
    until = datetime.now(UTC) + timedelta(hours=5)
    zoom.clock.set(until - timedelta(hours=5))

    with pytest.raises(DeferUntil, match="daily limit") as caught:
        listed()
    tomorrow = (zoom.clock.now() + timedelta(days=1)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    assert tomorrow == caught.value.until


def test_the_limit_of_a_second_is_waited_for(zoom, listed):
    """And then everything is there."""
    zoom.meeting(topic="Trees", start=DAY)
    message = "You have reached the maximum per-second rate limit for this API. Try again later."
    zoom.fault(ALL, times=2, status=429, json={"code": 429, "message": message})

    assert ["Trees"] == topics(listed())


@pytest.mark.parametrize("fault", [{"status": 503}, {"drop": True}, {"cut": 20}])
def test_a_hiccup_is_not_the_end(zoom, listed, fault):
    """A server's fault, a broken connection, half an answer."""
    zoom.meeting(topic="Trees", start=DAY)
    zoom.fault(ALL, times=1, **fault)

    assert ["Trees"] == topics(listed())


def test_a_missing_scope_is_named(zoom, account, listed):
    """With where to add it."""
    account.app.scopes = ("user:read:list_users:admin",)

    with pytest.raises(NeedsHuman) as caught:
        listed()
    assert (
        "Zoom: the app lacks the scope `cloud_recording:read:list_account_recordings:admin`"
        == caught.value.message
    )
    assert "docs/setup/zoom.md" in caught.value.hint


def test_a_month_that_is_ill_does_not_stop_the_others(zoom, listed):
    """Two are no accident."""
    zoom.meeting(topic="Trees", start=DAY)
    zoom.meeting(topic="Old", start=datetime(2026, 9, 5, tzinfo=UTC))
    ill = {"status": 400, "json": {"code": 9, "message": "Ouch."}}
    zoom.fault(ALL, query={"from": "2026-10-01"}, **ill)

    listing = listed(since=date(2026, 9, 1))

    assert ["Old", "Trees"] == topics(listing)
    assert ("October 2026: Zoom: Ouch",) == listing.problems
    assert not listing.complete
