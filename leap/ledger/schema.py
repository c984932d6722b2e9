"""Which version the ledger's schema has, and bringing it to the one this LEAP needs."""

from __future__ import annotations

from collections.abc import Iterable

import psycopg

from leap.errors import LedgerError
from leap.ledger.address import Address, connect
from leap.ledger.connections import explained

#: The revision that this LEAP works with: the last of ``migrations/versions``.
SCHEMA_VERSION = "0006"

#: Revisions that `leap ledger migrate` can start from.
_KNOWN = frozenset({"0001", "0002", "0003", "0004", "0005", SCHEMA_VERSION})

_EXISTS = """
    SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'leap' AND c.relname = 'alembic_version'
"""


def read_version(address: Address) -> str | None:
    """Return the schema's version, or None where there is no schema yet.

    Needs no more than a connection: the first proof that the database can be
    used. Raises LedgerError where it cannot.
    """
    try:
        with connect(address) as connection:
            if connection.execute(_EXISTS).fetchone() is None:
                return None
            connection.execute("SET LOCAL ROLE leap_app")
            row = connection.execute("SELECT version_num FROM leap.alembic_version").fetchone()
            return str(row[0]) if row else None
    except psycopg.errors.InsufficientPrivilege as error:
        raise LedgerError(
            f"the database user may not use the ledger at {address.name}",
            hint="let its administrator grant leap_app and leap_admin to that user",
        ) from error
    except psycopg.Error as error:
        raise explained(error, address.name) from error


def require_current(version: str | None, name: str) -> None:
    """Raise LedgerError where ``version``, read from the ledger ``name``, is not ours."""
    if version == SCHEMA_VERSION:
        return
    if version is None:
        raise LedgerError(f"there is no ledger at {name} yet", hint="run `leap ledger migrate`")
    if version in _KNOWN:
        raise LedgerError(
            f"the ledger at {name} has schema {version}, and this LEAP needs {SCHEMA_VERSION}",
            hint="run `leap ledger migrate`",
        )
    raise LedgerError(
        f"the ledger at {name} has schema {version}, which this LEAP does not know",
        hint="use the version of LEAP that made it, or a newer one",
    )


def upgrade(address: Address, logins: Iterable[str] = (), *, to: str = SCHEMA_VERSION) -> None:
    """Bring the schema at ``address`` up to a revision; safe to repeat and to do at once.

    ``logins`` are made able to use it. Raises LedgerError where the user may
    not, or where the schema is of a newer LEAP.
    """
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine, text
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.pool import NullPool

    from leap.ledger.roles import OWNER, ensure_roles

    version = read_version(address)
    if version is not None and version not in _KNOWN:
        require_current(version, address.name)
    config = Config()
    config.set_main_option("script_location", "leap.ledger:migrations")
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: connect(address),
        poolclass=NullPool,
    )
    try:
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '60s'"))
            connection.execute(text("SET LOCAL statement_timeout = '10min'"))
            connection.execute(
                text("SELECT pg_advisory_xact_lock(hashtextextended('leap.ledger.migrate', 0))")
            )
            ensure_roles(connection, logins)
            found = "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = 'leap'"
            if connection.scalar(text(found)) is None:
                connection.execute(text(f"CREATE SCHEMA leap AUTHORIZATION {OWNER}"))
            connection.execute(text(f"SET LOCAL ROLE {OWNER}"))
            config.attributes["connection"] = connection
            command.upgrade(config, to)
    except DBAPIError as error:
        if isinstance(error.orig, psycopg.Error):
            raise explained(error.orig, address.name) from error
        raise
