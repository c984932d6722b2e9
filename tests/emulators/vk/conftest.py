"""A VK at nine in the morning of 22 November 2026, and how it is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from emulators.clock import Clock
from emulators.vk import Group, User, Vk

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def vk() -> Iterator[Vk]:
    with Vk(clock=Clock(NOW, still=True)) as vk:
        vk.limits.per_second = None
        yield vk


@pytest.fixture
def user(vk: Vk) -> User:
    return vk.user()


@pytest.fixture
def group(vk: Vk, user: User) -> Group:
    return vk.group("Faculty", user)


@pytest.fixture
def web(vk: Vk) -> Iterator[httpx.Client]:
    """A client that sends nothing of its own accord."""
    with httpx.Client(base_url=vk.url, timeout=10) as client:
        yield client


@pytest.fixture
def ask(vk: Vk, user: User, web: httpx.Client) -> Callable[..., Any]:
    """Call a method as the user, or with another token: its answer, or its error."""
    usual = vk.token(user)

    def asked(method: str, token: str = usual, **fields: Any) -> Any:
        form = {"access_token": token, "v": "5.199", **fields}
        said = web.post(f"/method/{method}", data=form)
        assert 200 == said.status_code
        return said.json().get("response", said.json().get("error"))

    return asked


@pytest.fixture
def send(web: httpx.Client) -> Callable[..., Any]:
    """Send bytes to an upload address, as the one file of a form."""

    def sent(address: str, content: bytes, field: str = "video_file") -> Any:
        return web.post(address, files={field: ("lecture.mp4", content)}).json()

    return sent
