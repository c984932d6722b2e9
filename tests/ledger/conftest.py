"""A real PostgreSQL for the ledger's tests.

It is the embedded server without fsync, one per process of the test run; with
LEAP_DATABASE_URL set, it is that server, where databases are made and dropped.
"""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
import textwrap
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import delete

from leap.domain.recording import FileMemo, recording_hex, recording_id
from leap.domain.snapshot import RecordingRow, Wanted
from leap.domain.stage import Stage
from leap.ledger import PostgresLedger
from leap.ledger.address import Address, Connection, connect, parse_address
from leap.ledger.embedded import EmbeddedServer
from leap.ledger.home import find_home, remove_home
from leap.ledger.postmaster import LOGIN
from leap.ledger.schema import upgrade
from leap.ledger.tables import metadata

NO_FSYNC = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Cluster:
    """A server where databases may be made: how its administrator and LEAP connect."""

    admin: Address
    user: Address
    logins: tuple[str, ...]

    def at(self, database: str) -> Cluster:
        """Return how to connect to ``database`` of this server."""

        def there(address: Address) -> Address:
            return replace(address, parameters={**address.parameters, "dbname": database})

        return replace(self, admin=there(self.admin), user=there(self.user))

    def run(self, statement: str) -> None:
        """Run ``statement`` as the administrator, outside of any transaction."""
        with connect(self.admin, autocommit=True) as connection:
            connection.execute(statement)

    def login(self, name: str, *abilities: str) -> Address:
        """Make a user of the database who is no superuser; return how it connects."""
        self.run(f"CREATE ROLE {name} LOGIN PASSWORD 'password' {' '.join(abilities)}")
        self.run(f"GRANT CREATE ON DATABASE {self.admin.parameters['dbname']} TO {name}")
        changes = {"user": name, "password": "password"}
        address = replace(self.admin, parameters={**self.admin.parameters, **changes})
        if self.logins:
            self._let_in(name)
        wait_for_connection(address)
        return address

    def _let_in(self, name: str) -> None:
        """Add ``name`` to the users that the embedded server lets this process be."""
        with connect(self.admin, autocommit=True) as connection:
            (path,) = connection.execute("SHOW ident_file").fetchone()
            with Path(path).open("a") as file:
                file.write(f'leap "{pwd.getpwuid(os.geteuid()).pw_name}" {name}\n')
            connection.execute("SELECT pg_reload_conf()")

    @contextmanager
    def database(self, template: str | None = None) -> Iterator[Cluster]:
        """Make a database for a block."""
        name = f"leap_test_{uuid.uuid4().hex}"
        like = f" TEMPLATE {template}" if template else ""
        self.run(f"CREATE DATABASE {name}{like}")
        try:
            yield self.at(name)
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")


def wait_for_connection(address: Address) -> None:
    """The server reads its files again a moment after it was asked to."""
    for _ in range(100):
        try:
            connect(address).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    connect(address).close()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    if url := os.environ.get("LEAP_DATABASE_URL"):
        address = parse_address(url)
        yield Cluster(address, address, ())
        return
    state = tmp_path_factory.mktemp("cluster")
    server = EmbeddedServer(state, NO_FSYNC)
    with server.running():
        yield Cluster(server.superuser_address(), server.address(), (LOGIN,))
    discard(state)


@pytest.fixture(scope="session")
def shared_database(cluster: Cluster) -> Iterator[Cluster]:
    """A database with the ledger's schema; making one takes longer than most tests."""
    with cluster.database() as made:
        upgrade(made.admin, made.logins)
        yield made


@pytest.fixture
def database(shared_database: Cluster) -> Cluster:
    """A database with an empty ledger."""
    statements = [str(delete(table)) for table in metadata.sorted_tables]
    shared_database.run("; ".join(statements))
    return shared_database


@pytest.fixture
def own_database(cluster: Cluster, shared_database: Cluster) -> Iterator[Cluster]:
    """A database with an empty ledger that the test may spoil."""
    with cluster.database(shared_database.admin.parameters["dbname"]) as made:
        yield made


@pytest.fixture
def empty_database(cluster: Cluster) -> Iterator[Cluster]:
    """A database without a ledger."""
    with cluster.database() as made:
        yield made


@pytest.fixture
def open_again(database: Cluster) -> Iterator[Callable[..., PostgresLedger]]:
    """Open the test's ledger once more, as another runner would."""
    opened: list[PostgresLedger] = []

    def again(*, ttl: float = 60.0) -> PostgresLedger:
        opened.append(PostgresLedger(lambda: database.user, ttl=ttl))
        return opened[-1]

    yield again
    for one in opened:
        one.close()


@pytest.fixture
def ledger(open_again: Callable[..., PostgresLedger]) -> PostgresLedger:
    return open_again()


@pytest.fixture
def direct(database: Cluster) -> Iterator[Callable[[], Connection]]:
    """Connect to the test's database past the ledger, as its administrator."""
    opened: list[Connection] = []

    def make() -> Connection:
        opened.append(connect(database.admin, autocommit=True))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """A state folder whose embedded ledger is removed after the test, wherever it lives."""
    folder = tmp_path / "state"
    yield folder
    discard(folder)


def discard(state: Path) -> None:
    """Remove root's cluster of a state folder; a user's own is in the folder itself."""
    folder = state.resolve() / "ledger"
    home = find_home(folder) if folder.is_dir() else None
    if home is not None and home.path != folder:
        remove_home(home.path)


@pytest.fixture
def start_python() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start another Python with a program and arguments; what still runs is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(program: str, *arguments: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(program), *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def recording() -> Callable[..., RecordingRow]:
    """Make a recording of tenant acme; arguments replace what it has by default."""

    def make(external_id: str = "lectures/one.mp4", **changes: object) -> RecordingRow:
        identity = recording_hex("acme", "folder", "", external_id)
        row = RecordingRow(
            id=recording_id(identity, NOW),
            source="lectures",
            source_kind="folder",
            account="",
            external_id=external_id,
            locator=external_id,
            revision="5" * 64,
            title="Лекция 1: gradients 🎓",
            started_at=NOW,
            size=123_456_789_012,
            duration=5400.25,
            template="ml",
            skip=None,
            reason="",
            settled_at=None,
            listed=True,
            wanted=Wanted(
                pipeline="lecture",
                stages={Stage.DOWNLOAD: "0" * 16, Stage.TRIM: "1" * 16},
                publications={"site": {"media": "a", "metadata": "b"}},
            ),
            since=NOW,
        )
        return replace(row, **changes)

    return make


@pytest.fixture
def memo() -> Callable[..., FileMemo]:
    """Make what is remembered of a file; arguments replace what it has by default."""

    def make(path: str = "lectures/one.mp4", **changes: object) -> FileMemo:
        base = FileMemo(path, 123_456_789_012, 1_790_000_000_123_456_789, "5" * 64, 5400.25, NOW)
        return replace(base, **changes)

    return make
