"""What Luigi costs per task: 1,000 tasks without work, against the same in bare processes.

LEAP's own graph, tasks and adapter over a ledger and a store in which all work
stands already. A stage has a process of its own, since it must be killable and
must not see another's keys; what making and ending processes costs is measured
by the alternative: the same bodies, each in a ``multiprocessing.Process``, as
many at a time. What Luigi takes beyond that is its share.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import planning
from making import empty_repository
from measuring import Result, timed

from leap.config import load
from leap.domain.plan import Plan
from leap.domain.recording import Listing
from leap.domain.snapshot import Actual, PublicationFact
from leap.tasks import adapter, graph
from leap.tasks.events import Feed
from leap.tasks.survey import Session

#: Seven tasks to a recording.
RECORDINGS = 143
WORKERS = 2
LIMIT = 0.005


def run(runs: int | None) -> Iterator[Result]:
    """Yield what a task costs with Luigi, without it, and the difference."""
    declaration = load(empty_repository("luigi-share"))
    listing = Listing(planning.SOURCE, tuple(map(planning.observed, range(RECORDINGS))))
    plan = planning.planned(declaration, listing, Actual(planning.TENANT))
    resources = declaration.operator.resources
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 -- a number is wanted, not a path
        board = graph.Board(
            session=Session(declaration, Finished(plan), Standing()),
            rows={(planning.TENANT, row.id): row for row in plan.rows[planning.TENANT]},
            changes={(change.tenant, change.recording): change for change in plan.work},
            feed=Feed(nowhere.fileno()),
            resources=resources,
        )
        graph.use(board)
        roots = graph.roots(plan.work)
        bodies = [task for root in roots for task in (*with_inputs(root), root)]

        def with_luigi() -> None:
            ending = adapter.run(
                roots, workers=WORKERS, resources=resources, log=logging.NullHandler()
            )
            if ending is not adapter.Ending.FINISHED:
                raise SystemExit(f"Luigi came back too early: {ending.value}")

        luigi, bare = timed(runs or 3, with_luigi, lambda: in_bare_processes(bodies))
    count = len(bodies)
    share = (luigi.least - bare.least) / count
    yield Result(f"{count} tasks in bare processes", f"{bare}", "no limit", None)
    yield Result(f"{count} tasks with Luigi", f"{luigi}", "bare processes", None)
    yield Result(
        f"Luigi's share of each of {count} pending tasks",
        f"{share * 1000:.1f} ms",
        f"{LIMIT * 1000:.0f} ms",
        share <= LIMIT,
    )


def with_inputs(task: Any) -> list[Any]:
    """Return all that ``task`` requires, each once, in an order in which it can be done."""
    found = [each for needed in task.requires() for each in (*with_inputs(needed), needed)]
    return list(dict.fromkeys(found))


def in_bare_processes(bodies: Sequence[Any]) -> None:
    """Run each body in a process of its own, ``WORKERS`` at a time, and check that it is done."""
    done: multiprocessing.SimpleQueue[bool] = multiprocessing.SimpleQueue()
    for number, body in enumerate(bodies):
        if number >= WORKERS and not done.get():
            raise SystemExit("a task is not done")
        multiprocessing.Process(target=_run, args=(body, done)).start()
    for _ in bodies[-WORKERS:]:
        done.get()


def _run(body: Any, done: multiprocessing.SimpleQueue[bool]) -> None:
    body.run()
    done.put(body.complete())


@dataclass(frozen=True)
class Standing:
    """A store in which every target stands."""

    seconds = 0.0
    facts = settings = {}  # noqa: RUF012 -- nobody writes to it

    def read(self, name: object) -> Standing:
        return self

    def is_present(self, manifest: object) -> bool:
        return True


class Finished:
    """A ledger in which every publication is as it is wanted, and to which nothing is written."""

    def __init__(self, plan: Plan) -> None:
        self._wanted = {row.id: row.wanted for row in plan.rows[planning.TENANT]}

    @contextlib.contextmanager
    def lease(self, tenant: str, scope: str, *, wait: float) -> Iterator[None]:
        yield None

    def publication(self, tenant: str, recording: str, preset: str) -> PublicationFact:
        wanted = self._wanted[recording]
        applied = dict(wanted.publications[preset]) if wanted else {}
        return PublicationFact(preset, "site", "applied", planning.NOW, applied=applied)

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_, **__: None
