"""Which part of a publication an option belongs to, said at the option's own field.

A publication is compared with what is wanted part by part: an edited option
makes the part anew that shows it, and no other. An option that cannot change
what is published is marked ``UNKEYED`` and belongs to none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leap.config.model import UNKEYED, Model

#: Every part → its options, in the order in which their fields stand.
Parts = Mapping[str, tuple[str, ...]]

#: The part of options that do not say which: a site's pages are made in one go.
UNSPLIT = "options"
#: Said of every publication, or of where it is; no option in the sense of parts.
_APART = frozenset({"platform", "account", "title", "description"})


@dataclass(frozen=True, slots=True)
class In:
    """Marks an option with the ``part`` whose digest covers it."""

    part: str


def parts_of(preset: type[Model]) -> Parts:
    """Return the options of each part of what is published to ``preset``."""
    found: dict[str, list[str]] = {}
    for name, field in preset.model_fields.items():
        if name in _APART or UNKEYED in field.metadata:
            continue
        part = next((mark.part for mark in field.metadata if isinstance(mark, In)), UNSPLIT)
        found.setdefault(part, []).append(name)
    return {part: tuple(names) for part, names in found.items()}
