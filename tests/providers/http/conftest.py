"""Servers on loopback that answer as told, and a client that may call them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import pytest
from emulators.messages import Answer, Request, as_json
from emulators.serving import Server

from leap.providers.http import Client, Timer, client

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def _direct(monkeypatch):
    """Forget the proxies of this machine."""
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def http() -> Iterator[Client]:
    """Give a client that may call this machine, and is soon tired of waiting."""
    with client("Zoom", read=0.5, total=1.0, largest=1_000_000, allow_insecure=True) as made:
        yield made


@pytest.fixture
def server() -> Iterator[Server]:
    """Give a server that answers every request with JSON, until it is told a fault."""

    def handle(request: Request) -> Answer:
        return as_json({"you": request.target})

    with Server(handle) as origin:
        yield origin


@dataclass
class Still:
    """A time that passes only by sleeping."""

    at: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds

    @property
    def timer(self) -> Timer:
        return Timer(lambda: self.at, self.sleep)


@pytest.fixture
def still() -> Still:
    return Still()


Script = Callable[[socket.socket], None]


@pytest.fixture
def speaking() -> Callable[[Script], Iterator[str]]:
    """Give a way to serve what no decent server says: a script with the bare connection."""
    return _speaking


@contextmanager
def _speaking(script: Script) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, suppress(OSError):
                        connection.settimeout(10)
                        script(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        # A listener that is closed while another thread waits for it goes on waiting.
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
