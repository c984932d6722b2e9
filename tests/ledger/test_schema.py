"""The schema has one history, one version, and roles that any server can give."""

from __future__ import annotations

import os
import threading
import uuid
from dataclasses import replace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from leap.errors import LedgerError
from leap.ledger import SCHEMA_VERSION, PostgresLedger, migrate, open_ledger, schema_version
from leap.ledger.address import connect
from leap.ledger.embedded import EmbeddedServer
from leap.ledger.schema import _KNOWN, read_version, require_current, upgrade
from leap.ledger.tables import metadata


@pytest.fixture
def url(empty_database):
    """The empty database as a URL, as an operator would give it."""
    if given := os.environ.get("LEAP_DATABASE_URL"):
        head, _, tail = given.partition("?")
        name = empty_database.admin.parameters["dbname"]
        return f"{head.rpartition('/')[0]}/{name}" + (f"?{tail}" if tail else "")
    found = empty_database.admin.parameters
    return f"postgresql:///{found['dbname']}?host={found['host']}&user={found['user']}"


def test_the_version_is_the_last_revision():
    """The constant that saves loading Alembic is right."""
    config = Config()
    config.set_main_option("script_location", "leap.ledger:migrations")
    script = ScriptDirectory.from_config(config)

    assert script.get_current_head() == SCHEMA_VERSION
    assert {revision.revision for revision in script.walk_revisions()} == _KNOWN


def test_the_revisions_make_the_tables(database):
    """What SQLAlchemy thinks the tables are is what the migrations made."""
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: connect(database.admin), poolclass=NullPool
    )
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "include_name": lambda name, kind, _: kind != "schema" or name == "leap",
                "include_object": lambda _, name, *rest: name != "alembic_version",
                "compare_server_default": True,
            },
        )

        assert compare_metadata(context, metadata) == []


def test_a_database_without_a_ledger_is_refused(url, tmp_path):
    """A URL is migrated when its owner says so, and the refusal says how."""
    assert schema_version(url, tmp_path) is None

    with pytest.raises(LedgerError, match="run `leap ledger migrate`"), open_ledger(url, tmp_path):
        pass


def test_a_migrated_database_is_opened(url, tmp_path, recording):
    """Migrating is safe to repeat, and what was written stays."""
    assert migrate(url, tmp_path) == SCHEMA_VERSION
    with open_ledger(url, tmp_path) as ledger:
        ledger.admit("acme", [recording()], {})
    migrate(url, tmp_path)

    with open_ledger(url, tmp_path) as ledger:
        assert list(ledger.snapshot("acme").recordings.values()) == [recording()]
    assert schema_version(url, tmp_path) == SCHEMA_VERSION


def test_opening_may_migrate_when_asked(url, tmp_path):
    """For tools that own their database."""
    with open_ledger(url, tmp_path, migrate=True) as ledger:
        assert ledger.tenants() == ()


def test_an_older_ledger_keeps_what_it_knows(empty_database):
    """Of what it knows nothing is settled; the next plan looks at all of it once."""
    upgrade(empty_database.admin, empty_database.logins, to="0001")
    with connect(empty_database.admin) as connection:
        connection.execute(_OLD_RECORDING)
        connection.execute(_OLD_STAGE)

    upgrade(empty_database.admin, empty_database.logins)

    with connect(empty_database.admin) as connection:
        query = "SELECT id, mark, changes, settled FROM leap.recordings"
        assert [("r1", "", 0, None)] == connection.execute(query).fetchall()
        connection.execute("UPDATE leap.stages SET state = 'evicted'")
        assert [("r1", "", 1, None)] == connection.execute(query).fetchall()


def test_a_ledger_from_before_accounts_keeps_what_is_settled(empty_database):
    """Nothing waited then, so what was settled still is."""
    upgrade(empty_database.admin, empty_database.logins, to="0002")
    with connect(empty_database.admin) as connection:
        connection.execute(_OLD_RECORDING)
        connection.execute(_OLD_STAGE)
        connection.execute(_OLD_PUBLICATION)
        connection.execute("UPDATE leap.recordings SET settled = '2:' || repeat('d', 32)")

    upgrade(empty_database.admin, empty_database.logins)

    ledger = PostgresLedger(lambda: empty_database.user)
    assert ["r1"] == [each.id for each in ledger.settled("acme", "d" * 64)]
    found = ledger.snapshot("acme")
    ledger.close()
    facts = (*found.stages["r1"], *found.publications["r1"])
    assert [(None, False)] * 2 == [(fact.until, fact.needs_person) for fact in facts]


