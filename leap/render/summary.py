"""What a reconcile did, in the last lines that people read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from leap.domain.outcome import Outcome
from leap.domain.plan import Plan
from leap.render.drift import drift_data
from leap.render.held import held_data, lines
from leap.render.plan import (
    change_data,
    failure_data,
    failures,
    listed,
    refusal_data,
    standing,
    waiting,
)
from leap.render.terminal import Paint, clean, counted, duration, plain

_FAILED_BEFORE = "Failed before (tried again after a change, or with `leap retry`):"
_DONE = {
    "process": "processed",
    "refresh": "refreshed",
    "replace": "replaced",
    "remove": "taken down",
    "skip": "skipped",
}


def text(
    plan: Plan,
    outcome: Outcome | None,
    *,
    width: int = 80,
    paint: Paint = plain,
    seconds: float | None = None,
    places: Sequence[str] = (),
) -> str:
    """Return what came of ``plan``, without a final newline.

    Args:
        plan: what was to be done.
        outcome: what came of it, or None where there was no work.
        width: columns of the terminal.
        paint: how to colour.
        seconds: how long the run took.
        places: where to look at what is published, as URLs or paths.
    """
    if outcome is None:
        # Where there is anything to say, the plan was printed, and its failures with it.
        printed = plan.changes or plan.problems or plan.notes
        old = failures(() if printed else plan.failures, _FAILED_BEFORE, width, paint)
        later = [] if printed else waiting(plan, width, paint)
        blocks = [old, *later, [_nothing(plan)]]
    else:
        left = [
            f"{change.tenant} · {change.title or change.recording}: {change.reason}"
            for change in outcome.left
        ]
        # By now, what failed in this run has failed before as well.
        after = ", ".join(words.removesuffix(" before") for words in standing(outcome.plan))
        blocks = [
            failures(outcome.failed, "Failed in this run:", width, paint),
            lines(outcome.held, "Held in this run:", width, paint),
            lines(outcome.still_held, "Still held:", width, paint),
            listed("Left for the next run:", left, width, paint),
            [
                _done(outcome, seconds, paint),
                *([f"Now: {after}."] if after else []),
                *(f"Look at it: {clean(place)}" for place in places),
            ],
        ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def headline(plan: Plan, outcome: Outcome | None, seconds: float | None = None) -> str:
    """Return in one line of numbers what came of ``plan``."""
    return _nothing(plan) if outcome is None else _done(outcome, seconds, plain)


def json_data(plan: Plan, outcome: Outcome | None) -> dict[str, Any]:
    """Return what came of ``plan`` as JSON data: ``leap reconcile --format json``.

    ``summary`` counts what is to be done, in sync or failed *after* the run;
    ``failed_before`` and ``deferred`` were so before it, and were left alone.
    """
    after = outcome.plan if outcome else plan
    return {
        "had_changes": plan.has_changes,
        "done": [change_data(change) for change in (outcome.done if outcome else ())],
        "failed": [failure_data(failure) for failure in (outcome.failed if outcome else ())],
        "held": [held_data(held) for held in (outcome.held if outcome else ())],
        "still_held": [held_data(held) for held in (outcome.still_held if outcome else ())],
        "left": [change_data(change) for change in (outcome.left if outcome else ())],
        "interrupted": outcome.interrupted if outcome else False,
        "out_of_time": outcome.out_of_time if outcome else False,
        "failed_before": [failure_data(failure) for failure in plan.failures],
        "deferred": [held_data(held) for held in plan.deferred],
        "drift": [drift_data(drift) for drift in plan.drifts],
        "refusals": [refusal_data(refusal) for refusal in plan.refusals],
        "problems": list(plan.problems),
        "summary": after.summary(),
    }


def _nothing(plan: Plan) -> str:
    recorded = sum(not change.waits for change in plan.changes)
    blocked = len(plan.changes) - recorded
    counts = [
        *([f"{counted(recorded, 'change')} recorded"] if recorded else []),
        *([f"{blocked} blocked"] if blocked else []),
        *standing(plan, recorded=True),
    ]
    nothing = "nothing could be listed" if plan.problems else "no recordings"
    return f"Nothing to {'run' if recorded else 'do'}: {', '.join(counts) or nothing}."


def _done(outcome: Outcome, seconds: float | None, paint: Paint) -> str:
    finished = Counter[str](change.action for change in outcome.done)
    counts = [f"{finished[action]} {words}" for action, words in _DONE.items() if finished[action]]
    failed = len({(failure.tenant, failure.recording) for failure in outcome.failed})
    if failed:
        counts.append(f"{failed} failed")
    held = len({(held.tenant, held.recording) for held in outcome.held})
    if held:
        counts.append(f"{held} held")
    still = len({(held.tenant, held.recording) for held in outcome.still_held})
    if still:
        counts.append(f"{still} still held")
    if outcome.left:
        counts.append(f"{len(outcome.left)} left")
    if outcome.interrupted:
        head = paint("Interrupted", "yellow")
    elif outcome.out_of_time:
        head = paint("Time is up", "red" if failed else "yellow")
    else:
        colour = "yellow" if held or still else "green"
        head = paint("Done", "red" if failed or outcome.left else colour)
    after = f" in {duration(seconds)}" if seconds is not None else ""
    line = f"{head}{after}: {', '.join(counts) or 'nothing finished'}."
    goes_on = outcome.interrupted or outcome.out_of_time
    return f"{line} The next run goes on from here." if goes_on else line
