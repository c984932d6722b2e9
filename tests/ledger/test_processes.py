"""A process is told from every other, also from one that gets its id later."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from leap.ledger.processes import Identity, identity, is_gone, runs, works_in

SAY = """
    import os, time
    from leap.ledger.processes import identity
    print(identity(), flush=True)
    time.sleep(60)
"""


def test_an_identity_survives_being_written_down():
    """Text and back gives the same identity."""
    assert Identity.parse(str(identity())) == identity()


@pytest.mark.parametrize("text", ["", "host", "a/b/c/d/e", "a/b/c/1/2/3", "🎓/b/c/²/e"])
def test_other_text_is_no_identity(text):
    """What another version may have written is not misread."""
    assert Identity.parse(text) is None


def test_a_living_process_is_not_gone():
    """This very process runs."""
    assert not is_gone(identity())
    assert runs(os.getpid())


def test_a_killed_process_is_gone_even_before_it_is_reaped(start_python):
    """A zombie still has its id; it has ended all the same."""
    process = start_python(SAY)
    other = Identity.parse(process.stdout.readline().strip())
    assert not is_gone(other)

    process.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)

    assert is_gone(other)
    assert not runs(process.pid)


def test_an_id_that_is_used_again_is_another_process():
    """The moment a process began tells it from its predecessor with the same id."""
    assert is_gone(replace(identity(), began="1"))


@pytest.mark.parametrize("field", ["host", "boot", "namespace"])
def test_a_process_elsewhere_is_never_called_gone(field):
    """Another machine, boot or container cannot be looked into."""
    assert not is_gone(replace(identity(), pid=4_000_000, **{field: "elsewhere"}))


def test_a_process_is_known_by_its_working_directory(tmp_path):
    """So the server of one folder is told from whatever has its id now."""
    assert works_in(os.getpid(), Path.cwd())
    assert not works_in(os.getpid(), tmp_path)
    assert not works_in(4_000_000, Path.cwd())
