"""When a server wants to be asked again, and how often it may be asked."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.providers.http import LONGEST_WAIT, Pace, Timer, retry_after

NOW = datetime(2026, 11, 22, 23, 59, 30, tzinfo=UTC)
WITHIN_A_DAY = st.integers(0, 24 * 3600)


@pytest.mark.parametrize(
    "said, expected",
    [
        ("120", NOW + timedelta(minutes=2)),
        ("0", NOW),
        ("1.5", NOW + timedelta(seconds=1.5)),
        (" 7 ", NOW + timedelta(seconds=7)),
        ("Mon, 23 Nov 2026 00:00:00 GMT", datetime(2026, 11, 23, tzinfo=UTC)),
        ("Monday, 23-Nov-26 00:00:00 GMT", datetime(2026, 11, 23, tzinfo=UTC)),
        ("2026-11-23T00:00:00Z", datetime(2026, 11, 23, tzinfo=UTC)),
        ("2026-11-23T03:00:00+03:00", datetime(2026, 11, 23, tzinfo=UTC)),
        ("2026-11-23T00:00:00", datetime(2026, 11, 23, tzinfo=UTC)),
        ("2026-11-23T00:00:00.250Z", datetime(2026, 11, 23, 0, 0, 0, 250_000, tzinfo=UTC)),
    ],
)
def test_the_three_forms(said, expected):
    """Seconds, an HTTP date, and the ISO 8601 date of Zoom are understood."""
    assert expected == retry_after({"Retry-After": said}, NOW)


@pytest.mark.parametrize("said", ["", "soon", "-5", "1e3", "٣", "5, 10", "nan", "2026-13-45"])
def test_what_is_no_time_says_nothing(said):
    """Garbage, like a missing header, gives no time at all."""
    assert retry_after({"Retry-After": said}, NOW) is None
    assert retry_after({}, NOW) is None


def test_a_time_that_is_over_means_now():
    """A date in the past does not send anybody there."""
    assert NOW == retry_after({"Retry-After": "Sun, 22 Nov 2020 00:00:00 GMT"}, NOW)


@pytest.mark.parametrize(
    "said", ["9" * 400, "99999999999", "9999-12-31T23:59:59Z", "Fri, 31 Dec 9999 23:59:59 GMT"]
)
def test_nobody_is_believed_to_need_longer_than_a_day(said):
    """A time far away is cut, so that a bad header does not put work off for ever."""
    assert NOW + LONGEST_WAIT == retry_after({"Retry-After": said}, NOW)


@given(WITHIN_A_DAY, st.integers(-14, 14))
def test_all_forms_of_a_time_mean_the_same(seconds, hours):
    """Whatever form and time zone a server likes, the moment is the same."""
    moment = NOW + timedelta(seconds=seconds)
    elsewhere = moment.astimezone(timezone(timedelta(hours=hours)))
    forms = [str(seconds), format_datetime(moment, usegmt=True), elsewhere.isoformat()]
    assert [moment] * 3 == [retry_after({"Retry-After": form}, NOW) for form in forms]


@given(st.text())
def test_any_text_gives_a_moment_within_a_day_or_none(text):
    """No header makes it fail, and every answer is aware and in reach."""
    moment = retry_after({"Retry-After": text}, NOW)
    assert moment is None or NOW <= moment <= NOW + LONGEST_WAIT


def test_a_pace_lets_a_burst_pass_and_spreads_the_rest(still):
    """Three may go at once, then one each half second."""
    pace = Pace(2, burst=3, timer=still.timer)
    assert [0, 0, 0, 0.5, 0.5] == [pace.wait() for _ in range(5)]


def test_a_rest_refills_the_burst_and_no_more(still):
    """After a long pause again three at once, not all that were missed."""
    pace = Pace(2, burst=3, timer=still.timer)
    for _ in range(3):
        pace.wait()
    still.at += 3600
    assert [0, 0, 0, 0.5] == [pace.wait() for _ in range(4)]


def test_a_held_pace_lets_nobody_pass(still):
    """Where the server asks for a pause all callers wait, and then go one by one."""
    pace = Pace(10, burst=5, timer=still.timer)
    pace.hold(4)
    assert [4, pytest.approx(0.1)] == [pace.wait(), pace.wait()]


def test_threads_share_a_pace():
    """Eight threads get their turns one after the other; none gets another's."""
    turns, lock = [], threading.Lock()

    def sleep(seconds: float) -> None:
        with lock:
            turns.append(seconds)

    pace = Pace(10, timer=Timer(lambda: 0.0, sleep))
    threads = [threading.Thread(target=lambda: [pace.wait() for _ in range(50)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [pytest.approx(number / 10) for number in range(1, 400)] == sorted(turns)


@given(st.lists(st.floats(0, 3), max_size=60), st.integers(1, 6))
def test_no_second_sees_more_than_burst_and_rate(gaps, burst):
    """However the callers come, no window of a second has more than allowed."""
    at = [0.0]

    def sleep(seconds: float) -> None:
        at[0] += seconds

    pace, passed = Pace(4, burst=burst, timer=Timer(lambda: at[0], sleep)), []
    for gap in gaps:
        at[0] += gap
        pace.wait()
        passed.append(at[0])
    busiest = max(
        (sum(start <= one < start + 0.999 for one in passed) for start in passed), default=0
    )
    assert busiest <= burst + 4


@pytest.mark.parametrize("per_second, burst", [(0, 1), (-1, 1), (float("inf"), 1), (1, 0)])
def test_a_pace_that_is_none_is_a_mistake(per_second, burst):
    """A pace has a speed and lets at least one pass."""
    with pytest.raises(ValueError, match="a pace of"):
        Pace(per_second, burst)
