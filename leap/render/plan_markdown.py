"""A plan as GitHub's Markdown: a comment on a pull request, or a job's summary."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from itertools import groupby

from leap.domain.plan import Plan
from leap.render import cost, demand, drift, held
from leap.render.folding import Group, Line, grouped
from leap.render.markdown import COMMENT, Section, assemble, fenced
from leap.render.plan import totals, work
from leap.render.terminal import Row, clean, counted, cut, plain, table

#: GitHub colours a line of a diff by its first sign: green, orange, red, grey.
_SIGNS = {"process": "+", "refresh": "!", "replace": "!", "remove": "-", "blocked": "-"}
_LONGEST_TITLE = 60
#: Lines may be as long as they like: a browser scrolls.
_WIDE = 1000


def markdown(
    plan: Plan,
    *,
    apply: str = "leap reconcile",
    limit: int = COMMENT,
    measure: Callable[[str], int] = len,
) -> str:
    """Return ``plan`` as Markdown, cut where it is longer than ``limit`` by ``measure``.

    ``apply`` is the command that carries it out, "" where that is being done.
    """
    return assemble(
        list(_head(plan)), sections(plan), list(_foot(plan, apply)), limit=limit, measure=measure
    )


def sections(plan: Plan) -> list[Section]:
    """Return what is refused, what went wrong, and the changes of each tenant."""
    refused = [f"- [{r.tenant}] {clean(r.message)}" for r in plan.refusals if not r.accepted]
    accepted = [f"! [{r.tenant}] {clean(r.message)}" for r in plan.refusals if r.accepted]
    failed = [
        f"{f.tenant}  {f.recording}  {clean(f.title)}  {f.stage.value}: {clean(f.reason)}"
        for f in plan.failures
    ]
    found = [
        Section("<b>Refused as unsafe</b>", refused, "diff", shown=True),
        Section("Accepted", accepted, "diff"),
        Section("<b>Problems</b>", list(map(clean, plan.problems)), shown=True),
        *_tenants(plan),
        Section(f"{counted(len(failed), 'failure')} of earlier runs", failed),
        Section("Cost", list(cost.lines(plan.forecast, _WIDE))[1:]),
        Section("Changed on platforms", drift.markdown_lines(plan)),
        Section("Deferred", held.markdown_lines([h for h in plan.deferred if not h.by_gate])),
        Section("Held", held.markdown_lines([h for h in plan.deferred if h.by_gate])),
        Section("Notes", list(map(clean, plan.notes))),
    ]
    return [section for section in found if section.lines]


def _head(plan: Plan) -> Iterator[str]:
    if not plan.has_changes:
        yield f"### LEAP plan: nothing to do ({totals(plan)})"
        return
    yield f"### LEAP plan: {totals(plan)}"
    load = work(plan.load)
    if load:
        yield f"Work: {load}."
    costs = cost.words(plan.forecast)
    if costs:
        yield f"Cost: {clean(costs)}."
    for line in demand.lines(plan.demands):
        yield f"{line}."


def _foot(plan: Plan, apply: str) -> Iterator[str]:
    if not apply or not plan.has_changes:
        return
    if any(change.tenant not in plan.refused for change in plan.changes):
        yield (
            "Nothing was changed. Apply what is not refused with:"
            if plan.refused
            else ("Nothing was changed. Apply with:")
        )
        yield fenced([apply], "sh")
    else:
        yield "Nothing was changed: this plan is refused as unsafe."


def _tenants(plan: Plan) -> Iterator[Section]:
    """Return one section for each tenant with changes, and one line for the others."""
    by_tenant = {
        tenant: list(groups)
        for tenant, groups in groupby(grouped(plan), key=lambda group: group.tenant)
    }
    changed = {
        tenant: groups
        for tenant, groups in by_tenant.items()
        if any(group.changes for group in groups)
    }
    for tenant, groups in changed.items():
        count = counted(sum(group.changes for group in groups), "change")
        yield Section(
            f"<b>{html.escape(tenant)}</b>: {count}",
            [line for group in groups for line in _lines(group)],
            "diff",
            shown=len(changed) == 1,
        )
    same = {
        tenant: sum(group.in_sync for group in groups)
        for tenant, groups in by_tenant.items()
        if tenant not in changed
    }
    yield Section(
        f"{counted(len(same), 'tenant')} in sync",
        [f"{tenant}: {count} in sync" for tenant, count in same.items()],
    )


def _lines(group: Group) -> Iterator[str]:
    name = group.template or "no template"
    same = f", {group.in_sync} in sync" if group.in_sync else ""
    yield f"@@ {name}: {counted(group.changes, 'change')}{same} @@"
    rows = [_row(line) for line in group.lines]
    for lines in table(rows, flexible=1, width=_WIDE, paint=plain):
        yield from lines


def _row(line: Line) -> Row:
    sign = _SIGNS.get(line.action, "#")
    return Row(
        cells=(
            (f"{sign} {line.action:<7} {line.date}".rstrip(), ""),
            (cut(line.title, _LONGEST_TITLE), ""),
            (line.chain, ""),
        ),
        note=line.reason,
    )
