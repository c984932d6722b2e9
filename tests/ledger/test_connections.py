"""Transactions survive what passes, and a fork; what does not pass is one line."""

from __future__ import annotations

import os
import threading
import time

import psycopg
import pytest

from leap.errors import LedgerError
from leap.ledger.address import Address
from leap.ledger.connections import Connections, explained

BACKEND = "SELECT pg_backend_pid(), current_user::text, current_setting('leap.tenant')"


@pytest.fixture
def connections(database):
    made = Connections(lambda: database.user, lambda: None)
    yield made
    made.close()


def ask(connection):
    return connection.execute(BACKEND).fetchone()


def test_a_transaction_acts_for_one_tenant_as_one_role(connections):
    """Both are set for the transaction, whatever the one before was."""
    first = connections.run("acme", ask)
    second = connections.run("globex", ask, reading=True)
    third = connections.run("", ask, role="leap_admin", reading=True)

    assert first[1:] == ("leap_app", "acme")
    assert second[1:] == ("leap_app", "globex")
    assert third[1:] == ("leap_admin", "")


def test_one_connection_serves_one_transaction_after_another(connections):
    """Connecting is what costs."""
    assert len({connections.run("acme", ask)[0] for _ in range(5)}) == 1


def test_nothing_of_a_transaction_is_left_on_the_session(connections, database):
    """A pooler may give the session to anybody next."""
    connections.run("acme", ask)
    idle = connections._idle[0]

    row = idle.execute("SELECT current_user::text, current_setting('leap.tenant')").fetchone()
    assert row == (database.user.parameters["user"], "")


def test_a_failed_block_leaves_nothing_behind(connections):
    """An exception of the block rolls back, and the connection serves on."""

    def work(connection):
        connection.execute(
            "INSERT INTO leap.runs (tenant, id, started_at)"
            " VALUES ('acme', gen_random_uuid(), now())"
        )
        raise KeyError("bug")

    with pytest.raises(KeyError):
        connections.run("acme", work)

    counted = connections.run("acme", lambda one: one.execute("SELECT FROM leap.runs").rowcount)
    assert counted == 0


def test_a_lost_connection_is_replaced(ledger, direct):
    """A server that restarts costs a pause, not the run."""
    run = ledger.run_started("acme")
    direct().execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND datname = current_database()"
    )

    ledger.run_finished("acme", run, "ok")

    assert [one.outcome for one in ledger.runs("acme")] == ["ok"]


def test_a_forked_child_has_connections_of_its_own(connections):
    """The parent's connection stays the parent's, idle or not."""
    parent = connections.run("acme", ask)[0]
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, str(connections.run("acme", ask)[0]).encode())
            connections.close()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        in_child = int(pipe.read())

    assert in_child != parent
    assert connections.run("acme", ask)[0] == parent


def test_threads_do_not_share_a_transaction(connections):
    """Two transactions at once are two sessions."""
    together = threading.Barrier(2)
    found = []

    def work(connection):
        together.wait(10)
        return ask(connection)

    threads = [
        threading.Thread(target=lambda name=name: found.append(connections.run(name, work)))
        for name in ("acme", "globex")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({row[0] for row in found}) == 2
    assert {row[2] for row in found} == {"acme", "globex"}


def test_a_server_that_is_not_there_is_one_line_without_a_password(tmp_path):
    """The attempt ends with the patience it was given."""
    nowhere = Address("postgresql://ann@db", {"host": str(tmp_path), "password": "hunter2"})
    begun = time.monotonic()

    with pytest.raises(LedgerError, match="the ledger at postgresql://ann@db cannot be") as caught:
        Connections(lambda: nowhere, lambda: None).run("acme", ask, patience=0.1)

    assert time.monotonic() - begun < 5
    assert "hunter2" not in str(caught.value)
    assert "\n" not in caught.value.message


def test_a_statement_that_hangs_is_ended(connections):
    """Time limits hold in every transaction, whatever the server's own are."""
    limits = connections.run(
        "acme",
        lambda one: one.execute(
            "SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),"
            " current_setting('idle_in_transaction_session_timeout')"
        ).fetchone(),
    )

    assert limits == ("1min", "10s", "1min")


def test_a_timeout_is_not_tried_again(connections):
    """What took too long once would take too long again."""

    def work(connection):
        connection.execute("SET LOCAL statement_timeout = '50ms'")
        connection.execute("SELECT pg_sleep(10)")

    begun = time.monotonic()
    with pytest.raises(LedgerError, match="statement timeout"):
        connections.run("acme", work)
    assert time.monotonic() - begun < 5


def test_a_disk_that_is_full_is_named(database):
    """PostgreSQL's own first line says what happened."""
    error = psycopg.errors.DiskFull("could not extend file: No space left on device\nHINT: x")

    assert str(explained(error, "embedded")) == (
        "the embedded ledger cannot be used: could not extend file: No space left on device"
    )
