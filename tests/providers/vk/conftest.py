"""Our VK publisher, the emulated VK that it asks, and a checkpoint on disk."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from emulators.vk import Group, User, Vk

from leap.config.endpoints import VkEndpoints
from leap.domain.ports import Placed, Publication, Receipt, Renewal
from leap.providers.http import Timer
from leap.providers.vk import wire
from leap.providers.vk.access import Access
from leap.providers.vk.login import vendor
from leap.providers.vk.publisher import VkPublisher
from leap.stages.publish_video import publish_video

MARKER = "leap-0123456789"
VIDEO = bytes(range(256)) * 5000


def tell_nobody(share: float | None, message: str = "") -> None:
    """Take progress, and do nothing with it."""


@dataclass
class Vault:
    """A credential as ledger and secrets file keep it (``leap.domain.ports.Tokens``)."""

    fields: dict[str, str]
    account: str = "vk-main"
    lock: Any = field(default_factory=threading.Lock)

    def current(self) -> Mapping[str, str]:
        return dict(self.fields)

    def renewed(
        self, stale: Mapping[str, str], renew: Callable[[Mapping[str, str]], Renewal]
    ) -> Mapping[str, str]:
        with self.lock:
            if self.fields == stale:
                self.fields |= renew(self.fields).fields
            return dict(self.fields)


_CERTIFICATES = httpx.create_ssl_context()


class Paper:
    """A checkpoint in a file (``leap.domain.ports.Checkpoint``); whoever opens it finds all.

    ``passed`` is called before and after each write.
    """

    def __init__(self, path: Path, wanted: Mapping[str, str]) -> None:
        self._path, self.wanted = path, wanted
        self.passed: Callable[[], None] = lambda: None
        self._kept: dict[str, Any] = {"notes": {}, "secrets": {}, "applied": {}, "details": {}}
        if path.exists():
            self._kept = json.loads(path.read_text())

    @property
    def placed(self) -> Placed | None:
        return Placed(*self._kept["placed"]) if self._kept.get("placed") else None

    @property
    def applied(self) -> Mapping[str, str]:
        return self._kept["applied"]

    @property
    def details(self) -> Mapping[str, Any]:
        return self._kept["details"]

    def read(self, name: str) -> Any:
        return self._kept["notes"].get(name)

    def save(self, name: str, value: Any) -> None:
        self._write("notes", name, value)

    def read_secret(self, name: str) -> str | None:
        return self._kept["secrets"].get(name)

    def save_secret(self, name: str, value: str | None) -> None:
        self._write("secrets", name, value)

    def place(self, placed: Placed) -> None:
        self.passed()
        if self.placed is None or self.placed.external_id != placed.external_id:
            self._kept["applied"] = {}
        self._kept["placed"] = [placed.external_id, placed.url]
        self._store()

    def apply(self, part: str, details: Any = None) -> None:
        if part in self.wanted:
            self._kept["details"][part] = details
            self._write("applied", part, self.wanted[part])

    def begin_anew(self) -> None:
        self.passed()
        self._kept |= {"notes": {}, "secrets": {}, "applied": {}, "placed": None}
        self._store()

    def _write(self, kind: str, name: str, value: Any) -> None:
        self.passed()
        self._kept[kind][name] = value
        if value is None:
            del self._kept[kind][name]
        self._store()

    def _store(self) -> None:
        self._path.write_text(json.dumps(self._kept))
        self.passed()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for the next third of a second, nor reads all certificates once more."""
    monkeypatch.setattr(wire, "_PER_SECOND", 1000.0)
    monkeypatch.setattr(httpx, "create_ssl_context", lambda: _CERTIFICATES)


@pytest.fixture
def vk() -> Iterator[Vk]:
    """A VK whose every request has to be as its published schema wants it."""
    with Vk() as vk:
        vk.limits.per_second = None
        yield vk
        assert [] == vk.violations


@pytest.fixture
def user(vk: Vk) -> User:
    return vk.user()


@pytest.fixture
def group(vk: Vk, user: User) -> Group:
    return vk.group("Faculty", user)


@pytest.fixture
def vault(vk: Vk, user: User) -> Vault:
    """An account with a token for a day, which nothing renews."""
    ends = vk.clock.now() + timedelta(days=1)
    fields = {"access_token": vk.token(user), "access_token_expires_at": ends.isoformat()}
    return Vault({"kind": "vk", "client_id": "1", **fields})


@pytest.fixture
def login(vk: Vk, user: User) -> Vault:
    """An account with VK ID, whose access token has just ended."""
    app, ended = vk.app(), vk.clock.now() - timedelta(seconds=1)
    return Vault(
        {
            "kind": "vk",
            "client_id": app.client_id,
            "access_token": vk.oauth.access_token(app, user, timedelta(seconds=-1)),
            "access_token_expires_at": ended.isoformat(),
            "refresh_token": vk.oauth.refresh_token(app, user, "device"),
            "device_id": "device",
        }
    )


@pytest.fixture
def waited() -> list[float]:
    """The seconds that the publisher would have waited."""
    return []


@pytest.fixture
def opened(vk: Vk, user: User, vault: Vault, waited: list[float]) -> Callable[..., VkPublisher]:
    """Return a function that opens a publisher, of a profile or of a community."""

    def open_publisher(
        group: Group | None = None, tokens: Vault = vault, **more: Any
    ) -> VkPublisher:
        endpoints = VkEndpoints(api=vk.url, login=vk.url, implicit=vk.url)
        return VkPublisher(
            Access(tokens, vendor(endpoints)),
            endpoints,
            group=group.id if group else None,
            allow_insecure=True,
            timer=Timer(sleep=waited.append),
            **more,
        )

    return open_publisher


@pytest.fixture
def lecture(tmp_path: Path) -> Callable[..., Publication]:
    """Return a function that makes a lecture to be published, with options of its own."""
    video, picture = tmp_path / "video.mp4", tmp_path / "thumbnail.jpg"
    video.write_bytes(VIDEO)
    picture.write_bytes(b"\xff\xd8\xff\xe0" + bytes(2000))

    def made(
        title: str = "Trees", description: str = "About trees.", **options: Any
    ) -> Publication:
        wanted = {"media": "m1", "metadata": "d1", "albums": "a1", "privacy": "p1"}
        files = {"video": video}
        if options.pop("thumbnail", False):
            wanted["thumbnail"], files["thumbnail"] = "t1", picture
        return Publication(
            tenant="demo",
            recording="20261122-0123456789ab",
            preset="vk-main",
            title=title,
            description=description,
            started_at=datetime(2026, 11, 20, 9, tzinfo=UTC),
            duration=3600.0,
            language="en",
            files=files,
            outline=None,
            breaks=(),
            segments=(),
            wanted=wanted | options.pop("wanted", {}),
            settings={"privacy": "public", "album": (), **options},
            marker=MARKER,
        )

    return made


@pytest.fixture
def paper(tmp_path: Path) -> Callable[[Publication], Paper]:
    """Return a function that opens the checkpoint of a publication, as a new process does."""
    return lambda publication: Paper(tmp_path / "checkpoint.json", publication.wanted)


@pytest.fixture
def publish(
    opened: Callable[..., VkPublisher], paper: Callable[[Publication], Paper]
) -> Callable[..., Receipt]:
    """Return a function that brings a publication to VK, as often as it takes."""

    def published(
        publication: Publication, group: Group | None = None, tokens: Vault | None = None
    ) -> Receipt:
        publisher = opened(group, tokens) if tokens else opened(group)
        return publish_video(publication, publisher, paper(publication), tell_nobody)

    return published
