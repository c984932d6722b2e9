from __future__ import annotations

import logging
import re
import threading
import time
from dataclasses import replace

import pytest
from emulators.bodies import FTYP, Bytes, Generated, sha256
from emulators.files import Conditions, FileServer
from emulators.messages import as_html, redirect
from emulators.ranges import served
from emulators.serving import Server

from leap.errors import NeedsHuman, ProviderError, RetrySoon, StageError
from leap.providers.transfer import Refused, Remote, journal_of


def asked(origin) -> list[str]:
    return [each.request.headers.get("range", "") for each in origin.exchanges]


def broken_off(origin, fetch, after: int = 8) -> None:
    """Have an attempt that ends when ``after`` requests were answered."""
    rule = origin.server.fault("GET /file", skip=after, times=None, status=500)
    with pytest.raises(RetrySoon):
        fetch(attempts=1)
    origin.server.faults.remove(rule)
    origin.server.journal.clear()


# ── as it should go ────────────────────────────────────────────────────────


def test_a_file_comes_in_parts_over_several_connections(origin, fetch, path):
    """Each part once, in order, and the hash of the whole is known at the end."""
    done = fetch()
    assert sha256(origin.body) == done.sha256
    assert (origin.body.size, 0) == (done.size, done.resumed)
    assert origin.body.size == done.fetched == origin.sent == path.stat().st_size
    assert 2 <= done.connections <= 4
    starts = [int(re.match(r"bytes=(\d+)-", each)[1]) for each in asked(origin)]
    assert 0 == starts[0]
    assert len(set(starts)) == len(starts)
    assert [] == [each.name for each in threading.enumerate() if "transfer" in each.name]


def test_connections_are_used_again(origin, fetch):
    """A connection asks for one span after the other without connecting anew."""
    opened, accept = [], origin.server._sockets.get_request
    origin.server._sockets.get_request = lambda: opened.append(accept()) or opened[-1]
    fetch(connections=1)
    assert 1 == len(opened)
    assert 3 < len(asked(origin))


def test_progress_says_how_much_how_fast_and_over_what(fetch, said):
    """The share only grows, and ends at the whole."""
    fetch(bandwidth=4e6)
    assert said.shares[1:] == sorted(said.shares[1:])
    assert any(
        re.fullmatch(r"\d\.\d of 2\.0 MB, \d\.\d MB/s, [234] connections", each)
        for each in said.messages
    ), said.messages


def test_a_server_that_refuses_ranges_sends_one_stream(origin, fetch):
    """The first answer is the whole file, and it is taken as such."""
    origin.ranges = False
    done = fetch()
    assert sha256(origin.body) == done.sha256
    assert (1, 1) == (done.connections, len(origin.exchanges))


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_in_chunks_of_http_needs_no_length(origin, fetch, declared):
    """A cut would show in the encoding; the size shows at the end, or is declared."""
    origin.ranges = False
    origin.fault(length="chunked", times=None)
    done = fetch(size=origin.body.size if declared else None)
    assert (origin.body.size, sha256(origin.body)) == (done.size, done.sha256)


def test_a_file_of_undeclared_size_comes_in_parts_too(origin, fetch):
    """The first answer says how long it is."""
    done = fetch(size=None)
    assert sha256(origin.body) == done.sha256
    assert done.connections > 1


def test_a_body_that_ends_with_its_connection_is_whole_by_its_declared_size(origin, fetch):
    """There is no other sign of its end."""
    origin.ranges = False
    origin.fault(length="omitted", times=None)
    assert sha256(origin.body) == fetch().sha256


@pytest.mark.parametrize("declared", [0, None])
def test_an_empty_file_is_empty(origin, fetch, path, declared):
    """Whether that can be a recording is not for a download to say."""
    origin.body = Bytes(b"")
    done = fetch(size=declared)
    assert (0, sha256(origin.body)) == (done.size, done.sha256)
    assert b"" == path.read_bytes()


