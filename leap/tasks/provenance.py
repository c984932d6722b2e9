"""Where a result comes from: a recording inside a manifest, and all of it inside a receipt.

A manifest holds enough of a recording's row for it to be found again without a
ledger; a receipt says what a publication was made from, and by what.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from leap import __version__
from leap.domain.fingerprint import digest
from leap.domain.manifest import TargetName
from leap.domain.snapshot import RecordingRow
from leap.domain.stage import Stage
from leap.tasks.checkout import commit_of
from leap.tasks.job import Job

#: What is kept as it is; ``started_at`` is kept too, as text.
_KEPT = (
    "source",
    "source_kind",
    "account",
    "external_id",
    "locator",
    "revision",
    "title",
    "size",
    "duration",
    "template",
)


def source_of(row: RecordingRow) -> dict[str, Any]:
    """Return what a manifest keeps of ``row``, as JSON data."""
    kept = {name: getattr(row, name) for name in _KEPT}
    return {**kept, "started_at": row.started_at.isoformat()}


def row_from(recording: str, source: Mapping[str, Any], now: datetime) -> RecordingRow:
    """Return the row that ``source_of`` was made from, as far as it was kept.

    It counts as not listed, and nothing is wanted of it, until its source is
    looked at. Raises KeyError where ``source`` is something else.
    """
    return RecordingRow(
        id=recording,
        **{name: source[name] for name in _KEPT},
        started_at=datetime.fromisoformat(source["started_at"]),
        skip=None,
        reason="",
        settled_at=None,
        listed=False,
        wanted=None,
        since=now,
    )


def provenance_of(job: Job) -> dict[str, Any]:
    """Return what the publication of ``job`` is made from, and by what, as JSON data.

    ::

        {"leap": "0.6.0",                       the version that publishes
         "commit": "4b825dc…" or None,          of the configuration
         "source": {"kind": "zoom", "revision": "…", "sha256": "…" or None},
         "targets": {"trim": {"key": "…", "digest": "…", "versions": {…}}, …}}

    A target's digest is of the names and hashes of all its files; ``versions``
    name providers, models, prompts and tools.
    """
    wanted = job.row.wanted.stages if job.row.wanted else {}
    targets, sha256 = {}, None
    for stage, key in wanted.items():
        manifest = job.session.store.read(TargetName(job.tenant, job.recording, stage, key))
        if manifest is None:
            continue
        files = {file.path: file.sha256 for file in manifest.files}
        if stage is Stage.DOWNLOAD:
            sha256 = files.get(manifest.facts.get("file", ""))
        targets[stage.value] = {
            "key": key,
            "digest": digest(files),
            "versions": dict(manifest.versions),
        }
    return {
        "leap": __version__,
        "commit": commit_of(job.session.declaration.root),
        "source": {
            "kind": job.row.source_kind,
            "revision": job.row.revision,
            "sha256": sha256,
        },
        "targets": targets,
    }
