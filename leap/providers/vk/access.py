"""Access tokens for one account, and whether they live long enough.

VK ID's tokens live an hour and renew themselves; those of older apps live a
day and do not, so that nothing is begun which they would not live through.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from leap.domain.ports import Tokens
from leap.errors import NeedsHuman
from leap.providers.http import Client
from leap.providers.oauth.living import LivingToken, now, outlives
from leap.providers.oauth.vendor import Vendor
from leap.providers.vk.login import IMPLICIT_FLAG, LOGIN, is_renewable, renewal, require


class Access:
    """Access tokens for one account; safe for threads. It holds secrets.

    Args:
        tokens: the account's credential.
        vk: where VK ID gives tokens.
        login: the command that logs in anew, for messages.
        clock: returns the time, aware.
    """

    def __init__(
        self,
        tokens: Tokens,
        vk: Vendor,
        clock: Callable[[], datetime] = now,
        *,
        login: str | None = None,
    ) -> None:
        self.account = tokens.account
        self.login = login or f"{LOGIN} --account {tokens.account}"
        whole = partial(require, login=self.login)
        self._living = LivingToken(tokens, vk, whole, renewal, clock)
        self._clock = clock
        self._lock = threading.Lock()

    def token(self, http: Client) -> str:
        """Return an access token that lives a while. Raises ProviderError, SecretError."""
        with self._lock:
            ends = self._living.ends
            if ends is not None and not outlives(ends, self._clock()):
                self._renew(http, f"has ended at {ends:%Y-%m-%d %H:%M} UTC")
            return self._living.fields["access_token"]

    def another(self, http: Client, refused: str, why: str) -> str:
        """Return another token than ``refused``, of which VK said ``why``. Raises as ``token``."""
        with self._lock:
            if self._living.fields.get("access_token") == refused:
                self._renew(http, f"is not accepted any more ({why})")
            return self._living.fields["access_token"]

    def require(self, doing: str, seconds: float) -> None:
        """Raise NeedsHuman where the login ends before ``doing`` can be done in ``seconds``."""
        with self._lock:
            fields, ends = self._living.fields, self._living.ends
        if is_renewable(fields) or ends is None:
            return
        if ends <= self._clock():
            raise self._over(f"has ended at {ends:%Y-%m-%d %H:%M} UTC")
        if not outlives(ends, self._clock() + timedelta(seconds=seconds)):
            raise self._over(
                f"ends at {ends:%Y-%m-%d %H:%M} UTC, too soon for {doing}, "
                f"which may take {max(1, round(seconds / 60))} min"
            )

    def _renew(self, http: Client, what: str) -> None:
        """Renew the token, of which ``what`` is wrong, where that can be."""
        if not is_renewable(self._living.fields):
            raise self._over(what)
        self._living.renew(http)

    def _over(self, what: str) -> NeedsHuman:
        message = f"the token of {self.account} {what}"
        return NeedsHuman(message, hint=f"log in again: {self.login}{IMPLICIT_FLAG}")
