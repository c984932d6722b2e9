"""Which addresses may be called, and which redirects followed."""

from __future__ import annotations

import httpx
import pytest
from emulators.messages import Answer, redirect
from emulators.serving import Server
from hypothesis import given
from hypothesis import strategies as st

from leap.errors import ProviderError
from leap.providers.http import (
    MOST_REDIRECTS,
    allowed_redirect,
    call,
    check_endpoint,
    client,
    is_public,
    outcome_of_status,
    safe_url,
)

PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.100.100.200",
    "0.0.0.0",  # noqa: S104  # an address to refuse, not one to listen on
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fd00::1",
    "ff02::1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "2002:7f00:0001::",
    "64:ff9b::a00:1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses(address):
    """This machine, private networks, and what clouds tell their machines there."""
    assert not is_public(address)


@pytest.mark.parametrize("address", ["170.114.52.2", "2606:4700::6810:84e5", "::ffff:8.8.8.8"])
def test_public_addresses(address):
    """The rest of the internet, in both versions."""
    assert is_public(address)


@pytest.mark.parametrize(
    "url, expected",
    [
        ("https://api.zoom.us/v2/users?token=s", "https://api.zoom.us/v2/users"),
        ("https://me:secret@zoom.us:8443/rec#s", "https://zoom.us:8443/rec"),
        ("https://[2606:4700::1]:8443/x?s", "https://[2606:4700::1]:8443/x"),
        ("https://zoom.us/rec/%D0%9B;s=1", "https://zoom.us/rec/%D0%9B;s=1"),
        ("https://zoom.us:secret/", "an address that cannot be read"),
        ("https://zoom.us/\x1b[31m\n\u202e", "https://zoom.us/?[31m?"),
    ],
)
def test_an_address_as_it_may_be_shown(url, expected):
    """Scheme, host and path stay; nothing can colour or break a line."""
    assert expected == safe_url(url)


@given(st.text(), st.text(alphabet="abc?#@:/[]%\n\0é", max_size=30))
def test_any_text_can_be_shown_as_an_address(text, odd):
    """It never fails, is one short line, and has no query."""
    for url in (text, f"https://{odd}", f"https://host/{odd}?c4n4ry"):
        shown = safe_url(url)
        assert shown.isprintable()
        assert len(shown) <= 200
        assert "?c4n4ry" not in shown


@pytest.mark.parametrize(
    "url, problem",
    [
        ("http://api.zoom.us/", "is not an https address"),
        ("ftp://api.zoom.us/", "is not an https address"),
        ("file:///etc/passwd", "is not an address on the web"),
        ("/v2/users", "is not an address on the web"),
        ("", "is not an address on the web"),
        ("https://", "is not an address on the web"),
        ("https://xn--/", "is not an address on the web"),
        ("https://a b/", "is not an address on the web"),
        ("https://me@zoom.us/", "has a user name or a password in it"),
        ("https://localhost/", "is an address of a private network"),
        ("https://LocalHost./", "is an address of a private network"),
        ("https://x.localhost/", "is an address of a private network"),
        ("https://169.254.169.254/latest", "is an address of a private network"),
        ("https://[::1]/", "is an address of a private network"),
        ("https://[::ffff:7f00:1]/", "is an address of a private network"),
    ],
)
def test_addresses_that_are_not_called(url, problem):
    """Only https on the public internet, and no user in the address."""
    with pytest.raises(ProviderError, match=problem):
        check_endpoint(url)


def test_an_operator_may_allow_this_machine():
    """With `allow_insecure` http and private addresses are allowed, and nothing else is."""
    assert check_endpoint("http://127.0.0.1:8080/v2", allow_insecure=True).port == 8080
    for url in ("ftp://127.0.0.1/", "http://me@127.0.0.1/", "file:///etc/passwd"):
        with pytest.raises(ProviderError):
            check_endpoint(url, allow_insecure=True)


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1"])
def test_a_name_that_leads_home_is_refused_when_it_is_called(server, host):
    """What a name leads to is seen at the connection; not a byte is sent there."""
    with client("Zoom") as http:
        request = http.build_request("GET", f"https://{host}:{server.port}/")
        with pytest.raises(ProviderError, match=r"leads to 127\.0\.0\.1"):
            call(http, request, outcome=outcome_of_status)
    assert len(server.journal) == 0


