"""Where recordings come from: one model per kind of source, told apart by ``kind``.

Whoever adds a kind adds its model here and its provider in leap/providers.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from leap.config.model import Declared, Flag, required, setting
from leap.config.paths import FolderPath
from leap.config.units import Duration


class FolderSource(Declared):
    """A folder in which finished recordings appear."""

    kind: Literal["folder"] = required("What kind of source this is.", examples=["folder"])
    path: FolderPath = required(
        "The folder, relative to the repository's root or absolute; it must lie in one of the "
        "operator's `folders` or in the tenant's own folder.",
        examples=["state/demo/recordings", "/srv/recordings"],
    )
    settle: Duration = setting(
        "60 s", "A file that changed more recently than this waits.", examples=["60 s", 0]
    )
    optional: Flag = setting(
        False, "Whether a folder that does not exist counts as empty.", examples=[True]
    )
    description: str = setting(
        "", "A sentence for the reader.", examples=["The studio's share."], max_length=1000
    )


#: The kind, as YAML names it → its model.
SOURCES: Mapping[str, type[FolderSource]] = MappingProxyType({"folder": FolderSource})
