"""Locks on files exclude, are shared, and die with their holders."""

from __future__ import annotations

import signal

import pytest

from leap.errors import LedgerError
from leap.ledger.locks import FileLock, exclusive

HOLD = """
    import sys, time
    from pathlib import Path
    from leap.ledger.locks import FileLock
    print(FileLock(Path(sys.argv[1])).acquire(), flush=True)
    time.sleep(60)
"""


def test_a_lock_is_held_by_one(tmp_path):
    """The second comer does not get it, until the first lets go."""
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")

    assert first.acquire()
    assert not second.acquire()
    first.release()
    assert second.acquire()
    second.release()


def test_a_shared_lock_keeps_out_who_wants_it_alone(tmp_path):
    """Several share; whoever wants it alone waits for all of them."""
    one, two, alone = (FileLock(tmp_path / "lock") for _ in range(3))

    assert one.acquire(shared=True)
    assert two.acquire(shared=True)
    one.release()
    assert not alone.acquire()
    two.release()
    assert alone.acquire()
    alone.release()


def test_a_killed_holder_holds_nothing(tmp_path, start_python):
    """The kernel releases the lock of a process that was killed."""
    holder = start_python(HOLD, tmp_path / "lock")
    assert holder.stdout.readline() == "True\n"
    lock = FileLock(tmp_path / "lock")
    assert not lock.acquire()

    holder.send_signal(signal.SIGKILL)

    assert lock.acquire(wait=5)
    lock.release()


def test_a_lock_on_a_deleted_file_does_not_count(tmp_path):
    """Who comes after the deletion locks the new file, and both are right."""
    old, new = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert old.acquire()
    (tmp_path / "lock").unlink()

    assert new.acquire()
    assert list(tmp_path.iterdir()) == [tmp_path / "lock"]
    old.release()
    new.release()


def test_waiting_for_ever_is_an_error_that_says_for_what(tmp_path):
    """The message names what another command has been doing, and the file."""
    lock = FileLock(tmp_path / "lock")
    lock.acquire()

    with (
        pytest.raises(LedgerError, match="starting it"),
        exclusive(tmp_path / "lock", wait=0, doing="starting it"),
    ):
        pass
    lock.release()
