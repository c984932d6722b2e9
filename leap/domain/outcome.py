"""What a run did, judged by the ledger after it."""

from __future__ import annotations

from dataclasses import dataclass

from leap.domain.plan import Change, Failure, Held, Plan


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a plan.

    ``done`` are the changes that were carried out, ``failed`` what failed in
    this run, ``left`` what is still to be done because the run was
    interrupted, its time was over (``out_of_time``), or the disk has no room
    for it (``no_room``). ``plan`` is the plan as it is now. ``held`` is what was put off
    or handed to a person in this run, ``still_held`` what waits for a person
    for the same reason as before the run, which tried it again.
    """

    done: tuple[Change, ...]
    failed: tuple[Failure, ...]
    left: tuple[Change, ...]
    interrupted: bool
    plan: Plan
    held: tuple[Held, ...] = ()
    still_held: tuple[Held, ...] = ()
    out_of_time: bool = False
    no_room: bool = False
