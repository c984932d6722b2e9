"""A file on a server of this machine, and the download engine pointed at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from emulators.bodies import FTYP, Body, Generated
from emulators.messages import Answer, Request
from emulators.ranges import served
from emulators.serving import Server

from leap.providers.transfer import Remote, Transferred, TransferSettings, download

CHUNK = 64 * 1024
#: 30 chunks and a bit.
SIZE = 30 * CHUNK + 1234
SETTINGS = TransferSettings(
    connections=4, stall=1.0, deadline=60.0, attempts=3, allow_insecure=True, chunk=CHUNK
)


@dataclass
class Origin:
    """One file under ``/file``; what is changed here counts from the next request on."""

    body: Body = field(default_factory=lambda: Generated(SIZE, head=FTYP))
    etag: str | None = '"one"'
    ranges: bool = True
    kind: str = "video/mp4"
    server: Server | None = None
    #: Bytes that are remembered as one.
    chunk: int = CHUNK

    def __call__(self, request: Request) -> Answer:
        return served(request, self.body, etag=self.etag, kind=self.kind, ranges=self.ranges)

    @property
    def url(self) -> str:
        return f"{self.server.url}/file"

    def fault(self, **what) -> None:
        self.server.fault("GET /file", **what)

    @property
    def exchanges(self):
        return self.server.journal.of("GET /file")

    @property
    def sent(self) -> int:
        return sum(exchange.sent for exchange in self.exchanges)


@pytest.fixture
def origin():
    handler = Origin()
    with Server(handler, rate=8e6) as handler.server:
        yield handler


@dataclass
class Said:
    """What a download reported."""

    shares: list[float | None] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def __call__(self, share: float | None, message: str = "") -> None:
        self.shares.append(share)
        self.messages.append(message)


@pytest.fixture
def said() -> Said:
    return Said()


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "Лекция 1 🎓.part"


@pytest.fixture
def fetch(origin, path, said) -> Callable[..., Transferred]:
    """Download the origin's file, with changed settings."""

    def run(fresh=None, *, size: int | None = SIZE, **changed) -> Transferred:
        from dataclasses import replace

        return download(
            fresh or (lambda: Remote(origin.url)),
            path,
            size=size,
            settings=replace(SETTINGS, **changed),
            progress=said,
            service="Zoom",
        )

    return run
