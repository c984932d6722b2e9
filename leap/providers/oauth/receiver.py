"""Hearing a vendor's answer on this machine: a web server for one right request.

https://www.rfc-editor.org/rfc/rfc8252#section-7.3
"""

from __future__ import annotations

import errno
import socketserver
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any, Self

from leap.errors import LeapError, UsageError
from leap.providers.oauth.attempt import ForeignAnswer
from leap.providers.oauth.login import Login
from leap.providers.oauth.page import HEADERS, page

HOST = "127.0.0.1"
#: Seconds. Browsers open connections in advance, on which nothing may ever be said.
_SILENCE = 10
_POLL = 0.05
#: Seconds that the page of the answer may take to leave.
_LAST_PAGE = 5


class Receiver:
    """Has a port of 127.0.0.1 from when it is made until its block ends.

    Args:
        port: which; 0 for any that is free.
        path: the only path that an answer may come to.

    Raises UsageError where the port cannot be had.
    """

    def __init__(self, port: int, path: str) -> None:
        try:
            self._server = _Server((HOST, port), _Handler)
        except OSError as error:
            raise _no_port(port, error) from None
        self._server.path = path
        self._thread: threading.Thread | None = None

    @property
    def redirect_uri(self) -> str:
        """Return the address that a vendor shall send the browser to."""
        return f"http://{self._server.host}{self._server.path}"

    def listen(self, login: Login) -> None:
        """Offer what comes to ``login`` from now on, on a thread of its own."""
        self._server.login = login
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL,), daemon=True
        )
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            # Who waited for the answer is faster than the page that tells of it.
            if self._server.answering.acquire(timeout=_LAST_PAGE):
                self._server.answering.release()
        self._server.server_close()


def _no_port(port: int, error: OSError) -> UsageError:
    if error.errno == errno.EADDRINUSE:
        message = f"port {port} of {HOST} is taken by another program"
        hint = "end that, or take another with --port, which the app has to allow then"
        return UsageError(message, hint=hint)
    message = f"port {port} of {HOST} cannot be listened at: {error.strerror}"
    return UsageError(message, hint="take one above 1023 with --port")


class _Server(socketserver.ThreadingTCPServer):
    """A thread for each connection, since one that stays silent must not keep others waiting."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    path: str
    login: Login

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        #: Held from when an answer is taken to when its page has left.
        self.answering = threading.Lock()

    @property
    def host(self) -> str:
        return f"{HOST}:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that went away is nobody's business."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = _SILENCE
    server_version = "leap"
    sys_version = ""

    def do_GET(self) -> None:
        # A page elsewhere could reach this port under a name of its own.
        # https://en.wikipedia.org/wiki/DNS_rebinding
        if self.headers.get("Host") != self.server.host:
            self._say(HTTPStatus.MISDIRECTED_REQUEST, "Not here", "This is another machine.")
            return
        path, _, query = self.path.partition("?")
        if path != self.server.path:
            self._say(HTTPStatus.NOT_FOUND, "Nothing here", "LEAP waits for a login elsewhere.")
            return
        with self.server.answering:
            self._answer(query)

    def _answer(self, query: str) -> None:
        refused = self.server.login.offer(f"?{query}")
        vendor = self.server.login.attempt.vendor.name
        if refused is None:
            text = "You can close this page. LEAP continues in your terminal."
            self._say(HTTPStatus.OK, f"{vendor} has answered", text)
        elif isinstance(refused, ForeignAnswer):
            self._say(HTTPStatus.BAD_REQUEST, "That is another login", _sentence(refused))
        else:
            self._say(HTTPStatus.OK, "Not logged in", _sentence(refused), good=False)

    def _say(self, status: HTTPStatus, title: str, text: str, *, good: bool | None = None) -> None:
        body = page(title, text, good=status is HTTPStatus.OK if good is None else good)
        self.send_response(status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def _wrong_method(self) -> None:
        self.send_response(HTTPStatus.METHOD_NOT_ALLOWED)
        self.send_header("Allow", "GET")
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _wrong_method  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base names it so
        """Write nothing: a request's line has the code in it."""


def _sentence(error: LeapError) -> str:
    """Return a message, which begins small, as the sentences of a page."""
    parts = [error.message, *([error.hint] if error.hint else [])]
    return " ".join(f"{part[:1].upper()}{part[1:]}." for part in parts)
