"""A file server as fast as the kernel: ranges, limits on the rate, and little else.

`serving.Server` can do everything wrong; this one can be fast, for benchmarks
and for tests with a process of its own. Bodies leave with ``sendfile``, one
thread per connection.

    python files.py FILE [--rate BYTES] [--total BYTES] [--no-ranges] [--most N] [--fail SHARE]

prints its address and serves until its standard input ends.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

_RANGE = re.compile(rb"\r\nrange: *bytes=(\d+)-(\d*)\r\n", re.IGNORECASE)
_IF_RANGE = re.compile(rb"\r\nif-range: *([^\r]+)\r\n", re.IGNORECASE)
#: Seconds between two portions where a rate is kept, and the least portion.
_TICK = 0.01
_LEAST = 16 * 1024
_WHOLE = 1 << 30


class Shape:
    """Lets ``rate`` bytes per second through; None lets everything through at once."""

    def __init__(self, rate: float | None) -> None:
        self.rate = rate
        self._lock = threading.Lock()
        self._free = time.monotonic()

    @property
    def portion(self) -> int:
        """How many bytes to send at once."""
        return _WHOLE if self.rate is None else max(_LEAST, int(self.rate * _TICK))

    def wait(self, size: int) -> None:
        """Wait until ``size`` bytes may go."""
        if self.rate is None:
            return
        with self._lock:
            now = time.monotonic()
            # A sleep that took too long may be caught up: timers are late, networks are not.
            self._free = max(self._free, now - 5 * _TICK) + size / self.rate
            late = self._free - now
        if late > 0:
            time.sleep(late)


@dataclass(slots=True, kw_only=True)
class Conditions:
    """How the files are served.

    Rates are in bytes per second. ``most`` connections are served at once, the
    others get 503. Of the bodies the share ``fail`` is cut somewhere (``seed``).
    """

    ranges: bool = True
    rate: float | None = None
    total: float | None = None
    most: int | None = None
    fail: float = 0.0
    seed: int = 0
    etag: str = '"one"'
    #: How many bytes of bodies left, and how many requests came.
    sent: int = 0
    requests: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class FileServer:
    """Serves the file at ``path`` under every name, until the block ends."""

    def __init__(self, path: Path, conditions: Conditions | None = None) -> None:
        self.conditions = conditions or Conditions()
        self._path = path
        self._size = path.stat().st_size
        self._all = Shape(self.conditions.total)
        self._dice = random.Random(self.conditions.seed)
        self._open: set[socket.socket] = set()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}/file.mp4"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for each in (self._listening, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        self._open.add(connection)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            with connection, contextlib.suppress(OSError), self._path.open("rb") as file:
                for request in _requests(connection):
                    self._answer(connection, file.fileno(), request)
        finally:
            self._open.discard(connection)

    def _answer(self, connection: socket.socket, file: int, request: bytes) -> None:
        asked = self.conditions
        with asked.lock:
            asked.requests += 1
            cut = self._dice.random() < asked.fail
        if asked.most is not None and len(self._open) > asked.most:
            connection.sendall(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")
            return
        start, end, status = self._part(request)
        if start >= end:
            extra = f"Content-Range: bytes */{self._size}\r\nContent-Length: 0"
            connection.sendall(f"HTTP/1.1 416 No\r\n{extra}\r\n\r\n".encode())
            return
        connection.sendall(self._head(start, end, status))
        if cut:
            self._send(connection, file, start, self._dice.randrange(start, end))
            # With no time to linger a close is a reset.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raise ConnectionResetError
        self._send(connection, file, start, end)

    def _part(self, request: bytes) -> tuple[int, int, int]:
        """Return the first byte, the one after the last, and the status."""
        asked, condition = _RANGE.search(request), _IF_RANGE.search(request)
        changed = condition and condition[1].decode("latin-1") != self.conditions.etag
        if not asked or changed or not self.conditions.ranges:
            return 0, self._size, 200
        end = int(asked[2]) + 1 if asked[2] else self._size
        return int(asked[1]), min(end, self._size), 206

    def _head(self, start: int, end: int, status: int) -> bytes:
        lines = [f"HTTP/1.1 {status} Here", "Content-Type: video/mp4"]
        lines += [f"Content-Length: {end - start}", f"ETag: {self.conditions.etag}"]
        if status == 206:
            lines.append(f"Content-Range: bytes {start}-{end - 1}/{self._size}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def _send(self, connection: socket.socket, file: int, start: int, end: int) -> None:
        own = Shape(self.conditions.rate)
        portion = min(own.portion, self._all.portion)
        while start < end:
            size = min(portion, end - start)
            own.wait(size)
            self._all.wait(size)
            sent = os.sendfile(connection.fileno(), file, start, size)
            start += sent
            with self.conditions.lock:
                self.conditions.sent += sent


def _requests(connection: socket.socket) -> Iterator[bytes]:
    """Yield the head of each request on a connection; none has a body."""
    rest = b""
    while True:
        while b"\r\n\r\n" not in rest:
            if not (more := connection.recv(65536)):
                return
            rest += more
        head, _, rest = rest.partition(b"\r\n\r\n")
        yield head + b"\r\n"


@contextmanager
def in_another_process(path: Path, *options: str) -> Iterator[str]:
    """Serve ``path`` from a process of its own; yield the address."""
    import subprocess

    command = [sys.executable, __file__, str(path), *options]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--rate", type=float, help="bytes per second of each connection")
    parser.add_argument("--total", type=float, help="bytes per second of all together")
    parser.add_argument("--no-ranges", action="store_true")
    parser.add_argument("--most", type=int, help="connections served at once")
    parser.add_argument("--fail", type=float, default=0.0, help="share of bodies that are cut")
    options = parser.parse_args()
    conditions = Conditions(
        ranges=not options.no_ranges,
        rate=options.rate,
        total=options.total,
        most=options.most,
        fail=options.fail,
    )
    with FileServer(options.file, conditions) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