_OLD_PUBLICATION = """
    INSERT INTO leap.publications (tenant, recording, preset, platform, state, since)
    VALUES ('acme', 'r1', 'site', 'site', 'applied', now())
"""
_OLD_RECORDING = """
    INSERT INTO leap.recordings (tenant, id, source, source_kind, account, external_id, locator,
        revision, title, started_at, size, reason, listed, since)
    VALUES ('acme', 'r1', 's', 'folder', 's', 'a', 'a', 'x', 'A', now(), 1, '', true, now())
"""
_OLD_STAGE = """
    INSERT INTO leap.stages (tenant, recording, stage, key, state, since)
    VALUES ('acme', 'r1', 'trim', 'k', 'done', now())
"""


def test_two_migrations_at_once_are_one(empty_database):
    """The second waits for the first and finds its work done."""
    failures = []

    def work():
        try:
            upgrade(empty_database.admin, empty_database.logins)
        except LedgerError as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert read_version(empty_database.admin) == SCHEMA_VERSION


def test_the_schema_of_a_newer_leap_is_left_alone(own_database):
    """Neither using it nor migrating it is safe."""
    with connect(own_database.admin) as connection:
        connection.execute("UPDATE leap.alembic_version SET version_num = '9999'")

    for refused in (
        lambda: upgrade(own_database.admin),
        lambda: require_current(read_version(own_database.user), "there"),
    ):
        with pytest.raises(LedgerError, match="schema 9999, which this LEAP does not know"):
            refused()


@pytest.fixture
def customer(shared_database, empty_database):
    """A user as hosting services give it, where somebody else has made the ledger's roles."""
    name = f"customer_{uuid.uuid4().hex[:8]}"
    yield empty_database.login(name)
    empty_database.run(f"REASSIGN OWNED BY {name} TO CURRENT_USER")
    empty_database.run(f"DROP OWNED BY {name}")
    empty_database.run(f"DROP ROLE {name}")


def test_who_may_not_become_the_roles_is_told_what_to_ask_for(customer):
    """The hint is what an administrator has to run."""
    with pytest.raises(LedgerError) as caught:
        upgrade(customer)

    user = customer.parameters["user"]
    assert f"GRANT leap_owner, leap_app, leap_admin TO {user};" in caught.value.hint
    assert read_version(customer) is None


def test_who_may_become_the_roles_needs_no_more(customer, empty_database, recording):
    """An administrator's grant is enough to migrate and to work."""
    user = customer.parameters["user"]
    empty_database.run(f"GRANT leap_owner, leap_app, leap_admin TO {user}")

    upgrade(customer)

    ledger = PostgresLedger(lambda: customer)
    ledger.admit("acme", [recording()], {})
    assert ledger.tenants() == ("acme",)
    ledger.close()


def test_who_may_use_nothing_of_a_ledger_is_told_so(customer, empty_database):
    """A stranger's connection works, and the ledger is closed to it."""
    upgrade(empty_database.admin, empty_database.logins)

    with pytest.raises(LedgerError, match="may not use the ledger"):
        read_version(customer)


def test_a_user_who_may_make_roles_sets_up_everything(cluster, state, recording):
    """On a server of its own, no administrator is needed at all."""
    server = EmbeddedServer(state, {"fsync": "off"})
    with server.running():
        address = server.superuser_address()
        customer = replace(cluster, admin=address, user=address, logins=("leap",)).login(
            "customer", "CREATEROLE"
        )
        upgrade(customer)
        upgrade(customer)

        ledger = PostgresLedger(lambda: customer)
        ledger.admit("acme", [recording()], {})
        assert ledger.tenants() == ("acme",)
        ledger.close()
