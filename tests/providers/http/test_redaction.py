"""No secret leaves through a log, an exception or a traceback."""

from __future__ import annotations

import logging.config
import traceback

import httpx
import pytest
from emulators.messages import redirect

from leap.errors import LeapError
from leap.providers.http import allowed_redirect, call, check_endpoint, client, outcome_of_status

CANARY = "c4n4ry"
BEARER = f"Bearer {CANARY}"


@pytest.fixture
def logged(caplog):
    """Everything that is logged, by whomever, at the lowest level."""
    caplog.set_level(0)
    for name in ("httpx", "httpcore", "httpcore.http11", "httpcore.connection", "leap"):
        caplog.set_level(1, name)
    return caplog


def everything_of(error: BaseException) -> str:
    """Return all that a careless handler could write down about ``error``."""
    told, seen = [], set()
    todo: list[BaseException | None] = [error]
    while todo:
        one = todo.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        told += [str(one), repr(one), repr(one.args), repr(vars(one))]
        told += traceback.format_exception(one)
        todo += [one.__cause__, one.__context__]
    return "\n".join(told)


def send(http, url, *, method="POST", header=BEARER, outcome=outcome_of_status):
    """Send a request that has the canary in its query, its headers and its body."""
    return call(
        http,
        http.build_request(
            method,
            f"{url}/v2/users?access_token={CANARY}#{CANARY}",
            headers={"Authorization": header, "X-Api-Key": CANARY},
            content=CANARY,
        ),
        outcome=outcome,
        attempts=2,
        repeatable=True,
    )


FAULTS = {
    "fine": {},
    "refused": {"status": 401, "content": CANARY.encode()},
    "failed": {"status": 503, "content": CANARY.encode(), "times": None},
    "garbled": {"status": 200, "content": CANARY.encode()},
    "page": {"status": 200, "content": f"<html>{CANARY}".encode()},
    "dropped": {"drop": True, "times": None},
    "lost": {"lost": True, "times": None},
    "cut": {"cut": 2, "reset": True, "times": None},
    "stalled": {"stall": 2, "times": None},
    "large": {"status": 200, "content": CANARY.encode() * 500_000},
    "header": {"status": 200, "headers": {"Set-Cookie": f"session={CANARY}"}},
    "packed": {"status": 200, "content": CANARY.encode(), "headers": {"Content-Encoding": "gzip"}},
    "elsewhere": {"then": lambda *_: redirect(f"https://cdn.example/{CANARY}?sig={CANARY}")},
    "nowhere": {"then": lambda *_: redirect(f"https://[{CANARY}?sig={CANARY}")},
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_no_outcome_shows_a_secret(http, server, logged, fault):
    """Whatever a server does, neither the log nor the exception holds the canary."""
    if fault:
        server.fault("**", **fault)
    told = ""
    try:
        send(http, server.url)
    except LeapError as error:
        told = everything_of(error)
    assert CANARY not in told
    assert CANARY in server.journal.of()[0].request.target, "the canary must have been sent"
    assert CANARY not in logged.text


def test_the_log_says_what_was_called(http, server, logged):
    """Less than a secret is not nothing: method, place, status and time are there."""
    send(http, server.url, method="GET")
    (line,) = [record.getMessage() for record in logged.records]
    assert line.startswith(f"GET {server.url}/v2/users: 200 OK, 0.")


@pytest.mark.parametrize(
    "header", [f"Bearer {CANARY}\n", f"Bearer {CANARY}\r\nX: y", f"\0{CANARY}"]
)
def test_a_credential_that_http_forbids_is_not_shown(http, server, logged, header):
    """h11 quotes the header that it refuses; LEAP says that one is wrong."""
    with pytest.raises(LeapError, match="is the credential whole") as raised:
        send(http, server.url, header=header)
    assert CANARY not in everything_of(raised.value) + logged.text
    assert len(server.journal) == 0


def test_a_place_without_a_server_shows_no_secret(http, logged):
    """No connection, and a name that nobody knows."""
    for url in ("http://127.0.0.1:9", "http://name.invalid"):
        with pytest.raises(LeapError) as raised:
            send(http, url)
        assert CANARY not in everything_of(raised.value) + logged.text


def test_a_proxy_that_cannot_be_used_shows_no_password(http, monkeypatch, logged):
    """The address of a proxy may have a password in it."""
    for proxy in (
        f"ftp://me:{CANARY}@proxy",
        f"http://me:{CANARY}@proxy:port",
        f"socks5://{CANARY}@x",
    ):
        monkeypatch.setenv("HTTP_PROXY", proxy)
        with pytest.raises(LeapError, match="the proxy that HTTPS_PROXY") as raised:
            send(http, "http://api.example")
        assert CANARY not in everything_of(raised.value) + logged.text


@pytest.mark.parametrize(
    "url",
    [
        f"http://api.zoom.us/?{CANARY}",
        f"https://me:{CANARY}@api.zoom.us/",
        f"https://api.zoom.us:{CANARY}/",
        f"https://[{CANARY}/",
        f"//{CANARY}@/",
        f"https://10.0.0.1/?{CANARY}",
    ],
)
def test_a_refused_address_is_shown_without_its_secrets(url):
    """What is wrong with an address can be said without its query and password."""
    with pytest.raises(LeapError) as raised:
        check_endpoint(url)
    assert CANARY not in everything_of(raised.value)


@pytest.mark.parametrize(
    "where", [f"http://x/?{CANARY}", f"https://[x?{CANARY}", f"https://{CANARY}@x"]
)
def test_a_refused_redirect_is_shown_without_its_secrets(where):
    """A signed address that may not be followed stays a secret."""
    request = httpx.Request("GET", f"https://zoom.us/rec/1?{CANARY}")
    response = httpx.Response(302, headers={"Location": where}, request=request)
    with pytest.raises(LeapError) as raised:
        allowed_redirect(response, hop=1)
    assert CANARY not in everything_of(raised.value)


def test_the_libraries_stay_silent_however_loud_the_log(server, logged):
    """Of httpx the addresses and of httpcore the headers are kept out, with any settings."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "incremental": True,
            "loggers": {"httpx": {"level": "DEBUG"}, "httpcore": {"level": "DEBUG"}},
        }
    )
    with client("Zoom", allow_insecure=True) as http:
        send(http, server.url)
    assert {"leap.providers.http.calls"} == {record.name for record in logged.records}
