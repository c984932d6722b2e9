"""Opening the ledger: the embedded server's, or that of a PostgreSQL URL."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from leap.ledger.address import EMBEDDED, Address, parse_address
from leap.ledger.embedded import EmbeddedServer
from leap.ledger.postgres import PostgresLedger
from leap.ledger.postmaster import LOGIN
from leap.ledger.schema import SCHEMA_VERSION, read_version, require_current, upgrade


@contextmanager
def open_ledger(
    database: str, state: Path, *, migrate: bool | None = None
) -> Iterator[PostgresLedger]:
    """Give the ledger for a block.

    Args:
        database: ``embedded``, or a ``postgresql://`` URL.
        state: the operator's state folder; the embedded ledger lives in it.
        migrate: whether to bring the schema up to date first. By default the
            embedded ledger's is, and that of a URL is not.

    Raises LedgerError where the database cannot be used or its schema is
    another version's, MissingTool where the embedded server is not installed.
    """
    if database == EMBEDDED:
        server = EmbeddedServer(state)
        _get_ready_to_migrate(server)
        with server.running():
            _prepare(server.superuser_address(), (LOGIN,), may_migrate=migrate is not False)
            ledger = PostgresLedger(server.address, server.revive)
            try:
                yield ledger
            finally:
                ledger.close()
    else:
        address = parse_address(database)
        _prepare(address, (), may_migrate=migrate is True)
        ledger = PostgresLedger(lambda: address)
        try:
            yield ledger
        finally:
            ledger.close()


def exists(database: str, state: Path) -> bool:
    """Tell whether there is a ledger to open; that of a URL is taken to be there."""
    return database != EMBEDDED or EmbeddedServer(state).exists()


def migrate(database: str, state: Path) -> str:
    """Bring the ledger's schema up to date and return its version; safe to repeat."""
    if database == EMBEDDED:
        server = EmbeddedServer(state)
        _get_ready_to_migrate(server)
        with server.running():
            upgrade(server.superuser_address(), (LOGIN,))
    else:
        upgrade(parse_address(database))
    return SCHEMA_VERSION


def schema_version(database: str, state: Path) -> str | None:
    """Return the version of the ledger's schema, or None where there is none yet."""
    if database == EMBEDDED:
        server = EmbeddedServer(state)
        with server.running():
            return read_version(server.superuser_address())
    return read_version(parse_address(database))


def _get_ready_to_migrate(server: EmbeddedServer) -> None:
    """Load Alembic while PostgreSQL makes its first files: both take half a second."""
    if not server.exists():
        threading.Thread(target=import_module, args=("alembic.command",), daemon=True).start()


def _prepare(address: Address, logins: tuple[str, ...], *, may_migrate: bool) -> None:
    version = read_version(address)
    if may_migrate and version != SCHEMA_VERSION:
        upgrade(address, logins)
    else:
        require_current(version, address.name)
