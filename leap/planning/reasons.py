"""Why a stage is done anew, in a person's words."""

from __future__ import annotations

from collections.abc import Mapping

from leap.config.settings import as_written
from leap.domain.stage import Stage

#: Longer values of settings are cut.
_LONGEST = 40


def edited(stage: Stage, before: Mapping[str, object], after: Mapping[str, object]) -> str:
    """Return ``topics.break_at_least 8 min → 10 min`` for the settings that differ, or nothing."""
    return ", ".join(
        f"{stage.value}.{name} {_short(stage, name, before)} → {_short(stage, name, after)}"
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    )


def _short(stage: Stage, name: str, settings: Mapping[str, object]) -> str:
    text = as_written(stage.value, name, settings[name]) if name in settings else "none"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
