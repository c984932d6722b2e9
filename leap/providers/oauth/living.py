"""The access token of a login: taken from the credential, and renewed through the Tokens port."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from leap.domain.accounts import moment_of
from leap.domain.ports import Renewal, Tokens
from leap.providers.http import Client
from leap.providers.oauth.vendor import Vendor

#: So much before its end a token is not used any more.
_MARGIN = timedelta(seconds=60)


def now() -> datetime:
    """Return the time; the one place that looks at the clock for tokens."""
    return datetime.now(UTC)


def outlives(ends: datetime, moment: datetime) -> bool:
    """Tell whether a token that ends at ``ends`` may still be used at ``moment``."""
    return ends - _MARGIN > moment


class LivingToken:
    """One account's access token, whoever renewed it; whoever shares it among threads locks it.

    It holds secrets.

    Args:
        tokens: the account's credential.
        vendor: where tokens are given.
        require: takes the account's name and its fields, and raises NeedsHuman
            where they are not whole.
        renewal: asks the vendor for what takes the place of the fields.
        clock: returns the time, aware.
    """

    def __init__(
        self,
        tokens: Tokens,
        vendor: Vendor,
        require: Callable[[str, Mapping[str, str]], None],
        renewal: Callable[[Client, Vendor, Mapping[str, str]], Renewal],
        clock: Callable[[], datetime],
    ) -> None:
        self._tokens, self._vendor, self._clock = tokens, vendor, clock
        self._require, self._renewal = require, renewal
        self._fields: Mapping[str, str] = {}

    @property
    def fields(self) -> Mapping[str, str]:
        """Return the credential, which is whole. Raises NeedsHuman, SecretError."""
        if not self._fields:
            self._keep(self._tokens.current())
        return self._fields

    @property
    def ends(self) -> datetime | None:
        """Return when the token ends, where that is known. Raises as ``fields``."""
        return moment_of(self.fields.get("access_token_expires_at"))

    def lives(self) -> bool:
        """Tell whether there is a token that is known to live a while. Raises as ``fields``."""
        ends = self.ends
        has_token = bool(self.fields.get("access_token"))
        return has_token and ends is not None and outlives(ends, self._clock())

    def renew(self, http: Client) -> None:
        """Renew the token, unless somebody else did. Raises ProviderError, LedgerError."""

        def renew(fields: Mapping[str, str]) -> Renewal:
            return self._renewal(http, self._vendor, fields)

        self._keep(self._tokens.renewed(self.fields, renew))

    def _keep(self, fields: Mapping[str, str]) -> None:
        self._require(self._tokens.account, fields)
        self._fields = fields
