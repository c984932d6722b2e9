"""One step with everything it needs to be carried out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leap.config import (
    Effective,
    PublicationSettings,
    TenantDeclaration,
    effective,
    override_for,
)
from leap.config.presets import AnyPreset
from leap.domain.manifest import Manifest, TargetName
from leap.domain.plan import Change, Step
from leap.domain.ports import Fetching, Progress
from leap.domain.snapshot import RecordingRow
from leap.domain.stage import Stage
from leap.errors import StageError
from leap.tasks.limits import finding, publishing, transcribing
from leap.tasks.survey import Session

if TYPE_CHECKING:
    from leap.providers.speech import Ask


#: Cuts a picture out of a video: its path, and its length in seconds.
Framer = Callable[[Path, float], Path]


@dataclass(frozen=True)
class Job:
    """One step of one recording; ``row`` is the recording as it was admitted."""

    session: Session
    change: Change
    row: RecordingRow
    step: Step
    progress: Progress
    #: Where the files of a target grow that take several attempts.
    unfinished: Path | None = None
    #: Where the recording is fetched from, if that is a process of its own.
    source: Fetching | None = None
    #: Who asks the cloud that transcribes: a process of its own.
    ask: Ask | None = None
    #: Asks the source for a transcript of its own, in such a process.
    transcript: Callable[[], str | None] | None = None
    #: Cuts a thumbnail out of the video, in a process without keys.
    frame: Framer | None = None

    @property
    def tenant(self) -> str:
        return self.change.tenant

    @property
    def recording(self) -> str:
        return self.change.recording

    @property
    def name(self) -> TargetName:
        """The target that a file stage makes."""
        return TargetName(self.tenant, self.recording, self.step.stage, self.step.key)

    @property
    def scope(self) -> str:
        """The lease of this work: per recording and stage, or per recording and preset."""
        return f"{self.recording}/{self.step.preset or self.step.stage.value}"

    @property
    def declared(self) -> TenantDeclaration:
        """What the recording's tenant declares."""
        return self.session.declaration.tenants[self.tenant]

    @property
    def account(self) -> str | None:
        """The account behind which the recording's source is; None where it needs none."""
        return getattr(self.declared.sources.get(self.row.source), "account", None)

    @cached_property
    def effective(self) -> Effective:
        """The settings of this recording, merged from all layers."""
        declaration = self.session.declaration
        override = override_for(self.declared, self.row)
        return effective(declaration, self.tenant, self.row.template or "", override)

    @property
    def settings(self) -> dict[str, Any]:
        """The settings behind the key of this stage, as JSON data."""
        return self.effective.settings_of(self.step.stage)

    @property
    def resources(self) -> tuple[str, ...]:
        """What the step uses up while it runs; the operator may limit each of them."""
        match self.step.stage:
            case Stage.DOWNLOAD if self.account is not None:
                return (self.row.source_kind,)
            case Stage.DOWNLOAD | Stage.TRIM:
                return ("ffmpeg",)
            case Stage.TRANSCRIBE:
                settings = self.effective.transcribe
                if not settings.is_in_a_cloud:
                    return ("whisper",)
                return (transcribing(self.tenant, settings.with_, settings.account),)
            case Stage.TOPICS if self.effective.topics.is_in_a_cloud:
                return (finding(self.tenant, str(self.effective.topics.account)),)
            case Stage.PUBLISH:
                where = self.publication
                return (publishing(self.tenant, where.platform, where.account),)
            case _:
                return ()

    @property
    def preset(self) -> str:
        """The preset of a publishing step. Raises ValueError for another step."""
        if self.step.preset is None:
            message = f"{self.step.stage.value} has no preset"
            raise ValueError(message)
        return self.step.preset

    @property
    def publication(self) -> PublicationSettings:
        """The settings of the publication that this step brings about or takes away."""
        if self.step.withdraws:
            # No template need want it any more; only where it is matters.
            return alone(self.declared.presets[self.preset])
        return self.effective.publications[self.preset]

    @property
    def wanted(self) -> Mapping[str, str]:
        """The digests that the publication shall have."""
        if self.row.wanted is None or self.step.withdraws:
            return {}
        return self.row.wanted.publications[self.preset]

    def needed(self, stage: Stage) -> Manifest:
        """Return the manifest of an input without which there is nothing to do.

        Raises StageError where it is not whole, or the pipeline has no such stage.
        """
        manifest = self.input(stage)
        if manifest is None:
            message = f"{self.step.stage.value} needs {stage.value}"
            raise StageError(message)
        return manifest

    def input(self, stage: Stage) -> Manifest | None:
        """Return the manifest of an input; None where the pipeline has no such stage.

        Raises StageError where the target should be there and is not whole.
        """
        key = self.step.inputs.get(stage)
        if key is None:
            return None
        store = self.session.store
        manifest = store.read(TargetName(self.tenant, self.recording, stage, key))
        if manifest is None or not store.is_present(manifest):
            message = f"the {stage.value} target {key} is not whole"
            raise StageError(message, hint="run `leap reconcile` again to make it anew")
        return manifest


def alone(preset: AnyPreset) -> PublicationSettings:
    """Return the settings of ``preset`` without any template's."""
    named = {"platform", "account", "title", "description"}
    options = preset.model_dump(mode="json", exclude=named, exclude_none=True)
    return PublicationSettings(preset.name, preset.platform, preset.account, "", "", options)
