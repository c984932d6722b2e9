"""Access tokens: taken from the credential, renewed before they end, never more than needed.

There are two kinds of credential. ``zoom_s2s`` is a Server-to-Server app
(``account_id``, ``client_id``, ``client_secret``): it gets any number of tokens
and keeps none. ``zoom`` is a person's login (``client_id``, ``client_secret``,
``refresh_token``, ``access_token``, ``access_token_expires_at``): each renewal
makes the old refresh token worthless, so it goes through the Tokens port.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from leap.domain.ports import Renewal, Tokens
from leap.providers.http import Client
from leap.providers.oauth.token import Granted
from leap.providers.oauth.vendor import Vendor
from leap.providers.zoom.login import SERVER, USER, renewal, require, server_token

#: So much before its end a token is not used any more.
_MARGIN = timedelta(seconds=60)


def now() -> datetime:
    """Return the time; the one place that looks at the clock here."""
    return datetime.now(UTC)


class Access:
    """Access tokens for one account; safe for threads.

    It holds secrets, and nothing outlives it: work on media is done in
    processes that began without any.

    Args:
        tokens: the account's credential.
        vendor: where Zoom gives tokens.
        clock: returns the time, aware.
    """

    def __init__(self, tokens: Tokens, vendor: Vendor, clock: Callable[[], datetime] = now) -> None:
        self._tokens, self._vendor, self._clock = tokens, vendor, clock
        self._fields: Mapping[str, str] = {}
        self._granted: Granted | None = None
        self._lock = threading.Lock()

    @property
    def account(self) -> str:
        return self._tokens.account

    @property
    def is_personal(self) -> bool:
        """Whether it is one person's login, which sees that person's recordings."""
        return self._known()["kind"] == USER

    def token(self, http: Client) -> str:
        """Return an access token that lives a while. Raises ProviderError, SecretError."""
        with self._lock:
            fields = self._known()
            if fields["kind"] == SERVER:
                return self._of_app(http, fields)
            if not self._lives(fields):
                fields = self._renewed(http)
            return fields["access_token"]

    def another(self, http: Client, refused: str) -> str:
        """Return another token than ``refused``, which Zoom did not accept. Raises as ``token``."""
        with self._lock:
            fields = self._known()
            if fields["kind"] == SERVER:
                if self._granted and self._granted.access_token == refused:
                    self._granted = None
                return self._of_app(http, fields)
            if fields.get("access_token") == refused:
                fields = self._renewed(http)
            return fields["access_token"]

    def _known(self) -> Mapping[str, str]:
        if not self._fields:
            fields = self._tokens.current()
            require(self._tokens.account, fields)
            self._fields = fields
        return self._fields

    # ── a Server-to-Server app ──────────────────────────────────────────────

    def _of_app(self, http: Client, fields: Mapping[str, str]) -> str:
        granted = self._granted
        ends = granted.expires_at if granted else None
        if granted is None or (ends is not None and ends - _MARGIN <= self._clock()):
            granted = self._granted = server_token(http, self._vendor, fields)
        return granted.access_token

    # ── a person's login ────────────────────────────────────────────────────

    def _lives(self, fields: Mapping[str, str]) -> bool:
        """Tell whether another process, or an earlier call, left a token that still lives."""
        if not fields.get("access_token"):
            return False
        try:
            until = datetime.fromisoformat(fields.get("access_token_expires_at", ""))
        except ValueError:
            return False
        return until.replace(tzinfo=until.tzinfo or UTC) - _MARGIN > self._clock()

    def _renewed(self, http: Client) -> Mapping[str, str]:
        def renew(fields: Mapping[str, str]) -> Renewal:
            return renewal(http, self._vendor, fields)

        self._fields = self._tokens.renewed(self._fields, renew)
        require(self._tokens.account, self._fields)
        return self._fields
