"""A private PostgreSQL that concurrent commands share: the first starts it, the last stops it.

Two locks in the ledger's folder carry the arrangement, and the kernel releases
both when a process dies, however it dies. ``users`` is shared by everybody who
uses the server; whoever leaves and gets it alone was the last. ``control`` is
held alone for as long as somebody looks, starts or stops.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

from leap.errors import LedgerError
from leap.ledger.address import Address
from leap.ledger.binaries import find_binaries, reachable_by
from leap.ledger.home import LIBRARY, Home, abandoned_homes, find_home, make_home, remove_home
from leap.ledger.locks import FileLock, exclusive
from leap.ledger.postmaster import LOGIN, SUPERUSER, Postmaster

#: Crash recovery of a large ledger takes seconds; more than this is a fault.
START_WITHIN = 60.0
STOP_WITHIN = 30.0


class EmbeddedServer:
    """The embedded ledger's server of one state folder.

    Args:
        state: the operator's state folder; the ledger is in ``ledger/`` below it.
        settings: PostgreSQL settings beyond LEAP's own (tests turn fsync off).
    """

    def __init__(self, state: Path, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        self._folder = state.resolve() / "ledger"
        self._settings = settings
        self._postmaster: Postmaster | None = None

    def exists(self) -> bool:
        """Tell whether there is a ledger already, as far as can be seen."""
        try:
            return find_home(self._folder) is not None
        except OSError:
            return False

    @contextmanager
    def running(self) -> Iterator[EmbeddedServer]:
        """Keep the server running for a block. Raises LedgerError or MissingTool."""
        owner = os.getpid()
        users = self._enter()
        try:
            yield self
        finally:
            # A forked child that unwinds has not come in itself.
            if os.getpid() == owner:
                self._leave(users)

    def address(self) -> Address:
        """Return how LEAP connects while the server runs."""
        return self._running().address(LOGIN)

    def superuser_address(self) -> Address:
        """Return how the schema is set up while the server runs."""
        return self._running().address(SUPERUSER)

    def revive(self) -> None:
        """Start the server again, should it have died in a block of ``running``."""
        with self._controlled():
            self._ensure()

    def _enter(self) -> FileLock:
        with self._controlled():
            users = FileLock(self._folder / "users.lock")
            if not users.acquire(shared=True, wait=STOP_WITHIN):
                raise LedgerError(f"{self._folder / 'users.lock'} cannot be shared")
            try:
                self._ensure()
            except BaseException:
                users.release()
                raise
            return users

    def _leave(self, users: FileLock) -> None:
        if not self._folder.is_dir():
            users.release()
            return
        with self._controlled():
            users.release()
            # A new lock, since a forked child still shares the former one.
            alone = FileLock(self._folder / "users.lock")
            if alone.acquire():
                try:
                    self._running().stop(wait=STOP_WITHIN)
                finally:
                    alone.release()

    @contextmanager
    def _controlled(self) -> Iterator[None]:
        """Be the only one who looks, starts or stops; a file's trouble is one line."""
        wait = START_WITHIN + STOP_WITHIN
        lock = self._folder / "control.lock"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with exclusive(lock, wait=wait, doing="starting the embedded ledger"):
                yield
        except OSError as error:
            raise LedgerError(
                f"the embedded ledger cannot use {error.filename or self._folder}:"
                f" {error.strerror or error}",
                hint="make that a folder you can write to, or name another under `state:`"
                " in leap.yaml",
            ) from error

    def _ensure(self) -> None:
        """See to it that the server answers; the caller holds ``control``."""
        home = find_home(self._folder)
        if home is not None:
            self._postmaster = Postmaster(home, self._settings)
            if self._postmaster.answers():
                return
        binaries = find_binaries()
        home = home or self._make_home()
        if home.user is not None:
            LIBRARY.mkdir(mode=0o755, parents=True, exist_ok=True)
            binaries = reachable_by(home.user, binaries, LIBRARY)
        self._postmaster = Postmaster(home, self._settings)
        if not self._postmaster.made():
            self._postmaster.make(binaries)
        self._postmaster.start(binaries, wait=START_WITHIN)

    def _make_home(self) -> Home:
        home = make_home(self._folder)
        for path in abandoned_homes(self._folder):
            # What cannot be tidied up now stays for the next first start.
            with suppress(LedgerError):
                Postmaster(Home(path, None, ()), {}).stop(wait=STOP_WITHIN)
                remove_home(path)
        return home

    def _running(self) -> Postmaster:
        if self._postmaster is None:
            raise RuntimeError("the embedded server is used outside of its block")
        return self._postmaster
