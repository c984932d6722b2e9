"""Access tokens for one channel."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial

from leap.domain.ports import Tokens
from leap.providers.http import Client
from leap.providers.oauth.living import LivingToken, now
from leap.providers.oauth.vendor import Vendor
from leap.providers.youtube.login import LOGIN, renewal, require


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
        self.account = tokens.account
        self.login = login or f"{LOGIN} --account {tokens.account}"
        whole = partial(require, login=self.login)
        self._living = LivingToken(tokens, google, whole, renewal, clock)
        self._lock = threading.Lock()

    @property
    def app(self) -> str:
        """Return the id of the app, by which Google counts. Raises NeedsHuman, SecretError."""
        with self._lock:
            return self._living.fields["client_id"]

    def token(self, http: Client) -> str:
        """Return an access token that lives a while. Raises ProviderError, SecretError."""
        with self._lock:
            if not self._living.lives():
                self._living.renew(http)
            return self._living.fields["access_token"]

    def another(self, http: Client, refused: str) -> str:
        """Return another token than ``refused``, which was not accepted. Raises as ``token``."""
        with self._lock:
            if self._living.fields.get("access_token") == refused:
                self._living.renew(http)
            return self._living.fields["access_token"]
