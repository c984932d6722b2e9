"""Why a recording is treated as it is: which template, by which rule, with what settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from leap.domain.stage import Stage


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one template says to a title: whether it fits, and by which rule."""

    template: str
    priority: int
    fits: bool
    rule: str
    file: str


@dataclass(frozen=True, slots=True)
class Setting:
    """One effective value as it was written, and where; a built-in one has no file."""

    path: str
    value: Any
    layer: str
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """One publication with its title as it would read; what is not known yet is in ‹›."""

    preset: str
    platform: str
    title: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a recording, or a title that could be one, is treated as it is.

    Attributes:
        sources: where the title was thought to come from; several where it
            makes no difference.
        recording: its id, or None for a title alone.
        verdicts: what each template says, in matching order, drafts last.
        taken_by: the template that takes it, or None.
        rule: in words, what decided that.
        next: the template that would take it without ``taken_by``, or None.
        tie: only the name put ``next`` second.
        bound: why the template is not the first that fits, or "".
        override: the file of its override, or None.
        skip: why it is not worked on, or "".
    """

    tenant: str
    title: str
    sources: tuple[str, ...]
    recording: str | None
    verdicts: tuple[Verdict, ...]
    taken_by: str | None
    rule: str
    next: str | None = None
    tie: bool = False
    bound: str = ""
    override: str | None = None
    skip: str = ""
    pipeline: str = ""
    stages: tuple[Stage, ...] = ()
    settings: tuple[Setting, ...] = ()
    publications: tuple[Shown, ...] = ()
