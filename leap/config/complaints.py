"""What pydantic found wrong, in LEAP's words and at its place in the file."""

from __future__ import annotations

import difflib
import re
import typing
from collections.abc import Iterable, Mapping, Sequence
from types import UnionType
from typing import Any, Union

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from leap.config.document import Document
from leap.errors import Diagnostic

#: More mistakes in one file are only counted: nobody reads them, and each one costs time.
MAX_SHOWN = 100

_NOUNS = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "model_attributes_type": "keys with values",
}
_LIMITS = {
    "greater_than_equal": ("ge", "less than {}"),
    "less_than_equal": ("le", "more than {}"),
    "greater_than": ("gt", "not more than {}"),
    "less_than": ("lt", "not less than {}"),
}


def diagnose(
    error: ValidationError,
    model: type[BaseModel],
    document: Document,
    prefix: Sequence[str | int] = (),
) -> list[Diagnostic]:
    """Return one diagnostic per error; of very many, the first and how many there are.

    Args:
        error: what validating the data at ``prefix`` of ``document`` as ``model`` raised.
        prefix: the way from the document's root to that data.
    """
    errors = [each for each in error.errors(include_url=False) if not _follows(each, error)]
    found = [_diagnose(each, model, document, tuple(prefix)) for each in errors[:MAX_SHOWN]]
    return found + rest(document.file, len(errors))


def _follows(details: ErrorDetails, error: ValidationError) -> bool:
    """Tell whether a list counts as too short only because what is in it was refused."""
    where = details["loc"]
    return details["type"] == "too_short" and any(
        len(each["loc"]) > len(where) and each["loc"][: len(where)] == where
        for each in error.errors(include_url=False, include_context=False, include_input=False)
    )


def rest(file: str, count: int) -> list[Diagnostic]:
    """Return what stands for those of ``count`` errors in ``file`` that are not shown."""
    if count <= MAX_SHOWN:
        return []
    return [Diagnostic(file, 0, 0, f"{count - MAX_SHOWN} more errors of this kind in the file")]


def _diagnose(
    details: ErrorDetails, model: type[BaseModel], document: Document, prefix: tuple[str | int, ...]
) -> Diagnostic:
    kind, where = details["type"], details["loc"]
    context = details.get("ctx", {})
    path = (*prefix, *where, *context.get("keys", ())[:1])
    if kind == "extra_forbidden":
        known = _keys_at(model, where[:-1])
        return document.error(path, *unknown_key(str(where[-1]), known), key=True)
    if kind == "missing":
        example = _example(model, where)
        hint = f"such as `{where[-1]}: {example}`" if example else None
        return document.error(path[:-1], f"the key `{where[-1]}` is missing", hint)
    if where and where[-1] == "[key]":
        path = path[:-1]
        return document.error(
            path, _words(kind, details, context), _hint(kind, details, context), key=True
        )
    return document.error(
        path, f"{_label(where)}{_words(kind, details, context)}", _hint(kind, details, context)
    )


def unknown_key(name: str, known: Sequence[str]) -> tuple[str, str | None]:
    """Return the message and the hint for a key that does not exist."""
    near = did_you_mean(name, known)
    if near:
        return f"unknown key `{name[:60]}`", near
    hint = f"the keys here are {', '.join(known)}" if known else None
    return f"unknown key `{name[:60]}`", hint


def _words(kind: str, details: ErrorDetails, context: Mapping[str, Any]) -> str:
    value = details["input"]
    if kind == "leap":
        return str(context["message"])
    if kind in _NOUNS:
        return f"must be {_NOUNS[kind]}, not {shown(value)}"
    if kind in ("literal_error", "enum"):
        return f"{shown(value)} is not {_alternatives(context['expected'])}"
    if kind in _LIMITS:
        name, words = _LIMITS[kind]
        return f"{shown(value)} is {words.format(f'{context[name]:g}')}"
    if kind == "string_too_long":
        return f"longer than {context['max_length']} characters"
    if kind == "string_too_short":
        return "must not be empty"
    if kind == "too_short":
        return "the list must not be empty"
    if kind == "too_long":
        return f"more than {context['max_length']} entries"
    return details["msg"][:1].lower() + details["msg"][1:]


