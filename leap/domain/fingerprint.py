"""Canonical hashes: the names of targets and the digests of publications."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from leap.domain.stage import Stage

KEY_LENGTH = 16


def canonical(value: Any) -> bytes:
    """Return ``value`` as JSON bytes that depend on nothing but its content.

    Mapping keys are sorted, no white space is used, text stays UTF-8. Raises
    TypeError for what JSON does not know and ValueError for NaN.
    """
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def digest(value: Any) -> str:
    """Return the sha256 of the canonical form of ``value`` as 64 hex digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


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
    asked = {
        "stage": stage.value,
        "settings": dict(settings),
        "upstream": {other.value: key for other, key in upstream.items()},
        "revision": revision,
        "generation": generation,
    }
    return digest(asked)[:KEY_LENGTH]
