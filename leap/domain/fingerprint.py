"""Canonical hashes: the names of targets and the digests of publications."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from leap.domain.stage import Stage

KEY_LENGTH = 16

_CANONICAL = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)


def canonical(value: Any) -> bytes:
    """Return ``value`` as JSON bytes that depend on nothing but its content.

    Mapping keys are sorted, no white space is used, text stays UTF-8. Raises
    TypeError for what JSON does not know and ValueError for NaN.
    """
    return _CANONICAL.encode(value).encode()


def digest(value: Any) -> str:
    """Return the sha256 of the canonical form of ``value`` as 64 hex digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


class Prepared:
    """The digest of JSON data in which some values are still open: holes, filled in later.

    What never changes is written once, so that a hundred thousand digests take
    a second. ``value`` has ``hole(name)`` where a value is open, once for each
    of ``names``; ``names`` are in the order in which they will be given.
    """

    def __init__(self, value: Any, names: Sequence[str]) -> None:
        rest, parts, order = canonical(value), [], []
        found = sorted((rest.index(canonical(hole(name))), name) for name in names)
        for _, name in found:
            before, _, rest = rest.partition(canonical(hole(name)))
            parts.append(before)
            order.append(names.index(name))
        self._parts, self._order, self._last = parts, order, rest

    def digest(self, *values: Any) -> str:
        """Return what ``digest`` returns for the data with ``values`` in its holes."""
        made = hashlib.sha256()
        for part, number in zip(self._parts, self._order, strict=True):
            made.update(part)
            made.update(canonical(values[number]))
        made.update(self._last)
        return made.hexdigest()


def hole(name: str) -> str:
    """Return what stands for an open value; no YAML and no title has such text."""
    return f"\0{name}\0"


def stage_key(
    stage: Stage,
    settings: Mapping[str, Any],
    upstream: Mapping[Stage, str],
    *,
    revision: str | None = None,
    generation: int = 0,
) -> str:
    """Return the key of a target: 16 hex digits of everything that was asked.

    Args:
        settings: the settings this stage reads that can change its result.
        upstream: the keys of the targets it takes in.
        revision: the source's revision; given for ``download`` only.
        generation: raised by a person to have everything made anew.
    """
    return digest(_asked(stage, settings, upstream, revision, generation))[:KEY_LENGTH]


def prepared_stage_key(
    stage: Stage, settings: Mapping[str, Any], upstream: Sequence[Stage]
) -> Callable[..., str]:
    """Return what makes the keys of a stage for many recordings.

    It is given the revision and the generation for ``download``, else the keys
    of ``upstream`` in their order, and returns what ``stage_key`` returns.
    """
    keys = {other: hole(other.value) for other in upstream}
    if stage is Stage.DOWNLOAD:
        asked = _asked(stage, settings, keys, hole("revision"), hole("generation"))
        made = Prepared(asked, ("revision", "generation"))
    else:
        asked = _asked(stage, settings, keys, None, 0)
        made = Prepared(asked, [other.value for other in upstream])
    return lambda *values: made.digest(*values)[:KEY_LENGTH]


def _asked(
    stage: Stage,
    settings: Mapping[str, Any],
    upstream: Mapping[Stage, str],
    revision: str | None,
    generation: int | str,
) -> dict[str, Any]:
    return {
        "stage": stage.value,
        "settings": dict(settings),
        "upstream": {other.value: key for other, key in upstream.items()},
        "revision": revision,
        "generation": generation,
    }
