"""How long something takes and how much memory it holds: the only clock of these benchmarks."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

CLONE = Path(__file__).parents[1]
#: The installed command, as a person calls it.
LEAP = Path(sys.executable).with_name("leap")

#: Not ours to count: the database is a server, and initdb runs once in a ledger's life.
_DATABASE = frozenset({"postgres", "initdb"})
_SAMPLE_EVERY = 0.01


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table; ``good`` is None where there is no limit."""

    what: str
    measured: str
    against: str
    good: bool | None

    @property
    def verdict(self) -> str:
        return {True: "ok", False: "MISSED", None: "-"}[self.good]


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of a few runs: on the clock, and of processors in this process and its children."""

    walls: tuple[float, ...]
    processors: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.walls)

    @property
    def least(self) -> float:
        """The quickest run: what comparisons are made by, since others only ever add time."""
        return min(self.walls)

    def __str__(self) -> str:
        unit, factor, digits = ("ms", 1000, 0) if self.median < 1 else ("s", 1, 2)
        least, middle, most, used = (
            f"{seconds * factor:.{digits}f}"
            for seconds in (
                self.least,
                self.median,
                max(self.walls),
                statistics.median(self.processors),
            )
        )
        return f"{middle} {unit} ({least}-{most}, n={len(self.walls)}, cpu {used})"


def timed(runs: int, *contestants: Callable[[], object]) -> tuple[Timing, ...]:
    """Run the contestants in turn, there and back, so that a busy machine is fair to all.

    A first round, which fills the caches of files, is not counted.
    """
    for run in contestants:
        run()
    return timed_cold(runs, *contestants)


def timed_cold(runs: int, *contestants: Callable[[], object]) -> tuple[Timing, ...]:
    """Like ``timed``, for what takes so long that a round for nothing would be a waste."""
    rounds = []
    for number in range(runs):
        order = range(len(contestants))
        done = {at: _once(contestants[at]) for at in (reversed(order) if number % 2 else order)}
        rounds.append([done[at] for at in order])
    return tuple(
        Timing(tuple(wall for wall, _ in column), tuple(used for _, used in column))
        for column in zip(*rounds, strict=True)
    )


def _once(run: Callable[[], object]) -> tuple[float, float]:
    used, began = _processor_seconds(), time.perf_counter()
    run()
    return time.perf_counter() - began, _processor_seconds() - used


def _processor_seconds() -> float:
    """Return what this process and its ended children have used so far."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, who))


def process(*command: str | Path, **environment: str) -> Callable[[], str]:
    """Return what runs ``command`` from start to exit and returns its standard output."""

    def run() -> str:
        done = subprocess.run(
            command,
            env={**os.environ, **environment},
            cwd=CLONE,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    return run


@dataclass(frozen=True, slots=True)
class Memory:
    """The most proportional set size (PSS), in bytes, that was held at one moment.

    ``whole`` counts a process and everything that it started; ``work`` only
    what it started, which for ``leap reconcile`` is the process of a stage
    with its ffmpeg.
    """

    whole: float
    work: float


def most_memory(*command: str | Path) -> Memory:
    """Run ``command`` and return the most that it held; the database is not counted."""
    whole = work = 0.0
    with subprocess.Popen(
        command,
        cwd=CLONE,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        while running.poll() is None:
            held = {pid: _proportional(pid) for pid in _family(running.pid)}
            whole = max(whole, sum(held.values()))
            work = max(work, sum(held.values()) - held.get(running.pid, 0.0))
            time.sleep(_SAMPLE_EVERY)
        said = running.stderr.read() if running.stderr else ""
    if running.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{said}")
    return Memory(whole, work)


def _family(pid: int) -> Iterator[int]:
    """Yield ``pid`` and all that descend from it, but not the database."""
    try:
        if Path(f"/proc/{pid}/comm").read_text().strip() in _DATABASE:
            return
        children = [
            int(child)
            for thread in Path(f"/proc/{pid}/task").iterdir()
            for child in (thread / "children").read_text().split()
        ]
    except OSError:  # It has ended meanwhile.
        return
    yield pid
    for child in children:
        yield from _family(child)


def _proportional(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # It has ended meanwhile.
        return 0.0
    return 1024.0 * sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def load() -> str:
    """Return the load averages of 1, 5 and 15 minutes and the number of processors, in words."""
    averages = " ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"load {averages} on {os.cpu_count()} processors"


def table(results: Sequence[Result]) -> str:
    """Return ``results`` as text in columns, under their names."""
    lines = [("what", "median (least-most)", "limit or alternative", "verdict")]
    lines += [(each.what, each.measured, each.against, each.verdict) for each in results]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
