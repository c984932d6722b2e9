"""Measure LEAP's speed and memory against what is promised.

    .venv/bin/python benchmarks                  all of them, about twelve minutes
    .venv/bin/python benchmarks cli trim         some of them
    .venv/bin/python benchmarks --list           what there is

Prints one table; exits 1 where a limit is missed. Writes to the temporary
folder only, except for Python's own bytecode.
"""

from __future__ import annotations

import argparse
import compileall
import importlib
import os
import sys
import time

from measuring import CLONE, Result, load, table

#: The quick ones first.
NAMES = (
    "cli",
    "validate",
    "planning",
    "subtitles",
    "many",
    "listing",
    "download",
    "upload",
    "luigi_share",
    "outline",
    "invented",
    "silence",
    "trim",
    "memory",
    "transcribe",
    "wer",
    "whole",
)
#: Above this load before the first benchmark, others use the machine too.
BUSY = 0.5


def main() -> int:
    """Run what was asked for and print the table."""
    options = _options()
    if options.list:
        for name in NAMES:
            said = importlib.import_module(name).__doc__ or ""
            print(f"{name:<11} {said.splitlines()[0]}")
        return 0
    _like_installed()
    began, before, busy = time.perf_counter(), load(), os.getloadavg()[0] > BUSY
    results: list[Result] = []
    for name in options.names or NAMES:
        for result in importlib.import_module(name).run(options.runs):
            print(
                f"{result.verdict:<6}  {result.what}: {result.measured}",
                file=sys.stderr,
                flush=True,
            )
            results.append(result)
    print(table(results))
    print(f"\nbefore: {before}; after: {load()}; {time.perf_counter() - began:.0f} s in all")
    if busy:
        print("The machine was busy with something else: measure again when it is idle.")
    return int(any(each.good is False for each in results))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python benchmarks", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="which; all by default")
    parser.add_argument("--runs", type=int, metavar="N", help="repeat each N times")
    parser.add_argument("--list", action="store_true", help="say what there is")
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    return options


def _like_installed() -> None:
    """Measure LEAP as it is once installed: compiled, and with its own embedded database."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.pop("LEAP_DATABASE_URL", None)
    compileall.compile_dir(CLONE / "leap", quiet=2)


if __name__ == "__main__":
    sys.exit(main())
