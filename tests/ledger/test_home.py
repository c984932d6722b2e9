"""Where a cluster's files are, and that nobody gets another's."""

from __future__ import annotations

import os
import pwd
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from leap.errors import LedgerError
from leap.ledger import binaries
from leap.ledger.binaries import User, find_binaries, reachable_by
from leap.ledger.home import (
    Home,
    abandoned_homes,
    find_home,
    make_home,
    remove_home,
    socket_folder,
)

ME = pwd.getpwuid(os.geteuid()).pw_name


@pytest.fixture
def folder(tmp_path):
    """The ledger's folder of a state; what root made elsewhere for it is removed."""
    made = tmp_path / "state" / "ledger"
    made.mkdir(parents=True)
    yield made
    for path in abandoned_homes(made):
        remove_home(path)
    if (home := find_home(made)) and home.path != made:
        remove_home(home.path)


@pytest.mark.parametrize("name", ["a b", "a,b", "Лекции", "x" * 100])
def test_a_socket_has_a_short_and_plain_path(tmp_path, name):
    """Whatever the state folder is called."""
    (tmp_path / name / "data").mkdir(parents=True)

    found = socket_folder(Home(tmp_path / name, None, (ME,)))

    assert len(f"{found}/.s.PGSQL.5432.lock") < 108
    assert set(str(found)) <= set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-"
    )


def test_two_ledgers_at_one_place_have_two_sockets(tmp_path):
    """The server of a deleted ledger is not taken for that of the new one."""
    place = tmp_path / "a b"
    (place / "data").mkdir(parents=True)
    home = Home(place, None, (ME,))
    former = socket_folder(home)

    (place / "data").rename(tmp_path / "gone")
    (place / "data").mkdir()

    assert socket_folder(home) != former


if os.geteuid() == 0:
    NOBODY = pwd.getpwnam("nobody")
    SERVICE = User("nobody", NOBODY.pw_uid, NOBODY.pw_gid)

    def test_root_keeps_its_clusters_elsewhere(folder):
        """A pointer leads there; the files belong to a user without rights."""
        made = make_home(folder)

        assert find_home(folder) == made
        assert made.path.parts[:4] == ("/", "var", "lib", "leap")
        assert made.path.stat().st_uid == made.user.uid != 0
        assert made.path.stat().st_mode & 0o077 == 0

    def test_without_the_pointer_there_is_no_ledger(folder):
        """The former cluster is only waiting to be removed."""
        made = make_home(folder)
        (folder / "location").unlink()

        assert find_home(folder) is None
        assert abandoned_homes(folder) == [made.path]

    def test_a_moved_state_keeps_its_ledger(folder, tmp_path):
        """Renaming a folder is no reason to forget."""
        made = make_home(folder)
        there = tmp_path / "moved" / "ledger"
        there.parent.mkdir()
        folder.rename(there)
        folder.mkdir()

        assert find_home(there) == made
        assert find_home(folder) is None
        assert made.path not in abandoned_homes(folder)
        remove_home(made.path)

    def test_a_copied_state_does_not_share_the_ledger(folder, tmp_path):
        """Two states that write into one cluster would spoil each other."""
        made = make_home(folder)
        there = tmp_path / "copied" / "ledger"
        shutil.copytree(folder, there)

        assert find_home(there) is None
        assert find_home(folder) == made

    def test_a_pointer_that_cannot_be_read_says_what_to_do(folder):
        """It is not taken for a new ledger."""
        (folder / "location").write_text("nonsense")

        with pytest.raises(LedgerError, match="run `leap ledger rebuild`"):
            find_home(folder)
        (folder / "location").unlink()

    def test_a_users_ledger_is_served_as_that_user(folder):
        """Root may use somebody's ledger without taking its files."""
        (folder / "data").mkdir()
        os.chown(folder / "data", NOBODY.pw_uid, NOBODY.pw_gid)

        home = find_home(folder)

        assert (home.path, home.user, home.logins) == (folder, SERVICE, ("nobody", "root"))

    def test_unreachable_programs_are_copied_once(tmp_path, monkeypatch):
        """The folders of a closed home directory keep their modes."""
        wheel = find_binaries().folder.parent
        closed = tmp_path / "site-packages"
        closed.mkdir()
        place = closed / wheel.parent.name / wheel.name
        shutil.copytree(wheel, place, copy_function=os.link, symlinks=True)
        libraries = wheel.parent.parent / f"{wheel.parent.name}.libs"
        shutil.copytree(libraries, closed / libraries.name, copy_function=os.link)
        tmp_path.chmod(0o700)
        found = replace(find_binaries(), folder=place / "bin")
        library = Path(tempfile.mkdtemp())
        library.chmod(0o755)

        try:
            first = reachable_by(SERVICE, found, library)
            assert first.folder.is_relative_to(library / f"postgres-{found.version}")
            assert binaries._can_run(SERVICE, first.folder)
            monkeypatch.setattr(binaries, "_copy_wheel", None)
            assert reachable_by(SERVICE, found, library) == first
        finally:
            shutil.rmtree(library)
        assert tmp_path.stat().st_mode & 0o777 == 0o700

    def test_reachable_programs_stay_where_they_are(tmp_path):
        """Nothing is copied without need."""
        found = find_binaries()

        assert reachable_by(User("root", 0, 0), found, tmp_path) == found
else:

    def test_a_users_ledger_is_in_its_state(folder):
        """Nothing is written elsewhere."""
        made = make_home(folder)
        (folder / "data").mkdir()

        assert (made.path, made.user, made.logins) == (folder, None, (ME, "root"))
        assert find_home(folder) == made

    def test_the_ledger_of_root_is_refused(folder):
        """One line says whose it is."""
        (folder / "location").write_text('{"home": "/var/lib/leap/0/0"}')

        with pytest.raises(LedgerError, match="belongs to root"):
            find_home(folder)
        (folder / "location").unlink()
