"""The models as JSON Schemas, for editors, for CI, and for whoever reads them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from leap.config.operator import Operator
from leap.config.override import Override
from leap.config.pipeline import Pipeline
from leap.config.presets import OPTIONS, PRESETS
from leap.config.source import SOURCES
from leap.config.template import Template
from leap.config.tenant import Tenant

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REF = "#/$defs/{model}"
_NOTES = ("description", "default", "examples")

#: The kind of file → the models that it may be, of which exactly one fits.
_KINDS: Mapping[str, tuple[type[BaseModel], ...]] = {
    "operator": (Operator,),
    "tenant": (Tenant,),
    "source": tuple(SOURCES.values()),
    "template": (Template,),
    "preset": tuple(PRESETS.values()),
    "override": (Override,),
    "pipeline": (Pipeline,),
}


def schemas() -> dict[str, str]:
    """Return the text of every schema by its file's name, such as ``template.schema.json``."""
    return {
        f"{kind}.schema.json": json.dumps(_schema(models), indent=2, ensure_ascii=False) + "\n"
        for kind, models in _KINDS.items()
    }


def _schema(models: tuple[type[BaseModel], ...]) -> dict[str, Any]:
    options = tuple(OPTIONS.values())
    references, generated = models_json_schema(
        [(model, "validation") for model in (*models, *options)],
        by_alias=True,
        ref_template=_REF,
    )
    definitions = generated["$defs"]
    for definition in definitions.values():
        _tidy(definition)
    for model in models:
        _open_publish(definitions[model.__name__], options, references)
    if len(models) == 1:
        document: dict[str, Any] = definitions.pop(models[0].__name__)
    else:
        document = {"oneOf": [references[model, "validation"] for model in models]}
    used = _reachable(document, definitions)
    rest = {name: definitions[name] for name in sorted(used)}
    return {"$schema": _DIALECT} | document | ({"$defs": rest} if rest else {})


def _tidy(definition: dict[str, Any]) -> None:
    """Drop the titles that repeat a name, and let a key be there without a value."""
    definition.pop("title", None)
    needed = definition.get("required", ())
    for name, value in definition.get("properties", {}).items():
        value.pop("title", None)
        if value.get("default", ...) is None:
            del value["default"]
        if name not in needed:
            _allow_null(value)
        notes = {key: value.pop(key) for key in _NOTES if key in value}
        definition["properties"][name] = notes | value


def _allow_null(value: dict[str, Any]) -> None:
    """Allow null, which means "not given here"."""
    if {"type": "null"} in value.get("anyOf", ()):
        return
    kept = {key: value.pop(key) for key in _NOTES if key in value}
    choices = value.pop("anyOf", None) or [dict(value)]
    value.clear()
    value.update({"anyOf": [*choices, {"type": "null"}], **kept})


def _open_publish(
    definition: dict[str, Any],
    options: tuple[type[BaseModel], ...],
    references: Mapping[Any, dict[str, Any]],
) -> None:
    """Say what may stand under ``publish.<preset>``: the options of some platform."""
    publish = definition.get("properties", {}).get("publish")
    if publish is None:
        return
    known = {"anyOf": [*(references[model, "validation"] for model in options), {"type": "null"}]}
    for choice in publish["anyOf"]:
        for pattern in choice.get("patternProperties", {}):
            choice["patternProperties"][pattern] = known
            choice["additionalProperties"] = False


def _reachable(document: Any, definitions: Mapping[str, Any]) -> set[str]:
    found: set[str] = set()
    waiting = [document]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            name = str(part.get("$ref", "")).rpartition("/")[2]
            if name in definitions and name not in found:
                found.add(name)
                waiting.append(definitions[name])
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return found
