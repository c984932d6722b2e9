"""Why something is done, in a person's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leap.config.settings import as_written
from leap.domain.snapshot import Actual, PublicationFact, StageFact, Wanted
from leap.domain.stage import Stage, inputs
from leap.planning.desired import Desired

#: Longer values of settings are cut.
_LONGEST = 40


def why(each: Desired, stage: Stage, fact: StageFact | None, wanted: Wanted, actual: Actual) -> str:
    """Say in a few words why a stage has to be done; ``fact`` is of its wanted key."""
    if fact is not None and fact.state == "failed":
        return _again(fact)
    if fact is not None:
        return "was cut off"
    known = each.known
    if known is None or known.wanted is None:
        return "new recording"
    before = known.wanted
    old_key = before.stages.get(stage)
    if old_key is None:
        return f"{stage.value} is new in pipeline {wanted.pipeline}"
    if old_key == wanted.stages[stage]:
        return "not done yet"
    if stage is Stage.DOWNLOAD and known.revision != each.row.revision:
        return "the source changed"
    old = actual.fact(each.row.id, stage, old_key)
    if old is not None and isinstance(old.facts.get("settings"), Mapping):
        edits = edited(stage, old.facts["settings"], (each.settings or {}).get(stage, {}))
        if edits:
            return edits
    changed = [
        other
        for other in inputs(stage, tuple(wanted.stages))
        if before.stages.get(other) != wanted.stages[other]
    ]
    return f"{changed[-1].value} changes" if changed else "its settings changed"


def why_publish(fact: PublicationFact | None, parts: Sequence[str]) -> str:
    """Say in a few words why something is published; ``parts`` are those that differ."""
    if fact is None:
        return "not published yet"
    if fact.state == "withdrawn":
        return "no longer withdrawn"
    if fact.state == "failed":
        return _again(fact)
    if not parts:
        return "its last step was cut off"
    if fact.state == "applied" and fact.applied and fact.reason:
        return f"{_list(parts)} {fact.reason}"
    if not fact.applied:
        return "its page is gone" if fact.state == "applied" else "publishing was cut off"
    are_many = len(parts) > 1 or parts[0].endswith("s")
    return f"{_list(parts)} {'change' if are_many else 'changes'}"


def edited(stage: Stage, before: Mapping[str, object], after: Mapping[str, object]) -> str:
    """Return ``topics.break_at_least 8 min → 10 min`` for the settings that differ, or nothing."""
    return ", ".join(
        f"{stage.value}.{name} {_short(stage, name, before)} → {_short(stage, name, after)}"
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    )


def _list(words: Sequence[str]) -> str:
    """Return ``a, b and c``."""
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def _again(fact: StageFact | PublicationFact) -> str:
    if fact.needs_person:
        return f"waits for a person: {fact.reason}"
    return f"{'put off' if fact.until else 'failed'} before: {fact.reason}"


def _short(stage: Stage, name: str, settings: Mapping[str, object]) -> str:
    text = as_written(stage.value, name, settings[name]) if name in settings else "none"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
