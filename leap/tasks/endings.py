"""Accounts that end soon, as far as the ledger can tell without any secret."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from leap.config import Declaration
from leap.config.accounts import accounts_of
from leap.domain.accounts import ends_soon, left
from leap.domain.ledger import LedgerReader


@dataclass(frozen=True, slots=True)
class Ending:
    """An account of ``tenant`` that ends at ``at`` (aware), unless something is done."""

    tenant: str
    account: str
    at: datetime

    def words(self, now: datetime) -> str:
        """Return it as one line that names the next command."""
        when = f"{self.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, {left(self.at, now)}"
        return f"{self.tenant}: the login {self.account} ends {when}; see `leap auth status`"


def endings(
    ledger: LedgerReader, declaration: Declaration, tenant: str, now: datetime
) -> tuple[Ending, ...]:
    """Return the accounts of ``tenant`` that end soon, the first one first.

    Goes by what was known when each was last used: a login since then is not
    seen before it is used. Without an account in its files the ledger is not
    asked.
    """
    named = set(_named(declaration, tenant))
    if not named:
        return ()
    found = (
        Ending(tenant, account, state.expires_at)
        for account, state in ledger.credentials(tenant).items()
        if account in named and state.expires_at is not None and ends_soon(state.expires_at, now)
    )
    return tuple(sorted(found, key=lambda ending: ending.at))


def _named(declaration: Declaration, tenant: str) -> Iterator[str]:
    declared = declaration.tenants[tenant]
    for each in (*declared.sources.values(), *declared.presets.values()):
        account = getattr(each, "account", None)
        if account is not None:
            yield str(account)
    yield from accounts_of(declaration, tenant)
