from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from emulators.bodies import FTYP, Bytes, Generated, sha256
from emulators.messages import Answer, Wire

from leap.errors import DeferUntil, ProviderError, RetrySoon
from leap.providers.transfer import WrongSize, journal_of

# ── lengths ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("more", [1, -1, 100_000])
@pytest.mark.parametrize("ranges", [True, False])
def test_another_length_than_declared_fails_with_both_numbers(origin, fetch, path, more, ranges):
    """Nothing is kept of it."""
    origin.ranges = ranges
    declared = origin.body.size + more
    with pytest.raises(WrongSize, match=f"{origin.body.size:,}.*{declared:,}") as raised:
        fetch(size=declared)
    assert (declared, origin.body.size) == (raised.value.declared, raised.value.sent)
    assert 0 == path.stat().st_size
    assert not journal_of(path).exists()


@pytest.mark.parametrize("length", ["chunked", "omitted"])
def test_a_body_that_never_ends_is_longer_than_declared(origin, fetch, length):
    """It is noticed with the first byte too many."""
    origin.ranges = False
    origin.fault(length=length, times=None)
    declared = origin.body.size - 1
    with pytest.raises(WrongSize, match=f"more than the {declared:,} bytes"):
        fetch(size=declared)


def test_a_body_that_ends_too_early_is_never_whole(origin, fetch):
    """Without a length only the declared one tells; the failure has both numbers."""
    origin.ranges = False
    origin.fault(length="omitted", times=None)
    with pytest.raises(RetrySoon, match=f"{origin.body.size:,} of {origin.body.size + 5:,} bytes"):
        fetch(size=origin.body.size + 5)


def test_a_body_that_ends_with_its_connection_and_no_declared_size_is_refused(origin, fetch):
    """A cut could not be told from the end."""
    origin.ranges = False
    origin.fault(length="omitted", times=None)
    with pytest.raises(ProviderError, match="neither the source nor the server says how long"):
        fetch(size=None)


@pytest.mark.parametrize("reset", [True, False])
@pytest.mark.parametrize("cut", [0, 1, 40_000])
def test_a_part_that_breaks_off_goes_on_where_it_broke(origin, fetch, cut, reset):
    """What had come of it is not fetched twice."""
    origin.fault(skip=3, times=4, cut=cut, reset=reset)
    done = fetch()
    assert sha256(origin.body) == done.sha256
    assert origin.body.size == done.fetched or reset


def test_a_stream_that_breaks_off_and_sends_no_parts_is_begun_anew(origin, fetch):
    """There is no other way to its end."""
    origin.ranges = False
    origin.fault(times=1, cut=700_000)
    done = fetch()
    assert sha256(origin.body) == done.sha256
    assert done.fetched >= origin.body.size + 600_000


def test_a_stream_that_always_breaks_off_fails_with_both_numbers(origin, fetch):
    """A later run may have more luck."""
    origin.ranges = False
    origin.fault(times=None, cut=700_000)
    with pytest.raises(RetrySoon, match=rf"700,000 of {origin.body.size:,} bytes"):
        fetch()


# ── answers that are not what was asked for ────────────────────────────────


def test_bytes_of_another_place_are_never_written(origin, fetch):
    """One wrong Content-Range is asked again; only such is a failure."""

    def elsewhere(request, said):
        return Answer(206, said.body, {**said.headers, "Content-Range": "bytes 7-106/5000"})

    origin.fault(skip=2, times=2, then=elsewhere)
    assert sha256(origin.body) == fetch().sha256


def test_only_other_bytes_is_a_failure(origin, fetch):
    """After as many attempts as are allowed."""

    def elsewhere(request, said):
        return Answer(206, said.body, {**said.headers, "Content-Range": "bytes 7-106/5000"})

    origin.fault(times=None, then=elsewhere)
    with pytest.raises(RetrySoon, match="other bytes than the bytes 0 to 65,536"):
        fetch()
    assert 3 == len(origin.exchanges)


def test_a_smaller_part_than_asked_for_is_taken_and_the_rest_asked_again(origin, fetch):
    """A server may send less at once."""

    def less(request, said):
        start = said.offset
        end = min(start + 50_000, start + said.length)
        headers = {**said.headers, "Content-Range": f"bytes {start}-{end - 1}/{origin.body.size}"}
        return Answer(206, said.body, headers, Wire(), start, end - start)

    origin.fault(times=None, then=less)
    done = fetch()
    assert (sha256(origin.body), origin.body.size) == (done.sha256, done.fetched)


def test_a_server_that_stops_sending_parts_is_asked_for_the_whole(origin, fetch):
    """What had come is of no use then."""

    def whole(request, said):
        origin.ranges = False
        return origin(request)

    origin.fault(skip=8, then=whole)
    assert sha256(origin.body) == fetch().sha256


