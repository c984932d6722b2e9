"""Access tokens for one account, and whether they live long enough.

VK ID's tokens live an hour and renew themselves; those of older apps live a
day and do not, so that nothing is begun which they would not live through.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from leap.domain.accounts import moment_of
from leap.domain.ports import Renewal, Tokens
from leap.errors import NeedsHuman
from leap.providers.http import Client
from leap.providers.oauth.vendor import Vendor
from leap.providers.vk.login import IMPLICIT_FLAG, LOGIN, is_renewable, renewal, require

#: So much before its end a token is not used any more.
_MARGIN = timedelta(seconds=60)


def now() -> datetime:
    """Return the time; the one place that looks at the clock here."""
    return datetime.now(UTC)


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
        self._tokens, self._vk, self._clock = tokens, vk, clock
        self.login = login or f"{LOGIN} --account {tokens.account}"
        self._fields: Mapping[str, str] = {}
        self._lock = threading.Lock()

    @property
    def account(self) -> str:
        return self._tokens.account

    def token(self, http: Client) -> str:
        """Return an access token that lives a while. Raises ProviderError, SecretError."""
        with self._lock:
            ends = self._ends(self._known())
            if ends is not None and ends - _MARGIN <= self._clock():
                if not is_renewable(self._fields):
                    raise self._over(f"has ended at {ends:%Y-%m-%d %H:%M} UTC")
                self._renew(http)
            return self._fields["access_token"]

    def another(self, http: Client, refused: str, why: str) -> str:
        """Return another token than ``refused``, of which VK said ``why``. Raises as ``token``."""
        with self._lock:
            if self._known().get("access_token") == refused:
                if not is_renewable(self._fields):
                    raise self._over(f"is not accepted any more ({why})")
                self._renew(http)
            return self._fields["access_token"]

    def require(self, doing: str, seconds: float) -> None:
        """Raise NeedsHuman where the login ends before ``doing`` can be done in ``seconds``."""
        with self._lock:
            fields = self._known()
            ends = self._ends(fields)
        if is_renewable(fields) or ends is None:
            return
        if ends <= self._clock():
            raise self._over(f"has ended at {ends:%Y-%m-%d %H:%M} UTC")
        if ends - timedelta(seconds=seconds) - _MARGIN <= self._clock():
            raise self._over(
                f"ends at {ends:%Y-%m-%d %H:%M} UTC, too soon for {doing}, "
                f"which may take {max(1, round(seconds / 60))} min"
            )

    def _over(self, what: str) -> NeedsHuman:
        message = f"the token of {self.account} {what}"
        return NeedsHuman(message, hint=f"log in again: {self.login}{IMPLICIT_FLAG}")

    def _known(self) -> Mapping[str, str]:
        if not self._fields:
            fields = self._tokens.current()
            require(self.account, fields, login=self.login)
            self._fields = fields
        return self._fields

    def _ends(self, fields: Mapping[str, str]) -> datetime | None:
        return moment_of(fields.get("access_token_expires_at"))

    def _renew(self, http: Client) -> None:
        def renew(fields: Mapping[str, str]) -> Renewal:
            return renewal(http, self._vk, fields)

        fields = self._tokens.renewed(self._fields, renew)
        require(self.account, fields, login=self.login)
        self._fields = fields
