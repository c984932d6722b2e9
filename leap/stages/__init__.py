"""The work itself: input paths, settings and a port in, files in a folder out.

A stage knows neither the store nor the ledger nor Luigi: whoever calls it
gives it a scratch folder and commits what it made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Made:
    """What a stage says about the files it wrote.

    ``facts`` are results worth knowing without opening a file (durations,
    counts); ``versions`` name the tools and models that were at work. Both are
    JSON data and go into the manifest. ``sha256`` is what is known already of
    the files, by name: 64 hex digits.
    """

    facts: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    sha256: Mapping[str, str] = field(default_factory=dict)
