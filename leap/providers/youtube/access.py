"""Access tokens for one channel: taken from the credential, renewed before they end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from leap.domain.accounts import moment_of
from leap.domain.ports import Renewal, Tokens
from leap.providers.http import Client
from leap.providers.oauth.vendor import Vendor
from leap.providers.youtube.login import LOGIN, renewal, require

#: So much before its end a token is not used any more.
_MARGIN = timedelta(seconds=60)


def now() -> datetime:
    """Return the time; the one place that looks at the clock here."""
    return datetime.now(UTC)


class Access:
    """Access tokens for one account; safe for threads. It holds secrets.

    Args:
        tokens: the account's credential.
        google: where Google gives tokens.
        clock: returns the time, aware.
        login: the command that logs in anew, for messages.
    """

    def __init__(
        self,
        tokens: Tokens,
        google: Vendor,
        clock: Callable[[], datetime] = now,
        *,
        login: str = "",
    ) -> None:
        self._tokens, self._google, self._clock = tokens, google, clock
        self.login = login or f"{LOGIN} --account {tokens.account}"
        self._fields: Mapping[str, str] = {}
        self._lock = threading.Lock()

    @property
    def account(self) -> str:
        return self._tokens.account

    @property
    def app(self) -> str:
        """Return the id of the app, by which Google counts. Raises NeedsHuman, SecretError."""
        with self._lock:
            return self._known()["client_id"]

    def token(self, http: Client) -> str:
        """Return an access token that lives a while. Raises ProviderError, SecretError."""
        with self._lock:
            if not self._lives(self._known()):
                self._renew(http)
            return self._fields["access_token"]

    def another(self, http: Client, refused: str) -> str:
        """Return another token than ``refused``, which was not accepted. Raises as ``token``."""
        with self._lock:
            if self._known().get("access_token") == refused:
                self._renew(http)
            return self._fields["access_token"]

    def _known(self) -> Mapping[str, str]:
        if not self._fields:
            fields = self._tokens.current()
            require(self._tokens.account, fields, login=self.login)
            self._fields = fields
        return self._fields

    def _lives(self, fields: Mapping[str, str]) -> bool:
        until = moment_of(fields.get("access_token_expires_at"))
        return (
            bool(fields.get("access_token"))
            and until is not None
            and until - _MARGIN > self._clock()
        )

    def _renew(self, http: Client) -> None:
        def renew(fields: Mapping[str, str]) -> Renewal:
            return renewal(http, self._google, fields)

        fields = self._tokens.renewed(self._fields, renew)
        require(self._tokens.account, fields, login=self.login)
        self._fields = fields
