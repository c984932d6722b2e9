"""A plan as text, for the one who decides, and as JSON data, for programs.

demo · lectures                                            2 recordings
  + 2026-11-20  Gradient descent  download → … → publish  new recording
  ~ 2026-11-13  Linear models     subtitles → publish     subtitles.lines 2 → 1
  = 27 in sync

Plan: 1 to process, 1 to refresh, 27 in sync.
Nothing was changed. Apply with: leap reconcile
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from leap.domain.plan import Change, Failure, Plan, Step
from leap.domain.stage import Stage
from leap.render.terminal import Paint, Row, clean, counted, heading, indented, plain, table

#: Action → its symbol, its colour, and how the last line counts it; in that order.
_ACTIONS = {
    "process": ("+", "green", "to process"),
    "refresh": ("~", "yellow", "to refresh"),
    "replace": ("-/+", "magenta", "to replace"),
    "remove": ("-", "red", "to remove"),
    "skip": ("·", "dim", "to skip"),
    "blocked": ("!", "red", "blocked"),
}
_LONGEST_CHAIN = 3
_DATE = len("2026-11-20")
_FAILED_BEFORE = "Failed before (tried again after a change, or with `leap retry`):"
_NO_TITLE = "(no title)"


def text(
    plan: Plan,
    *,
    width: int = 80,
    paint: Paint = plain,
    steps: bool = False,
    apply: str = "leap reconcile",
) -> str:
    """Return ``plan`` as text without a final newline.

    Args:
        width: columns of the terminal.
        paint: how to colour.
        steps: list every stage of every change with its own reason.
        apply: the command that carries the plan out, for the last line; "" where
            the plan is being carried out.
    """
    blocks = [
        *(_groups(plan, width, paint, steps=steps) if plan.changes else ()),
        failures(plan.failures, _FAILED_BEFORE, width, paint),
        listed("Problems:", plan.problems, width, paint),
        listed("Notes:", plan.notes, width, paint),
        listed("Refused:", [f"[{r.tenant}] {r.message}" for r in plan.refusals], width, paint),
        _last_lines(plan, apply),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def json_data(plan: Plan) -> dict[str, Any]:
    """Return ``plan`` as JSON data: the interface of ``leap plan --format json``."""
    return {
        "has_changes": plan.has_changes,
        "changes": [change_data(change) for change in plan.changes],
        "refusals": [
            {"name": refusal.name, "tenant": refusal.tenant, "message": refusal.message}
            for refusal in plan.refusals
        ],
        "failures": [failure_data(failure) for failure in plan.failures],
        "problems": list(plan.problems),
        "notes": list(plan.notes),
        "summary": plan.summary(),
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


def _groups(plan: Plan, width: int, paint: Paint, *, steps: bool) -> list[list[str]]:
    """Return the changes by tenant and template, laid out as one table."""
    laid_out = table(
        [_row(change, steps=steps) for change in plan.changes],
        flexible=1,
        width=width,
        paint=paint,
    )
    lines: dict[tuple[str, str], list[str]] = defaultdict(list)
    sizes: Counter[tuple[str, str]] = Counter()
    for change, its_lines in zip(plan.changes, laid_out, strict=True):
        group = (change.tenant, change.template or "")
        lines[group] += its_lines
        sizes[group] += 1
    blocks = []
    for group in sorted({*sizes, *plan.in_sync}, key=lambda it: (it[0], not it[1], it[1])):
        tenant, template = group
        name = f"{tenant} · {template or 'no template'}"
        same = plan.in_sync.get(group, 0)
        size = counted(sizes[group], "recording") if sizes[group] else f"{same} in sync"
        block = [heading(name, size, width, paint), *lines[group]]
        if same and sizes[group]:
            block.append(paint(f"  = {same} in sync", "dim"))
        blocks.append(block)
    return blocks


def _row(change: Change, *, steps: bool) -> Row:
    symbol, colour, _ = _ACTIONS[change.action]
    return Row(
        cells=(
            (f"{symbol:>3} {change.recording[:_DATE]}", colour),
            (clean(change.title) or _NO_TITLE, ""),
            (_chain(change.stages), ""),
        ),
        note=clean(change.reason),
        more=tuple(_step(step) for step in change.steps) if steps else (),
    )


def _chain(stages: Sequence[Stage]) -> str:
    names = [stage.value for stage in stages]
    if len(names) > _LONGEST_CHAIN:
        names = [names[0], "…", names[-1]]
    return " → ".join(names)


def _step(step: Step) -> str:
    place = f"{step.stage.value} to {step.preset}" if step.preset else step.stage.value
    return f"- {place}: {clean(step.reason)}"


# ── what stands below the groups ───────────────────────────────────────────


def failures(failed: Sequence[Failure], title: str, width: int, paint: Paint = plain) -> list[str]:
    """Return the lines of ``failed``, with the ids that a next command needs."""
    if not failed:
        return []
    rows = [
        Row(
            cells=(
                (f"  {failure.tenant}", ""),
                (failure.recording, ""),
                (clean(failure.title) or _NO_TITLE, ""),
            ),
            note=f"{failure.stage.value}: {clean(failure.reason)}",
        )
        for failure in failed
    ]
    laid_out = table(rows, flexible=2, width=width, paint=paint)
    return [paint(title, "red"), *(line for lines in laid_out for line in lines)]


def listed(title: str, items: Sequence[str], width: int, paint: Paint = plain) -> list[str]:
    """Return ``items`` below ``title``; nothing where there are none."""
    if not items:
        return []
    return [paint(title, "red"), *indented(map(clean, items), 2, width)]


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
        "failed before": len({failure.recording for failure in plan.failures}),
    }
    return [f"{count} {words}" for words, count in counts.items() if count]


def _last_lines(plan: Plan, apply: str) -> list[str]:
    actions = Counter[str](change.action for change in plan.changes)
    counts = [
        f"{actions[action]} {words}"
        for action, (_, _, words) in _ACTIONS.items()
        if action in actions
    ]
    summary = ", ".join([*counts, *standing(plan)]) or "no recordings"
    if plan.refusals:
        return [f"Plan: {summary}.", "Nothing was changed: this plan is refused as unsafe."]
    if not plan.has_changes:
        return [f"Nothing to do: {summary}."] if apply else []
    return [f"Plan: {summary}.", *([f"Nothing was changed. Apply with: {apply}"] if apply else [])]
