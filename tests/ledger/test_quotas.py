"""The days of apps at platforms: counted once for all tenants, exact, from midnight there."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from leap.domain.quotas import AppDay, Bucket, Granted, Shortage
from leap.ledger import PostgresLedger
from leap.ledger.address import connect

PACIFIC = "America/Los_Angeles"
UPLOADS = Bucket("uploads", 3, 1, PACIFIC)
UNITS = Bucket("units", 1000, 500, PACIFIC)
APP = "d" * 64

NOON = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


@pytest.fixture
def at(own_database):
    """Open the ledger at a time of the database's clock.

    Postgres looks a function up along the search path, in which a schema may
    come before its own.
    """
    opened = []

    def ledger_at(now):
        name = own_database.admin.parameters["dbname"]
        with connect(own_database.admin, autocommit=True) as connection:
            connection.execute("CREATE SCHEMA IF NOT EXISTS other_clock")
            connection.execute("GRANT USAGE ON SCHEMA other_clock TO PUBLIC")
            connection.execute(
                "CREATE OR REPLACE FUNCTION other_clock.clock_timestamp() RETURNS timestamptz"
                f" LANGUAGE sql AS $$ SELECT '{now.isoformat()}'::timestamptz $$"
            )
            connection.execute(f"ALTER DATABASE {name} SET search_path = other_clock, pg_catalog")
        opened.append(PostgresLedger(lambda: own_database.user))
        return opened[-1]

    yield ledger_at
    for ledger in opened:
        ledger.close()


def take(ledger, units, *, tenant="acme", app=APP, bucket=UNITS, refreshing=False):
    return ledger.take_quota(tenant, "youtube-main", app, {bucket: units}, refreshing=refreshing)


def used(ledger, tenant="acme"):
    (day,) = ledger.app_days(tenant, PACIFIC) or [AppDay("", "")]
    return day.used


def test_a_day_is_used_up_to_its_end_and_not_further(at):
    """What does not fit is not taken, and smaller things may still fit."""
    ledger = at(NOON)
    granted = Granted(date(2026, 11, 20), MIDNIGHT)

    assert granted == take(ledger, 600)
    assert Shortage("units", 600, 1000, MIDNIGHT) == take(ledger, 401)
    assert granted == take(ledger, 400)
    assert Shortage("units", 1000, 1000, MIDNIGHT) == take(ledger, 1)
    assert {"units": 1000} == used(ledger)


def test_what_is_more_than_a_day_is_never_given(at):
    """Not even by a day of which nothing is used."""
    ledger = at(NOON)

    assert Shortage("units", 0, 1000, MIDNIGHT) == take(ledger, 1001)
    assert {} == used(ledger)


def test_all_is_taken_or_nothing(at):
    """An upload without the units for its captions is not begun."""
    ledger = at(NOON)
    take(ledger, 700)

    short = ledger.take_quota(
        "acme", "youtube-main", APP, {UPLOADS: 1, UNITS: 400}, refreshing=False
    )

    assert Shortage("units", 700, 1000, MIDNIGHT) == short
    assert {"units": 700} == used(ledger)


def test_tenants_with_one_app_share_its_day(at):
    """The platform counts the app; another app has a day of its own."""
    ledger = at(NOON)
    take(ledger, 900)

    assert Shortage("units", 900, 1000, MIDNIGHT) == take(ledger, 200, tenant="globex")
    assert isinstance(take(ledger, 200, tenant="globex", app="e" * 64), Granted)
    # The last word says which app an account is of.
    assert (AppDay("youtube-main", "e" * 64, {"units": 200}),) == ledger.app_days("globex", PACIFIC)
    assert () == ledger.app_days("initech", PACIFIC)


def test_refreshes_leave_the_rest_of_the_day_to_what_is_new(at):
    """Half a day in this case, and never more than there is."""
    ledger = at(NOON)

    assert isinstance(take(ledger, 500, refreshing=True), Granted)
    assert Shortage("units", 500, 500, MIDNIGHT, for_refreshes=True) == take(
        ledger, 1, refreshing=True
    )
    assert isinstance(take(ledger, 400), Granted)
    assert Shortage("units", 900, 1000, MIDNIGHT) == take(ledger, 200)


def test_new_publications_may_take_what_refreshes_would(at):
    """The share is a limit, not a claim."""
    ledger = at(NOON)
    take(ledger, 800)

    assert Shortage("units", 800, 1000, MIDNIGHT) == take(ledger, 300, refreshing=True)
    assert isinstance(take(ledger, 200, refreshing=True), Granted)


def test_what_was_not_used_goes_back(at):
    """To the day that it was taken off, and no more than was taken."""
    ledger = at(NOON)
    take(ledger, 300, refreshing=True)
    day = date(2026, 11, 20)

    ledger.return_quota("acme", APP, day, {"units": 100}, refreshing=True)
    assert {"units": 200} == used(ledger)
    ledger.return_quota("acme", APP, day, {"units": 201}, refreshing=True)
    ledger.return_quota("acme", APP, day - timedelta(days=1), {"units": 1}, refreshing=True)
    ledger.return_quota("globex", APP, day, {"units": 1}, refreshing=False)

    assert {"units": 200} == used(ledger)
    assert isinstance(take(ledger, 300, refreshing=True), Granted)


def test_a_day_that_the_platform_calls_over_is_over(at):
    """It counts what others asked as well, and what it refused."""
    ledger = at(NOON)
    take(ledger, 100)

    assert MIDNIGHT == ledger.empty_quota("acme", "youtube-main", APP, UNITS)
    assert Shortage("units", 1000, 1000, MIDNIGHT) == take(ledger, 1)
    assert MIDNIGHT == ledger.empty_quota("globex", "main", "e" * 64, UPLOADS)
    assert isinstance(take(ledger, 1, bucket=UPLOADS), Granted)


def test_a_day_that_has_just_begun_may_not_have_begun_there(at):
    """One clock is behind the other; for that a whole day is not given up."""
    ledger = at(MIDNIGHT + timedelta(minutes=2))

    assert MIDNIGHT + timedelta(minutes=10) == ledger.empty_quota("acme", "main", APP, UNITS)
    assert isinstance(take(ledger, 1000), Granted)


@pytest.mark.parametrize(
    "now, day, until",
    [
        # In winter California is 8 hours behind UTC, in summer 7.
        ("2026-01-15T07:59:59", date(2026, 1, 14), "2026-01-15T08:00:00"),
        ("2026-01-15T08:00:00", date(2026, 1, 15), "2026-01-16T08:00:00"),
        ("2026-07-15T06:59:59", date(2026, 7, 14), "2026-07-15T07:00:00"),
        ("2026-07-15T07:00:00", date(2026, 7, 15), "2026-07-16T07:00:00"),
        # 23 hours on 8 March 2026, 25 hours on 1 November 2026.
        ("2026-03-08T08:00:00", date(2026, 3, 8), "2026-03-09T07:00:00"),
        ("2026-11-01T07:00:00", date(2026, 11, 1), "2026-11-02T08:00:00"),
        ("2026-11-02T07:59:59", date(2026, 11, 1), "2026-11-02T08:00:00"),
    ],
)
def test_days_begin_at_midnight_in_california(at, now, day, until):
    """Whatever time it is here; the days on which clocks are changed are shorter and longer."""
    now, until = (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (now, until))

    assert Granted(day, until) == take(at(now), 1)


def test_a_new_day_is_empty(at):
    """What was used yesterday is of no account."""
    take(at(MIDNIGHT - timedelta(seconds=1)), 1000)
    ledger = at(MIDNIGHT)

    assert {} == used(ledger)
    assert isinstance(take(ledger, 1000), Granted)


RACE = """
    import sys
    from leap.domain.quotas import Bucket, Granted
    from leap.ledger import PostgresLedger
    from leap.ledger.address import Address

    runner, address = int(sys.argv[1]), eval(sys.argv[2])
    tenant, refreshing = ("acme", "globex")[runner % 2], runner < 2
    ledger = PostgresLedger(lambda: Address(**address))
    needs = {Bucket("units", 100, 20, "UTC"): 1, Bucket("uploads", 90, 20, "UTC"): 1}
    ledger.app_days(tenant, "UTC")
    print("ready", flush=True)
    sys.stdin.readline()
    answers = [
        ledger.take_quota(tenant, "main", "app", needs, refreshing=refreshing) for _ in range(40)
    ]
    print(sum(isinstance(each, Granted) for each in answers), flush=True)
    ledger.close()
"""


def test_many_runners_take_exactly_what_there_is(ledger, database, start_python):
    """Eight at once, of two tenants, each trying forty times: not one too many."""
    user = database.user
    address = repr({name: getattr(user, name) for name in user.__dataclass_fields__})
    runners = [start_python(RACE, number, address) for number in range(8)]
    for each in runners:
        assert "ready\n" == each.stdout.readline()
    for each in runners:
        each.stdin.write("go\n")
        each.stdin.flush()

    granted = [int(each.stdout.readline()) for each in runners]

    assert 90 == sum(granted)
    assert sum(granted[:2]) <= 20
    take(ledger, 1, app="app", bucket=Bucket("units", 100, 20, "UTC"))
    (_, day) = ledger.app_days("acme", "UTC")
    assert {"units": 91, "uploads": 90} == day.used
