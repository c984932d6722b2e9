"""HTTP/1.1 servers on loopback that can also answer badly.

A `Server` is one origin with a thread for each connection. Two of them, on two
ports or under the names ``127.0.0.1`` and ``localhost``, are two origins.
"""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import os
import socket
import socketserver
import struct
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any, Self

from emulators.clock import Clock
from emulators.faults import Faults
from emulators.incoming import Gone, Incoming
from emulators.journal import Exchange, Journal
from emulators.messages import Answer, Request, Wire

#: How much is sent at once where a rate is kept.
_SIP = 16 * 1024
#: How much of a body is read at once.
_GULP = 256 * 1024
_NO_BODY = frozenset({204, 304})


class Pipe:
    """Lets ``rate`` bytes per second through, whoever they belong to."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._lock = threading.Lock()
        self._free = time.monotonic()

    def wait(self, size: int) -> float:
        """Return the seconds to wait before ``size`` bytes may go."""
        with self._lock:
            now = time.monotonic()
            self._free = max(self._free, now) + size / self._rate
            return self._free - now


class Server:
    """An origin: ``handle`` turns requests into answers.

    ``host`` is the name under which it is called. ``rate`` limits each
    connection and ``pipe`` all that share it, in bytes per second; ``intake``
    is the same for the bodies of requests. Requests that ``streams`` is true of
    are handled before their body is there: it is in `Request.incoming`.
    """

    def __init__(
        self,
        handle: Callable[[Request], Answer],
        *,
        name: str = "origin",
        host: str = "127.0.0.1",
        port: int = 0,
        journal: Journal | None = None,
        faults: Faults | None = None,
        clock: Clock | None = None,
        rate: float | None = None,
        pipe: Pipe | None = None,
        intake: Pipe | None = None,
        streams: Callable[[Request], bool] = lambda _: False,
    ) -> None:
        self.handle, self.name = handle, name
        self.journal = journal if journal is not None else Journal()
        self.faults = faults if faults is not None else Faults()
        self.clock = clock if clock is not None else Clock()
        self.rate, self.pipe, self.intake = rate, pipe, intake
        self.streams = streams
        self.closing = threading.Event()
        #: What ``handle`` raised; closing raises it again, since it is a mistake of the emulator.
        self.mistakes: list[Exception] = []
        self._sockets = _Sockets(self, port)
        self.port = int(self._sockets.server_address[1])
        self.url = f"http://{host}:{self.port}"
        self._thread = threading.Thread(
            target=self._sockets.serve_forever,
            args=(0.02,),
            name=f"{name}:{self.port}",
            daemon=True,
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.close()
        if self.mistakes and kind is None:
            raise self.mistakes[0]

    def close(self) -> None:
        """End the server and every connection."""
        self.closing.set()
        self._sockets.shutdown()
        self._sockets.hang_up()
        self._sockets.server_close()
        self._thread.join()

    def fault(self, pattern: str, **what: Any) -> Any:
        """Add a rule to `faults`; see `Faults.add`."""
        return self.faults.add(pattern, **what)

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._sockets.open)


class _Sockets(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, origin: Server, port: int) -> None:
        self.origin = origin
        self.open: set[socket.socket] = set()
        self.changed = threading.Condition()
        super().__init__(("127.0.0.1", port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a connection that breaks is noted in the journal."""

    def hang_up(self) -> None:
        """End every connection and wait until its thread is done with it."""
        with self.changed:
            for connection in self.open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self.changed.wait_for(lambda: not self.open, 5)


