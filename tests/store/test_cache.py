"""The cache of a bucket: whole files, a bound that is kept, and nothing removed that is in use."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from leap.domain.manifest import TargetFile
from leap.store.cache import Cache, Damaged

#: Takes a file of the cache it is given, and uses it until it is killed.
USE = """
import sys, time
from pathlib import Path
from leap.domain.manifest import TargetFile
from leap.store.cache import Cache
file = TargetFile("a.bin", 1000, sys.argv[2])
cache = Cache(Path(sys.argv[1]), 1500)
print(cache.take("one", file, None), flush=True)
time.sleep(60)
"""


def content(name: str, size: int = 1000) -> bytes:
    return (name * size).encode()[:size]


def described(name: str, size: int = 1000) -> TargetFile:
    return TargetFile(name, size, hashlib.sha256(content(name, size)).hexdigest())


def writing(name: str, size: int = 1000) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(content(name, size)) and None


def never(path: Path) -> None:
    pytest.fail(f"{path} was brought again")


def here(root: Path) -> set[str]:
    return {path.name for path in (root / "files").rglob("*") if path.is_file()}


def test_a_file_is_brought_once(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 10_000)

    path = cache.take("one", described("a.bin"), writing("a.bin"))

    assert content("a.bin") == path.read_bytes()
    assert path == Cache(tmp_path, 10_000).take("one", described("a.bin"), never)


def test_what_is_not_what_was_asked_for_is_not_kept(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 10_000)

    with pytest.raises(Damaged):
        cache.take("one", described("a.bin"), writing("b.bin"))

    assert set() == here(tmp_path)


def test_a_file_that_was_torn_is_brought_again(tmp_path: Path) -> None:
    """A machine that went down may leave a file short."""
    cache = Cache(tmp_path, 10_000)
    path = cache.folder("one") / "a.bin"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"half")

    assert path == cache.take("one", described("a.bin"), writing("a.bin"))
    assert content("a.bin") == path.read_bytes()


def test_what_was_not_used_for_the_longest_time_goes_first(tmp_path: Path) -> None:
    for age, name in ((300, "a.bin"), (100, "b.bin"), (200, "c.bin")):
        folder = Cache(tmp_path, 10_000).take(name, described(name), writing(name)).parent
        os.utime(folder, (time.time() - age, time.time() - age))
    Cache(tmp_path, 10_000).take("a.bin", described("a.bin"), never)

    Cache(tmp_path, 2500).trim()

    assert {"a.bin", "b.bin"} == here(tmp_path)
    assert {"a.bin", "b.bin"} == {path.name for path in (tmp_path / "files").iterdir()}


def test_a_file_that_another_process_uses_stays(tmp_path: Path) -> None:
    """It goes when that process is gone, however it ended."""
    Cache(tmp_path, 1500).take("one", described("a.bin"), writing("a.bin"))
    command = [sys.executable, "-c", USE, str(tmp_path), described("a.bin").sha256]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert "a.bin" in process.stdout.readline()
        Cache(tmp_path, 1500).take("two", described("b.bin"), writing("b.bin"))
        assert {"a.bin", "b.bin"} == here(tmp_path)
        process.kill()

    Cache(tmp_path, 1500).take("three", described("c.bin"), writing("c.bin"))
    assert {"c.bin"} == here(tmp_path)


def test_two_that_want_the_same_file_bring_it_once(tmp_path: Path) -> None:
    brought = []

    def slowly(path: Path) -> None:
        brought.append(path)
        time.sleep(0.3)
        path.write_bytes(content("a.bin"))

    def take() -> None:
        Cache(tmp_path, 10_000).take("one", described("a.bin"), slowly)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 1 == len(brought)
    assert {"a.bin"} == here(tmp_path)


def test_new_files_are_taken_over_without_a_copy(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 10_000)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (scratch / "a.bin").write_bytes(content("a.bin"))
    number = (scratch / "a.bin").stat().st_ino

    cache.adopt(scratch, "demo/recording/trim/key/attempt")

    found = cache.take("demo/recording/trim/key/attempt", described("a.bin"), never)
    assert number == found.stat().st_ino


def test_a_source_that_is_linked_keeps_its_times(tmp_path: Path) -> None:
    """Whoever recorded it looks at them."""
    source, scratch = tmp_path / "lecture.mp4", tmp_path / "scratch"
    source.write_bytes(content("a.bin"))
    os.utime(source, (1000, 1000))
    scratch.mkdir()
    (scratch / "a.bin").hardlink_to(source)
    cache = Cache(tmp_path, 0)

    cache.adopt(scratch, "one")

    assert set() == here(tmp_path)
    assert 1000 == source.stat().st_mtime
