"""What a target says about itself: the commit of a stage's result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leap.domain.stage import Stage


@dataclass(frozen=True, slots=True, order=True)
class TargetName:
    """Where a result belongs: named by what was asked, not by what came out."""

    tenant: str
    recording: str
    stage: Stage
    key: str


@dataclass(frozen=True, slots=True)
class TargetFile:
    """One file of a target; ``path`` is relative to the attempt's folder, size in bytes."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """A committed result: what was asked, which files came out, what made them.

    Attributes:
        attempt: the folder beside the manifest that holds the files.
        settings: the settings that are part of the key.
        upstream: the keys of the targets that were taken in.
        source: identity of the recording, enough to find it again without a ledger.
        versions: tools and models that were at work; recorded, not keyed.
        facts: results worth knowing without opening a file.
        seconds: wall time of the stage.
    """

    name: TargetName
    attempt: str
    settings: Mapping[str, Any]
    upstream: Mapping[Stage, str]
    source: Mapping[str, Any]
    files: tuple[TargetFile, ...]
    versions: Mapping[str, str]
    facts: Mapping[str, Any]
    started_at: datetime
    finished_at: datetime
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Return the manifest as JSON data."""
        return {
            "version": 1,
            "tenant": self.name.tenant,
            "recording": self.name.recording,
            "stage": self.name.stage.value,
            "key": self.name.key,
            "attempt": self.attempt,
            "settings": dict(self.settings),
            "upstream": {stage.value: key for stage, key in self.upstream.items()},
            "source": dict(self.source),
            "files": [
                {"path": file.path, "size": file.size, "sha256": file.sha256} for file in self.files
            ],
            "versions": dict(self.versions),
            "facts": dict(self.facts),
            "started_at": self.started_at.isoformat(),
            "finished_at": self.finished_at.isoformat(),
            "seconds": round(self.seconds, 3),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Manifest:
        """Read what ``to_json`` wrote. Raises KeyError, TypeError or ValueError."""
        if data["version"] != 1:
            message = f"manifest version {data['version']} is not known"
            raise ValueError(message)
        return cls(
            name=TargetName(data["tenant"], data["recording"], Stage(data["stage"]), data["key"]),
            attempt=data["attempt"],
            settings=data["settings"],
            upstream={Stage(stage): key for stage, key in data["upstream"].items()},
            source=data["source"],
            files=tuple(
                TargetFile(file["path"], file["size"], file["sha256"]) for file in data["files"]
            ),
            versions=data["versions"],
            facts=data["facts"],
            started_at=datetime.fromisoformat(data["started_at"]),
            finished_at=datetime.fromisoformat(data["finished_at"]),
            seconds=data["seconds"],
        )


@dataclass(frozen=True, slots=True)
class FailureRecord:
    """A permanent failure, kept beside where its target would be."""

    name: TargetName
    reason: str
    failed_at: datetime


@dataclass(frozen=True, slots=True)
class ReceiptRecord:
    """One numbered entry of a publication's log: what the platform held after a step."""

    number: int
    tenant: str
    recording: str
    preset: str
    platform: str
    external_id: str
    url: str
    applied: Mapping[str, str]
    at: datetime
    details: Mapping[str, Any] = field(default_factory=dict)