def test_a_bandwidth_is_kept_over_all_connections(origin, fetch):
    """Two megabytes at two megabytes a second take a second."""
    assert fetch(bandwidth=2e6).seconds > 0.7 * origin.body.size / 2e6


def test_plain_http_needs_permission(origin, fetch):
    """Nothing is asked without TLS unless the operator allows it."""
    with pytest.raises(ProviderError, match="not an https address"):
        fetch(allow_insecure=False)
    assert [] == origin.exchanges


# ── going on ───────────────────────────────────────────────────────────────


def test_a_second_attempt_fetches_only_what_is_missing(origin, fetch):
    """What the first one finished is kept, and the server is asked whether it is still true."""
    broken_off(origin, fetch)
    done = fetch()
    assert sha256(origin.body) == done.sha256
    assert done.resumed > 0
    assert origin.body.size == done.resumed + done.fetched
    assert '"one"' == origin.exchanges[0].request.headers["if-range"]


def test_a_finished_file_is_checked_and_nothing_is_asked(origin, fetch):
    """Not even for an address."""
    fetch()
    origin.server.journal.clear()
    done = fetch(fresh=lambda: pytest.fail("an address was asked for"))
    assert (sha256(origin.body), 0) == (done.sha256, done.fetched)
    assert [] == origin.exchanges


@pytest.mark.parametrize("damage", ["flipped", "zeros", "cut"])
def test_damaged_bytes_are_fetched_again_and_no_others(origin, fetch, path, damage):
    """A chunk that a power cut left unwritten does not have its checksum."""
    fetch()
    content = bytearray(path.read_bytes())
    chunk = origin.chunk
    if damage == "flipped":
        content[5 * chunk + 7] ^= 1
    elif damage == "zeros":
        content[5 * chunk : 6 * chunk] = bytes(chunk)
    else:
        del content[-100:]
    path.write_bytes(content)
    done = fetch()
    assert sha256(origin.body) == done.sha256
    assert (origin.body.size % chunk if damage == "cut" else chunk) == done.fetched
    assert origin.body.size == done.resumed + done.fetched


def test_what_lies_behind_the_end_is_cut_off(origin, fetch, path):
    """A file that is longer than it should be is not whole either."""
    fetch()
    with path.open("ab") as file:
        file.write(b"something else")
    assert (sha256(origin.body), 0) == (fetch().sha256, fetch().fetched)
    assert origin.body.size == path.stat().st_size


@pytest.mark.parametrize("gone", ["file", "journal"])
def test_a_file_without_its_journal_counts_for_nothing(origin, fetch, path, gone):
    """Neither half is believed alone."""
    broken_off(origin, fetch)
    (path if gone == "file" else journal_of(path)).unlink()
    done = fetch()
    assert (sha256(origin.body), 0) == (done.sha256, done.resumed)


@pytest.mark.parametrize("etag", ['"two"', None])
def test_a_file_that_changed_between_attempts_is_begun_anew(origin, fetch, etag):
    """Its old bytes never end up beside new ones."""
    broken_off(origin, fetch)
    origin.etag, origin.body = etag, Generated(origin.body.size, seed=2, head=FTYP)
    if etag is None:
        origin.body = Generated(origin.body.size - 1, seed=2, head=FTYP)
    done = fetch(size=origin.body.size)
    assert (sha256(origin.body), 0) == (done.sha256, done.resumed)


def test_a_server_that_ignores_if_range_is_seen_through(origin, fetch):
    """A part with another ETag belongs to another file."""
    broken_off(origin, fetch)
    origin.body = new = Generated(origin.body.size, seed=2, head=FTYP)

    def ignoring(request, said):
        headers = {name: value for name, value in request.headers.items() if name != "if-range"}
        return served(replace(request, headers=headers), new, etag='"two"')

    origin.fault(times=None, then=ignoring)
    done = fetch()
    assert (sha256(new), 0) == (done.sha256, done.resumed)


