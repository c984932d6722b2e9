"""What a reconcile did, in the last lines that people read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from leap.domain.plan import Action, Failure, Plan
from leap.domain.stage import Stage
from leap.render.plan import failures, listed, standing
from leap.render.terminal import Paint, counted, duration, plain

_DONE = {
    "process": "processed",
    "refresh": "refreshed",
    "replace": "replaced",
    "remove": "no longer managed",
    "skip": "skipped",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a plan.

    Attributes:
        finished: recordings whose change was carried out whole, by action.
        stages: how many runs of each stage were finished.
        failed: what failed in this run, for good or for now.
        held: recordings that this run could not finish, as ``(recording, reason)``.
        places: where to look at what was published, as URLs or paths.
        seconds: wall time of the run.
        interrupted: whether somebody stopped the run.
    """

    finished: Mapping[Action, int] = field(default_factory=dict)
    stages: Mapping[Stage, int] = field(default_factory=dict)
    failed: Sequence[Failure] = ()
    held: Sequence[tuple[str, str]] = ()
    places: Sequence[str] = ()
    seconds: float = 0.0
    interrupted: bool = False


def nothing_to_do(plan: Plan, *, width: int = 80, paint: Paint = plain) -> str:
    """Return what a reconcile says that has nothing to do (``Nothing to do: 3 in sync``)."""
    blocked = Counter(change.action for change in plan.changes)["blocked"]
    counts = [*([f"{blocked} blocked"] if blocked else []), *standing(plan)]
    blocks = [
        listed("Problems:", plan.problems, width, paint),
        [f"Nothing to do: {', '.join(counts) or 'no recordings'}."],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def text(outcome: Outcome, *, width: int = 80, paint: Paint = plain) -> str:
    """Return what a reconcile did, without a final newline."""
    blocks = [
        failures(outcome.failed, "Failed in this run:", width, paint),
        listed("Held:", [f"{name}: {reason}" for name, reason in outcome.held], width, paint),
        [_done(outcome, paint), *(f"Look at it: {place}" for place in outcome.places)],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _done(outcome: Outcome, paint: Paint) -> str:
    counts = [
        f"{outcome.finished[action]} {words}"  # type: ignore[index]
        for action, words in _DONE.items()
        if outcome.finished.get(action)  # type: ignore[call-overload]
    ]
    if outcome.failed:
        failed = len({(each.tenant, each.recording) for each in outcome.failed})
        counts.append(f"{failed} failed")
    if outcome.held:
        counts.append(f"{len(outcome.held)} held")
    runs = [f"{counted(outcome.stages[s], s.value)}" for s in Stage if outcome.stages.get(s)]
    if outcome.interrupted:
        head = paint("Interrupted", "yellow")
    else:
        head = paint("Done", "red" if outcome.failed else "green")
    line = f"{head} after {duration(outcome.seconds)}: {', '.join(counts) or 'nothing finished'}"
    if runs:
        line += f" ({', '.join(runs)})"
    return f"{line}; the next run goes on from here." if outcome.interrupted else f"{line}."
