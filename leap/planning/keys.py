"""The names of what shall be made: keys of targets, and digests of publications.

What does not depend on the recording is put into canonical form once.
"""

from __future__ import annotations

from collections.abc import Mapping

from leap.config import Effective
from leap.config.tenant import Tenant
from leap.domain.fingerprint import KEY_LENGTH, Prepared, digest, hole, prepared_stage_key
from leap.domain.snapshot import RecordingRow
from leap.domain.stage import Stage, inputs

_OPEN = ("display_name", "started_at", "topics")


class Keys:
    """Makes the names for all recordings that have the same settings.

    Args:
        keyed: the settings that each file stage of the pipeline reads.
    """

    def __init__(
        self, tenant: Tenant, effective: Effective, keyed: Mapping[Stage, Mapping[str, object]]
    ) -> None:
        self._stages = {
            stage: (inputs(stage, keyed), prepared_stage_key(stage, settings, inputs(stage, keyed)))
            for stage, settings in keyed.items()
        }
        self._publications = {
            name: self._prepared(tenant, effective, name)
            for name in (effective.publications if Stage.PUBLISH in effective.stages else ())
        }

    def of_stages(self, revision: str, generation: int) -> dict[Stage, str]:
        """Return the key of every file stage, upstream before downstream."""
        keys: dict[Stage, str] = {}
        for stage, (upstream, make) in self._stages.items():
            if stage is Stage.DOWNLOAD:
                keys[stage] = make(revision, generation)
            else:
                keys[stage] = make(*(keys[other] for other in upstream))
        return keys

    def of_publications(
        self, row: RecordingRow, keys: Mapping[Stage, str]
    ) -> dict[str, dict[str, str]]:
        """Return what each publication shall have, part by part.

        A part's digest changes exactly when something that it shows may
        change: keys stand for the files that they name.
        """
        shown = row.title, row.started_at.isoformat(), keys.get(Stage.TOPICS)
        found = {}
        for name, (metadata, options) in self._publications.items():
            parts = {
                "media": keys[Stage.TRIM],
                "metadata": metadata.digest(*shown)[:KEY_LENGTH],
                "options": options,
            }
            if Stage.TRANSCRIBE in keys:
                parts["transcript"] = keys[Stage.TRANSCRIBE]
            if Stage.SUBTITLES in keys:
                parts["captions"] = keys[Stage.SUBTITLES]
            found[name] = parts
        return found

    @staticmethod
    def _prepared(tenant: Tenant, effective: Effective, preset: str) -> tuple[Prepared, str]:
        """Return what makes the digest of the metadata, and the digest of the options."""
        publication = effective.publications[preset]
        metadata = {
            **{name: hole(name) for name in _OPEN},
            "time_zone": tenant.time_zone,
            "date_format": effective.metadata.date_format,
            "tenant": tenant.title,
            "title": publication.title,
            "description": publication.description,
        }
        where = {"account": publication.account, "options": dict(publication.options)}
        return Prepared(metadata, _OPEN), digest(where)[:KEY_LENGTH]