@pytest.mark.parametrize("header", [None, "bytes */2000000"])
def test_416_for_what_is_there_means_no_parts(origin, fetch, header):
    """The whole is asked for instead."""

    def never(request, answer):
        if "range" not in request.headers:
            return answer
        return Answer(416, headers={"Content-Range": header} if header else {})

    origin.fault(times=None, then=never)
    assert sha256(origin.body) == fetch().sha256


def test_a_file_that_became_shorter_is_the_wrong_one(origin, fetch):
    """416 in the middle names the new size."""

    def shrink(request, said):
        origin.body, origin.etag = Generated(100_000, head=FTYP), '"two"'
        return Answer(416, headers={"Content-Range": "bytes */100000"})

    origin.fault(skip=8, then=shrink)
    with pytest.raises(WrongSize, match="100,000"):
        fetch()


def test_redirects_in_a_circle_end(origin, fetch):
    """After five of them."""
    origin.fault(times=None, status=302, headers={"Location": "/file"})
    with pytest.raises(ProviderError, match="one more redirect after 5"):
        fetch()


# ── servers that have enough ───────────────────────────────────────────────


def test_a_short_retry_after_is_waited_for(origin, fetch):
    """Nobody asks in between."""
    origin.fault(status=429, headers={"Retry-After": "1"})
    fetch()
    first, second, *_ = origin.exchanges
    assert (second.request.at - first.request.at).total_seconds() >= 1


@pytest.mark.parametrize(
    "form", [lambda at: "7200", lambda at: format_datetime(at, usegmt=True), datetime.isoformat]
)
def test_a_long_retry_after_defers(origin, fetch, form):
    """Seconds, an HTTP date or an ISO 8601 date: until then it is left alone."""
    until = datetime.now(UTC) + timedelta(hours=2)
    origin.fault(times=None, status=429, headers={"Retry-After": form(until)})
    with pytest.raises(DeferUntil) as raised:
        fetch()
    assert abs(raised.value.until - until) < timedelta(seconds=5)
    assert 1 == len(origin.exchanges)


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_takes_two_connections_gets_two(origin, fetch, status):
    """The others are given up, and the file comes over those that are served."""

    def crowded(request, said):
        here = sum(each.ended is None for each in origin.server.journal)
        return said if here <= 2 else Answer(status)

    origin.server.rate = 5e5
    origin.fault(times=None, then=crowded)
    done = fetch()
    assert sha256(origin.body) == done.sha256
    refused = origin.server.journal.count("GET /file", status=status)
    assert 1 <= refused <= 3


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_a_server_with_a_bad_moment_is_asked_again(origin, fetch, status):
    """It works the second time."""
    origin.fault(times=1, status=status)
    origin.fault(skip=5, times=1, status=status)
    assert sha256(origin.body) == fetch().sha256


def test_a_server_that_stays_away_is_a_failure(origin, fetch):
    """After as many attempts as are allowed; nobody listens any more."""
    url = origin.url
    origin.server.close()
    from leap.providers.transfer import Remote

    with pytest.raises(RetrySoon, match="no connection: Connection refused"):
        fetch(lambda: Remote(url))


# ── servers that are slow ──────────────────────────────────────────────────


def test_a_silent_connection_is_begun_anew(origin, fetch):
    """It goes on where it fell silent."""
    origin.fault(skip=2, times=2, stall=30_000)
    done = fetch(stall=0.5)
    assert (sha256(origin.body), origin.body.size) == (done.sha256, done.fetched)
    assert done.seconds < 10


def test_a_connection_that_trickles_is_begun_anew(origin, fetch):
    """Some bytes now and then are as bad as none."""
    origin.fault(skip=2, times=1, rate=200.0)
    done = fetch(stall=0.6)
    assert sha256(origin.body) == done.sha256
    assert done.seconds < 10


def test_a_narrow_bandwidth_is_no_stall(origin, fetch):
    """Who does not read on purpose does not wait for the server."""
    origin.body = Bytes(FTYP + bytes(150_000))
    done = fetch(size=origin.body.size, bandwidth=60_000.0, stall=0.3)
    assert sha256(origin.body) == done.sha256
    assert origin.body.size == done.fetched


def test_the_deadline_ends_it_and_the_next_run_goes_on(origin, fetch):
    """However lively the server is."""
    with pytest.raises(RetrySoon, match=r"took longer than 1 s; [\d,]+ of [\d,]+ bytes are there"):
        fetch(deadline=1.0, bandwidth=8e5)
    done = fetch()
    assert sha256(origin.body) == done.sha256
    assert done.resumed > 0
