"""Whatever a server says, a call ends in time, in little memory, with a clear reason."""

from __future__ import annotations

import gzip
import itertools
import json
import time
import tracemalloc
import zlib
from contextlib import suppress

import httpx
import pytest
from emulators.bodies import Bytes
from emulators.messages import Answer
from hypothesis import given, settings
from hypothesis import strategies as st

from leap.errors import LeapError, ProviderError, RetrySoon
from leap.providers.http import call, call_json, client, json_of, outcome_of_status

HEAD = b"HTTP/1.1 200 OK\r\n"
JSON = {"Content-Type": "application/json"}


def ask(http, url, *, attempts=1, **how):
    """Ask for JSON at ``url``, once."""
    request = http.build_request("GET", f"{url}/v2/users")
    return call_json(http, request, outcome=outcome_of_status, attempts=attempts, **how)


# ── for ever ───────────────────────────────────────────────────────────────


def drip(first: bytes, again: bytes):
    """Return a script that says ``first`` and then ``again`` for ever, often enough."""

    def script(connection):
        connection.recv(4096)
        connection.sendall(first)
        for _ in range(300):
            connection.sendall(again)
            time.sleep(0.05)

    return script


@pytest.mark.parametrize(
    "script",
    [
        drip(b"", b"\r\n"),
        drip(HEAD, b"X-Filler: 1\r\n"),
        drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        drip(HEAD + b"\r\n", b"\n"),
        drip(HEAD + b"Content-Length: 1000000\r\n\r\n", b" "),
        drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1"),
    ],
    ids=["blank lines", "headers", "100s", "no length", "length", "chunks", "chunk header"],
)
def test_a_lively_server_cannot_hold_a_call(http, speaking, script):
    """Bytes come all the time, but the answer does not: after the total deadline it is over."""
    began = time.monotonic()
    with speaking(script) as url, pytest.raises(RetrySoon, match=r"Zoom: .* \(GET "):
        ask(http, url)
    assert time.monotonic() - began < 2.5


def test_a_silent_server_is_left(http, speaking):
    """Without a single byte it takes the shorter of both waits, and the message has it."""
    began = time.monotonic()

    def script(connection):
        connection.recv(4096)
        connection.recv(1)  # until the other side hangs up

    with speaking(script) as url:
        with pytest.raises(RetrySoon, match=r"nothing came for 0\.5 s"):
            ask(http, url)
        assert time.monotonic() - began < 0.9


def test_a_server_that_reads_slowly_cannot_hold_a_call(http, speaking):
    """An upload of which a little is taken now and then ends in time."""

    def script(connection):
        for _ in range(40):
            connection.recv(20_000)
            time.sleep(0.05)

    with speaking(script) as url:
        request = http.build_request("PUT", url, content=b"x" * 50_000_000)
        began = time.monotonic()
        with pytest.raises(RetrySoon):
            call(http, request, outcome=outcome_of_status, attempts=1)
        assert time.monotonic() - began < 2


# ── too much ───────────────────────────────────────────────────────────────


def packed(content: bytes, coding: str = "gzip", **headers: str) -> Answer:
    """Return an answer whose body is already packed."""
    return Answer(200, Bytes(content), {**JSON, "Content-Encoding": coding, **headers})


@pytest.mark.parametrize("length", ["right", "chunked", "omitted"])
def test_an_answer_that_is_too_large_is_not_read(http, server, length):
    """However its length is told, more than a megabyte is not taken."""
    body = json.dumps("x" * 1_000_000).encode()
    server.fault("**", status=200, content=body, length=length)
    with pytest.raises(ProviderError, match="is larger than 1,000,000 bytes"):
        ask(http, server.url)


def test_a_bomb_does_not_go_off(http, server):
    """A hundred megabytes in a hundred kilobytes are refused, and never unpacked."""
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(b" " * (1 << 20)) for _ in range(100)) + packer.flush()
    server.fault("**", then=lambda *_: packed(bomb))
    tracemalloc.start()
    try:
        with pytest.raises(ProviderError, match="is larger than"):
            ask(http, server.url)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 10_000_000


@pytest.mark.parametrize("coding", ["gzip, gzip", "br", "zstd", "deflate", "compress", "?"])
def test_only_what_was_asked_for_is_unpacked(http, server, coding):
    """Layers multiply what a bomb holds; LEAP asks for gzip and takes gzip."""
    twice = gzip.compress(gzip.compress(b"{}"))
    server.fault("**", then=lambda *_: packed(twice, coding))
    with pytest.raises(ProviderError, match="packed in a way that was not asked for"):
        ask(http, server.url)


def test_what_follows_a_packed_answer_counts(http, server):
    """Nothing hides behind the end of the packed part."""
    server.fault("**", then=lambda *_: packed(gzip.compress(b"{}") + b"x" * 1_500_000))
    with pytest.raises(ProviderError, match="is larger than"):
        ask(http, server.url)


def test_a_packed_answer_is_unpacked(http, server):
    """The plain case, with letters of every length."""
    said = {"topic": "Лекция 3 · 機械学習 🎓"}
    server.fault("**", then=lambda *_: packed(gzip.compress(json.dumps(said).encode())))
    assert said == ask(http, server.url)


