"""What LEAP remembers between runs, in PostgreSQL.

opening      open_ledger: the embedded server or a URL, at the right schema
postgres     PostgresLedger, the port's implementation, over
             reading, admission, facts, leases, accounts, history; costs over calls
connections  transactions of one role and one tenant, tried again
schema       versions and migrations; tables, roles
embedded     the shared private server; postmaster, home, binaries, locks
"""

from __future__ import annotations

from leap.domain.history import Event, Run
from leap.ledger.opening import migrate, open_ledger, schema_version
from leap.ledger.postgres import PostgresLedger
from leap.ledger.schema import SCHEMA_VERSION

__all__ = [
    "SCHEMA_VERSION",
    "Event",
    "PostgresLedger",
    "Run",
    "migrate",
    "open_ledger",
    "schema_version",
]
