"""The embedded server: shared, private, and unimpressed by sudden deaths."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import time
from pathlib import Path

import psycopg
import pytest

from leap.errors import LedgerError, MissingTool
from leap.ledger import open_ledger
from leap.ledger.address import connect
from leap.ledger.embedded import EmbeddedServer
from leap.ledger.home import find_home
from leap.ledger.postmaster import Postmaster
from leap.ledger.processes import runs, works_in

FAST = {"fsync": "off"}

#: Uses the ledger until it is told to stop; says the postmaster's process id.
USE = """
    import sys
    from pathlib import Path
    from leap.ledger.address import connect
    from leap.ledger.embedded import EmbeddedServer
    server = EmbeddedServer(Path(sys.argv[1]), {"fsync": "off"})
    with server.running():
        with connect(server.superuser_address()) as connection:
            query = "SELECT split_part(pg_read_file('postmaster.pid'), E'\\\\n', 1)"
            print(connection.execute(query).fetchone()[0], flush=True)
        sys.stdin.readline()
"""


@pytest.fixture(scope="module")
def awkward(tmp_path_factory):
    """A state folder at a long path with spaces, commas and Cyrillic, with a ledger in it."""
    state = tmp_path_factory.mktemp("m") / "Мои лекции, часть 1" / ("x" * 80) / "state"
    with EmbeddedServer(state, FAST).running():
        pass
    yield state
    home = home_of(state)
    if home.path != state / "ledger":
        shutil.rmtree(home.path.parent, ignore_errors=True)


@pytest.fixture
def use(start_python):
    """Start a process that uses the ledger of a state folder; return it and the postmaster."""

    def start(state):
        process = start_python(USE, state)
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        return process, int(line)

    return start


def home_of(state):
    return find_home(state.resolve() / "ledger")


def answers(state):
    return Postmaster(home_of(state), {}).answers()


def is_down(pid, state):
    return not (runs(pid) and works_in(pid, home_of(state).data))


def ask(server, query):
    with connect(server.superuser_address(), autocommit=True) as connection:
        return connection.execute(query).fetchone()


def wait_until(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_it_listens_to_the_users_of_its_files_only(awkward):
    """No network, a private socket, and the kernel says who connects."""
    server = EmbeddedServer(awkward, FAST)
    with server.running():
        folder = server.address().parameters["host"]
        mode = stat.S_IMODE(Path(folder).stat().st_mode)

        assert ask(server, "SHOW listen_addresses") == ("",)
        assert ask(server, "SELECT DISTINCT type, auth_method FROM pg_hba_file_rules") == (
            "local",
            "peer",
        )
        assert mode == 0o700
        with pytest.raises(psycopg.OperationalError, match=r"[Pp]eer authentication failed"):
            psycopg.connect(host=folder, user="leap_app", dbname="postgres")


def test_it_never_waits_for_ever(awkward):
    """Limits are on the server too, for whoever forgets them."""
    server = EmbeddedServer(awkward, FAST)
    with server.running():
        names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
        limits = {name: ask(server, f"SHOW {name}")[0] for name in names}

    assert limits == {
        "lock_timeout": "10s",
        "statement_timeout": "1min",
        "idle_in_transaction_session_timeout": "1min",
    }


def test_the_last_one_out_stops_it(awkward, use):
    """Whoever leaves before leaves it running."""
    with EmbeddedServer(awkward, FAST).running():
        first, pid = use(awkward)
        first.communicate("\n")
        assert answers(awkward)
    assert not answers(awkward)
    assert is_down(pid, awkward)


def test_a_killed_user_does_not_keep_it_running(awkward, use):
    """Nor does it take it along; the next one out is the last."""
    process, pid = use(awkward)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert answers(awkward)

    second, same = use(awkward)
    second.communicate("\n")

    assert same == pid
    assert is_down(pid, awkward)


def test_a_forked_child_keeps_it_running(awkward):
    """Work that outlives its parent still has its ledger."""
    server = EmbeddedServer(awkward, FAST)
    reading, writing = os.pipe()
    with server.running():
        child = os.fork()
        if child == 0:
            os.close(writing)
            os.read(reading, 1)
            os._exit(0)
    os.close(reading)
    assert answers(awkward)

    os.close(writing)
    os.waitpid(child, 0)
    with server.running():
        pass
    assert not answers(awkward)


def test_it_survives_the_death_of_everybody(awkward, use):
    """What was committed is there when the next command comes."""
    process, pid = use(awkward)
    server = EmbeddedServer(awkward, FAST)
    with server.running():
        with connect(server.superuser_address(), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        os.kill(pid, signal.SIGKILL)
        process.send_signal(signal.SIGKILL)
    with server.running():
        assert ask(server, "SELECT answer FROM kept") == (42,)


def test_a_process_with_the_old_id_is_no_server(awkward):
    """After a crash the postmaster's id may be anybody's, even one of the same user."""
    with EmbeddedServer(awkward, FAST).running():
        pid_file = home_of(awkward).data / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
    # By its real path: the other user may not look into every folder of our PATH.
    sleep = os.path.realpath(shutil.which("sleep") or "sleep")
    stranger = subprocess.Popen([sleep, "60"], user=home_of(awkward).owner)
    try:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        with EmbeddedServer(awkward, FAST).running():
            assert answers(awkward)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_running_command_brings_it_back(awkward):
    """A killed server costs a running command a pause, not its work."""
    with open_ledger("embedded", awkward) as ledger:
        run = ledger.run_started("acme")
        pid = int((home_of(awkward).data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)

        ledger.run_finished("acme", run, "ok")

        assert [one.outcome for one in ledger.runs("acme", limit=1)] == ["ok"]
    assert not answers(awkward)


def test_files_of_another_version_are_left_alone(awkward):
    """One line says which version made them, and the two ways on."""
    note = home_of(awkward).data / "PG_VERSION"
    ours = note.read_text()
    note.write_text("12\n")
    try:
        with (
            pytest.raises(LedgerError, match="was made by PostgreSQL 12, and this is") as caught,
            EmbeddedServer(awkward, FAST).running(),
        ):
            pass
    finally:
        note.write_text(ours)

    assert "LEAP_PG_BIN" in caught.value.hint
    assert "leap ledger rebuild" in caught.value.hint


def test_a_warm_start_takes_a_moment(awkward):
    """It is part of every command."""
    server = EmbeddedServer(awkward, FAST)
    taken = []
    for _ in range(3):
        begun = time.monotonic()
        with server.running():
            taken.append(time.monotonic() - begun)

    assert min(taken) < 1.0


def test_commands_that_start_at_once_share_one_server(state, use, start_python):
    """Four first starts make one cluster and one postmaster, which the last one stops."""
    processes = [start_python(USE, state) for _ in range(4)]
    pids = {int(process.stdout.readline()) for process in processes}
    for process in processes:
        process.communicate("\n")

    assert len(pids) == 1
    assert [process.returncode for process in processes] == [0] * 4
    assert is_down(pids.pop(), state)


def test_a_deleted_ledger_is_empty_afterwards(state, recording):
    """Also where the files live elsewhere, and although a server was left running."""
    with open_ledger("embedded", state) as ledger:
        ledger.admit("acme", [recording()], {})
        former = home_of(state)
        # The folder goes while the server runs, as after the kill of its last user.
        shutil.rmtree(state / "ledger")
    with open_ledger("embedded", state) as ledger:
        assert ledger.snapshot("acme").recordings == {}
        assert former.path == home_of(state).path or not former.path.exists()
    assert not answers(state)


def test_without_postgres_one_line_says_what_to_install(state, monkeypatch, tmp_path):
    """Either a package or a server of one's own."""
    monkeypatch.setattr("leap.ledger.binaries._WHEEL", "no_such_wheel")
    monkeypatch.setattr("leap.ledger.binaries._DEBIAN", tmp_path / "none")

    with pytest.raises(MissingTool) as caught, open_ledger("embedded", state):
        pass

    assert str(caught.value) == (
        "the embedded ledger needs PostgreSQL, which is not installed;"
        " run `pip install 'leap[embedded]'` or set LEAP_DATABASE_URL"
    )


def test_a_wrong_choice_of_programs_is_named(state, monkeypatch, tmp_path):
    """LEAP_PG_BIN is used or complained about, never passed over."""
    monkeypatch.setenv("LEAP_PG_BIN", str(tmp_path))

    with (
        pytest.raises(MissingTool, match=f"LEAP_PG_BIN={tmp_path} does not hold postgres"),
        open_ledger("embedded", state),
    ):
        pass


def test_a_state_that_is_no_folder_is_one_line(tmp_path):
    """The message names the path."""
    (tmp_path / "state").write_text("")

    with (
        pytest.raises(LedgerError, match=r"cannot use .*state"),
        open_ledger("embedded", tmp_path / "state"),
    ):
        pass
