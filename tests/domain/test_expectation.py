"""Which weekly lectures came, which came late, and which did not come at all."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.domain.expectation import Candidate, Expectation, Missed, missed

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 3600.0
#: Mondays and Wednesdays at ten; published the next morning at the latest.
LECTURE = Expectation(frozenset({0, 2}), time(10), BERLIN, 0.75 * HOUR, 24 * HOUR)
MONDAY = datetime(2026, 11, 16, 10, tzinfo=BERLIN)
WEDNESDAY = MONDAY + timedelta(days=2)
BEFORE, NOW = MONDAY - timedelta(days=1), MONDAY + timedelta(days=6)


def recorded(at: datetime, name: str = "one", *, settled: bool = True, **more) -> Candidate:
    return Candidate(name, at, settled, **more)


def what(*candidates: Candidate, expectation: Expectation = LECTURE, now: datetime = NOW):
    return [(each.at, each.what) for each in missed(expectation, candidates, BEFORE, now)]


def test_a_lecture_that_nobody_recorded_is_missed():
    found = missed(LECTURE, [recorded(WEDNESDAY)], BEFORE, NOW)

    assert [Missed(MONDAY, MONDAY + timedelta(days=1), "not found")] == found


def test_one_that_was_recorded_and_published_is_not():
    late = MONDAY + timedelta(minutes=44)

    assert [] == what(recorded(late, "a"), recorded(WEDNESDAY, "b"))


def test_one_that_was_recorded_but_is_not_published_says_why():
    stuck = recorded(MONDAY, settled=False, reason="FAILED: trim: no sound")

    assert [
        Missed(MONDAY, MONDAY + timedelta(days=1), "not published", "one", "FAILED: trim: no sound")
    ] == missed(LECTURE, [stuck, recorded(WEDNESDAY, "b")], BEFORE, NOW)


def test_nothing_is_missed_before_its_time_is_over():
    almost = MONDAY + timedelta(hours=23, minutes=59)

    assert [] == what(now=almost)
    assert [(MONDAY, "not found")] == what(now=MONDAY + timedelta(hours=24))


def test_one_recording_is_not_two_lectures():
    twice = Expectation(frozenset({0}), time(10), BERLIN, 30 * HOUR, HOUR)
    daily = Expectation(frozenset(range(7)), time(10), BERLIN, 30 * HOUR, HOUR)

    assert [] == what(recorded(MONDAY), expectation=twice)
    assert 6 == len(what(recorded(MONDAY), expectation=daily))


def test_the_nearest_recording_is_the_lecture_and_a_doubtful_one_only_where_there_is_no_other():
    test = recorded(MONDAY, "test", settled=False, reason="SKIPPED: blank", doubtful=True)
    lecture = recorded(MONDAY + timedelta(minutes=20), "lecture")

    assert [(WEDNESDAY, "not found")] == what(test, lecture)
    assert [(MONDAY, "not published"), (WEDNESDAY, "not found")] == what(test)


def test_a_term_has_a_first_and_a_last_day_and_holidays():
    term = Expectation(
        frozenset({0, 2}), time(10), BERLIN, HOUR, HOUR,
        first=date(2026, 11, 18), last=date(2026, 11, 25), never=frozenset({date(2026, 11, 23)}),
    )  # fmt: skip

    found = term.between(BEFORE, BEFORE + timedelta(days=30))

    assert [date(2026, 11, 18), date(2026, 11, 25)] == [at.date() for at in found]


@pytest.mark.parametrize(
    "day, utc",
    [
        (date(2026, 3, 28), "2026-03-28T01:30"),  # winter
        (date(2026, 3, 29), "2026-03-29T01:30"),  # skipped by the clock
        (date(2026, 3, 30), "2026-03-30T00:30"),  # summer
        (date(2026, 10, 25), "2026-10-25T00:30"),  # twice on the clock; the first counts
    ],
)
def test_it_is_by_the_clock_on_the_wall_also_when_that_is_put_forward_or_back(day, utc):
    night = Expectation(frozenset({day.weekday()}), time(2, 30), BERLIN, 0, 0)
    start = datetime.combine(day, time(), UTC) - timedelta(hours=6)

    found = list(night.between(start, start + timedelta(hours=30)))

    assert [utc] == [f"{at.astimezone(UTC):%Y-%m-%dT%H:%M}" for at in found]


MOMENTS = st.datetimes(
    datetime(2026, 1, 1),  # noqa: DTZ001 -- hypothesis adds the zone
    datetime(2026, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(
    start=MOMENTS,
    days=st.integers(0, 40),
    weekdays=st.frozensets(st.integers(0, 6)),
    at=st.times(timezones=st.none()),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Kiritimati", "Pacific/Niue"]),
)
def test_every_lecture_is_named_once_on_one_of_its_days(start, days, weekdays, at, zone):
    lecture = Expectation(weekdays, at, ZoneInfo(zone), 0, 0)
    end = start + timedelta(days=days)

    found = list(lecture.between(start, end))

    assert found == sorted(set(found))
    assert all(start <= each < end for each in found)
    assert {each.weekday() for each in found} <= weekdays
    assert abs(len(found) - len(weekdays) * days / 7) <= len(weekdays)


@given(st.lists(st.tuples(MOMENTS, st.booleans()), max_size=8))
def test_each_lecture_is_missed_at_most_once_and_a_settled_recording_never_is(recordings):
    candidates = [
        Candidate(str(index), at, settled) for index, (at, settled) in enumerate(recordings)
    ]
    settled = {each.recording for each in candidates if each.settled}

    found = missed(LECTURE, candidates, BEFORE, NOW)

    assert len({each.at for each in found}) == len(found)
    assert not settled & {each.recording for each in found}
