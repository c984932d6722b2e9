"""Our Zoom source, and the emulated Zoom that it asks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from emulators.clock import Clock
from emulators.zoom import Account, App, User, Zoom

from leap.config.endpoints import ZoomEndpoints
from leap.domain.ports import Renewal
from leap.domain.recording import Listing
from leap.providers.oauth.living import now
from leap.providers.transfer import TransferSettings
from leap.providers.zoom.access import Access
from leap.providers.zoom.login import vendor
from leap.providers.zoom.source import ZoomSettings, ZoomSource

#: Today at the emulated Zoom, and for our source.
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def tell_nobody(share: float | None, message: str = "") -> None:
    """Take progress, and do nothing with it."""


@dataclass
class Vault:
    """A credential as ledger and secrets file keep it (``leap.domain.ports.Tokens``)."""

    fields: dict[str, str]
    account: str = "zoom-main"
    renewals: list[Renewal] = field(default_factory=list)
    lock: Any = field(default_factory=threading.Lock)

    def current(self) -> Mapping[str, str]:
        return dict(self.fields)

    def renewed(
        self, stale: Mapping[str, str], renew: Callable[[Mapping[str, str]], Renewal]
    ) -> Mapping[str, str]:
        with self.lock:
            if self.fields == stale:
                self.renewals.append(renew(self.fields))
                self.fields |= self.renewals[-1].fields
            return dict(self.fields)


def of_server(account: Account) -> Vault:
    """Return the credential of an account's Server-to-Server app."""
    said = {"account_id": account.id, "client_id": account.client_id}
    return Vault({"kind": "zoom_s2s", "client_secret": account.client_secret, **said})


@pytest.fixture
def zoom() -> Iterator[Zoom]:
    with Zoom(clock=Clock(NOW, still=True)) as zoom:
        yield zoom


@pytest.fixture
def account(zoom: Zoom) -> Account:
    return zoom.account(plan="unlimited")


@pytest.fixture
def server(account: Account) -> Vault:
    """The credential of the account's Server-to-Server app."""
    return of_server(account)


@pytest.fixture
def login(zoom: Zoom) -> Callable[..., Vault]:
    """Return a function that logs a user in: the credential is new, without an access token."""

    def logged_in(user: User, app: App | None = None) -> Vault:
        app = app or zoom.app()
        said = {"client_id": app.client_id, "client_secret": app.client_secret}
        token = zoom.oauth.refresh_token(app, user)
        return Vault({"kind": "zoom", "refresh_token": token, **said})

    return logged_in


@pytest.fixture
def opened(zoom: Zoom, account: Account) -> Callable[..., ZoomSource]:
    """Return a function that opens the source ``lectures``, with settings of its own."""

    def open_source(vault: Vault | None = None, clock: Any = None, **settings: Any) -> ZoomSource:
        endpoints = ZoomEndpoints(api=zoom.url, oauth=zoom.url)
        own = {"since": date(2026, 11, 1), "plan": "business"} | settings
        access = Access(vault or of_server(account), vendor(endpoints), clock or now)
        return ZoomSource(
            "lectures",
            replace(ZoomSettings(since=date(2026, 11, 1)), **own),
            access,
            api=zoom.url,
            transfer=TransferSettings(allow_insecure=True, attempts=3),
        )

    return open_source


@pytest.fixture
def listed(opened: Callable[..., ZoomSource]) -> Callable[..., Listing]:
    """Return a function that lists that source."""

    def list_source(settled: Mapping[str, str] | None = None, **settings: Any) -> Listing:
        return opened(**settings).list({}, NOW, tell_nobody, settled or {})

    return list_source
