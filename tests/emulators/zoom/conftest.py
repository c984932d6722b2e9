"""A Zoom at nine in the morning of 22 November 2026, and how it is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from emulators.clock import Clock
from emulators.zoom import Account, App, User, Zoom

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def zoom() -> Iterator[Zoom]:
    with Zoom(clock=Clock(NOW, still=True)) as zoom:
        yield zoom


@pytest.fixture
def account(zoom: Zoom) -> Account:
    return zoom.account()


@pytest.fixture
def web(zoom: Zoom) -> Iterator[httpx.Client]:
    """A client that sends nothing of its own accord."""
    with httpx.Client(base_url=zoom.url, timeout=10) as client:
        yield client


@pytest.fixture
def ask(zoom: Zoom, account: Account, web: httpx.Client) -> Callable[..., httpx.Response]:
    """Call the API as the account's app, or as another."""

    def asked(
        path: str,
        *,
        method: str = "GET",
        app: App | None = None,
        user: User | None = None,
        json: Any = None,
        **query: Any,
    ) -> httpx.Response:
        fields = {name.rstrip("_"): value for name, value in query.items()}
        token = zoom.oauth.access_token(app or account.app, user)
        headers = {"Authorization": f"Bearer {token}"}
        # httpx takes an address as it is, where it is given whole.
        return web.request(
            method, f"{zoom.url}/v2/{path}", params=fields or None, headers=headers, json=json
        )

    return asked
