"""The download engine beside aria2c and curl, on servers that are shaped and one that is not.

One gigabyte from a server of this machine (``tests/emulators/files.py``) in a
process of its own. All contestants are whole processes, from start to exit; of
LEAP's, the limits are about the download itself, since its process runs already
where a recording is fetched, and Python's start (a third of a second on an idle
machine) is told beside. Only LEAP also hashes what it fetches (SHA-256) and
keeps a checksum per chunk.
Where aria2c or curl is not installed, the comparison is left out. ``aria2c`` is
told to use its eight connections (``-s8``), since it would use five.

The kill: the process is ended with SIGKILL when its journal has 70 % of a
smaller file from the server that limits each connection, and run again. What
that server sent in both beyond the file's size was fetched twice.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from making import scratch
from measuring import CLONE, Result, Timing, most_memory, process, timed_cold

sys.path.insert(0, str(CLONE / "tests"))

SIZE, SMALLER = 1_000_000_000, 300_000_000
EACH, GIGABIT = 8e6, 125e6
#: As many connections as LEAP has by default, and bytes that it remembers as one.
CONNECTIONS, CHUNK = 8, 1 << 20
#: Two runs of the same tool differ by as much.
NOT_SLOWER = 1.02
SHARE_OF_CURL = 0.8
FASTEST, MOST = 150e6, 60e6
KILLED_AT = 0.7


def run(runs: int | None) -> Iterator[Result]:
    """Yield a result for each server, for the memory and for the kill."""
    source = _file("source", SIZE)
    with _served(source, "--rate", str(EACH)) as url:
        yield from _beside_aria2c(url, runs or 2)
    with _served(source, "--total", str(GIGABIT)) as url:
        yield from _beside_curl(url, runs or 2)
    with _served(source) as url:
        yield from _alone(url, runs or 3)
    yield _killed()


def _beside_aria2c(url: str, runs: int) -> Iterator[Result]:
    what = f"1 GB at {EACH / 1e6:.0f} MB/s per connection"
    options = ("-q", "-x8", "-s8", "--file-allocation=falloc", "--allow-overwrite=true")
    there = ("-d", scratch(), "-o", "aria2c")
    leap, other = _compared(runs, url, "aria2c", *options, *there, url)
    if other is None:
        yield Result(what, f"{leap}", "aria2c is not installed", None)
        return
    ratio = leap.least / other.least
    yield Result(
        what,
        f"{leap}, {ratio:.3f} x",
        f"aria2c -x8 -s8 {other}; <= {NOT_SLOWER} x",
        ratio <= NOT_SLOWER,
    )


def _beside_curl(url: str, runs: int) -> Iterator[Result]:
    what = "1 GB at 1 Gbit/s in all"
    leap, other = _compared(runs, url, "curl", "-sfo", scratch() / "curl", url)
    if other is None:
        yield Result(what, f"{leap}", "curl is not installed", None)
        return
    ratio = other.least / leap.least
    yield Result(
        what,
        f"{leap}, {ratio:.2f} x the speed",
        f"curl {other}; >= {SHARE_OF_CURL} x",
        ratio >= SHARE_OF_CURL,
    )


def _alone(url: str, runs: int) -> Iterator[Result]:
    leap, _ = _compared(runs, url, "")
    speed = SIZE / leap.least
    yield Result(
        "1 GB as fast as it comes, with SHA-256",
        f"{leap}",
        f">= {FASTEST / 1e6:.0f} MB/s",
        speed >= FASTEST,
    )
    _clean("leap")
    held = most_memory(*_command(url, SIZE)).whole
    yield Result("memory of that", f"{held / 1e6:.0f} MB", f"<= {MOST / 1e6:.0f} MB", held <= MOST)


@dataclass(frozen=True, slots=True)
class Leap:
    """What LEAP took: seconds of the download itself, and of the process as a whole."""

    seconds: tuple[float, ...]
    whole: Timing

    @property
    def least(self) -> float:
        return min(self.seconds)

    def __str__(self) -> str:
        speed = SIZE / 1e6 / self.least
        return f"{self.least:.2f} s, {speed:.0f} MB/s; whole process {self.whole}"


def _compared(runs: int, url: str, tool: str, *options: str | Path) -> tuple[Leap, Timing | None]:
    """Return what LEAP took, and ``tool`` where it is installed."""
    fetch, seconds = process(*_command(url, SIZE)), list[float]()

    def leap() -> None:
        _clean("leap")
        seconds.append(float(fetch()))

    contestants: list[Callable[[], object]] = [leap]
    if shutil.which(tool):
        other = process(tool, *options)

        def another() -> None:
            _clean(tool)
            other()

        contestants.append(another)
    timings = timed_cold(runs, *contestants)
    _clean("leap")
    _clean(tool)
    return Leap(tuple(seconds), timings[0]), timings[1] if len(timings) > 1 else None


def _killed() -> Result:
    from emulators.files import Conditions, FileServer

    from leap.providers.transfer import journal_of
    from leap.providers.transfer.journal import recall

    source, path = _file("smaller", SMALLER), scratch() / "leap"
    _clean("leap")
    with FileServer(source, Conditions(rate=EACH)) as server:
        command = [str(part) for part in _command(server.url, SMALLER)]
        with subprocess.Popen(command, cwd=CLONE, stdout=subprocess.DEVNULL) as first:
            there = 0
            while there < KILLED_AT * SMALLER and first.poll() is None:
                time.sleep(0.02)
                remembered = recall(journal_of(path))
                there = remembered.chunks.bytes_done if remembered else 0
            first.send_signal(signal.SIGKILL)
        process(*command)()
        again = server.conditions.sent - SMALLER
    most = CONNECTIONS * CHUNK
    return Result(
        f"fetched again after a kill at {there / SMALLER:.0%} of {SMALLER / 1e6:.0f} MB",
        f"{again / 1e6:.1f} MB, {again / CHUNK:.1f} chunks",
        f"<= {CONNECTIONS} chunks, {most / 1e6:.1f} MB",
        0 <= again <= most and KILLED_AT <= there / SMALLER < 1,
    )


def _served(source: Path, *options: str):  # noqa: ANN202 -- a context that gives the address
    from emulators.files import in_another_process

    return in_another_process(source, *options)


def _file(name: str, size: int) -> Path:
    """Return a file that begins like a video and goes on with noise."""
    import random

    from emulators.bodies import FTYP

    path, noise = scratch() / name, random.Random(1).randbytes(10_000_000)  # noqa: S311
    with path.open("wb") as file:
        file.write(FTYP + noise[len(FTYP) :])
        while file.tell() < size:
            file.write(noise[: size - file.tell()])
    return path


def _clean(name: str) -> None:
    for path in (scratch() / name, scratch() / f"{name}.chunks"):
        if name:
            path.unlink(missing_ok=True)


def _command(url: str, size: int) -> tuple[str | Path, ...]:
    return (sys.executable, Path(__file__), url, scratch() / "leap", str(size))


def main() -> None:
    """Download in this process and print the seconds it took: what is started and measured."""
    from leap.providers.transfer import Remote, TransferSettings, download

    url, path, size = sys.argv[1:]
    settings = TransferSettings(connections=CONNECTIONS, allow_insecure=True, chunk=CHUNK)
    done = download(
        lambda: Remote(url),
        Path(path),
        size=int(size),
        settings=settings,
        progress=lambda _share, _message="": None,
    )
    print(done.seconds)


if __name__ == "__main__":
    main()
