"""What an edit would do, as text for the one who reviews it.

acme                                                       19 of 340 recordings
  tenants/acme/templates/ml.yaml:9 subtitles.line_length: 42 → 38
  ~ 17 recordings of ml                                    subtitles → publish
    subtitles.line_length 42 → 38
    2026-11-20  Gradient descent
    … 16 more
  + 2 recordings taken by ml                               download → … → publish
    before: no template matches; new on site
    2026-11-06  Introduction
    2026-11-05  Overture

Against main: 2 newly taken, 17 updated. 41 min of speech to transcribe, 2 uploads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.cells import cell_len

from leap.domain.speculation import Edit, Effect, Speculation, TenantSpeculation, cost
from leap.render import cost as money
from leap.render import demand
from leap.render.speculative_lines import blocks, edit_lines, is_shown, price, size, totals
from leap.render.terminal import Paint, clean, counted, cut, heading, indented, plain


def text(found: Speculation, *, width: int = 80, paint: Paint = plain, whole: bool = False) -> str:
    """Return ``found`` as text without a final newline; with ``whole`` nothing is folded."""
    parts = []
    if found.shared:
        lines = _edits(found.shared, width, whole=whole)
        parts.append([heading("For all tenants", "", width, paint), *lines])
    parts += [_tenant(each, width, paint, whole=whole) for each in found.tenants if is_shown(each)]
    if found.notes:
        parts.append([paint("Notes:", "bold"), *indented(map(clean, found.notes), 2, width)])
    costs = money.lines(found.forecast, width, paint, whole=whole)
    days = [f"{line}." for line in demand.lines(found.demands)]
    parts.append([*indented(list(_last_lines(found)), 0, width), *costs, *indented(days, 0, width)])
    return "\n\n".join("\n".join(part) for part in parts if part)


def _tenant(tenant: TenantSpeculation, width: int, paint: Paint, *, whole: bool) -> list[str]:
    lines = [heading(tenant.tenant, size(tenant), width, paint)]
    lines += _edits(tenant.edits, width, whole=whole)
    lines += indented(map(clean, tenant.notes), 2, width)
    for block in blocks(tenant, whole=whole):
        lines.append(paint(cut(f"  {block.symbol} {block.title}", width), block.colour))
        lines += indented(block.facts, 4, width)
        lines += [cut(f"    {line}", width) for line in block.recordings]
    return lines


def _edits(edits: Sequence[Edit], width: int, *, whole: bool) -> Iterator[str]:
    """Yield one line per edit where it fits, else what became of it on lines of its own."""
    for place, what in edit_lines(edits, whole=whole):
        line = f"  {place} {what}".rstrip()
        if cell_len(line) <= width:
            yield line
        else:
            yield from indented([place], 2, width)
            yield from indented([what], 4, width)


def _last_lines(found: Speculation) -> Iterator[str]:
    same = sum(not each.has_changes for each in found.tenants)
    unchanged = f" {counted(same, 'tenant')} unchanged." if same else ""
    if not found.has_changes:
        yield f"Against {clean(found.base)}: nothing is declared differently.{unchanged}"
        return
    happens = totals(found) or "no recording is concerned"
    costs = price(found)
    yield f"Against {clean(found.base)}: {happens}." + (f" {costs}." if costs else "") + unchanged


# ── for programs ───────────────────────────────────────────────────────────


def json_data(found: Speculation) -> dict[str, Any]:
    """Return ``found`` as JSON data: ``leap plan --against REF --format json``."""
    load = cost(found.effects)
    return {
        "against": found.base,
        "has_changes": found.has_changes,
        "edits": [_edit_data(edit) for edit in found.shared],
        "tenants": [_tenant_data(tenant) for tenant in found.tenants],
        "notes": list(found.notes),
        "summary": {
            "speech_seconds": round(load.speech, 3),
            "unknown_lengths": load.unknown,
            "uploads": load.uploads,
            "updates": load.updates,
        },
        "cost": money.json_data(found.forecast),
        "quotas": demand.json_data(found.demands),
    }


def _tenant_data(tenant: TenantSpeculation) -> dict[str, Any]:
    return {
        "tenant": tenant.tenant,
        "state": tenant.state,
        "known": tenant.known,
        "edits": [_edit_data(edit) for edit in tenant.edits],
        "effects": [_effect_data(effect) for effect in tenant.effects],
        "notes": list(tenant.notes),
    }


def _edit_data(edit: Edit) -> dict[str, Any]:
    return {
        "file": edit.file,
        "line": edit.line,
        "path": edit.path,
        "before": edit.before,
        "after": edit.after,
    }


def _effect_data(effect: Effect) -> dict[str, Any]:
    return {
        "recording": effect.recording,
        "title": effect.title,
        "kind": effect.kind,
        "before": effect.before,
        "after": effect.after,
        "reason": effect.reason,
        "stages": [stage.value for stage in effect.stages],
        "publishes": list(effect.publishes),
        "updates": list(effect.updates),
        "unmanages": list(effect.unmanages),
        "waits": list(effect.waits),
        "retitled": [
            {"preset": each.preset, "before": each.before, "after": each.after}
            for each in effect.retitled
        ],
        "redescribed": list(effect.redescribed),
        "speech_seconds": effect.speech,
        "uploads": effect.uploads,
    }
