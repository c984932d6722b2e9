"""What a run did, judged by the ledger after it."""

from __future__ import annotations

from dataclasses import dataclass

from leap.domain.plan import Change, Failure, Plan


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a plan.

    ``done`` are the changes that were carried out, ``failed`` what failed in
    this run, ``left`` what is still to be done because the run was
    interrupted. ``plan`` is the plan as it is now.
    """

    done: tuple[Change, ...]
    failed: tuple[Failure, ...]
    left: tuple[Change, ...]
    interrupted: bool
    plan: Plan
