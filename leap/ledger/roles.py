"""The roles of the ledger, shared by all databases of a server.

    leap_owner   owns the tables and migrates them; nobody logs in as it
    leap_app     reads and writes the rows of one tenant per transaction
    leap_admin   reads the rows of every tenant and writes nothing

Roles belong to a server and not to a database, so they are no part of a
database's revisions: a dump that is restored elsewhere finds them made.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from leap.errors import LedgerError
from leap.ledger.connections import ADMIN, APP

OWNER = "leap_owner"

_V16 = 16_00_00


def ensure_roles(connection: Connection, logins: Iterable[str] = ()) -> None:
    """Create what is missing and let the connected user, and ``logins``, become the roles.

    ``logins`` are created as well; they may become the application's roles
    only. Raises LedgerError where the connected user may not do this and no
    administrator has done it before.
    """
    for role in (OWNER, APP, ADMIN):
        _create(connection, role, "NOLOGIN")
    for login in logins:
        _create(connection, login, "LOGIN NOINHERIT")
        _let_become(connection, login, (APP, ADMIN))
    _let_become(
        connection, str(connection.scalar(text("SELECT current_user"))), (OWNER, APP, ADMIN)
    )


def _create(connection: Connection, role: str, kind: str) -> None:
    if connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}):
        return
    # Another database's migration may create it at this very moment.
    statement = f"""
        DO $$ BEGIN
            CREATE ROLE {role} {kind} NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END $$
    """
    _as_administrator(connection, statement)


def _let_become(connection: Connection, login: str, roles: Iterable[str]) -> None:
    # Since PostgreSQL 16 a member need not be able to become what it is a member of.
    server = int(connection.scalar(text("SHOW server_version_num")) or 0)
    privilege, with_set = ("SET", " WITH SET TRUE") if server >= _V16 else ("MEMBER", "")
    question = text("SELECT pg_has_role(:login, :role, :privilege)")
    for role in roles:
        values = {"login": login, "role": role, "privilege": privilege}
        if not connection.scalar(question, values):
            quoted = connection.dialect.identifier_preparer.quote(login)
            _as_administrator(connection, f"GRANT {role} TO {quoted}{with_set}")


def _as_administrator(connection: Connection, statement: str) -> None:
    try:
        with connection.begin_nested():
            connection.execute(text(statement))
    except ProgrammingError as error:
        user = connection.scalar(text("SELECT current_user"))
        raise LedgerError(
            f"database user {user} may not set up the ledger's roles ({_first_line(error)})",
            hint=f"let an administrator of the database run: CREATE ROLE {OWNER};"
            f" CREATE ROLE {APP}; CREATE ROLE {ADMIN};"
            f" GRANT {OWNER}, {APP}, {ADMIN} TO {user};",
        ) from error


def _first_line(error: ProgrammingError) -> str:
    return str(error.orig).splitlines()[0]
