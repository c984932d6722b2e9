"""Where a database is, as libpq understands it, and how a message may name it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from leap.errors import LedgerError

EMBEDDED = "embedded"

Connection = psycopg.Connection[tuple[Any, ...]]

_SCHEME = re.compile(r"postgres(?:ql)?(?:\+psycopg)?://")

#: A server that went away without a word is noticed within these bounds.
_DEFAULTS = {"connect_timeout": "10", "tcp_user_timeout": "30000", "keepalives_idle": "30"}


@dataclass(frozen=True, slots=True)
class Address:
    """Parameters of libpq; only ``name`` may appear in a message.

    ``parameters`` can hold a password and is therefore left out of the repr.
    """

    name: str
    parameters: Mapping[str, str] = field(repr=False)


def connect(address: Address, *, autocommit: bool = False) -> Connection:
    """Open a connection. Raises psycopg.OperationalError."""
    # Prepared statements outlive a transaction, which a pooler does not allow.
    return psycopg.connect(
        make_conninfo(**address.parameters), autocommit=autocommit, prepare_threshold=None
    )


def parse_address(database: str) -> Address:
    """Return the address of a ``postgresql://`` URL.

    Raises LedgerError where it is none. libpq's own complaint quotes the URL
    with its password, so it is never passed on.
    """
    scheme = _SCHEME.match(database)
    if scheme is None:
        raise LedgerError(
            "the database is neither `embedded` nor a postgresql:// URL",
            hint="correct `database:` in leap.yaml or LEAP_DATABASE_URL",
        )
    unreadable = LedgerError(
        "the database URL cannot be read",
        hint="its form is postgresql://user:password@host:port/name;"
        " write special characters of a password as %XX",
    )
    try:
        found = conninfo_to_dict("postgresql://" + database[scheme.end() :])
    except psycopg.ProgrammingError:
        raise unreadable from None
    given = {key: str(value) for key, value in found.items() if value is not None}
    # A bare @ or / in a password pushes parts of it into what may be shown.
    ports = given.get("port", "").replace(",", "")
    if "@" in given.get("host", "") + given.get("dbname", "") or (ports and not ports.isdecimal()):
        raise unreadable
    return Address(name=masked(database), parameters={**_DEFAULTS, **given})


def masked(database: str) -> str:
    """Return ``database`` as it may be shown: without password and options."""
    if not _SCHEME.match(database):
        return database if database == EMBEDDED else "the database"
    try:
        parts = urlsplit(database)
        user, host, port = parts.username, parts.hostname or "", parts.port
    except ValueError:
        return "postgresql://…"
    who = f"{user}@" if user else ""
    where = f"{host}:{port}" if port else host
    return f"postgresql://{who}{where}{parts.path}"
