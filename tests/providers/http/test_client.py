"""TLS is verified, proxies are honoured, and streams have a total deadline too."""

from __future__ import annotations

import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files

import httpx
import pytest
from emulators.bodies import Bytes
from emulators.messages import Answer, redirect
from emulators.serving import Server

from leap.errors import ProviderError, RetrySoon
from leap.providers.http import call, call_json, client, outcome_of_status, transport_error, within

#: Tornado brings a certificate for foo.example.com, signed by itself.
CERTIFICATE = str(files("tornado.test") / "test.crt")
KEY = str(files("tornado.test") / "test.key")
JSON = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def over_tls(connection):
    """Speak HTTPS with the certificate of foo.example.com."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, KEY)
    with context.wrap_socket(connection, server_side=True) as safe:
        safe.recv(4096)
        safe.sendall(JSON)


def tunnel(connection):
    """Be a proxy whose every tunnel leads to that server."""
    seen = connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
    tunnelled.append(seen.split(b"\r\n")[0])
    over_tls(connection)


tunnelled: list[bytes] = []


def ask(http, url):
    """Ask ``url`` for JSON, once."""
    request = http.build_request("GET", url)
    return call_json(http, request, outcome=outcome_of_status, attempts=1)


def test_a_stranger_s_certificate_is_refused(speaking):
    """Also where everything else is allowed; and waiting does not make it better."""
    with (
        speaking(over_tls) as url,
        client("Zoom", allow_insecure=True) as http,
        pytest.raises(ProviderError, match="its certificate is not trusted") as raised,
    ):
        ask(http, url.replace("http:", "https:"))
    assert ProviderError is type(raised.value)
    assert "SSL_CERT_FILE" in str(raised.value.hint)


def test_a_certificate_for_another_name_is_refused(speaking, monkeypatch):
    """Trusting an authority does not mean trusting everybody."""
    monkeypatch.setenv("SSL_CERT_FILE", CERTIFICATE)
    with (
        speaking(over_tls) as url,
        client("Zoom", allow_insecure=True) as http,
        pytest.raises(ProviderError, match="not valid for '127"),
    ):
        ask(http, url.replace("http:", "https:"))


def test_a_server_without_tls_is_named(server):
    """HTTPS on a port that speaks http has its own reason."""
    with (
        client("Zoom", allow_insecure=True) as http,
        pytest.raises(RetrySoon, match="no connection: WRONG_VERSION_NUMBER"),
    ):
        ask(http, server.url.replace("http:", "https:"))


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_used(speaking, monkeypatch, name):
    """Through a tunnel TLS is verified as well, and the proxy may be in a private network."""
    monkeypatch.setenv("SSL_CERT_FILE", CERTIFICATE)
    tunnelled.clear()
    with speaking(tunnel) as proxy, client("Zoom") as http:
        monkeypatch.setenv(name, proxy)
        assert ask(http, "https://foo.example.com/") == {}
    assert tunnelled == [b"CONNECT foo.example.com:443 HTTP/1.1"]


def test_a_proxy_without_a_scheme_is_an_http_proxy(server, monkeypatch):
    """`HTTP_PROXY=host:3128` is common."""
    monkeypatch.setenv("HTTP_PROXY", f"127.0.0.1:{server.port}")
    with client("Zoom", allow_insecure=True) as http:
        assert ask(http, "http://api.example/") == {"you": "http://api.example/"}


def test_some_hosts_go_without_the_proxy(server, monkeypatch):
    """NO_PROXY is honoured."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with client("Zoom", allow_insecure=True) as http:
        assert ask(http, server.url) == {"you": "/"}


def test_a_proxy_that_lets_nothing_through_is_named(speaking, monkeypatch):
    """The message blames the proxy, not the vendor."""

    def closed(connection):
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")

    with speaking(closed) as proxy, client("Zoom") as http:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        with pytest.raises(RetrySoon, match="the proxy did not let it through"):
            ask(http, "https://api.zoom.us/")


def test_a_client_calls_https_alone(server):
    """Whoever builds the request: http is not sent unless an operator allows it."""
    with client("Zoom") as http:
        with pytest.raises(ProviderError, match="is not an https address"):
            ask(http, "http://api.zoom.us/")
        with pytest.raises(ProviderError, match="is not an https address"):
            http.get(server.url)
    assert len(server.journal) == 0


@pytest.mark.parametrize("where", ["https://xn--/", "//xn--", "https://x:port/"])
def test_a_redirect_to_nonsense_is_a_broken_answer(server, where):
    """Also where nobody follows it; whoever streams needs to expect one kind of error."""
    server.fault("**", then=lambda *_: redirect(where))
    with client("Zoom", allow_insecure=True) as http:
        request = http.build_request("GET", server.url)
        with pytest.raises(httpx.RemoteProtocolError):
            http.send(request, stream=True)


# ── streams ────────────────────────────────────────────────────────────────


def test_a_stream_ends_with_its_block():
    """A download that comes byte by byte ends in time, as what it is."""
    slow = Answer(200, Bytes(b"x" * 100_000))
    with (
        Server(lambda _: slow, rate=2000) as server,
        client("Zoom", allow_insecure=True) as http,
    ):
        request, began = http.build_request("GET", server.url), time.monotonic()
        with within(0.5):
            try:
                response = http.send(request, stream=True)
                sum(len(part) for part in response.iter_raw())
            except httpx.HTTPError as error:
                problem = transport_error(error, "Zoom", request)
        assert time.monotonic() - began < 1.5
    assert str(problem) == f"Zoom: the answer did not come whole in time (GET {server.url})"


def test_blocks_nest_and_end():
    """The earlier end counts, and outside of the block there is none."""
    with (
        Server(lambda _: Answer(200, Bytes(b"{}"))) as server,
        client("Zoom", allow_insecure=True) as http,
    ):
        with within(0), within(60), pytest.raises(RetrySoon, match="in time"):
            call(http, http.build_request("GET", server.url), outcome=outcome_of_status, attempts=1)
        assert ask(http, server.url) == {}


def test_a_deadline_is_of_one_thread(server):
    """One thread that is late does not hurry another."""
    late = threading.Event()

    def other() -> object:
        late.wait(5)
        with client("Zoom", allow_insecure=True) as http:
            return ask(http, server.url)

    with ThreadPoolExecutor(1) as threads, within(0):
        answer = threads.submit(other)
        late.set()
        assert answer.result() == {"you": "/"}


def test_threads_share_a_client(server):
    """Many threads, few connections, every answer its own, and none is lost.

    httpcore may close a connection that another thread has just begun to use;
    without what prevents it, some of these fail.
    """
    with client("Zoom", connections=2, allow_insecure=True) as http:
        urls = [f"{server.url}/{number}" for number in range(1500)]
        with ThreadPoolExecutor(12) as threads:
            answers = list(threads.map(lambda url: ask(http, url), urls))
        assert [{"you": f"/{number}"} for number in range(1500)] == answers
        assert server.connections <= 2


def test_uploads_arrive_whole(server):
    """A body of some megabytes passes the piecewise sending unharmed."""
    content = bytes(range(256)) * 20_000
    with client("Zoom", allow_insecure=True) as http:
        request = http.build_request("PUT", server.url, content=content)
        call(http, request, outcome=outcome_of_status)
    assert content == server.journal.of()[0].request.body
