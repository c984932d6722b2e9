"""What a person waits for where nothing is to be done: help, validation, a reconcile for nothing.

Whole processes, from start to exit, in a copy of this repository's YAML with
the demo's recordings, all published: ``leap --help`` against 150 ms, ``leap
validate`` against 400 ms, and ``leap reconcile``, which starts the embedded
PostgreSQL, finds nothing to do and stops it, against 1.5 s. For scale: a Python
that does nothing, and one that imports click.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from making import published_repository
from measuring import LEAP, Result, process, timed

HELP, VALIDATE, RECONCILE = 0.150, 0.400, 1.5


def run(runs: int | None) -> Iterator[Result]:
    """Yield a result for each command."""
    root = published_repository()
    nothing, click, helped, valid = timed(
        runs or 15,
        process(sys.executable, "-c", "pass"),
        process(sys.executable, "-c", "import click"),
        process(LEAP, "--help"),
        process(LEAP, "validate", "-C", root),
    )
    (reconciled,) = timed(runs or 9, process(LEAP, "reconcile", "-C", root))
    yield Result("python -c pass", str(nothing), "for scale", None)
    yield Result("python -c 'import click'", str(click), "for scale", None)
    for what, timing, limit in (
        ("leap --help", helped, HELP),
        ("leap validate", valid, VALIDATE),
        ("leap reconcile, nothing to do", reconciled, RECONCILE),
    ):
        yield Result(what, str(timing), f"<= {limit * 1000:.0f} ms", timing.median <= limit)
