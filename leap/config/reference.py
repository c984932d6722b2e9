"""The models as a page for people: every key of every file, with its meaning and an example.

Like the schemas, it is written by `leap schema` and never by hand.
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, Literal, Union

from annotated_types import Ge, Le, MaxLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from leap.config.model import Model
from leap.config.operator import Operator
from leap.config.override import Override
from leap.config.pipeline import Pipeline
from leap.config.presets import OPTIONS, PRESETS
from leap.config.settings import SECTIONS, Settings
from leap.config.source import SOURCES
from leap.config.template import Template
from leap.config.templating import FILTERS, VARIABLES
from leap.config.tenant import Tenant
from leap.config.units import BYTES, SECONDS, Called, Shaped

_HEAD = """\
# Reference

<!-- Written by `leap schema` from the models in leap/config. Edit those. -->

Every key of every YAML file. A file's path is its identity: `tenants/acme/templates/ml.yaml` is the
template `ml` of the tenant `acme`. Names are small letters, digits and hyphens, at most 63 characters.
A key without a value means "not given here". Bold keys must be there. An editor shows the same
sentences, from the schema that the first line of each file names.

"""

_UNITS = """\
## Units

Quantities are written with their unit, so that a reader sees what they count; only `0` needs none.

| quantity | units | example |
|---|---|---|
| duration | {durations} | `8 min`, `1 h 30 min`, `0.833 s` |
| size | {sizes} | `25 MB` (millions), `25 MiB` (powers of 1024) |
| level | `dB`, from -120 to 0 | `-40 dB` |
| share | `%` | `50 %` |

"""

_SETTINGS = """\
## Settings

These sections may stand in a pipeline, a template and an override, and under `defaults:` in `leap.yaml`
and `tenant.yaml`. They are merged key by key, and what is closer to the recording wins:

    built-in ← leap.yaml ← pipeline ← tenant.yaml ← template ← override

A list replaces the whole list; `""` clears a text.

"""

_VARIABLES = """\
## Variables of titles and descriptions

