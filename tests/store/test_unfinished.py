"""Folders of unfinished targets: one user at a time, kept over a kill, gone when nobody needs them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from store.committing import NOON, commit_files

from leap.domain.manifest import FailureRecord, TargetName
from leap.domain.stage import Stage
from leap.errors import StoreError
from leap.store import Store, hash_file, store

NAME = TargetName("demo", "2026-11-20-0a1b2c3d4e5f", Stage.DOWNLOAD, "00112233aabbccdd")
WEEK = 7 * 24 * 3600

#: Holds the folder of NAME below the folder it is given, until it is killed.
HOLD = """
import sys, time
from pathlib import Path
from leap.domain.manifest import TargetName
from leap.domain.stage import Stage
from leap.store import Store
name = TargetName("demo", "2026-11-20-0a1b2c3d4e5f", Stage.DOWNLOAD, "00112233aabbccdd")
with Store(Path(sys.argv[1])).unfinished(name) as folder:
    (folder / "source.part").write_bytes(b"half")
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path):
    """Another process that works in the folder of NAME."""
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert "held\n" == process.stdout.readline()
        yield process
        process.kill()


def leave(targets: Store, content: bytes = b"half") -> None:
    """Begin NAME and leave it unfinished."""
    with targets.unfinished(NAME) as folder:
        (folder / "source.part").write_bytes(content)


def folders(root: Path) -> list[str]:
    return sorted(path.name for path in (root / ".unfinished").iterdir())


def test_what_an_attempt_left_is_found_by_the_next_one(tmp_path: Path) -> None:
    leave(Store(tmp_path))

    with Store(tmp_path).unfinished(NAME) as folder:
        assert b"half" == (folder / "source.part").read_bytes()
        assert folder.stat().st_dev == tmp_path.stat().st_dev


def test_a_failed_attempt_keeps_what_it_has(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), Store(tmp_path).unfinished(NAME) as folder:
        (folder / "source.part").write_bytes(b"half")
        raise ZeroDivisionError

    assert 4096 == Store(tmp_path).unfinished_size(NAME)


def test_an_attempt_that_left_nothing_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), Store(tmp_path).unfinished(NAME) as folder:
        (folder / "source.part").touch()
        raise ZeroDivisionError

    assert [] == folders(tmp_path)


def test_two_processes_never_work_in_one_folder(
    tmp_path: Path, holder: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_PATIENCE", 0.2)
    with (
        pytest.raises(StoreError, match=r"^another process works on download of 2026-11-20-0a1b"),
        Store(tmp_path).unfinished(NAME),
    ):
        pytest.fail("the folder was given to two")
    assert 0 == Store(tmp_path).sweep()


def test_the_folder_of_a_killed_process_is_free_at_once(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()

    with Store(tmp_path).unfinished(NAME) as folder:
        assert b"half" == (folder / "source.part").read_bytes()


def test_it_goes_when_the_target_is_committed(tmp_path: Path) -> None:
    """Within the block, so that nobody writes to a file that the target shares."""
    targets = Store(tmp_path)
    with targets.unfinished(NAME) as folder, targets.scratch() as out:
        (folder / "source.part").write_bytes(b"whole")
        (out / "source.mp4").hardlink_to(folder / "source.part")
        commit_files(targets, NAME, out)

    assert [] == folders(tmp_path)
    [path] = targets.files(targets.read(NAME)).values()
    assert b"whole" == path.read_bytes()
    assert 1 == path.stat().st_nlink


def test_it_goes_when_the_target_failed_for_good(tmp_path: Path) -> None:
    targets = Store(tmp_path)
    leave(targets)

    targets.fail(FailureRecord(NAME, "a web page", NOON))

    assert [] == folders(tmp_path)
    assert 0 == targets.unfinished_size(NAME)


def test_a_sweep_keeps_what_a_run_of_this_week_will_go_on_with(tmp_path: Path) -> None:
    leave(Store(tmp_path))

    assert 0 == Store(tmp_path).sweep()
    assert 1 == len(folders(tmp_path))


def test_a_sweep_takes_what_nobody_went_on_with_for_a_week(tmp_path: Path) -> None:
    leave(Store(tmp_path))
    before = time.time() - WEEK - 60
    for path in (tmp_path / ".unfinished").rglob("*"):
        os.utime(path, (before, before))

    assert 1 == Store(tmp_path).sweep()
    assert [] == folders(tmp_path)


def test_a_sweep_takes_what_was_committed_meanwhile(tmp_path: Path) -> None:
    """A process may be killed between the commit and the end of its block."""
    targets = Store(tmp_path)
    with targets.scratch() as out:
        (out / "source.mp4").write_bytes(b"whole")
        commit_files(targets, NAME, out)
    folder = tmp_path / ".unfinished" / f"demo.{NAME.recording}.download.{NAME.key}"
    (folder / "files").mkdir(parents=True)
    (folder / "files" / "source.part").write_bytes(b"whole")

    assert 1 == targets.sweep()
    assert [] == folders(tmp_path)


def test_a_sweep_takes_what_is_no_target_s(tmp_path: Path) -> None:
    """A folder whose removal was cut short has another name already."""
    leave(Store(tmp_path))
    [name] = folders(tmp_path)
    (tmp_path / ".unfinished" / name).rename(tmp_path / ".unfinished" / f".{name}.0a1b2c3d")

    assert 1 == Store(tmp_path).sweep()
    assert [] == folders(tmp_path)


def test_a_hash_that_is_known_is_not_computed_again(tmp_path: Path) -> None:
    """The manifest says what the stage that wrote the file says."""
    targets = Store(tmp_path)
    with targets.scratch() as out:
        (out / "source.mp4").write_bytes(b"whole")
        (out / "more.txt").write_bytes(b"more")
        more, _ = hash_file(out / "more.txt")
        commit_files(targets, NAME, out, sha256={"source.mp4": "ab" * 32})

    found = {file.path: (file.sha256, file.size) for file in targets.read(NAME).files}
    assert {"source.mp4": ("ab" * 32, 5), "more.txt": (more, 4)} == found
