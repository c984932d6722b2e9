"""What an edit would do, as GitHub's Markdown: one comment on a pull request."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence

from leap.domain.speculation import Speculation, TenantSpeculation
from leap.errors import Diagnostic
from leap.render import demand
from leap.render.cost import words
from leap.render.markdown import COMMENT, Section, assemble
from leap.render.speculative_lines import blocks, edit_lines, is_shown, price, size, totals
from leap.render.terminal import clean, counted

#: GitHub colours a line of a diff by its first sign: green, orange, red, grey.
_SIGNS = {"+": "+", "~": "!", "-": "-", "!": "!"}


def markdown(found: Speculation, *, limit: int = COMMENT) -> str:
    """Return ``found`` as Markdown of at most ``limit`` characters; the same for the same."""
    return assemble(list(_head(found)), list(_sections(found)), (), limit=limit)


def broken(diagnostics: Sequence[Diagnostic], *, limit: int = COMMENT) -> str:
    """Return that there is no plan, because of ``diagnostics``."""
    count = counted(len(diagnostics), "mistake")
    lines = [f"- {clean(str(each))}" for each in diagnostics]
    head = [f"### LEAP: {count} in the YAML, so nothing can be foreseen"]
    return assemble(head, [Section("<b>Mistakes</b>", lines, "diff", shown=True)], (), limit=limit)


def _head(found: Speculation) -> Iterator[str]:
    if not found.has_changes:
        yield "### LEAP: nothing is declared differently"
        return
    yield f"### LEAP: {totals(found) or 'no recording is concerned'}"
    costs = price(found)
    if costs:
        yield f"It would take: {costs}."
    money = words(found.forecast)
    if money:
        yield f"It would cost: {clean(money)}."
    for line in demand.lines(found.demands):
        yield f"{line}."


def _sections(found: Speculation) -> Iterator[Section]:
    shown = [tenant for tenant in found.tenants if is_shown(tenant)]
    if found.shared:
        edits = [f"{place} {what}" for place, what in edit_lines(found.shared)]
        yield Section("<b>For all tenants</b>", edits)
    for tenant in shown:
        summary = f"<b>{html.escape(tenant.tenant)}</b>: {size(tenant)}"
        yield Section(summary, list(_lines(tenant)), "diff", shown=len(shown) == 1)
    same = [tenant.tenant for tenant in found.tenants if not is_shown(tenant)]
    if same:
        yield Section(f"{counted(len(same), 'tenant')} unchanged", same)
    if found.notes:
        yield Section("Notes", list(map(clean, found.notes)))


def _lines(tenant: TenantSpeculation) -> Iterator[str]:
    yield from (f"# {place} {what}" for place, what in edit_lines(tenant.edits))
    yield from (f"# {clean(note)}" for note in tenant.notes)
    for block in blocks(tenant):
        yield f"{_SIGNS.get(block.symbol, '#')} {block.title}"
        yield from (f"    {line}" for line in (*block.facts, *block.recordings))
