"""Layers of settings, merged key by key, each value with its origin.

Mappings merge; lists and single values replace; an absent key (null in YAML)
inherits, and an empty text is a value like any other, so that it clears.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from leap.config.document import Document, Path


@dataclass(frozen=True, slots=True)
class Layer:
    """One source of settings.

    ``data`` are the settings as YAML has them; ``prefix`` is the way to them
    in ``document``, if they come from a file.
    """

    name: str
    data: Mapping[str, Any]
    document: Document | None = None
    prefix: Path = ()


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """Where a value was decided: the layer, and the place in its file.

    Built-in values have no file; then ``line`` is 0.
    """

    layer: str
    file: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line} ({self.layer})" if self.file else self.layer


@dataclass(slots=True)
class Merged:
    """The result: plain data, and the origin of every leaf by its dotted path."""

    data: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)


def merge(layers: Iterable[Layer]) -> Merged:
    """Merge ``layers``, the outermost first; the last one to set a key wins."""
    merged = Merged()
    for layer in layers:
        _lay(merged, merged.data, layer, layer.data, ())
    return merged


def _lay(
    merged: Merged, target: dict[str, Any], layer: Layer, data: Mapping[str, Any], path: Path
) -> None:
    for key, value in data.items():
        here = (*path, key)
        if value is None:
            continue
        if isinstance(value, Mapping):
            if not isinstance(target.get(key), dict):
                merged.origins.pop(dotted(here), None)
                target[key] = {}
            _lay(merged, target[key], layer, value, here)
        else:
            if isinstance(target.get(key), dict):
                _forget_below(merged, here)
            target[key] = list(value) if isinstance(value, list | tuple) else value
            merged.origins[dotted(here)] = _origin(layer, here)


def _forget_below(merged: Merged, path: Path) -> None:
    """Drop the origins of a mapping that a single value replaces."""
    prefix = f"{dotted(path)}."
    for known in [name for name in merged.origins if name.startswith(prefix)]:
        del merged.origins[known]


def _origin(layer: Layer, path: Path) -> Origin:
    if layer.document is None:
        return Origin(layer.name)
    position = layer.document.position((*layer.prefix, *path), key=True)
    return Origin(layer.name, layer.document.file, *position)


def dotted(path: Iterable[str | int]) -> str:
    """Return ``path`` as people write it: ``subtitles.line_length``."""
    return ".".join(map(str, path))
