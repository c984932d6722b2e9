"""The names of what shall be made: keys of targets, and digests of publications.

What does not depend on the recording is put into canonical form once.
"""

from __future__ import annotations

from collections.abc import Mapping

from leap.config import Effective
from leap.config.tenant import Tenant
from leap.domain.fingerprint import prepared_stage_key
from leap.domain.snapshot import RecordingRow
from leap.domain.stage import Stage, inputs
from leap.planning.parts import Parts, parts_of


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
        self._publications: dict[str, Parts] = {
            name: parts_of(tenant, effective, publication)
            for name, publication in (
                effective.publications if Stage.PUBLISH in effective.stages else {}
            ).items()
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
        """Return what each publication shall have, part by part."""
        return {name: parts(row, keys) for name, parts in self._publications.items()}