# ── not what it should be ──────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/json", ""])
def test_a_page_instead_of_json_is_named(http, server, kind):
    """A log-in page or a hotel's network is told from a broken answer, and asked once."""
    page = b"\n<!DOCTYPE html><html><body>secret sign-in</body></html>"
    server.fault("**", status=200, content=page, headers={"Content-Type": kind}, times=None)
    with pytest.raises(ProviderError, match="is a web page instead of JSON") as raised:
        ask(http, server.url, attempts=4)
    assert "leap.yaml" in str(raised.value.hint)
    assert "secret" not in str(raised.value)
    assert len(server.journal) == 1


GARBLED = {
    "empty": b"",
    "blank": b"  \n",
    "cut": b'{"meetings": [{"topic": "secret',
    "two": b"{}{}",
    "Windows letters": '{"topic": "Лекция"}'.encode("cp1251"),
    "not a number": b'{"a": NaN}',
    "a number without end": b"9" * 5000,
    "a pit": b"[" * 200_000,
    "a NUL": b"\0",
}


@pytest.mark.parametrize("content", GARBLED.values(), ids=GARBLED)
def test_what_is_no_json_is_asked_for_again(http, server, content, still):
    """Garbled once is forgiven; garbled always has a reason, which does not quote it."""
    rule = server.fault("**", status=200, content=content, headers=JSON)
    assert ask(http, server.url, attempts=2, timer=still.timer) == {"you": "/v2/users"}
    rule.times = None
    with pytest.raises(RetrySoon, match="JSON") as raised:
        ask(http, server.url)
    assert "secret" not in str(raised.value)


def test_a_packed_answer_that_breaks_off_is_asked_for_again(http, server, still):
    """Half a gzip is no whole answer, although the connection ended well."""
    whole = gzip.compress(b'{"topic": "Machine Learning"}')
    server.fault("**", then=lambda *_: packed(whole[:-6]))
    server.fault("**", then=lambda *_: packed(b"no gzip at all"))
    assert ask(http, server.url, attempts=3, timer=still.timer) == {"you": "/v2/users"}


@pytest.mark.parametrize("charset", ["utf-8", "windows-1251", "no-such-charset", '"'])
def test_json_is_utf_8_whatever_the_header_says(http, server, charset):
    """RFC 8259 leaves no choice, so a wrong charset harms nobody; nor does a mark at the start."""
    headers = {"Content-Type": f"application/json; charset={charset}"}
    content = '\ufeff{"topic": "Лекция"}'.encode()
    server.fault("**", status=200, content=content, headers=headers)
    assert ask(http, server.url) == {"topic": "Лекция"}


def test_half_a_letter_does_not_get_in(http, server):
    """A lone surrogate, which no database takes, is replaced; a pair stays a letter."""
    server.fault("**", status=200, content=rb'{"a": "\ud83d", "b": "\ud83c\udf93", "c": "\\ud83d"}')
    assert ask(http, server.url) == {"a": "\ufffd", "b": "🎓", "c": "\\ud83d"}


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        st.lists,
    )
)
def test_json_comes_through_unchanged(value):
    """What is JSON is read as it is."""
    request = httpx.Request("GET", "https://api.zoom.us/")
    response = httpx.Response(200, content=json.dumps(value).encode(), request=request)
    assert value == json_of(response)


RAW = st.one_of(
    st.binary(max_size=200),
    st.builds(
        lambda start, headers, body: start + b"\r\n".join(headers) + b"\r\n\r\n" + body,
        st.sampled_from([HEAD, b"HTTP/1.1 302 Found\r\n", b"HTTP/1.0 503 \r\n", b"HTTP/2 200\r\n"]),
        st.lists(
            st.one_of(
                st.builds(b"Location: ".__add__, st.binary(max_size=40)),
                st.builds(b"Content-Encoding: ".__add__, st.binary(max_size=8)),
                st.builds(b"Content-Length: %d".__mod__, st.integers(-1, 99)),
                st.builds(b"Retry-After: ".__add__, st.binary(max_size=8)),
                st.builds(b"Content-Type: ".__add__, st.binary(max_size=20)),
                st.just(b"Location: https://[secret/"),
                st.just(b"Location: https://xn--a/\x80"),
                st.just(b"Transfer-Encoding: chunked"),
            ),
            max_size=4,
        ),
        st.binary(max_size=40),
    ),
)


def test_no_bytes_make_a_call_crash(speaking):
    """Whatever comes, a call returns an answer or raises what people can read."""
    said = [b""]

    def script(connection):
        connection.recv(4096)
        connection.sendall(said[0])

    with speaking(script) as url, client("Zoom", read=1, allow_insecure=True) as http:

        @settings(max_examples=150)
        @given(RAW)
        def everything(raw):
            said[0] = raw
            with suppress(LeapError):
                ask(http, url)

        everything()


def test_a_call_keeps_no_connection_of_a_bad_answer(server):
    """A client with a single connection is free again after every kind of failure."""
    with client(
        "Zoom", read=0.3, total=1, largest=1000, connections=1, allow_insecure=True
    ) as http:
        faults = [{"stall": 3}, {"cut": 3}, {"drop": True}, {"status": 200, "content": b"x" * 5000}]
        for fault in itertools.chain(faults, faults):
            server.fault("**", **fault)
            with pytest.raises(ProviderError):
                ask(http, server.url)
        assert ask(http, server.url) == {"you": "/v2/users"}
