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


def merge(layers: Iterable[Layer], onto: Merged | None = None) -> Merged:
    """Merge ``layers``, the outermost first; the last one to set a key wins.

    Args:
        onto: what is outermost of all, merged before; it stays as it is.
    """
    merged = Merged(_copied(onto.data), dict(onto.origins)) if onto else Merged()
    for layer in layers:
        _lay(merged, merged.data, layer, layer.data, ())
    return merged


def _copied(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _copied(value) if isinstance(value, dict) else value for key, value in data.items()
    }


def _lay(
    merged: Merged, target: dict[str, Any], layer: Layer, data: Mapping[str, Any], path: Path
) -> None:
    """Put ``data`` over ``target``, which stands at ``path`` of the whole."""
    prefix = "".join(f"{part}." for part in path)
    for key, value in data.items():
        if value is None:
            continue
        name, below = f"{prefix}{key}", target.get(key)
        if isinstance(value, dict):
            if not isinstance(below, dict):
                merged.origins.pop(name, None)
                below = target[key] = {}
            _lay(merged, below, layer, value, (*path, key))
        else:
            if isinstance(below, dict):
                _forget_below(merged, name)
            target[key] = list(value) if isinstance(value, list | tuple) else value
            merged.origins[name] = _origin(layer, path, key)


def _forget_below(merged: Merged, name: str) -> None:
    """Drop the origins of a mapping that a single value replaces."""
    for known in [each for each in merged.origins if each.startswith(f"{name}.")]:
        del merged.origins[known]


def _origin(layer: Layer, path: Path, key: str) -> Origin:
    if layer.document is None:
        return Origin(layer.name)
    position = layer.document.position((*layer.prefix, *path, key), key=True)
    return Origin(layer.name, layer.document.file, *position)
