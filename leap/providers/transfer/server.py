"""Asking the server for bytes: one request, its redirects, and the address when it expired."""

from __future__ import annotations

import socket
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx

from leap import faults
from leap.errors import RetrySoon
from leap.providers.http import Client, allowed_redirect, check_endpoint, transport_error
from leap.providers.transfer.answers import HEAD, Crowded, Head, page_instead, read_head
from leap.providers.transfer.values import Refused, Remote

_OURS = frozenset({"range", "if-range"})
_NOT_TAKEN = (httpx.ConnectError, httpx.ConnectTimeout)


@dataclass(frozen=True, slots=True)
class _Target:
    """Where the bytes are once all redirects are followed, and what may be said there."""

    url: httpx.URL
    headers: Mapping[str, str]


class Answer:
    """An answer that has begun: what it brings, and then its bytes."""

    def __init__(self, head: Head, response: httpx.Response, service: str) -> None:
        self.head = head
        self._response = response
        self._service = service

    def blocks(self) -> Iterator[bytes]:
        """Yield the bytes as they come, the first block of a file never shorter than its head.

        Raises RetrySoon where they break off, Refused where they are a page.
        """
        blocks = self._raw()
        if self.head.start == 0:
            yield self._checked(blocks)
        yield from blocks

    def _checked(self, blocks: Iterator[bytes]) -> bytes:
        """Return the first bytes of the file, once they are known to be no page."""
        first = b""
        while len(first) < HEAD and (block := next(blocks, b"")):
            first += block
        if page := page_instead(self._response.headers.get("Content-Type", ""), first):
            host = self._response.request.url.host
            raise Refused(
                f"{host} sends {page} instead of the file",
                status=self._response.status_code,
                page=page,
            )
        return first

    def _raw(self) -> Iterator[bytes]:
        try:
            yield from self._response.iter_raw()
        except httpx.HTTPError as error:
            problem = transport_error(error, self._service, self._response.request)
        else:
            return
        raise problem


class Server:
    """Where one file is; for any number of threads.

    ``fresh`` is asked for an address before the first request and whenever the
    one in use expired; all connections then share it, and what it redirects to.
    """

    def __init__(
        self, client: Client, fresh: Callable[[], Remote], *, allow_insecure: bool, stall: float
    ) -> None:
        self._client, self._fresh = client, fresh
        self._allow_insecure = allow_insecure
        self._timeout = httpx.Timeout(stall, connect=min(10.0, stall))
        self._lock = threading.Lock()
        self._target: _Target | None = None
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._hung_up = False
        #: Seconds from the last request to the first byte of its answer.
        self.latency = 0.0

    @contextmanager
    def ask(self, start: int, end: int | None, condition: str = "") -> Iterator[Answer]:
        """Ask for the bytes ``start`` up to ``end``; without ``end`` for the whole file.

        ``condition`` is the value of If-Range. The answer must be read inside
        the block. Raises what ``read_head`` and ``fresh`` raise, and RetrySoon
        where the network fails.
        """
        wanted = {"Accept-Encoding": "identity"}
        if end is not None:
            wanted["Range"] = f"bytes={start}-{end - 1}"
            if condition and start > 0:
                wanted["If-Range"] = condition
        target, response = self._answer(wanted)
        try:
            faults.point("transfer.server.answered")
            yield Answer(read_head(response, start, end), response, self._client.service)
        except Refused:
            self._forget(target)
            raise
        finally:
            response.close()

    def hang_up(self) -> None:
        """End every connection at once, also for threads that are waiting for bytes."""
        self._hung_up = True
        for connection in list(self._sockets):
            with suppress(OSError):
                # Not SSLSocket's, which would pull TLS away from under a reading thread.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)

    def _forget(self, target: _Target) -> None:
        """Ask for a fresh address before the next request, unless another has done so."""
        with self._lock:
            if self._target is target:
                self._target = None

    def _answer(self, wanted: Mapping[str, str]) -> tuple[_Target, httpx.Response]:
        target = self._target
        if target is None:
            # One connection finds the way, the others wait and take the same.
            with self._lock:
                target = self._target
                if target is None:
                    return self._found(wanted)
        return target, self._send(self._request(target, wanted))

    def _found(self, wanted: Mapping[str, str]) -> tuple[_Target, httpx.Response]:
        """Ask for an address and follow it to where the bytes are."""
        remote = self._fresh()
        url = check_endpoint(remote.url, allow_insecure=self._allow_insecure)
        request = self._request(_Target(url, remote.headers), wanted)
        hop = 0
        while (response := self._send(request)).has_redirect_location:
            response.close()
            hop += 1
            request = allowed_redirect(response, hop=hop, allow_insecure=self._allow_insecure)
        headers = {name: value for name, value in request.headers.items() if name not in _OURS}
        self._target = target = _Target(request.url, headers)
        return target, response

    def _request(self, target: _Target, wanted: Mapping[str, str]) -> httpx.Request:
        return self._client.build_request(
            "GET",
            target.url,
            headers={**target.headers, **wanted},
            timeout=self._timeout,
            extensions={"trace": self._trace},
        )

    def _send(self, request: httpx.Request) -> httpx.Response:
        began = time.monotonic()
        try:
            response = self._client.send(request, stream=True)
        except httpx.HTTPError as error:
            problem = transport_error(error, self._client.service, request)
            crowded = isinstance(error, _NOT_TAKEN) and isinstance(problem, RetrySoon)
        else:
            self.latency = time.monotonic() - began
            return response
        raise Crowded(problem.message) if crowded else problem

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Remember the socket of each new connection."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            connection = info["return_value"].get_extra_info("socket")
            self._sockets.add(connection)
            if self._hung_up:
                self.hang_up()