def _hint(kind: str, details: ErrorDetails, context: Mapping[str, Any]) -> str | None:
    if kind == "leap":
        hint: str | None = context["hint"]
        return hint
    value = details["input"]
    if kind in ("tuple_type", "list_type") and isinstance(value, str | int | float):
        return f"write `[{value}]`"
    if kind in ("literal_error", "enum") and isinstance(value, str):
        return did_you_mean(value, re.findall(r"'([^']*)'", context["expected"]))
    if kind in ("int_type", "float_type") and _is_number(value):
        return "remove the quotes"
    return None


def did_you_mean(name: str, known: Iterable[str], *, cutoff: float = 0.5) -> str | None:
    """Return the hint at what was probably meant, if any of the ``known`` names comes near.

    ``cutoff`` is how near, from 0 to 1 (the same).
    """
    close = difflib.get_close_matches(name[:100].lower(), known, n=1, cutoff=cutoff)
    return f"did you mean `{close[0]}`?" if close else None


def _is_number(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value[:50]) is not None


def shown(value: Any) -> str:
    """Return ``value`` as an error message names it: short, and never a whole structure."""
    if isinstance(value, str):
        value = " ".join(value[:50].split())
        short = value if len(value) <= 40 else value[:39] + "…"  # noqa: PLR2004
        return f"`{short}`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, Mapping):
        return "keys with values"
    if isinstance(value, list | tuple):
        return "a list"
    return "nothing"


def _alternatives(expected: str) -> str:
    """Turn pydantic's ``'a', 'b' or <Kind.C: 'c'>`` into ours."""
    return re.sub(r"<[\w.]+: ('[^']*')>", r"\1", expected).replace("'", "`")


def _label(where: tuple[str | int, ...]) -> str:
    """Return ``trim.padding: `` for errors about a value, to be read without the file."""
    names = [str(part) for part in where if isinstance(part, str)]
    return f"{'.'.join(names)}: " if names else ""


# ── finding the model of a place ───────────────────────────────────────────


def _keys_at(model: type[BaseModel], where: Sequence[str | int]) -> list[str]:
    """Return the keys that may stand at ``where`` below ``model``."""
    found = _model_at(model, where)
    if found is None:
        return []
    return [field.alias or name for name, field in found.model_fields.items()]


def _example(model: type[BaseModel], where: Sequence[str | int]) -> str | None:
    found = _model_at(model, where[:-1])
    if found is None:
        return None
    for name, field in found.model_fields.items():
        if (field.alias or name) == where[-1] and field.examples:
            example = field.examples[0]
            return None if isinstance(example, dict) else _flow(example)
    return None


def _flow(example: Any) -> str:
    return f"[{', '.join(map(str, example))}]" if isinstance(example, list) else str(example)


def _model_at(model: type[BaseModel], where: Sequence[str | int]) -> type[BaseModel] | None:
    found: Any = model
    for part in where:
        if isinstance(found, type) and issubclass(found, BaseModel):
            fields = {f.alias or name: f.annotation for name, f in found.model_fields.items()}
            found = fields.get(str(part))
        else:
            found = (*typing.get_args(found), None)[-2 if typing.get_args(found) else 0]
        found = _unwrapped(found)
    return found if isinstance(found, type) and issubclass(found, BaseModel) else None


def _unwrapped(annotation: Any) -> Any:
    """Return what an optional or annotated type is about."""
    while True:
        origin = typing.get_origin(annotation)
        if origin is typing.Annotated:
            annotation = typing.get_args(annotation)[0]
        elif origin in (Union, UnionType):
            rest = [each for each in typing.get_args(annotation) if each is not type(None)]
            annotation = rest[0]
        else:
            return annotation
