"""Validates repositories in this process and tells what it took, and what it touched.

    python watched.py WARM-UP < JSON list of roots > JSON

The answer has, for each root, its diagnostics, the exit code and the seconds of
the processor; for all together the most memory that the process ever held, in
bytes, and everything that was opened outside a root, written, started or
connected, by Python's own account (https://peps.python.org/pep-0578/).
"""

from __future__ import annotations

import io
import json
import os
import resource
import sys
import time
from pathlib import Path

from leap.cli import cli
from leap.cli.boundary import run

#: What reading does. Every other event that Python reports is an effect.
HARMLESS = ("import", "marshal.loads", "object.__getattr__", "object.__setattr__", "sys.", "code.",
            "os.walk", "gc.", "time.sleep", "builtins.id", "pathlib.")  # fmt: skip
READS = ("open", "os.listdir", "os.scandir", "os.getxattr")
LIBRARIES = [os.path.realpath(path) for path in (sys.prefix, sys.base_prefix, *sys.path[1:])]
TIME_ZONES = "/usr/share/zoneinfo"


class Watch:
    """Notes what happens while ``root`` is set."""

    def __init__(self) -> None:
        self.root = ""
        self.touched: list[str] = []

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.root or event.startswith(HARMLESS):
            return
        if event in ("exec", "compile"):
            # Importing a library runs its code; what a file says is never run.
            name = getattr(arguments[0], "co_filename", arguments[-1])
            if isinstance(name, str) and (name.startswith("<frozen") or self._within(name)):
                return
        elif event in READS and self._reads(event, arguments):
            return
        self.touched.append(f"{self.root.rpartition(os.sep)[2]}: {event} {arguments!r:.200}")

    def _reads(self, event: str, arguments: tuple[object, ...]) -> bool:
        path = arguments[0]
        if isinstance(path, int):
            return True  # What was opened before.
        writes = event == "open" and int(str(arguments[2])) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        return not writes and self._within(os.fsdecode(path or "."), self.root, TIME_ZONES)

    def _within(self, path: str, *more: str) -> bool:
        path = os.path.realpath(path)
        return any(path == each or path.startswith(each + os.sep) for each in (*LIBRARIES, *more))


def validate(root: str) -> dict[str, object]:
    output, errors = io.TextIOWrapper(io.BytesIO()), io.TextIOWrapper(io.BytesIO())
    before = time.process_time()
    sys.stdout, sys.stderr = output, errors
    try:
        code = run(cli, ["validate", "-C", root, "--format", "json"])
    finally:
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    seconds = time.process_time() - before
    for stream in (output, errors):
        stream.flush()
    said = output.buffer.getvalue().decode()
    return {
        "code": code,
        "seconds": seconds,
        "diagnostics": json.loads(said)["diagnostics"] if said else [],
        "stderr": errors.buffer.getvalue().decode(),
    }


def most_memory() -> int:
    """Return the most bytes that this process ever held.

    Linux counts what the parent held before the fork into ru_maxrss, but not into VmHWM:
    https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    held = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(held.split()[1]) * 1024


def main() -> None:
    """Read the roots, watch what their validation does, and say it."""
    validate(sys.argv[1])
    watch = Watch()
    sys.addaudithook(watch)
    found = {}
    for root in json.load(sys.stdin):
        watch.root = os.path.realpath(root)
        found[root] = validate(root)
        watch.root = ""
    memory = most_memory()
    json.dump({"found": found, "memory": memory, "touched": watch.touched}, sys.stdout)


if __name__ == "__main__":
    main()
