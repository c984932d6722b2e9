"""Accounts at vendors: what was rotated of their credentials, and who is left alone.

Rotated tokens are sealed before they come here: whoever reads the database,
or a dump of it, learns the names of fields and when they were renewed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from leap.domain.accounts import CredentialState, Deferral
from leap.domain.ledger import Lease
from leap.errors import LeaseLost
from leap.ledger.address import Connection
from leap.ledger.leases import require_lease
from leap.ledger.values import (
    CREDENTIAL_COLUMNS,
    DEFERRAL_COLUMNS,
    row_to_credential,
    row_to_deferral,
    storable,
)

#: How long storing a renewed credential is tried again, in seconds. What is
#: lost here is lost for good: the vendor takes the tokens before it no more.
PATIENCE = 300.0

_CREDENTIALS = f"""
    SELECT {", ".join(CREDENTIAL_COLUMNS)} FROM leap.credentials
    WHERE tenant = %(tenant)s AND account = coalesce(%(account)s, account) ORDER BY account
"""  # noqa: S608  # of constants
_DEFERRALS = f"""
    SELECT {", ".join(DEFERRAL_COLUMNS)} FROM leap.deferrals
    WHERE tenant = %(tenant)s AND until > clock_timestamp() ORDER BY account
"""  # noqa: S608  # of constants
_DEFER = """
    INSERT INTO leap.deferrals AS old (tenant, account, until, reason)
    VALUES (%(tenant)s, %(account)s, %(until)s, %(reason)s)
    ON CONFLICT (tenant, account) DO UPDATE SET until = excluded.until, reason = excluded.reason
    WHERE (old.until, old.reason) IS DISTINCT FROM (excluded.until, excluded.reason)
"""
# The processes of one run use it all the time; to some minutes is good enough.
_USED = """
    INSERT INTO leap.credentials AS old (tenant, account, used_at, expires_at)
    VALUES (%(tenant)s, %(account)s, clock_timestamp(), %(expires_at)s)
    ON CONFLICT (tenant, account) DO UPDATE SET
        used_at = excluded.used_at, expires_at = excluded.expires_at
    WHERE old.used_at IS NULL OR old.used_at < excluded.used_at - interval '10 minutes'
        OR old.expires_at IS DISTINCT FROM excluded.expires_at
"""
# A repetition keeps when they were first sent: of those, the answer may be lost.
_INTENDED = """
    INSERT INTO leap.credentials AS old (tenant, account, renewing, renewing_at)
    VALUES (%(tenant)s, %(account)s, %(renewing)s, clock_timestamp())
    ON CONFLICT (tenant, account) DO UPDATE SET
        renewing = excluded.renewing, renewing_at = excluded.renewing_at
    WHERE old.renewing IS DISTINCT FROM excluded.renewing
"""
_REFUSED = """
    UPDATE leap.credentials SET renewing = NULL, renewing_at = NULL
    WHERE tenant = %(tenant)s AND account = %(account)s AND renewing = %(renewing)s
"""
# The row is there since the intent. A generation is given once: whoever was
# asleep while another took over finds it gone.
_STORED = """
    UPDATE leap.credentials SET
        seed = %(seed)s, generation = %(generation)s, fields = %(fields)s, sealed = %(sealed)s,
        expires_at = %(expires_at)s, renewed_at = clock_timestamp(),
        renewing = NULL, renewing_at = NULL
    WHERE tenant = %(tenant)s AND account = %(account)s AND generation = %(generation)s - 1
"""


def read_credentials(
    connection: Connection, tenant: str, account: str | None = None
) -> dict[str, CredentialState]:
    """Return what became of the credentials of ``tenant``, or of one, by account."""
    rows = connection.execute(_CREDENTIALS, {"tenant": tenant, "account": account})
    return {row[0]: row_to_credential(row) for row in rows}


def read_deferrals(connection: Connection, tenant: str) -> dict[str, Deferral]:
    """Return the accounts that are to be left alone now."""
    rows = connection.execute(_DEFERRALS, {"tenant": tenant})
    return {row[0]: row_to_deferral(row) for row in rows}


def write_deferral(
    connection: Connection, tenant: str, account: str, until: datetime, reason: str
) -> None:
    """Leave ``account`` alone until ``until``."""
    values = {"tenant": tenant, "account": account, "until": until, "reason": storable(reason)}
    connection.execute(_DEFER, values)


def write_used(
    connection: Connection, tenant: str, account: str, expires_at: datetime | None
) -> None:
    """Note that the credential is used now, and when it ends."""
    values = {"tenant": tenant, "account": account, "expires_at": expires_at}
    connection.execute(_USED, values)


def write_intended(
    connection: Connection, tenant: str, account: str, renewing: str, lease: Lease
) -> None:
    """Note that fields with this fingerprint are about to be renewed. Raises LeaseLost."""
    require_lease(connection, tenant, lease)
    connection.execute(_INTENDED, {"tenant": tenant, "account": account, "renewing": renewing})


def write_refused(connection: Connection, tenant: str, account: str, renewing: str) -> None:
    """Take the intent back."""
    connection.execute(_REFUSED, {"tenant": tenant, "account": account, "renewing": renewing})


def write_credential(
    connection: Connection,
    tenant: str,
    account: str,
    *,
    seed: str,
    generation: int,
    fields: Sequence[str],
    sealed: bytes,
    expires_at: datetime | None,
) -> None:
    """Store a generation once. Raises LeaseLost where it is another runner's."""
    values = {
        "tenant": tenant,
        "account": account,
        "seed": seed,
        "generation": generation,
        "fields": list(fields),
        "sealed": sealed,
        "expires_at": expires_at,
    }
    if connection.execute(_STORED, values).rowcount:
        return
    known = read_credentials(connection, tenant, account).get(account)
    if known is None or (known.generation, known.sealed) != (generation, sealed):
        raise LeaseLost(f"another runner has renewed the credential {account} of {tenant}")
