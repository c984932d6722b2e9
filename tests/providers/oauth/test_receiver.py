"""Hearing the answer: the port, what is refused at it, and how long it is waited for."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

import pytest

from leap.errors import NeedsHuman, ProviderError, UsageError
from leap.providers.oauth.attempt import begin
from leap.providers.oauth.login import Login
from leap.providers.oauth.page import page
from leap.providers.oauth.receiver import Receiver
from leap.providers.oauth.vendor import Vendor


class Waiting:
    """A login that a receiver listens for."""

    def __init__(self, receiver: Receiver, vendor: Vendor) -> None:
        self.attempt = begin(vendor, "an app", receiver.redirect_uri)
        self.login = Login(self.attempt)
        receiver.listen(self.login)
        self.host = urlsplit(receiver.redirect_uri).netloc

    def ask(
        self, target: str, *, method: str = "GET", host: str | None = None
    ) -> tuple[int, dict[str, str], str]:
        """Return status, headers and text of what the port answers."""
        connection = http.client.HTTPConnection(self.host, timeout=10)
        connection.request(method, target, headers={"Host": host or self.host})
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        return response.status, dict(response.getheaders()), text

    def answer(self, **fields: str) -> str:
        """Return the path and query of a right answer with ``fields``."""
        return f"/uni?{urlencode({'state': self.attempt.state, **fields})}"


@pytest.fixture
def waiting(vendor: Vendor) -> Iterator[Waiting]:
    """Give a login that is awaited on any free port."""
    with Receiver(0, vendor.path) as receiver:
        yield Waiting(receiver, vendor)


def test_the_answer_is_heard_and_thanked_for(waiting: Waiting) -> None:
    """The page says where it goes on; nothing on it runs, loads, or tells its address on."""
    status, headers, text = waiting.ask(waiting.answer(code="canary"))

    assert "canary" == waiting.login.wait(0).fields["code"]
    assert (200, True) == (status, "LEAP continues in your terminal." in text)
    assert "canary" not in text
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert ("no-referrer", "no-store") == (headers["Referrer-Policy"], headers["Cache-Control"])


def test_a_no_ends_the_waiting(waiting: Waiting) -> None:
    """The page and the command say the same."""
    status, _, text = waiting.ask(waiting.answer(error="access_denied"))

    with pytest.raises(NeedsHuman, match="the login was declined"):
        waiting.login.wait(0)
    assert (200, True) == (status, "Uni Cloud: the login was declined." in text)


@pytest.mark.parametrize(
    "target, method, host, status",
    [
        ("/favicon.ico", "GET", None, 404),
        ("/", "GET", None, 404),
        ("/uni/", "GET", None, 404),
        ("/uni/../uni?code=c", "GET", None, 404),
        ("//evil.example/uni", "GET", None, 404),
        ("/uni?code=c&state=guess", "GET", None, 400),
        ("/uni?code=c", "GET", None, 400),
        ("/uni", "GET", None, 400),
        ("{answer}", "GET", "evil.example", 421),
        ("{answer}", "GET", "localhost:80", 421),
        ("{answer}", "POST", None, 405),
        ("{answer}", "HEAD", None, 405),
        ("{answer}", "PUT", None, 405),
        ("{answer}", "OPTIONS", None, 405),
        ("{answer}", "TRACE", None, 501),
    ],
)
def test_everything_else_is_refused_and_the_waiting_goes_on(
    waiting: Waiting, target: str, method: str, host: str | None, status: int
) -> None:
    """Other paths, hosts, methods and answers to other questions end nothing."""
    refused, _, _ = waiting.ask(
        target.format(answer=waiting.answer(code="c")), method=method, host=host
    )
    waiting.ask(waiting.answer(code="right"))

    assert (status, "right") == (refused, waiting.login.wait(0).fields["code"])


def test_the_first_right_answer_counts(waiting: Waiting) -> None:
    """A second one, as a page that is loaded again gives it, is told that it is over."""
    waiting.ask(waiting.answer(code="first"))
    status, _, text = waiting.ask(waiting.answer(code="second"))

    assert (400, True) == (status, "This login is over." in text)
    assert "first" == waiting.login.wait(0).fields["code"]


def test_silent_connections_keep_nobody_waiting(waiting: Waiting) -> None:
    """Browsers connect in advance; one that says nothing, or half a line, is no hindrance."""
    address = ("127.0.0.1", int(waiting.host.partition(":")[2]))
    with socket.create_connection(address), socket.create_connection(address) as half:
        half.sendall(b"GET /uni?co")

        assert 200 == waiting.ask(waiting.answer(code="c"))[0]


def test_what_is_no_http_is_refused(waiting: Waiting) -> None:
    """Garbage and endless lines are answered or cut, and the waiting goes on."""
    address = ("127.0.0.1", int(waiting.host.partition(":")[2]))
    for garbage in (b"\x16\x03\x01\x00\xff\r\n\r\n", b"GET /" + b"x" * 70_000 + b"\r\n\r\n"):
        with socket.create_connection(address) as client:
            client.sendall(garbage)
            client.shutdown(socket.SHUT_WR)
            client.settimeout(5)
            while client.recv(65_536):
                pass

    assert 200 == waiting.ask(waiting.answer(code="c"))[0]


def test_without_an_answer_the_waiting_ends(vendor: Vendor) -> None:
    """The message has the address that the app must allow, the usual reason for silence."""
    login = Login(begin(vendor, "an app", "http://127.0.0.1:8713/uni"))

    with pytest.raises(ProviderError) as nobody:
        login.wait(0.01)

    assert str(nobody.value).startswith("Uni Cloud did not answer within 0 seconds; log in again")
    assert "has to allow http://127.0.0.1:8713/uni" in str(nobody.value)
    assert login.offer(f"?code=c&state={login.attempt.state}") is not None


def test_answers_to_other_logins_are_told_of(vendor: Vendor) -> None:
    """Whoever used an older address hears of it."""
    login = Login(begin(vendor, "an app", "http://127.0.0.1:8713/uni"))
    login.offer("?code=c&state=older")

    with pytest.raises(ProviderError, match=r"but for answers to another login; log in again"):
        login.wait(0.01)


def test_an_answer_may_come_from_any_thread(vendor: Vendor) -> None:
    """Whoever hears it first ends the waiting at once."""
    login = Login(begin(vendor, "an app", "http://127.0.0.1:8713/uni"))
    began = time.monotonic()
    threading.Timer(0.1, login.offer, [f"?code=c&state={login.attempt.state}"]).start()

    assert "c" == login.wait(30).fields["code"]
    assert time.monotonic() - began < 10


def test_a_port_that_is_taken_is_one_line(vendor: Vendor) -> None:
    """The way out is another port, which the app has to allow."""
    with Receiver(0, vendor.path) as first, pytest.raises(UsageError) as taken:
        Receiver(urlsplit(first.redirect_uri).port or 0, vendor.path)

    assert "is taken by another program; end that, or take another with --port" in str(taken.value)


def test_a_port_is_free_again_at_once(vendor: Vendor) -> None:
    """Who logs in twice in a row finds the port free, though connections of the first linger."""
    with Receiver(0, vendor.path) as first:
        port = urlsplit(first.redirect_uri).port or 0
        Waiting(first, vendor).ask("/favicon.ico")

    with Receiver(port, vendor.path) as second:
        assert first.redirect_uri == second.redirect_uri


def test_a_page_shows_words_as_words() -> None:
    """What a vendor says is text on the page, never markup."""
    shown = page("<b>", "<script>alert(1)</script>", good=False).decode()

    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