class _Ended(Exception):
    """The connection ends here, as told."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Sockets

    def setup(self) -> None:
        super().setup()
        with self.server.changed:
            self.server.open.add(self.connection)

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
        with self.server.changed:
            self.server.open.discard(self.connection)
            self.server.changed.notify_all()

    def log_message(self, *_: Any) -> None:
        """Say nothing: the journal does."""

    def serve(self) -> None:
        origin = self.server.origin
        request = Request(
            at=origin.clock.now(),
            origin=origin.name,
            method=self.command,
            target=self.path,
            headers={name.lower(): value for name, value in self.headers.items()},
        )
        if origin.streams(request):
            incoming = Incoming(self._arriving(), passed=self._admit)
            request = dataclasses.replace(request, incoming=incoming)
        else:
            request = dataclasses.replace(request, body=self._body())
        exchange = origin.journal.begin(request)
        began = time.perf_counter()
        ended = "gone"
        try:
            if answer := self._decide(request, exchange):
                if request.incoming and not answer.wire.lost:
                    request.incoming.drain()
                self._send(answer, exchange)
                ended = "whole"
            else:
                ended = "cut"
                self._end(reset=False)
        except _Ended:
            ended = "cut"
        except OSError:
            self.close_connection = True
        finally:
            exchange.seconds = time.perf_counter() - began
            origin.journal.end(exchange, ended)

    # The base class looks for a method of this name.
    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = serve  # noqa: N815

    def _decide(self, request: Request, exchange: Exchange) -> Answer | None:
        """Return what to say, None to say nothing."""
        origin = self.server.origin
        fault = origin.faults.take(request)
        try:
            if not fault:
                return origin.handle(request)
            exchange.fault = fault.pattern.text
            return fault.answer(request, origin.handle)
        except (_Ended, Gone):
            raise
        except Exception as mistake:  # noqa: BLE001 -- raised again when the server is closed
            origin.mistakes.append(mistake)
            return Answer(500, headers={"X-Mistake": repr(traceback.format_exc()[-500:])})

    def _body(self) -> bytes:
        body = bytearray()
        with contextlib.suppress(Gone):
            for piece in self._arriving():
                self._admit(len(piece))
                body += piece
        return bytes(body)

    def _arriving(self) -> Iterator[bytes]:
        """Yield the body as it comes; raises Gone where the connection ends early."""
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            yield from self._exactly(int(self.headers.get("Content-Length") or 0))
            return
        while size := int(self.rfile.readline().split(b";")[0], 16):
            yield from self._exactly(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass

    def _exactly(self, size: int) -> Iterator[bytes]:
        while size > 0:
            try:
                piece = self.rfile.read1(min(size, _GULP))
            except OSError as gone:
                raise Gone from gone
            if not piece:
                raise Gone
            yield piece
            size -= len(piece)

    def _admit(self, size: int) -> None:
        if self.server.origin.intake:
            self._sleep(self.server.origin.intake.wait(size))

    def _send(self, answer: Answer, exchange: Exchange) -> None:
        wire = answer.wire
        self._sleep(wire.delay)
        if wire.lost:
            self._end(reset=wire.reset)
        exchange.answered(answer)
        bodiless = self.command == "HEAD" or answer.status in _NO_BODY
        chunked = wire.length == "chunked" and not bodiless
        self.connection.sendall(self._head(answer))
        if not bodiless:
            for piece in self._shaped(answer):
                frame = b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece
                self.connection.sendall(frame)
                exchange.sent += len(piece)
                self._pass(wire, exchange.sent)
            if chunked:
                self.connection.sendall(b"0\r\n\r\n")
        if wire.length not in ("right", "chunked"):
            self._end(reset=False, orderly=True)

    def _head(self, answer: Answer) -> bytes:
        headers = {"Date": self.date_time_string(), **answer.headers}
        match answer.wire.length:
            case "right":
                if answer.status not in _NO_BODY:
                    headers.setdefault("Content-Length", str(answer.length))
            case "chunked":
                headers["Transfer-Encoding"] = "chunked"
            case "omitted":
                headers["Connection"] = "close"
            case number:
                headers["Content-Length"] = str(number)
        phrase = http.client.responses.get(answer.status, "")
        lines = [f"HTTP/1.1 {answer.status} {phrase}", *(f"{k}: {v}" for k, v in headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _shaped(self, answer: Answer) -> Iterator[bytes | memoryview]:
        """Yield the body, no faster than told, in pieces that end where something is to happen."""
        wire, server = answer.wire, self.server.origin
        rate = wire.rate or server.rate
        pipes = [pipe for pipe in (Pipe(rate) if rate else None, server.pipe) if pipe]
        sip = max(1, min(_SIP, int(rate / 20))) if rate else _SIP
        marks = sorted(mark for mark in (wire.cut, wire.stall) if mark is not None)
        if 0 in marks:
            self._pass(wire, 0)
        sent = 0
        for whole in answer.body.pieces(answer.offset, answer.length):
            piece = memoryview(whole)
            while piece:
                size = min([len(piece)] + [sip] * bool(pipes))
                size = min([size, *(mark - sent for mark in marks if mark > sent)])
                for pipe in pipes:
                    self._sleep(pipe.wait(size))
                yield piece[:size]
                sent += size
                piece = piece[size:]

    def _pass(self, wire: Wire, sent: int) -> None:
        """Do what is told for after so many bytes."""
        if wire.stall == sent:
            self._sleep(wire.pause)
        if wire.cut == sent:
            self._end(reset=wire.reset)

    def _sleep(self, seconds: float | None) -> None:
        if (seconds is None or seconds > 0) and self.server.origin.closing.wait(seconds):
            self._end(reset=False)

    def _end(self, *, reset: bool, orderly: bool = False) -> None:
        self.close_connection = True
        if reset:
            # Closing a socket that lingers for no time sends RST instead of FIN.
            now = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)
            os.close(self.connection.detach())
        if not orderly:
            raise _Ended
