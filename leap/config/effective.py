"""The settings that hold for one recording, merged from all layers."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from leap.config.declaration import Declaration
from leap.config.document import Path
from leap.config.gates import Gates
from leap.config.merge import Layer, Merged, Origin, merge
from leap.config.model import MERGED, Declared, Model
from leap.config.moments import instant
from leap.config.override import Override
from leap.config.paths import portable
from leap.config.pipeline import Pipeline
from leap.config.presets import WHERE, AnyPreset, SitePreset
from leap.config.settings import (
    SECTIONS,
    Blank,
    Download,
    Metadata,
    Subtitles,
    Topics,
    Trim,
    keyed,
)
from leap.config.template import Template
from leap.config.tenant import TenantDeclaration
from leap.config.transcription import Transcribe
from leap.domain.stage import Stage
from leap.errors import ConfigError, Diagnostic

M = TypeVar("M", bound=Model)

#: The layers, the outermost first.
LAYERS = ("built-in", "operator", "pipeline", "tenant", "preset", "template", "override")

#: What every publication has besides its platform's own options.
_COMMON = frozenset({"title", "description"})


@dataclass(frozen=True, slots=True)
class PublicationSettings:
    """How one recording is published to one preset.

    Attributes:
        title: template of the title (leap.config.templating).
        description: template of the description.
        options: everything else that the platform knows, as JSON data. A
            ``path`` is as written, relative to the repository's root; a
            ``publish_at`` in UTC; a ``thumbnail`` either a ``file`` with its
            ``sha256``, or a ``frame`` of the video, ``at`` a second of it or at
            a ``share`` of its length.
    """

    preset: str
    platform: str
    account: str | None
    title: str
    description: str
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Effective:
    """Everything that holds for a recording, and where each value was decided."""

    tenant: str
    template: str
    pipeline: str
    stages: tuple[Stage, ...]
    blank: Blank
    download: Download
    trim: Trim
    transcribe: Transcribe
    topics: Topics
    subtitles: Subtitles
    metadata: Metadata
    gates: Gates
    publications: Mapping[str, PublicationSettings]
    _origins: Mapping[str, Origin] = field(default_factory=dict, repr=False)
    _written: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def settings_of(self, stage: Stage) -> dict[str, Any]:
        """Return, as JSON data, exactly the settings that can change the result of ``stage``."""
        if stage is Stage.PUBLISH:
            return {
                name: {
                    "platform": each.platform,
                    "account": each.account,
                    "title": each.title,
                    "description": each.description,
                    "options": dict(each.options),
                }
                for name, each in self.publications.items()
            }
        section: Model = getattr(self, stage.value)
        return keyed(section)

    def origins(self) -> Mapping[str, Origin]:
        """Return where each value was decided, by dotted path: ``subtitles.line_length``."""
        return self._origins

    def origin(self, path: str) -> Origin:
        """Return where the value at the dotted ``path`` was decided. Raises KeyError."""
        return self._origins[path]

    def written(self) -> dict[str, Any]:
        """Return each value as it was written (``8 min``), by the paths of ``origins``."""
        found: dict[str, Any] = {}
        for path in self._origins:
            value: Any = self._written
            for key in path.split("."):
                value = value[key]
            found[path] = value
        return found


def effective(
    declaration: Declaration, tenant: str, template: str, override: Override | None = None
) -> Effective:
    """Return the settings for recordings that ``template`` of ``tenant`` takes.

    Raises KeyError where there is no such tenant or template, and ConfigError
    where settings that are sound one by one contradict each other.
    """
    declared = declaration.tenants[tenant]
    chosen = declared.template(template)
    pipeline = declaration.pipelines[chosen.pipeline]
    layers = list(_layers(declaration, declared, pipeline, chosen, override))
    merged = merge(layers[1:], onto=_merged_built_in())
    sections: dict[str, Any] = {
        name: _validated(model, merged.data[name], merged.origins, f"{name}.")
        for name, model in SECTIONS.items()
    }
    origins = dict(merged.origins)
    publications = {}
    written: dict[str, Any] = {}
    for name in _preset_names(chosen, override):
        preset = declared.presets[name]
        mixed = merge(_publication_layers(layers, preset, chosen, override))
        publications[name] = _publication(declaration, declared, preset, mixed)
        written[name] = mixed.data
        origins |= {f"publish.{name}.{path}": origin for path, origin in mixed.origins.items()}
    return Effective(
        tenant=tenant,
        template=template,
        pipeline=chosen.pipeline,
        stages=pipeline.stages,
        publications=publications,
        _origins=origins,
        _written={**merged.data, "publish": written},
        **sections,
    )


@dataclass(frozen=True, slots=True)
class Said:
    """What one layer says of one option of a publication."""

    origin: Origin
    value: Any


def said_of(
    declaration: Declaration,
    tenant: str,
    template: str,
    override: Override | None,
    preset: str,
    option: str,
) -> tuple[Said, ...]:
    """Return what every layer says of ``option`` of a publication, the one that counts last.

    ``option`` is a key of the preset, or ``title`` or ``description``; of a mapping
    each of its values is told. Raises KeyError where there is no such tenant,
    template or preset.
    """
    declared = declaration.tenants[tenant]
    chosen = declared.template(template)
    layers = list(
        _layers(declaration, declared, declaration.pipelines[chosen.pipeline], chosen, override)
    )
    found = []
    for layer in _publication_layers(layers, declared.presets[preset], chosen, override):
        own = merge([Layer(layer.name, _only(layer.data, option), layer.document, layer.prefix)])
        found += [Said(origin, _at(own.data, path)) for path, origin in own.origins.items()]
    return tuple(found)


def _only(data: Mapping[str, Any], option: str) -> Mapping[str, Any]:
    return {option: data[option]} if option in data else {}


def _at(data: Mapping[str, Any], path: str) -> Any:
    found: Any = data
    for key in path.split("."):
        found = found[key]
    return found


def _layers(
    declaration: Declaration,
    declared: TenantDeclaration,
    pipeline: Pipeline,
    template: Template,
    override: Override | None,
) -> Iterator[Layer]:
    """Return the settings of all layers, the outermost first."""
    yield Layer("built-in", _BUILT_IN)
    yield _sections("operator", declaration.operator, ("defaults",))
    yield _sections("pipeline", pipeline)
    yield _sections("tenant", declared.config, ("defaults",))
    yield _sections("template", template)
    if override is not None:
        yield _sections("override", override)


def _sections(name: str, declared: Declared, prefix: Path = ()) -> Layer:
    data: Mapping[str, Any] = declared.document.data
    for key in prefix:
        data = data.get(str(key), {})
    chosen = {section: data[section] for section in SECTIONS if section in data}
    return Layer(name, chosen, declared.document, prefix)


def _publication_layers(
    layers: list[Layer], preset: AnyPreset, template: Template, override: Override | None
) -> Iterator[Layer]:
    """Return the layers of one publication: metadata of all, with the preset in its place.

    The preset stands between what holds for the tenant and what the template
    says; the template's own words for this preset stand above its general ones.
    """
    for layer in layers:
        if layer.name == "template":
            yield Layer("preset", preset.document.data, preset.document)
        metadata = layer.data.get("metadata", {})
        chosen = {key: metadata[key] for key in _COMMON if key in metadata}
        yield Layer(layer.name, chosen, layer.document, (*layer.prefix, "metadata"))
        source = {"template": template, "override": override}.get(layer.name)
        if source is not None and preset.name in source.publish:
            yield Layer(
                layer.name, source.publish[preset.name], source.document, ("publish", preset.name)
            )


def _preset_names(template: Template, override: Override | None) -> tuple[str, ...]:
    names = dict.fromkeys(template.publish)
    if override is not None:
        names |= dict.fromkeys(override.publish)
    return tuple(sorted(names))


def _publication(
    declaration: Declaration, tenant: TenantDeclaration, preset: AnyPreset, merged: Merged
) -> PublicationSettings:
    """Return the settings of a publication from its merged layers."""
    checked = _validated(type(preset), merged.data, merged.origins)
    data = checked.model_dump(mode="json")
    if isinstance(preset, SitePreset) and preset.path is not None:
        # Portable, so that the same publication has the same digest everywhere.
        data["path"] = portable(declaration.root, preset.path)
    if data.get("publish_at") is not None:
        data["publish_at"] = _in_utc(data["publish_at"], tenant.config.time_zone, merged.origins)
    if isinstance(data.get("thumbnail"), str):
        # Without a picture of this name the declaration is not sound.
        picture = tenant.pictures.get(data["thumbnail"])
        data["thumbnail"] = asdict(picture) if picture else None
    return PublicationSettings(
        preset=preset.name,
        platform=data["platform"],
        account=data["account"],
        title=data["title"],
        description=data["description"],
        options={
            key: value
            for key, value in data.items()
            if key not in _COMMON | WHERE and value is not None
        },
    )


def _in_utc(moment: str, time_zone: str, origins: Mapping[str, Origin]) -> str:
    try:
        return f"{instant(moment, time_zone):%Y-%m-%dT%H:%M:%SZ}"
    except ValueError as error:
        where = origins["publish_at"]
        hint = "take another time, or write its offset: `+02:00`"
        found = Diagnostic(where.file or "", where.line, where.column, str(error), hint)
        raise ConfigError([found]) from None


def _validated(
    model: type[M], data: Mapping[str, Any], origins: Mapping[str, Origin], prefix: str = ""
) -> M:
    """Return merged ``data`` as a ``model``; a contradiction is shown where it was decided last."""
    try:
        validated: M = _model(model, json.dumps(data))
        return validated  # noqa: TRY300 -- an else would only hide what is returned
    except ValidationError as error:
        found = [_contradiction(each, origins, prefix) for each in error.errors()]
        raise ConfigError(found) from None


@functools.cache
def _merged_built_in() -> Merged:
    return merge([Layer("built-in", _BUILT_IN)])


@functools.lru_cache(maxsize=4096)
def _model(model: type[M], text: str) -> M:
    """Return merged data, given as JSON; most templates share most of their sections."""
    return model.model_validate(json.loads(text), context=MERGED)


def _contradiction(details: ErrorDetails, origins: Mapping[str, Origin], prefix: str) -> Diagnostic:
    context = details.get("ctx", {})
    keys = context.get("keys") or tuple(map(str, details["loc"]))
    known = [origins[prefix + key] for key in keys if prefix + key in origins]
    place = max(known, key=lambda origin: LAYERS.index(origin.layer), default=Origin("built-in"))
    message = context.get("message", details["msg"])
    return Diagnostic(
        place.file or "leap.yaml",
        place.line,
        place.column,
        f"{prefix.rstrip('.')}: {message}" if prefix else message,
        context.get("hint"),
    )


_BUILT_IN: Mapping[str, Any] = {
    name: {field.alias or key: field.default for key, field in model.model_fields.items()}
    for name, model in SECTIONS.items()
}