def test_a_file_that_changes_while_it_is_fetched_is_begun_anew(origin, fetch):
    """What had come of the old one is thrown away."""

    def change(request, said):
        origin.etag, origin.body = '"two"', Generated(origin.body.size, seed=2, head=FTYP)
        return origin(request)

    origin.fault(skip=6, then=change)
    done = fetch()
    assert sha256(Generated(origin.body.size, seed=2, head=FTYP)) == done.sha256


def test_a_server_whose_copies_differ_is_asked_for_the_whole(origin, fetch):
    """Parts of different copies cannot be put together; one answer is of one copy."""
    number = iter(range(10_000))
    origin.fault(
        times=None, then=lambda request, _: served(request, origin.body, etag=f'"{next(number)}"')
    )
    done = fetch()
    assert sha256(origin.body) == done.sha256
    assert "" == asked(origin)[-1]


# ── addresses that expire, and where tokens go ─────────────────────────────


@pytest.fixture
def content(origin):
    """A second origin that takes signatures and no Authorization, as stores of objects do."""
    valid = {"1"}

    def handle(request):
        if "authorization" in request.headers:
            return as_html("Only one authentication mechanism allowed", 400)
        if request.query.get("signature") not in valid:
            return as_html("Request has expired", 403)
        return served(request, origin.body, etag='"one"')

    with Server(handle, name="content", host="localhost", journal=origin.server.journal) as server:
        server.valid = valid
        yield server


def test_a_token_never_follows_a_redirect(origin, content, fetch, path, caplog, said):
    """Nor does it, or a signature, show in logs, words or the journal."""
    caplog.set_level(logging.DEBUG)
    origin.fault(times=None, then=lambda *_: redirect(f"{content.url}/cdn?signature=1&s=canary"))
    headers = {"Authorization": "Bearer canary", "X-Api-Key": "canary"}
    done = fetch(lambda: Remote(f"{origin.url}?token=canary", headers))
    assert sha256(origin.body) == done.sha256
    assert "Bearer canary" == origin.exchanges[0].request.headers["authorization"]
    there = origin.server.journal.of("GET /cdn")
    assert len(there) > 3
    assert [] == [each for each in there if "canary" in str(dict(each.request.headers))]
    told = caplog.text + "".join(said.messages) + journal_of(path).read_text()
    assert "canary" not in told + repr(Remote(f"{origin.url}?token=canary", headers))


def test_the_way_is_found_once(origin, content, fetch):
    """All connections go straight to where the first one was sent."""
    origin.fault(times=None, then=lambda *_: redirect(f"{content.url}/cdn?signature=1"))
    fetch()
    assert 1 == len(origin.exchanges)


def test_an_expired_signature_is_renewed_and_nothing_is_lost(origin, content, fetch):
    """A 403 in the middle asks for a fresh address once, whatever the number of connections."""
    signatures = iter("123456789")

    def fresh():
        signature = next(signatures)
        content.valid.clear()
        content.valid.add(signature)
        return Remote(f"{content.url}/cdn?signature={signature}")

    content.fault("GET /cdn", skip=8, times=4, status=403)
    done = fetch(fresh)
    assert (sha256(origin.body), origin.body.size) == (done.sha256, done.fetched)
    assert next(signatures) in "3456"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_refusal_that_stays_ends_after_a_few_fresh_addresses(origin, fetch, status):
    """It says what the server answered, and nothing of the address's query."""
    origin.fault(times=None, status=status)
    fresh = []
    with pytest.raises(Refused, match=f"{status}") as raised:
        fetch(lambda: fresh.append(1) or Remote(f"{origin.url}?token=canary"))
    assert (status, "") == (raised.value.status, raised.value.page)
    assert 3 == len(fresh)
    assert "canary" not in str(raised.value)


