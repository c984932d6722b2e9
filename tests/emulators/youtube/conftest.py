"""A YouTube at noon of 22 November 2026 in Belgrade, and how it is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from emulators.clock import Clock
from emulators.youtube import FORCE_SSL, App, Channel, Person, YouTube

NOW = datetime(2026, 11, 22, 11, tzinfo=UTC)


@pytest.fixture
def youtube() -> Iterator[YouTube]:
    with YouTube(clock=Clock(NOW, still=True)) as youtube:
        yield youtube


@pytest.fixture
def channel(youtube: YouTube) -> Channel:
    return youtube.channel()


@pytest.fixture
def app(youtube: YouTube) -> App:
    return youtube.app()


@pytest.fixture
def web(youtube: YouTube) -> Iterator[httpx.Client]:
    """A client that sends nothing of its own accord."""
    with httpx.Client(base_url=youtube.url, timeout=10) as client:
        yield client


@pytest.fixture
def ask(
    youtube: YouTube, channel: Channel, app: App, web: httpx.Client
) -> Callable[..., httpx.Response]:
    """Call the API as the channel's owner, or as another."""

    def asked(
        path: str,
        *,
        method: str = "GET",
        owner: Channel | Person = channel,
        scopes: tuple[str, ...] = (FORCE_SSL,),
        json: Any = None,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
        **query: Any,
    ) -> httpx.Response:
        token = youtube.access_token(app, owner, scopes)
        told = {"Authorization": f"Bearer {token}", **(headers or {})}
        at = path if path.startswith("/") else f"/youtube/v3/{path}"
        return web.request(
            method, at, params=query or None, headers=told, json=json, content=content
        )

    return asked


def reason(answer: httpx.Response) -> tuple[int, str]:
    """Return why a call was refused."""
    return answer.status_code, answer.json()["error"]["errors"][0]["reason"]
