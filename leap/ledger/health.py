"""How the database is, beyond that it answers: for `leap doctor`."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from leap.ledger.address import Connection
from leap.ledger.home import find_home
from leap.ledger.processes import works_in

_VERSION = "SHOW server_version"
_CLOCK = "SELECT extract(epoch FROM clock_timestamp())::float8"
_LEASES = """
    SELECT count(*) FILTER (WHERE expires_at > clock_timestamp()),
           count(*) FILTER (WHERE expires_at <= clock_timestamp())
    FROM leap.leases
"""


@dataclass(frozen=True, slots=True)
class Health:
    """What the database says of itself.

    Attributes:
        version: the server's, such as ``18.4``.
        clock_behind: seconds that this machine's clock is behind the database's.
        leases: how many are held now.
        expired: how many were left by runs that are gone; nobody waits for them.
    """

    version: str
    clock_behind: float
    leases: int
    expired: int


def read_health(connection: Connection) -> Health:
    """Return how the database at ``connection`` is; its role can read all leases."""
    began = time.time()
    row = connection.execute(_CLOCK).fetchone()
    # The answer was on its way for some time: half of it there, half of it back.
    here = (began + time.time()) / 2
    there = float(row[0]) if row else here
    version = connection.execute(_VERSION).fetchone()
    held, expired = connection.execute(_LEASES).fetchone() or (0, 0)
    return Health(str(version[0]).split()[0] if version else "", there - here, held, expired)


def left_by_killed_server(state: Path) -> int | None:
    """Return the process id that a killed embedded server left behind, or None.

    The next start forgets it. Raises LedgerError where the ledger is another
    user's.
    """
    home = find_home(state.resolve() / "ledger")
    if home is None:
        return None
    try:
        first = (home.data / "postmaster.pid").read_text().splitlines()[0]
        pid = int(first)
    except (OSError, ValueError, IndexError):
        return None
    return None if works_in(pid, home.data) else pid
