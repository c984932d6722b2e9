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
from datetime import datetime

from leap.domain.ports import Tokens
from leap.providers.http import Client
from leap.providers.oauth.living import LivingToken, now, outlives
from leap.providers.oauth.token import Granted
from leap.providers.oauth.vendor import Vendor
from leap.providers.zoom.login import SERVER, USER, renewal, require, server_token


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
        self.account = tokens.account
        self._living = LivingToken(tokens, vendor, require, renewal, clock)
        self._vendor, self._clock = vendor, clock
        self._granted: Granted | None = None
        self._lock = threading.Lock()

    @property
    def is_personal(self) -> bool:
        """Whether it is one person's login, which sees that person's recordings."""
        return self._living.fields["kind"] == USER

    def token(self, http: Client) -> str:
        """Return an access token that lives a while. Raises ProviderError, SecretError."""
        with self._lock:
            fields = self._living.fields
            if fields["kind"] == SERVER:
                return self._of_app(http, fields)
            if not self._living.lives():
                self._living.renew(http)
            return self._living.fields["access_token"]

    def another(self, http: Client, refused: str) -> str:
        """Return another token than ``refused``, which Zoom did not accept. Raises as ``token``."""
        with self._lock:
            fields = self._living.fields
            if fields["kind"] == SERVER:
                if self._granted and self._granted.access_token == refused:
                    self._granted = None
                return self._of_app(http, fields)
            if fields.get("access_token") == refused:
                self._living.renew(http)
            return self._living.fields["access_token"]

    def _of_app(self, http: Client, fields: Mapping[str, str]) -> str:
        """Return a token of a Server-to-Server app, which no credential keeps."""
        granted = self._granted
        ends = granted.expires_at if granted else None
        if granted is None or (ends is not None and not outlives(ends, self._clock())):
            granted = self._granted = server_token(http, self._vendor, fields)
        return granted.access_token