def test_what_asking_for_an_address_raises_is_raised(origin, fetch):
    """Whoever knows the vendor knows what has to be done."""

    def fresh():
        message = "sign in again"
        raise NeedsHuman(message)

    with pytest.raises(NeedsHuman, match="sign in again"):
        fetch(fresh)


def test_a_401_that_goes_away_is_no_failure(origin, fetch):
    """Right after a recording is finished a good token may be refused for a moment."""
    origin.fault(times=2, status=401)
    assert sha256(origin.body) == fetch().sha256


@pytest.mark.parametrize(
    "page, kind", [(b"<html>Sign in</html>", "text/html"), (b'{"code":1}', "application/json")]
)
def test_a_page_with_200_is_never_taken_for_the_file(origin, fetch, path, page, kind):
    """Nothing of it is kept; and what an earlier attempt left stays as it was."""
    broken_off(origin, fetch)
    before, remembered = path.read_bytes(), journal_of(path).read_bytes()
    origin.fault(times=None, status=200, content=page, headers={"Content-Type": kind})
    with pytest.raises(Refused, match="instead of the file") as raised:
        fetch()
    assert raised.value.page
    assert (before, remembered) == (path.read_bytes(), journal_of(path).read_bytes())


def test_a_page_that_goes_away_with_a_fresh_address_is_no_failure(origin, fetch):
    """An expired token is answered with a page at the beginning, and in the middle."""
    page = {"status": 200, "content": b"<!doctype html>", "headers": {"Content-Type": "text/html"}}
    origin.fault(**page)
    origin.fault(skip=9, **page)
    assert sha256(origin.body) == fetch().sha256


# ── the disk, and people ───────────────────────────────────────────────────


@pytest.mark.parametrize("place", ["transfer.output.reserve", "transfer.output.write@9"])
def test_a_full_disk_is_one_line_and_the_rest_is_kept(fetch, origin, monkeypatch, place):
    """The next attempt goes on with what had room."""
    monkeypatch.setenv("LEAP_FAULT", f"{place}:full")
    monkeypatch.setattr("leap.faults._passed", __import__("collections").Counter())
    with pytest.raises(StageError, match="no space left on the disk while downloading from Zoom"):
        fetch()
    monkeypatch.delenv("LEAP_FAULT")
    assert sha256(origin.body) == fetch().sha256


def test_a_folder_that_is_not_there_is_one_line(fetch, path):
    """It names the place."""
    path.parent.rmdir()
    with pytest.raises(StageError, match="No such file or directory"):
        fetch()


def test_an_interrupt_ends_all_threads_at_once_and_the_next_run_goes_on(origin, fetch, said):
    """Although every connection waits for bytes that never come."""
    origin.fault(skip=8, times=None, stall=0)

    def interrupt(share, message=""):
        if origin.server.journal.count("GET /file") > 8 and (share or 0) > 0.1:
            raise KeyboardInterrupt

    said.__class__ = type("Interrupting", (type(said),), {"__call__": lambda _, *a: interrupt(*a)})
    with pytest.raises(KeyboardInterrupt):
        fetch(stall=30.0)
    began = time.monotonic()
    assert [] == [each.name for each in threading.enumerate() if "transfer" in each.name]
    assert time.monotonic() - began < 1
    origin.server.faults.clear()
    said.__class__ = type(said).__mro__[1]
    done = fetch()
    assert sha256(origin.body) == done.sha256
    assert done.resumed > 0


def test_a_bad_network_costs_only_time(tmp_path, fetch):
    """A quarter of all answers is reset somewhere, and the file is whole in the end."""
    file = tmp_path / "source"
    body = Generated(6_000_000, seed=5, head=FTYP)
    file.write_bytes(b"".join(body.pieces(0, body.size)))
    with FileServer(file, Conditions(fail=0.25, seed=7)) as server:
        done = fetch(lambda: Remote(server.url), size=body.size, attempts=12)
    assert sha256(body) == done.sha256
