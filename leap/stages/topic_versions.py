"""All versions of a recording's topics: each target holds one, people want to compare them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from leap.domain.manifest import Manifest
from leap.stages.topics import TOPICS
from leap.stages.transcript import read_json


def topic_versions(
    recording: str, targets: Iterable[tuple[Manifest, Path]], wanted: str | None
) -> dict[str, Any] | None:
    """Return the topics of ``recording`` in the shape of one ``topics.json``; None without any.

    The versions are called ``v1``, ``v2``, … as they were made, and each names
    its target by ``key``. The active one is that of the target ``wanted``;
    None where that is not made.

    Args:
        targets: targets of ``topics`` that are present, with the folder of their files.

    Raises StageError where a file cannot be read.
    """
    versions: list[dict[str, Any]] = []
    active = None
    for manifest, folder in sorted(targets, key=lambda each: each[0].finished_at):
        data = read_json(folder / TOPICS)
        version = next(each for each in data["versions"] if each["id"] == data["active_version"])
        name = f"v{len(versions) + 1}"
        versions.append({**version, "id": name, "key": manifest.name.key})
        if manifest.name.key == wanted:
            active = name
    if not versions:
        return None
    return {"recording_id": recording, "active_version": active, "versions": versions}
