"""Connections to the ledger's database, and the only way to run a transaction on one.

A transaction always acts as a role without privileges of its own and for one
tenant, both set for that transaction alone. What fails for a passing reason,
such as a server that restarts, is tried again.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus

from leap import faults
from leap.errors import LedgerError
from leap.ledger.address import EMBEDDED, Address, Connection, connect

T = TypeVar("T")

APP = "leap_app"
ADMIN = "leap_admin"

#: How long a transaction is tried again, in seconds.
PATIENCE = 30.0

#: Set for every transaction, since a pooler may hand its session to anybody.
_BEGIN = """
    BEGIN {mode};
    SELECT set_config('role', {role}, true), set_config('leap.tenant', {tenant}, true),
           set_config('timezone', 'UTC', true), set_config('lock_timeout', '10s', true),
           set_config('statement_timeout', '60s', true),
           set_config('idle_in_transaction_session_timeout', '60s', true)
"""
_WRITING = sql.SQL("READ WRITE")
_READING = sql.SQL("ISOLATION LEVEL REPEATABLE READ READ ONLY")

#: Shutdown, crash, start, serialization, deadlock, too many connections, a row that
#: another transaction holds: https://www.postgresql.org/docs/current/errcodes-appendix.html
_PASSING = {"57P01", "57P02", "57P03", "25P03", "40001", "40P01", "53300", "55P03"}


class Connections:
    """Connections of this process, opened when needed and kept for the next transaction.

    A forked child opens its own: what its parent has open is the parent's.

    Args:
        address: where the database is now; asked again for every connection.
        revive: brings a dead embedded server back, or does nothing.
    """

    def __init__(self, address: Callable[[], Address], revive: Callable[[], None]) -> None:
        self._address = address
        self._revive = revive
        self._start_afresh()

    def run(
        self,
        tenant: str,
        work: Callable[[Connection], T],
        *,
        role: str = APP,
        reading: bool = False,
        patience: float = PATIENCE,
    ) -> T:
        """Return what ``work`` returns, from one committed transaction for ``tenant``.

        ``work`` may run several times, even after a commit whose answer was
        lost, so its writes are idempotent. ``reading`` gives one consistent
        view. Raises LedgerError, after ``patience`` seconds for passing reasons.
        """
        deadline = time.monotonic() + patience
        pause = 0.02
        while True:
            try:
                return self._once(tenant, work, role=role, reading=reading)
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                if time.monotonic() >= deadline or not _is_passing(error):
                    raise self._explained(error) from error
            except (psycopg.DataError, psycopg.InternalError) as error:
                raise self._explained(error) from error
            self._revive()
            time.sleep(pause)
            pause = min(2 * pause, 1.0)

    def close(self) -> None:
        """Close what this process opened."""
        if self._process == os.getpid():
            with self._lock:
                while self._idle:
                    self._idle.pop().close()

    def _once(self, tenant: str, work: Callable[[Connection], T], *, role: str, reading: bool) -> T:
        with self._connection() as connection:
            mode = _READING if reading else _WRITING
            begin = sql.SQL(_BEGIN).format(
                mode=mode, role=sql.Literal(role), tenant=sql.Literal(tenant)
            )
            connection.execute(begin)
            result = work(connection)
            if reading:
                connection.execute("COMMIT")
            else:
                faults.point("ledger.before_commit")
                connection.execute("COMMIT")
                faults.point("ledger.after_commit")
            return result

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        connection = self._take()
        try:
            yield connection
        except BaseException:
            self._roll_back(connection)
            raise
        finally:
            if connection.closed or connection.broken:
                connection.close()
            else:
                with self._lock:
                    self._idle.append(connection)

    def _take(self) -> Connection:
        if self._process != os.getpid():
            # Kept, not closed: closing would end the parent's session.
            self._of_parent = (*self._of_parent, *self._idle)
            self._start_afresh()
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return connect(self._address(), autocommit=True)

    def _roll_back(self, connection: Connection) -> None:
        status = connection.info.transaction_status
        try:
            if status == TransactionStatus.ACTIVE:
                connection.close()
            elif status != TransactionStatus.IDLE and not connection.closed:
                connection.execute("ROLLBACK")
        except psycopg.Error:
            connection.close()

    def _start_afresh(self) -> None:
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._idle: list[Connection] = []

    _of_parent: tuple[Connection, ...] = ()

    def _explained(self, error: psycopg.Error) -> LedgerError:
        return explained(error, self._address().name)


def explained(error: psycopg.Error, name: str) -> LedgerError:
    """Return ``error`` of the database called ``name`` as one line for the user."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    where = "the embedded ledger" if name == EMBEDDED else f"the ledger at {name}"
    hint = None if name == EMBEDDED else "check LEAP_DATABASE_URL and that the server runs"
    return LedgerError(f"{where} cannot be used: {lines[0]}", hint=hint)


def _is_passing(error: psycopg.Error) -> bool:
    code = error.sqlstate
    # A connection that was lost or refused has no code.
    return code is None or code in _PASSING or code.startswith("08")
