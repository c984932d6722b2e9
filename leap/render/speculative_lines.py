"""What an edit would do, in words and lines that a terminal and Markdown share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from leap.domain.speculation import (
    Edit,
    Effect,
    Kind,
    Speculation,
    TenantSpeculation,
    cost,
)
from leap.domain.stage import Stage
from leap.render.plan import work
from leap.render.terminal import clean, counted, cut

#: Kind → its symbol, its colour, and how the last line counts it; in that order.
KINDS: Mapping[Kind, tuple[str, str, str]] = {
    "taken": ("+", "green", "newly taken"),
    "moved": ("~", "yellow", "to another template"),
    "updated": ("~", "yellow", "updated"),
    "lost": ("-", "red", "taken no longer"),
    "skipped": ("·", "dim", "skipped for another reason"),
    "bound": ("!", "magenta", "bound to their template"),
}
#: Of recordings that are alike so many are named; of edits so many are listed.
_SHOWN, _EDITS = 4, 20
_LONGEST = 120
_DATE = len("2026-11-20")
_LONGEST_CHAIN = 3


@dataclass(frozen=True, slots=True)
class Block:
    """Effects that are alike: what they have in common, and one line for each that is named."""

    symbol: str
    colour: str
    title: str
    facts: tuple[str, ...]
    recordings: tuple[str, ...]


def is_shown(tenant: TenantSpeculation) -> bool:
    """Tell whether there is anything to say of a tenant."""
    return tenant.has_changes or bool(tenant.notes)


def totals(found: Speculation) -> str:
    """Return what would happen, counted in words; "" where nothing would."""
    effects = found.effects
    kinds = Counter[str](effect.kind for effect in effects)
    counts = [f"{kinds[kind]} {words}" for kind, (_, _, words) in KINDS.items() if kinds[kind]]
    retitled = sum(bool(effect.retitled) for effect in effects)
    described = sum(bool(effect.redescribed) for effect in effects)
    left = sum(len(effect.unmanages) for effect in effects)
    counts += [f"{retitled} retitled"] if retitled else []
    counts += [f"{described} described anew"] if described else []
    counts += [f"{left} published but looked after no longer"] if left else []
    return ", ".join(counts)


def price(found: Speculation) -> str:
    """Return what it would cost in words, or "" where it costs nothing."""
    return work(cost(found.effects))


def size(tenant: TenantSpeculation) -> str:
    """Return how much of a tenant is concerned."""
    if tenant.known is None:
        return tenant.state
    count = len(tenant.effects)
    said = f"{count} of {counted(tenant.known, 'recording')}"
    return said if tenant.state == "changed" else f"{tenant.state}, {said}"


def edit_lines(edits: Sequence[Edit], *, whole: bool = False) -> list[tuple[str, str]]:
    """Return each edit as its place (``file:line key:``) and what became of it."""
    shown = edits if whole or len(edits) <= _EDITS else edits[: _EDITS - 1]
    more = len(edits) - len(shown)
    return [*map(_edit, shown), *([(f"… {more} more edits", "")] if more else [])]


def blocks(tenant: TenantSpeculation, *, whole: bool = False) -> Iterator[Block]:
    """Yield the effects of a tenant, those that are alike together, the newest first."""
    alike: dict[tuple[object, ...], list[Effect]] = {}
    for effect in sorted(tenant.effects, key=lambda each: each.recording, reverse=True):
        alike.setdefault(_likeness(effect), []).append(effect)
    order = list(KINDS)
    for effects in sorted(alike.values(), key=lambda each: (order.index(each[0].kind), -len(each))):
        shown = effects if whole or len(effects) <= _SHOWN + 1 else effects[:_SHOWN]
        lines = [line for effect in shown for line in _recording(effect)]
        if len(shown) < len(effects):
            lines.append(f"… {len(effects) - len(shown)} more")
        symbol, colour, _ = KINDS[effects[0].kind]
        yield Block(symbol, colour, _title(effects), tuple(_facts(effects)), tuple(lines))


# ── small words ────────────────────────────────────────────────────────────


def _likeness(effect: Effect) -> tuple[object, ...]:
    return (
        *(effect.kind, effect.before, effect.after, effect.reason, effect.stages),
        *(effect.publishes, effect.updates, effect.unmanages, bool(effect.retitled)),
        effect.waits,
        effect.redescribed,
    )


def _title(effects: Sequence[Effect]) -> str:
    first = effects[0]
    what = counted(len(effects), "recording")
    chain = _chain(first.stages)
    match first.kind:
        case "taken":
            said = f"{what} taken by {first.after}"
        case "moved":
            said = f"{what} from {first.before} to {first.after}"
        case "updated":
            said = f"{what} of {first.after}"
        case "lost":
            said = f"{what} of {first.before} taken no longer"
        case "bound":
            other = f"{first.after} matches now" if first.after else "nothing matches now"
            said = f"{what} of {first.before}, though {other}"
        case _:
            said = f"{what} skipped for another reason"
    return f"{said}: {chain}" if chain else said


def _facts(effects: Sequence[Effect]) -> Iterator[str]:
    first = effects[0]
    yield clean(first.reason)
    where = [
        ("new on", first.publishes),
        ("changes on", first.updates),
        ("needs replacement (-/+), and waits, on", first.waits),
        ("stays on, looked after no longer:", first.unmanages),
        ("described anew on", first.redescribed),
    ]
    said = [f"{words} {', '.join(presets)}" for words, presets in where if presets]
    if said:
        yield "; ".join(said)
    costs = work(cost(effects))
    if costs:
        yield costs


def _recording(effect: Effect) -> Iterator[str]:
    yield f"{effect.recording[:_DATE]}  {clean(effect.title) or '(no title)'}"
    for each in effect.retitled:
        before, after = (cut(clean(title), _LONGEST) for title in (each.before, each.after))
        yield f"{' ' * _DATE}  {each.preset}: “{before}”"
        yield f"{' ' * (_DATE + len(each.preset))}  → “{after}”"


def _edit(edit: Edit) -> tuple[str, str]:
    place = f"{edit.file}:{edit.line}" if edit.line else edit.file
    if not edit.path:
        changed = "removed" if edit.after is None else "another one"
        return f"{place}:", "new" if edit.before is None else changed
    before, after = (
        "nothing" if value is None else cut(clean(value), _LONGEST) or "empty"
        for value in (edit.before, edit.after)
    )
    return f"{place} {clean(edit.path)}:", f"{before} → {after}"


def _chain(stages: Sequence[Stage]) -> str:
    names = [stage.value for stage in stages]
    return " → ".join([names[0], "…", names[-1]] if len(names) > _LONGEST_CHAIN else names)
