"""Where each field of a publication comes from: layers, variables, targets, receipts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from leap.config import Declaration, Effective, PublicationSettings, override_for
from leap.config.complaints import did_you_mean
from leap.config.effective import Said, said_of
from leap.config.merge import Origin
from leap.config.presets import PARTS, PRESETS
from leap.config.templating import used
from leap.config.tenant import TenantDeclaration
from leap.domain.fingerprint import digest
from leap.domain.manifest import Manifest, ReceiptRecord, TargetName
from leap.domain.snapshot import PublicationFact, RecordingRow, Wanted
from leap.domain.stage import FILE_STAGES, Stage
from leap.errors import UsageError
from leap.planning.decisions import kept, stands
from leap.planning.keys import Keys
from leap.render.preview import Preview
from leap.render.why import Filed, Made, State, Variable, Why
from leap.store import Store
from leap.tasks.preview import FOUND_BY, preview, settings_for

#: What people ask for that is no option by itself → the part that has it.
_PARTS: Mapping[str, str] = MappingProxyType(
    {"title": "metadata", "description": "metadata", "chapters": "metadata", "video": "media"}
)
#: What is made by stages → by which.
_STAGES: Mapping[str, tuple[Stage, ...]] = MappingProxyType(
    {
        "video": (Stage.DOWNLOAD, Stage.TRIM),
        "chapters": (Stage.TOPICS,),
        "captions": (Stage.TRANSCRIBE, Stage.SUBTITLES),
    }
)
#: The option whose text shows it.
_SHOWN_IN = {"chapters": "description"}
#: https://dev.vk.com/ru/method/video has no method for them.
_WITHOUT_CAPTIONS = frozenset({"vk"})
_NOT_OPTIONS = frozenset({"platform", "account"})


@dataclass(frozen=True, slots=True)
class _Asked:
    declaration: Declaration
    store: Store
    tenant: str
    row: RecordingRow
    facts: Sequence[PublicationFact]


def why(
    declaration: Declaration,
    store: Store,
    tenant: str,
    row: RecordingRow,
    facts: Sequence[PublicationFact],
    field: str,
    now: datetime,
) -> list[Why]:
    """Return where ``field`` comes from in every publication of a recording that has it.

    ``facts`` are what the ledger knows of its publications. Nothing is asked of
    a platform. Raises UsageError for a field that none has, LeapError where no
    template takes the recording, StoreError.
    """
    settings_now = settings_for(declaration, tenant, row)
    row = _as_declared(declaration.tenants[tenant], settings_now, row)
    asked = _Asked(declaration, store, tenant, row, facts)
    publications = settings_now.publications
    found = [
        _why(asked, field, preview(declaration, store, tenant, row, name, now), settings)
        for name, settings in publications.items()
        if field in _fields(settings.platform)
    ]
    if not found:
        platforms = [settings.platform for settings in publications.values()]
        raise _no_such(field, platforms or list(PRESETS))
    return found


def _as_declared(
    declared: TenantDeclaration, settings: Effective, row: RecordingRow
) -> RecordingRow:
    """Return ``row`` with what the declaration wants of it now, whatever the last run wanted."""
    override = override_for(declared, row)
    keyed: dict[Stage, Mapping[str, object]] = {
        stage: settings.settings_of(stage) for stage in FILE_STAGES if stage in settings.stages
    }
    names = Keys(declared.config, settings, keyed)
    keys = names.of_stages(row.revision, override.generation if override else 0)
    wanted = Wanted(settings.pipeline, keys, names.of_publications(row, keys))
    return replace(row, wanted=wanted)


def _fields(platform: str) -> frozenset[str]:
    options = frozenset(PRESETS[platform].model_fields) - _NOT_OPTIONS
    made = {"chapters", "video"} if platform in _WITHOUT_CAPTIONS else {*_STAGES}
    return options | {"title", "description"} | made


def _no_such(field: str, platforms: Sequence[str]) -> UsageError:
    known = sorted({name for platform in platforms for name in _fields(platform)})
    hint = did_you_mean(field, known) or f"there are {', '.join(known)}"
    return UsageError(f"--why {field[:60]}: no such field", hint=hint)


def _why(asked: _Asked, field: str, shown: Preview, settings: PublicationSettings) -> Why:
    row, preset = asked.row, shown.preset
    declared = asked.declaration.tenants[asked.tenant]
    fact = next((each for each in asked.facts if each.preset == preset), None)
    last = asked.store.last_receipt(asked.tenant, row.id, preset)
    option = _SHOWN_IN.get(field, field)
    text = {"title": settings.title, "description": settings.description}.get(option)
    stages = {*_STAGES.get(field, ())}
    variables = list(_variables(text, shown)) if text is not None and field == option else []
    stages |= {each.stage for each in variables if each.stage}
    wanted = row.wanted.stages if row.wanted else {}
    manifests = {stage: _manifest(asked, stage) for stage in wanted if stage in stages}
    said = said_of(
        asked.declaration,
        asked.tenant,
        shown.template,
        override_for(declared, row),
        preset,
        option,
    )
    return Why(
        field=field,
        preset=preset,
        platform=shown.platform,
        state=_state(field, settings, fact, row),
        value=_value(field, shown, settings, manifests),
        said=said or _built_in(option, settings),
        variables=variables,
        targets=[_made(row, stage, manifest) for stage, manifest in manifests.items()],
        source=_source(row, _manifest(asked, Stage.DOWNLOAD)),
        receipt=_filed(last, field, _part(field, shown.platform)) if last else None,
    )


def _built_in(option: str, settings: PublicationSettings) -> tuple[Said, ...]:
    """Return what an option of the platform is where no layer says anything of it."""
    if option not in PRESETS[settings.platform].model_fields:
        return ()
    return (Said(Origin("built-in"), settings.options.get(option)),)


def _variables(text: str, shown: Preview) -> Iterator[Variable]:
    for name in used(text):
        stage = FOUND_BY.get(name)
        if name == "title":
            of = "title, see --why title"
        elif name == "tenant":
            of = "tenant.yaml"
        elif name.startswith("publish_"):
            of = "the time of publication"
        else:
            of = stage.value if stage else "the recording"
        yield Variable(name, shown.values.get(name, ""), of, stage)


def _manifest(asked: _Asked, stage: Stage) -> Manifest | None:
    key = asked.row.wanted.stages.get(stage) if asked.row.wanted else None
    if key is None:
        return None
    return asked.store.read(TargetName(asked.tenant, asked.row.id, stage, key))


def _made(row: RecordingRow, stage: Stage, manifest: Manifest | None) -> Made:
    key = row.wanted.stages.get(stage, "") if row.wanted else ""
    if manifest is None:
        return Made(stage, key)
    files = {file.path: file.sha256 for file in manifest.files}
    return Made(stage, key, digest(files), manifest.versions)


def _source(row: RecordingRow, downloaded: Manifest | None) -> Mapping[str, str]:
    found = {"kind": row.source_kind, "name": row.source, "revision": row.revision}
    for file in downloaded.files if downloaded else ():
        if downloaded and file.path == downloaded.facts.get("file"):
            found["sha256"] = file.sha256
    return found


def _value(
    field: str,
    shown: Preview,
    settings: PublicationSettings,
    manifests: Mapping[Stage, Manifest | None],
) -> Any:
    match field:
        case "title":
            return shown.title
        case "description":
            return shown.description
        case "chapters":
            return shown.values.get("chapters", "")
    if field in settings.options:
        return settings.options[field]
    last = [*manifests.values()][-1] if manifests else None
    return [file.path for file in last.files] if last else None


def _part(field: str, platform: str) -> str:
    for part, options in PARTS[platform].items():
        if field in options:
            return part
    return _PARTS.get(field, field)


def _state(
    field: str, settings: PublicationSettings, fact: PublicationFact | None, row: RecordingRow
) -> State:
    if fact is None or not stands(fact):
        return "not published"
    parts = row.wanted.publications.get(settings.preset, {}) if row.wanted else {}
    wanted = kept(settings, fact, parts)
    part = _part(field, settings.platform)
    # A site's page is made in one go: what is not a part by itself is in its metadata.
    part = part if part in wanted or part in fact.applied else "metadata"
    same = fact.applied.get(part) == wanted.get(part)
    return "published as declared" if same else "to be published"


def _filed(last: ReceiptRecord, field: str, part: str) -> Filed:
    details = last.details
    provenance = details.get("provenance")
    provenance = provenance if isinstance(provenance, Mapping) else {}
    targets = provenance.get("targets")
    targets = targets if isinstance(targets, Mapping) else {}
    given = details.get(part)
    if isinstance(given, Mapping):
        given = given.get(field)
    return Filed(
        last.number,
        last.at,
        last.url,
        given=given,
        commit=str(provenance.get("commit") or ""),
        leap=str(provenance.get("leap") or ""),
        targets={stage: str(target.get("key")) for stage, target in targets.items()},
    )
