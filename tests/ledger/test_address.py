"""A database's address is understood by libpq, and never shown with its password."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.errors import LedgerError
from leap.ledger.address import masked, parse_address


@pytest.mark.parametrize("scheme", ["postgresql://", "postgres://", "postgresql+psycopg://"])
def test_every_usual_scheme_is_understood(scheme):
    """The URLs of libpq, of hosting services and of SQLAlchemy mean the same."""
    address = parse_address(f"{scheme}ann:secret@db.example:5433/leap?sslmode=require")

    found = {key: address.parameters[key] for key in ("user", "password", "host", "port", "dbname")}
    assert found == {
        "user": "ann",
        "password": "secret",
        "host": "db.example",
        "port": "5433",
        "dbname": "leap",
    }
    assert address.parameters["sslmode"] == "require"


def test_a_dead_connection_is_noticed_within_bounds():
    """Time limits are set unless the URL sets its own."""
    assert parse_address("postgresql://db.example/leap").parameters["connect_timeout"] == "10"
    assert parse_address("postgresql://h/d?connect_timeout=3").parameters["connect_timeout"] == "3"


@pytest.mark.parametrize(
    "database",
    [
        "postgresql://ann:hunter2@[broken/leap",
        "postgresql://ann:hunter2@host:port/leap",
        "postgresql://ann:hunter2%zz@host/leap",
        "postgresql://ann:hunter2/slash@host/leap",
        "postgresql://ann:p@hunter2@host/leap",
        "postgresql://ann:1/hunter2@host/leap",
        "mysql://ann:hunter2@host/leap",
        "hunter2",
        "",
    ],
)
def test_what_is_no_address_is_refused_without_quoting_it(database):
    """A mistyped URL may hold a password in any place, so none of it is repeated."""
    with pytest.raises(LedgerError) as caught:
        parse_address(database)

    assert "hunter2" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_message_names_user_host_and_database_only():
    """The password and all options are left out."""
    shown = masked("postgresql://ann:hunter2@db.example:5433/leap?password=hunter2")

    assert shown == "postgresql://ann@db.example:5433/leap"


def test_an_address_can_be_logged():
    """The repr of an address has no parameters."""
    assert "hunter2" not in repr(parse_address("postgresql://ann:hunter2@db.example/leap"))


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=8))
def test_no_password_survives_masking(password):
    """Whatever stands where a password stands is not shown."""
    marker = "hunter2hunter2"

    assert marker not in masked(f"postgresql://ann:{marker}{password}@db.example/leap")
