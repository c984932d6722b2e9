"""A plan as lines, the same for a terminal and for Markdown; many alike become one.

A plan of thousands of recordings has few *kinds* of change. Of a kind that is
long, the newest are shown and the rest is counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from leap.domain.plan import WITHDRAW, Action, Change, Plan, Step
from leap.domain.snapshot import Skip
from leap.domain.stage import Stage
from leap.render.terminal import clean

#: Action → its symbol, its colour, and how the last line counts it; in that order.
ACTIONS: Mapping[Action, tuple[str, str, str]] = {
    "process": ("+", "green", "to process"),
    "refresh": ("~", "yellow", "to refresh"),
    "replace": ("-/+", "magenta", "to replace"),
    "remove": ("-", "red", "to remove"),
    "skip": ("·", "dim", "to skip"),
    "blocked": ("!", "red", "blocked"),
}
#: So many changes of one kind are listed; of more, so many are shown.
_MANY, _SHOWN = 10, 4
#: The same for skips, which need nothing of anybody.
_MANY_SKIPS = 3
#: Of one action a group lists no more than this; where there are more, as many as of one kind.
_LONGEST = 20
_LONGEST_CHAIN = 3
_DATE = len("2026-11-20")
NO_TITLE = "(no title)"

_SKIPPED = {
    Skip.NO_TEMPLATE: "without a template",
    Skip.BLANK: "blank",
    Skip.TOO_LARGE: "too large",
    Skip.DUPLICATE: "copies of other recordings",
    Skip.DECLARED: "skipped by overrides",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One change, or the rest of those that are alike; then ``date`` is empty."""

    action: Action
    date: str
    title: str
    chain: str
    reason: str
    steps: tuple[Step, ...] = ()

    @property
    def symbol(self) -> str:
        """Return the sign that says what is done."""
        return ACTIONS[self.action][0]


@dataclass(frozen=True, slots=True)
class Group:
    """What is to be done for one template of one tenant; ``template`` may be empty."""

    tenant: str
    template: str
    changes: int
    in_sync: int
    lines: tuple[Line, ...]


def grouped(plan: Plan, *, whole: bool = False) -> list[Group]:
    """Return ``plan`` by tenant and template, newest first; with ``whole`` nothing is folded."""
    members: dict[tuple[str, str], list[Change]] = defaultdict(list)
    for change in plan.changes:
        members[change.tenant, change.template or ""].append(change)
    skips = _skips(plan) if any(change.action == "skip" for change in plan.changes) else {}
    groups = []
    for key in sorted({*members, *plan.in_sync}, key=lambda it: (it[0], not it[1], it[1])):
        changes = sorted(members.get(key, ()), key=lambda each: each.recording, reverse=True)
        lines = map(_line, changes) if whole else _folded(changes, skips)
        groups.append(Group(*key, len(changes), plan.in_sync.get(key, 0), tuple(lines)))
    return groups


def step_line(step: Step) -> str:
    """Return one step with its reason."""
    place = f"{step.stage.value} to {step.preset}" if step.preset else step.stage.value
    return f"- {place}: {clean(step.reason)}"


def _skips(plan: Plan) -> dict[tuple[str, str], Skip]:
    return {
        (tenant, row.id): row.skip
        for tenant, rows in plan.rows.items()
        for row in rows
        if row.skip is not None
    }


def _folded(changes: Sequence[Change], skips: Mapping[tuple[str, str], Skip]) -> Iterator[Line]:
    """Return the changes of one group, newest first: kinds that are long only in part."""
    for action in ACTIONS:
        alike = [change for change in changes if change.action == action]
        yield from _skipped(alike, skips) if action == "skip" else _of_one_action(alike)


def _of_one_action(changes: Sequence[Change]) -> Iterator[Line]:
    kinds: dict[tuple[tuple[Stage, ...], str], list[Change]] = defaultdict(list)
    for change in changes:
        kinds[change.stages, change.reason].append(change)
    long = {kind: alike for kind, alike in kinds.items() if len(alike) > _MANY}
    heads = {change.recording for alike in long.values() for change in alike[:_SHOWN]}
    shown = [
        change
        for change in changes
        if change.recording in heads or (change.stages, change.reason) not in long
    ]
    others = shown[_MANY:] if len(shown) > _LONGEST else []
    yield from map(_line, shown[: len(shown) - len(others)])
    for alike in long.values():
        rest = alike[_SHOWN:]
        yield _more(rest, _chain(rest[0]), clean(rest[0].reason))
    if others:
        yield _more(others, "", "for several reasons")


def _skipped(changes: Sequence[Change], skips: Mapping[tuple[str, str], Skip]) -> Iterator[Line]:
    whys: dict[object, list[Change]] = defaultdict(list)
    for change in changes:
        whys[skips.get((change.tenant, change.recording), change.reason)].append(change)
    for why, alike in whys.items():
        if len(alike) <= _MANY_SKIPS:
            yield from map(_line, alike)
        elif isinstance(why, Skip):
            yield Line("skip", "", f"{len(alike)} {_SKIPPED[why]}", "", "")
        else:
            yield Line("skip", "", f"{len(alike)} skipped", "", clean(alike[0].reason))


def _more(changes: Sequence[Change], chain: str, reason: str) -> Line:
    """Return the line for ``changes`` that are not listed."""
    return Line(changes[0].action, "", f"… {len(changes)} more", chain, reason)


def _line(change: Change) -> Line:
    return Line(
        change.action,
        change.recording[:_DATE],
        clean(change.title) or NO_TITLE,
        _chain(change),
        clean(change.reason),
        change.steps,
    )


def _chain(change: Change) -> str:
    names = [stage.value for stage in change.stages]
    if any(step.withdraws for step in change.steps):
        names = [WITHDRAW]
    if len(names) > _LONGEST_CHAIN:
        names = [names[0], "…", names[-1]]
    return " → ".join(names)
