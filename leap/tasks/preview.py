"""What a preset would publish of a recording, before it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from leap.config import Declaration, Effective, effective, override_for
from leap.config.complaints import did_you_mean
from leap.domain.manifest import Manifest, TargetName
from leap.domain.snapshot import RecordingRow
from leap.domain.stage import Stage
from leap.errors import LeapError, UsageError
from leap.render.preview import Preview
from leap.stages.topics import TOPICS, read_topics
from leap.store import Store
from leap.tasks.metadata import rendered, values_of

#: Variable → the stage that finds its value out.
FOUND_BY: Mapping[str, Stage] = {
    **dict.fromkeys(("duration", "duration_hm"), Stage.TRIM),
    **dict.fromkeys(("topic", "topics", "chapters", "summary", "questions"), Stage.TOPICS),
}


@dataclass(frozen=True, slots=True)
class _Targets:
    """The targets that were last wanted of a recording."""

    store: Store
    tenant: str
    row: RecordingRow

    def present(self, stage: Stage) -> Manifest | None:
        """Return the manifest of a stage that has run and whose files are there."""
        key = self.row.wanted.stages.get(stage) if self.row.wanted else None
        if key is None:
            return None
        manifest = self.store.read(TargetName(self.tenant, self.row.id, stage, key))
        return manifest if manifest and self.store.is_present(manifest) else None


def preview(
    declaration: Declaration,
    store: Store,
    tenant: str,
    row: RecordingRow,
    preset: str,
    now: datetime,
) -> Preview:
    """Return what ``preset`` would say of a recording if it were published at ``now``.

    What a stage has still to find out stands there by its name, as ``‹topic›``.
    Raises UsageError for a preset that does not publish the recording, and
    LeapError where no template takes it.
    """
    declared = declaration.tenants[tenant]
    settings = settings_for(declaration, tenant, row)
    publication = settings.publications.get(preset)
    if publication is None:
        raise _no_such(preset, tenant, settings, declared.presets)
    targets = _Targets(store, tenant, row)
    trimmed, found = targets.present(Stage.TRIM), targets.present(Stage.TOPICS)
    transcript = targets.present(Stage.TRANSCRIBE)
    outline, breaks = read_topics(store.files(found)[TOPICS]) if found else (None, ())
    values = values_of(
        declared,
        settings,
        row,
        duration=trimmed.facts["duration"] if trimmed else 0.0,
        outline=outline,
        breaks=breaks,
        language=str(transcript.facts["language"]) if transcript else "und",
        published_at=now,
    )
    missing = {
        stage
        for stage, manifest in ((Stage.TRIM, trimmed), (Stage.TOPICS, found))
        if manifest is None and stage in settings.stages
    }
    unknown = {name: stage for name, stage in FOUND_BY.items() if stage in missing}
    values |= {name: f"‹{name}›" for name in unknown}
    texts = rendered(publication, values)
    return Preview(
        tenant=tenant,
        recording=row.id,
        name=row.title,
        template=settings.template,
        preset=preset,
        platform=publication.platform,
        time_zone=declared.config.time_zone,
        title=texts.title,
        description=texts.description,
        values={**values, "title": texts.title},
        unknown=unknown,
    )


def settings_for(declaration: Declaration, tenant: str, row: RecordingRow) -> Effective:
    """Return what holds for a recording now. Raises LeapError where no template takes it."""
    declared = declaration.tenants[tenant]
    hint = f"see `leap explain {row.id}`"
    if row.template is None:
        raise LeapError(f"{row.id}: no template takes this recording", hint=hint)
    if all(each.name != row.template for each in declared.templates):
        message = f"{row.id}: there is no template `{row.template}` any more"
        raise LeapError(message, hint=hint)
    return effective(declaration, tenant, row.template, override_for(declared, row))


def _no_such(
    preset: str, tenant: str, settings: Effective, presets: Mapping[str, object]
) -> UsageError:
    names = sorted(settings.publications)
    there = f"it publishes to {', '.join(f'`{each}`' for each in names) or 'nothing'}"
    if preset in presets:
        message = f"template `{settings.template}` does not publish to `{preset}`"
        return UsageError(message, hint=f"add it under `publish`; {there}" if not names else there)
    hint = did_you_mean(preset, presets) or f"template `{settings.template}`: {there}"
    return UsageError(f"{preset}: tenant {tenant} has no such preset", hint=hint)
