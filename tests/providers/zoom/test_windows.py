"""Spans of time that Zoom lists in one go."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from leap.providers.zoom.windows import months, next_look

DAYS = st.dates(date(2012, 1, 1), date(2030, 12, 31))
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_a_span_is_a_month_of_the_calendar():
    """The first and the last may be shorter; the newest comes first."""
    assert [
        (date(2026, 3, 1), date(2026, 3, 5)),
        (date(2026, 2, 1), date(2026, 2, 28)),
        (date(2026, 1, 31), date(2026, 1, 31)),
    ] == list(months(date(2026, 1, 31), date(2026, 3, 5)))


def test_one_day_is_a_span():
    """As on the day on which a source is written."""
    day = date(2026, 11, 22)

    assert [(day, day)] == list(months(day, day))
    assert [] == list(months(day, day - timedelta(days=1)))


@given(DAYS, DAYS)
def test_every_day_is_in_exactly_one_span(since, until):
    """Nothing is left out between two months, and nothing asked for twice."""
    days = [
        first + timedelta(days=n)
        for first, last in reversed(list(months(since, until)))
        for n in range((last - first).days + 1)
    ]

    assert [since + timedelta(days=n) for n in range((until - since).days + 1)] == days


@given(DAYS, DAYS)
def test_no_span_is_longer_than_zoom_allows(since, until):
    """One month, counted in either way: 31 days, or to the same day of the next month."""
    for first, last in months(since, until):
        assert (first.year, first.month) == (last.year, last.month)


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=60)))
def test_the_next_look_is_later_and_never_far(began, age):
    """At most as far away as the recording is old, and never more than a day."""
    now = began + age

    wait = next_look(began, now) - now

    assert timedelta(0) < wait <= min(max(timedelta(minutes=10), age + timedelta(minutes=10)),
                                      timedelta(days=1))  # fmt: skip


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=60)))
def test_the_next_look_stays_the_same_until_it_has_come(began, age):
    """So a run in between finds nothing changed, and writes nothing."""
    then = next_look(began, began + age)

    assert then == next_look(began, began + age + (then - began - age) / 2)
