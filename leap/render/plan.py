"""A plan as text, for the one who decides, and as JSON data, for programs.

demo · lectures                                            2 recordings
  + 2026-11-20  Gradient descent  download → … → publish  new recording
  ~ 2026-11-13  Linear models     subtitles → publish     subtitles.lines 2 → 1
  = 27 in sync

Plan: 1 to process, 1 to refresh, 27 in sync.
Work: 41 min of speech to transcribe, 1 upload, 1 update.
Nothing was changed. Apply with: leap reconcile
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from leap.domain.plan import Change, Failure, Held, Load, Plan, Refusal
from leap.render import cost, demand, drift, held
from leap.render.folding import ACTIONS, NO_TITLE, Group, Line, grouped, step_line
from leap.render.terminal import Paint, Row, clean, counted, heading, indented, plain, table

_FAILED_BEFORE = "Failed before (tried again after a change, or with `leap retry`):"
#: Said of what was put off before.
DEFERRED = "Deferred (tried again when the time has come, or after `leap retry`):"
_GATED = "Held (nothing is published before somebody has looked):"
#: So many of a kind are listed below the groups; of more, so many are shown.
_MANY, _SHOWN = 20, 10
#: So many unchanged groups are named.
_NAMED = 4


def text(
    plan: Plan,
    *,
    width: int = 80,
    paint: Paint = plain,
    whole: bool = False,
    apply: str = "leap reconcile",
) -> str:
    """Return ``plan`` as text without a final newline.

    Args:
        width: columns of the terminal.
        paint: how to colour.
        whole: list every change, and every stage of it with its own reason.
        apply: the command that carries the plan out, for the last line; "" where
            the plan is being carried out.
    """
    refused = [f"[{r.tenant}] {r.message}" for r in plan.refusals if not r.accepted]
    accepted = [f"[{r.tenant}] {r.message}" for r in plan.refusals if r.accepted]
    blocks = [
        *(_groups(plan, width, paint, whole=whole) if plan.changes else ()),
        failures(plan.failures, _FAILED_BEFORE, width, paint, whole=whole),
        drift.lines(plan, width, paint),
        *waiting(plan, width, paint, whole=whole),
        listed("Problems:", plan.problems, width, paint, whole=whole),
        listed("Notes:", plan.notes, width, paint, style="bold", whole=whole),
        listed("Accepted:", accepted, width, paint, style="yellow"),
        listed("Refused:", refused, width, paint),
        list(_last_lines(plan, apply, width, paint, whole=whole)),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def json_data(plan: Plan, *, apply: str = "leap reconcile") -> dict[str, Any]:
    """Return ``plan`` as JSON data: the interface of ``leap plan --format json``.

    ``apply`` is the command that carries it out. docs/plan.md tells what each
    field means; fields may be added, and none is taken away.
    """
    return {
        "has_changes": plan.has_changes,
        "changes": [change_data(change) for change in plan.changes],
        "refusals": [refusal_data(refusal) for refusal in plan.refusals],
        "failures": [failure_data(failure) for failure in plan.failures],
        "deferred": [held.held_data(each) for each in plan.deferred],
        "drift": [drift.drift_data(each) for each in plan.drifts],
        "problems": list(plan.problems),
        "notes": list(plan.notes),
        "apply": apply,
        "summary": plan.summary(),
        "work": {
            "speech_minutes": math.ceil(plan.load.speech / 60),
            "unknown_length": plan.load.unknown,
            "uploads": plan.load.uploads,
            "updates": plan.load.updates,
        },
        "cost": cost.json_data(plan.forecast),
        "quotas": demand.json_data(plan.demands),
    }


def waiting(plan: Plan, width: int, paint: Paint, *, whole: bool = False) -> list[list[str]]:
    """Return what was put off, and what gates hold, each below its title."""
    later = [each for each in plan.deferred if not each.by_gate]
    gated = [each for each in plan.deferred if each.by_gate]
    return [
        held.lines(later, DEFERRED, width, paint, whole=whole),
        held.lines(gated, _GATED, width, paint, whole=whole),
    ]


def refusal_data(refusal: Refusal) -> dict[str, Any]:
    """Return one refusal as JSON data."""
    return {
        "name": refusal.name,
        "tenant": refusal.tenant,
        "message": refusal.message,
        "accepted": refusal.accepted,
    }


def failure_data(failure: Failure) -> dict[str, Any]:
    """Return one failure as JSON data."""
    return {
        "tenant": failure.tenant,
        "recording": failure.recording,
        "title": failure.title,
        "stage": failure.stage.value,
        "reason": failure.reason,
    }


def change_data(change: Change) -> dict[str, Any]:
    """Return one change as JSON data."""
    return {
        "tenant": change.tenant,
        "recording": change.recording,
        "title": change.title,
        "template": change.template,
        "action": change.action,
        "stages": [stage.value for stage in change.stages],
        "reason": change.reason,
        "steps": [
            {
                "stage": step.stage.value,
                "preset": step.preset,
                "key": step.key,
                "parts": list(step.parts),
                "reason": step.reason,
            }
            for step in change.steps
        ],
    }


# ── one block per tenant and template ──────────────────────────────────────


def _groups(plan: Plan, width: int, paint: Paint, *, whole: bool) -> list[list[str]]:
    """Return the changes by tenant and template, each group laid out by itself."""
    groups = grouped(plan, whole=whole)
    blocks = []
    unchanged = []
    for group in groups:
        if not group.changes and not whole:
            unchanged.append(group)
            continue
        size = counted(group.changes, "recording") if group.changes else f"{group.in_sync} in sync"
        block = [heading(_name(group), size, width, paint)]
        rows = [_row(line, whole=whole) for line in group.lines]
        for lines in table(rows, flexible=1, width=width, paint=paint, mixed=True):
            block += lines
        if group.in_sync and group.changes:
            block.append(paint(f"  = {group.in_sync} in sync", "dim"))
        blocks.append(block)
    if unchanged:
        blocks.append([paint(line, "dim") for line in indented([_unchanged(unchanged)], 0, width)])
    return blocks


def _name(group: Group) -> str:
    return f"{group.tenant} · {group.template or 'no template'}"


def _unchanged(groups: Sequence[Group]) -> str:
    named = [f"{_name(group)} ({group.in_sync})" for group in groups[:_NAMED]]
    more = groups[_NAMED:]
    if more:
        named.append(f"{len(more)} more ({sum(group.in_sync for group in more)})")
    return f"In sync: {', '.join(named)}"


def _row(line: Line, *, whole: bool) -> Row:
    _, colour, _ = ACTIONS[line.action]
    return Row(
        cells=(
            (f"{line.symbol:>3} {line.date}".rstrip(), colour),
            (line.title, "" if line.date else "dim"),
            (line.chain, ""),
        ),
        note=line.reason,
        more=tuple(map(step_line, line.steps)) if whole else (),
    )


# ── what stands below the groups ───────────────────────────────────────────


def failures(
    failed: Sequence[Failure],
    title: str,
    width: int,
    paint: Paint = plain,
    *,
    whole: bool = True,
) -> list[str]:
    """Return the lines of ``failed``, with the ids that a next command needs."""
    if not failed:
        return []
    shown = failed if whole or len(failed) <= _MANY else failed[:_SHOWN]
    rows = [
        Row(
            cells=(
                (f"  {failure.tenant}", ""),
                (failure.recording, ""),
                (clean(failure.title) or NO_TITLE, ""),
            ),
            note=f"{failure.stage.value}: {clean(failure.reason)}",
        )
        for failure in shown
    ]
    laid_out = table(rows, flexible=2, width=width, paint=paint, below=6, mixed=True)
    lines = [line for lines in laid_out for line in lines]
    return [paint(title, "red"), *lines, *_uncounted(len(failed) - len(shown), paint)]


def listed(
    title: str,
    items: Sequence[str],
    width: int,
    paint: Paint = plain,
    *,
    style: str = "red",
    whole: bool = True,
) -> list[str]:
    """Return ``items`` below ``title``; nothing where there are none."""
    if not items:
        return []
    shown = items if whole or len(items) <= _MANY else items[:_SHOWN]
    lines = indented(map(clean, shown), 2, width)
    return [paint(title, style), *lines, *_uncounted(len(items) - len(shown), paint)]


def _uncounted(count: int, paint: Paint) -> Iterator[str]:
    if count:
        yield paint(f"  … {count} more; `leap plan -v` lists them", "dim")


def standing(plan: Plan, *, recorded: bool = False) -> list[str]:
    """Return what needs nothing, in words: ``["3 in sync", "2 skipped"]``.

    With ``recorded``, recordings that the plan skips count as skipped already.
    """
    news = set() if recorded else {change.recording for change in plan.changes}
    rows = [row for rows in plan.rows.values() for row in rows if row.id not in news]
    counts = {
        "in sync": sum(plan.in_sync.values()),
        "skipped": sum(row.skip is not None for row in rows),
        "waiting": sum(row.skip is None and row.wanted is None for row in rows),
        "deferred": _recordings(each for each in plan.deferred if not each.by_gate),
        "held by a gate": _recordings(each for each in plan.deferred if each.rule == "gate"),
        "awaiting approval": _recordings(each for each in plan.deferred if each.rule == "approval"),
        "to decide about": _recordings(each for each in plan.deferred if each.rule == "media"),
        "failed before": len({failure.recording for failure in plan.failures}),
    }
    return [f"{count} {words}" for words, count in counts.items() if count]


def _recordings(held: Iterable[Held]) -> int:
    return len({(each.tenant, each.recording) for each in held})


def totals(plan: Plan) -> str:
    """Return what is to be done and what is not, counted in words."""
    actions = Counter[str](change.action for change in plan.changes)
    counts = [
        f"{actions[action]} {words}"
        for action, (_, _, words) in ACTIONS.items()
        if action in actions
    ]
    return ", ".join([*counts, *standing(plan)]) or "no recordings"


def work(load: Load) -> str:
    """Return how much work there is in words, or "" where that is not known."""
    words = []
    if load.speech:
        least = "at least " if load.unknown else ""
        words.append(f"{least}{_hours(load.speech)} of speech to transcribe")
    elif load.unknown:
        words.append(f"{counted(load.unknown, 'recording')} of unknown length to transcribe")
    words += [counted(load.uploads, "upload")] if load.uploads else []
    words += [counted(load.updates, "update")] if load.updates else []
    return ", ".join(words)


def _hours(seconds: float) -> str:
    minutes = math.ceil(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"  # noqa: PLR2004


def _last_lines(plan: Plan, apply: str, width: int, paint: Paint, *, whole: bool) -> Iterator[str]:
    if not plan.has_changes and not plan.refused:
        if apply:
            yield from indented([f"Nothing to do: {totals(plan)}."], 0, width)
        return
    yield from indented([f"Plan: {totals(plan)}."], 0, width)
    load = work(plan.load)
    if load:
        yield from indented([f"Work: {load}."], 0, width)
    yield from cost.lines(plan.forecast, width, paint, whole=whole)
    yield from indented([f"{line}." for line in demand.lines(plan.demands)], 0, width)
    refused = ", ".join(sorted(plan.refused))
    if refused and not any(change.tenant not in plan.refused for change in plan.changes):
        yield "Nothing was changed: this plan is refused as unsafe."
    elif apply:
        rest = f" the rest, without {refused}," if refused else ""
        line = f"Nothing was changed. Apply{rest} with: {apply}"
        # On a line of its own where it is long, and never broken: it is to be copied.
        yield line if len(line) <= width else line.replace(f" {apply}", f"\n  {apply}")
