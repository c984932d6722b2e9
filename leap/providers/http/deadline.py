"""Deadlines and addresses, enforced where bytes enter and leave the machine.

httpx limits each wait of a request, not the request: a server that sends one
byte now and then keeps it alive for ever. Below httpx, at the socket, every
wait can be cut to what is left of one total deadline; the same place sees the
address that a name really led to.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpcore

from leap.errors import ProviderError
from leap.providers.http.addresses import is_public

_ends: ContextVar[float | None] = ContextVar("ends", default=None)
_PIECE = 64 * 1024


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """End every wait for the network in this block after ``seconds`` in total.

    Whatever connects, sends or receives in this thread through a client of
    this room raises httpx.TimeoutException then, however lively the other side
    is. Blocks nest: the earlier end counts. Not for use around a ``yield``.
    """
    ends, outer = time.monotonic() + seconds, _ends.get()
    token = _ends.set(ends if outer is None else min(ends, outer))
    try:
        yield
    finally:
        _ends.reset(token)


def overdue() -> bool:
    """Tell whether the time that ``within`` gave this thread is used up."""
    ends = _ends.get()
    return ends is not None and time.monotonic() >= ends


def _left(timeout: float | None, late: type[Exception]) -> float | None:
    """Return how long to wait: ``timeout`` or what is left of the deadline."""
    ends = _ends.get()
    if ends is None:
        return timeout
    left = ends - time.monotonic()
    if left <= 0:
        raise late
    return left if timeout is None else min(timeout, left)


class Backend(httpcore.NetworkBackend):
    """Opens connections whose waits end with ``within``.

    With ``public_only`` one that leads into a private network is closed before
    a byte is sent: a name is judged by the address that it was resolved to for
    this very connection, so that no later answer of the DNS slips through.
    """

    def __init__(self, inner: httpcore.NetworkBackend, *, public_only: bool) -> None:
        self._inner = inner
        self._public_only = public_only

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        timeout = _left(timeout, httpcore.ConnectTimeout)
        stream = self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        if self._public_only:
            address = stream.get_extra_info("server_addr")[0]
            if not is_public(address):
                stream.close()
                message = f"{host} leads to {address}, an address of a private network"
                raise ProviderError(message)
        return _Stream(stream)

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner
        self._uses = 0
        self._awaited = False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._uses += 1
        self._awaited = True
        found = self._inner.read(max_bytes, _left(timeout, httpcore.ReadTimeout))
        self._awaited = False
        return found

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._uses += 1
        self._awaited = True
        view = memoryview(buffer)
        for start in range(0, len(view), _PIECE):
            piece = bytes(view[start : start + _PIECE])
            self._inner.write(piece, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        timeout = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        uses = self._uses
        found = self._inner.get_extra_info(info)
        if info == "is_readable":
            # httpcore takes a connection that looked idle and has bytes for one that
            # the server gave up, and closes it. Another thread may have sent a
            # request over it in between: then the bytes are the answer to that.
            return found and not self._awaited and uses == self._uses
        return found
