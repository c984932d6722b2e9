"""A runner of publishing steps that a test kills and starts again, many times a second.

    python -m crash.runner ROOT TENANT

It loads everything once and does each order in a child of its own, as a run
does: the real step, with the real ledger, credentials and providers. Orders and
answers are lines of JSON. Only waiting is faster here than it is in life.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from leap import faults
from leap.config import load
from leap.domain.plan import WITHDRAW
from leap.domain.stage import Stage
from leap.ledger import connections
from leap.providers.http import REAL_TIME
from leap.tasks.fetching import keys_apart
from leap.tasks.job import Job
from leap.tasks.rebuild import rebuild
from leap.tasks.reconcile import admit
from leap.tasks.survey import Session, open_session, survey
from leap.tasks.trouble import StepFailed
from leap.tasks.work import perform

_NOTHING_PUBLISHED = """
    DELETE FROM leap.publications; DELETE FROM leap.checkpoints; DELETE FROM leap.leases;
    DELETE FROM leap.events; DELETE FROM leap.credentials; DELETE FROM leap.deferrals
"""
_LONGEST_WAIT = 0.01
#: What each child would load by itself, which takes longer than publishing.
_LOADED = (
    "leap.providers.vk.publisher",
    "leap.providers.youtube.publisher",
    "googleapiclient.discovery",
    "pyrage",
)


def quiet(share: float | None, message: str = "") -> None:
    """Receive progress and say nothing."""


@dataclass
class Runner:
    """Orders for one tenant, by name of the method."""

    session: Session
    tenant: str
    jobs: Mapping[str, Job]

    def perform(self, preset: str, fault: str = "", ttl: float = 60.0) -> dict[str, Any]:
        """Do the step to its end, or to the fault; tell how the child ended and what it said."""
        return self._ended(self._started(self.jobs[preset], fault, ttl))

    def withdraw(self, preset: str, fault: str = "") -> dict[str, Any]:
        """Take the publication down, or what there is of it; tell how the child ended."""
        job = self.jobs[preset]
        step = replace(job.step, parts=(WITHDRAW,), inputs={})
        return self._ended(self._started(replace(job, step=step), fault))

    def census(self, preset: str) -> list[str]:
        """Do the step and return every place that it passes, in order."""
        read, write = os.pipe()
        if (pid := os.fork()) == 0:
            with _bounded():
                passed = _watched()
                _do(self.jobs[preset])
                os.write(write, "\n".join(passed).encode())
        os.close(write)
        with os.fdopen(read, encoding="utf-8") as file:
            names = file.read().split("\n")
        os.waitpid(pid, 0)
        return names

    def stop(self, preset: str, fault: str, ttl: float) -> int:
        """Do the step in a process that stops at the fault; return its number."""
        pid, _ = self._started(self.jobs[preset], fault, ttl)
        _, status = os.waitpid(pid, os.WUNTRACED)
        return pid if os.WIFSTOPPED(status) else 0

    def go_on(self, pid: int) -> int:
        """Let a stopped process go on to its end; return how it ended."""
        os.kill(pid, signal.SIGCONT)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def together(self, presets: list[str]) -> list[dict[str, Any]]:
        """Do steps at once and return how each ended."""
        return [self._ended(each) for each in [self._started(self.jobs[p]) for p in presets]]

    def known(self, preset: str) -> dict[str, Any]:
        """Return what the ledger and the receipts say of the publication."""
        job = self.jobs[preset]
        fact = self.session.ledger.publication(job.tenant, job.recording, preset)
        receipts = [
            each for each in self.session.store.receipts(self.tenant) if each.preset == preset
        ]
        return {
            "state": fact.state if fact else None,
            "external_id": fact.external_id if fact else None,
            "is_complete": fact is not None and fact.is_complete(job.wanted),
            "reason": fact.reason if fact else "",
            "ids": sorted({each.external_id for each in receipts}),
            "last": dict(receipts[-1].details) if receipts else {},
        }

    def lose(self) -> None:
        """Lose the ledger, and rebuild it from what is in the store."""
        self._delete()
        rebuild(self.session, [self.tenant], quiet)

    def forget(self) -> None:
        """Let nothing have been published yet."""
        self._delete()
        for folder in (self.session.state / "targets" / self.tenant).glob("*/publish"):
            shutil.rmtree(folder)

    def _delete(self) -> None:
        self.session.ledger._connections.run(
            self.tenant, lambda connection: connection.execute(_NOTHING_PUBLISHED)
        )

    def _started(self, job: Job, fault: str = "", ttl: float = 60.0) -> tuple[int, int]:
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            with _bounded():
                if fault:
                    os.environ["LEAP_FAULT"] = fault
                self.session.ledger._ttl = ttl  # for those who sleep through it
                try:
                    _do(job)
                except StepFailed as error:
                    os.write(write, str(error).encode()[:4000])
                    os._exit(1)
        os.close(write)
        return pid, read

    def _ended(self, started: tuple[int, int]) -> dict[str, Any]:
        pid, read = started
        with os.fdopen(read, encoding="utf-8", errors="replace") as file:
            said = file.read()
        return {"code": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), "said": said}


@contextlib.contextmanager
def _bounded() -> Iterator[None]:
    """Be a child: whatever happens, it ends here."""
    try:
        yield
        os._exit(0)
    except BaseException as error:  # noqa: BLE001 -- told by the exit code
        sys.excepthook(type(error), error, error.__traceback__)
        os._exit(70)


def _do(job: Job) -> None:
    with keys_apart(job) as ready:
        perform(ready)


def _watched() -> list[str]:
    """Return a list to which every place is added that this process passes from now on."""
    passed: list[str] = []
    code = faults.point.__code__

    def profile(frame: Any, event: str, _: Any) -> None:
        if event == "call" and frame.f_code is code:
            passed.append(frame.f_locals["name"])

    threading.setprofile(profile)
    sys.setprofile(profile)
    return passed


def main(root: Path, tenant: str) -> None:
    """Carry orders out until there are no more."""
    for module in _LOADED:
        importlib.import_module(module)
    # A transaction of a process that is stopped ends sooner.
    connections._BEGIN = connections._BEGIN.replace(
        "session_timeout', '60s'", "session_timeout', '1s'"
    )
    object.__setattr__(REAL_TIME, "sleep", lambda seconds: time.sleep(min(seconds, _LONGEST_WAIT)))
    declaration = load(root)
    with open_session(declaration) as session:
        listed, plan = survey(session, [tenant], quiet)
        admit(session, listed, plan)
        rows = {row.id: row for row in plan.rows[tenant]}
        jobs = {
            step.preset: Job(session, change, rows[change.recording], step, quiet)
            for change in plan.work
            for step in change.steps
            if step.stage is Stage.PUBLISH
        }
        runner = Runner(session, tenant, jobs)
        print(json.dumps(sorted(jobs)), flush=True)  # noqa: T201 -- the protocol
        for line in sys.stdin:
            order = json.loads(line)
            answer = getattr(runner, order.pop("do"))(**order)
            print(json.dumps(answer), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