# ── redirects ──────────────────────────────────────────────────────────────

OWN = {
    "Authorization": "Bearer token",
    "X-Api-Key": "key",
    "Cookie": "session",
    "Range": "bytes=0-99",
    "If-Range": '"etag"',
    "Accept-Encoding": "identity",
}


def sent_on(where, *, hop=1, method="GET", start="https://zoom.us/rec/download/1", **how):
    """Return the request that follows a redirect to ``where``."""
    request = httpx.Request(method, start, headers=OWN)
    headers = {"Location": where} if where is not None else {}
    response = httpx.Response(302, headers=headers, request=request)
    return allowed_redirect(response, hop=hop, **how)


@pytest.mark.parametrize(
    "where",
    [
        "https://cdn.example/1?sig=2",
        "https://sub.zoom.us/1",
        "https://zoom.us:8443/1",
        "//cdn.example/1",
    ],
)
def test_another_origin_gets_none_of_our_headers(where):
    """Only what describes the wanted bytes goes along."""
    request = sent_on(where)
    assert {"host", "range", "if-range", "accept-encoding"} == set(request.headers)
    assert request.url.netloc.decode() == request.headers["host"]


@pytest.mark.parametrize(
    "where", ["/rec/2", "?x=1", "https://ZOOM.us/rec/2", "https://zoom.us:443/2"]
)
def test_the_same_origin_gets_them_again(where):
    """A redirect within a host changes the path and nothing else."""
    request = sent_on(where)
    assert request.headers["authorization"] == "Bearer token"
    assert request.url.host == "zoom.us"


@pytest.mark.parametrize(
    "where, problem",
    [
        ("http://cdn.example/1", "is not an https address"),
        (None, "cannot be read"),
        ("", "cannot be read"),
        ("file:///etc/passwd", "cannot be read"),
        ("https://xn--/", "cannot be read"),
        ("https://169.254.169.254/latest", "private network"),
        ("https://localhost/", "private network"),
        ("https://me:secret@cdn.example/", "user name"),
        ("https://[cdn/", "not an address"),
        ("https://cdn:port/", "cannot be read"),
    ],
)
def test_redirects_that_are_not_followed(where, problem):
    """The rules for addresses hold on every hop."""
    with pytest.raises(ProviderError, match=problem):
        sent_on(where)


def test_only_downloads_are_sent_on():
    """What changes something goes to the address it was meant for, or nowhere."""
    with pytest.raises(ProviderError, match="a POST is never sent on"):
        sent_on("https://cdn.example/", method="POST")


def test_redirects_end(server):
    """Five hops are allowed, the sixth is not: two hosts cannot play ball with us."""
    server.fault("**", then=lambda *_: redirect("/again"), times=None)
    with client("Zoom", allow_insecure=True) as http:
        request, hop = http.build_request("GET", f"{server.url}/1"), 0
        with pytest.raises(ProviderError, match="one more redirect after 5"):
            while True:
                response = http.send(request)
                hop += 1
                request = allowed_redirect(response, hop=hop, allow_insecure=True)
    assert len(server.journal) == MOST_REDIRECTS + 1


def test_a_redirect_to_another_origin_on_the_wire():
    """Sent for real: the second server sees the range, and not the token."""
    with (
        Server(lambda _: Answer(), name="cdn", host="localhost") as cdn,
        Server(lambda _: redirect(f"{cdn.url}/file?signature=1"), name="zoom") as zoom,
        client("Zoom", allow_insecure=True) as http,
    ):
        response = http.send(http.build_request("GET", zoom.url, headers=OWN))
        assert http.send(allowed_redirect(response, hop=1, allow_insecure=True)).status_code == 200
        seen = cdn.journal.of()[0].request
    assert seen.query == {"signature": "1"}
    assert seen.headers["range"] == "bytes=0-99"
    assert seen.headers["host"] == f"localhost:{cdn.port}"
    assert not {"authorization", "x-api-key", "cookie"} & set(seen.headers)