They are [Jinja](https://jinja.palletsprojects.com/templates/) over plain texts: variables, `if`, and
the filters {filters}. An unknown variable is an error.

| variable | is |
|---|---|
"""

#: The heading of each kind of file, what its path is, and its models by the value that chooses one.
_FILES: Sequence[tuple[str, str, Mapping[str, type[BaseModel]]]] = (
    ("leap.yaml", "The operator's file, at the root of the repository.", {"": Operator}),
    ("tenants/<tenant>/tenant.yaml", "Who a tenant is.", {"": Tenant}),
    ("sources/<name>.yaml", "Where a tenant's recordings come from.",
     {f"kind: {name}": model for name, model in SOURCES.items()}),
    ("templates/<name>.yaml", "Which recordings, and what becomes of them.", {"": Template}),
    ("presets/<name>.yaml", "Where and how a tenant publishes.",
     {f"platform: {name}": model for name, model in PRESETS.items()}),
    ("overrides/<name>.yaml", "What differs for one recording.", {"": Override}),
    ("pipelines/<name>.yaml", "Which stages a recording goes through.", {"": Pipeline}),
)  # fmt: skip

_PLAIN: Mapping[Any, str] = {
    str: "text", int: "whole number", float: "number", bool: "`true` or `false`", Path: "path",
}  # fmt: skip


def reference() -> str:
    """Return docs/reference.md."""
    parts = [_HEAD]
    for title, about, models in _FILES:
        parts.append(f"## `{title}`\n\n{about}\n\n")
        for choice, model in models.items():
            parts += [f"### `{choice}`\n\n"] if choice else []
            parts.append(_table(model))
            if issubclass(model, Settings):
                parts.append("Besides, each section of the [settings](#settings).\n\n")
            if model is Template:
                parts += _options()
    parts.append(_SETTINGS)
    for name, section in SECTIONS.items():
        parts.append(f"### `{name}`\n\n{_first_line(section)}\n\n{_table(section)}")
    durations, sizes = (", ".join(f"`{each}`" for each in units) for units in (SECONDS, BYTES))
    parts.append(_UNITS.format(durations=durations, sizes=sizes))
    parts.append(_VARIABLES.format(filters=", ".join(f"`{each}`" for each in FILTERS)))
    parts += [f"| `{name}` | {meaning} |\n" for name, meaning in VARIABLES.items()]
    return "".join(parts)


def _options() -> Iterator[str]:
    for platform, model in OPTIONS.items():
        yield f"Under `publish`, for a preset whose platform is `{platform}`:\n\n{_table(model)}"


def _table(model: type[BaseModel]) -> str:
    rows = ["| key | is | built in | meaning | example |\n|---|---|---|---|---|\n"]
    rows += (f"| {' | '.join(row)} |\n" for row in _rows(model, ""))
    return "".join(rows) + "\n"


def _rows(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        key = field.alias or name
        inner = _model_in(field.annotation)
        if inner is not None and issubclass(model, Settings) and key in SECTIONS:
            continue  # These have a chapter of their own.
        yield (
            f"**`{prefix}{key}`**" if field.is_required() else f"`{prefix}{key}`",
            "[settings](#settings)" if inner is Settings else _type(field.annotation, field),
            "" if field.is_required() or inner is not None else _shown(field.default),
            _cell(field.description or ""),
            ", ".join(filter(None, map(_shown, field.examples or ()))),
        )
        if inner is not None and inner is not Settings:
            yield from _rows(inner, f"{prefix}{key}.")
        each = _model_of_each(field.annotation)
        if each is not None:
            yield from _rows(each, f"{prefix}{key}[].")


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model that an annotation is about, but for None."""
    for each in _alternatives(annotation):
        if isinstance(each, type) and issubclass(each, Model):
            return each
    return None


def _model_of_each(annotation: Any) -> type[BaseModel] | None:
    """Return the model of a list's entries, where they have keys."""
    if typing.get_origin(annotation) is not tuple:
        return None
    return _model_in(typing.get_args(annotation)[0])


def _alternatives(annotation: Any) -> tuple[Any, ...]:
    if typing.get_origin(annotation) in (Union, types.UnionType):
        return tuple(each for each in typing.get_args(annotation) if each is not type(None))
    return (annotation,)


def _type(annotation: Any, field: FieldInfo | None = None) -> str:
    """Return what stands at a key, in words."""
    metadata: Sequence[Any] = field.metadata if field else ()
    if typing.get_origin(annotation) is typing.Annotated:
        annotation, *metadata = typing.get_args(annotation)
    for each in metadata:
        if isinstance(each, Called):
            return each.name
        if isinstance(each, Shaped):
            return each.noun.removeprefix("a ").removeprefix("an ").removeprefix("the ")
        if isinstance(each, FieldInfo):
            metadata = (*metadata, *each.metadata)
    words = " or ".join(_name(each) for each in _alternatives(annotation))
    return words + _limits(metadata)


def _name(annotation: Any) -> str:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _type(annotation)
    if origin is Literal:
        return ", ".join(f"`{each}`" for each in arguments)
    if origin is tuple:
        return f"list: {_type(arguments[0])}"
    if origin is dict:
        keys = _name(arguments[0]) if typing.get_origin(arguments[0]) is Literal else "names"
        return f"{keys}, each with {'options' if _of_any(arguments[1]) else _type(arguments[1])}"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return ", ".join(f"`{each.value}`" for each in annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "keys"
    return _PLAIN.get(annotation, "keys with values")


def _of_any(annotation: Any) -> bool:
    return Any in typing.get_args(annotation)


def _limits(metadata: Sequence[Any]) -> str:
    least = next((each.ge for each in metadata if isinstance(each, Ge)), None)
    most = next((each.le for each in metadata if isinstance(each, Le)), None)
    longest = next((each.max_length for each in metadata if isinstance(each, MaxLen)), None)
    if least is not None and most is not None:
        return f", {least} to {most}"
    return f", at most {longest}" if longest is not None else ""


def _shown(value: Any) -> str:
    """Return a value as YAML has it, in one line of code; nothing for what is empty."""
    if value is None or isinstance(value, BaseModel) or value in ((), {}, []):
        return ""
    return f"`{_cell(_flow(value))}`"


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_flow(each)}' for key, each in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if "\\" in value:
        return f"'{value}'"
    plain = value and not set(value) & set("{}[]\n\"'#,|") and not value.startswith(("@", "%"))
    return value if plain and ": " not in value else json.dumps(value, ensure_ascii=False)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _first_line(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().splitlines()[0]
