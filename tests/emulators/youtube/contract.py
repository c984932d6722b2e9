"""YouTube's own description of its API, against which every request is held.

It comes with google-api-python-client, so that what the emulator takes is what
that library's revision of the description allows, and nothing else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl

from emulators.messages import Request
from emulators.youtube.refusals import failed, malformed

_UPLOAD = re.compile(r"^/(resumable/)?upload(?=/)")
#: Properties that are no parts.
_NO_PARTS = frozenset({"kind", "etag"})
_LISTS = re.compile(r"(\w+)ListResponse")


@dataclass(frozen=True, slots=True)
class Method:
    """One method of the API: ``videos.insert``."""

    name: str
    said: Mapping[str, Any]
    #: Whether bytes come along.
    upload: bool
    #: What stands in the path where its template has a name.
    path: Mapping[str, str]

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset(self.said["scopes"])

    @property
    def accepts(self) -> tuple[str, ...]:
        """The types of media that it takes."""
        return tuple(self.said.get("mediaUpload", {}).get("accept", ()))


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of a request, each of its type."""

    values: Mapping[str, list[str]]

    def __getitem__(self, name: str) -> str:
        return self.values[name][-1]

    def get(self, name: str, default: str = "") -> str:
        return self.values.get(name, [default])[-1]

    def many(self, name: str) -> list[str]:
        """Return the values of a repeated one; commas separate them too."""
        found = (value for each in self.values.get(name, []) for value in each.split(","))
        return [value for value in found if value]

    def number(self, name: str, default: int) -> int:
        return int(self.get(name, str(default)))

    def true(self, name: str, *, default: bool = False) -> bool:
        return self.get(name, str(default).lower()) == "true"


@cache
def document() -> dict[str, Any]:
    """Return the description."""
    path = files("googleapiclient") / "discovery_cache" / "documents" / "youtube.v3.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def method(verb: str, path: str) -> Method | None:
    """Return the method that a request calls, or None."""
    plain, upload = _UPLOAD.subn("", path)
    for name, said, pattern in _methods():
        found = pattern.fullmatch(plain)
        if said["httpMethod"] == verb and found and (not upload or "mediaUpload" in said):
            return Method(name, said, bool(upload), found.groupdict())
    return None


def asked(called: Method, request: Request) -> Asked:
    """Return the parameters; refuses what the description does not know or allow."""
    known = {**document()["parameters"], **called.said["parameters"]}
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(request.target.partition("?")[2], keep_blank_values=True):
        values.setdefault(name, []).append(value)
    for name, given in values.items():
        if name not in known:
            message = f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query '
            raise malformed(f"{message}parameter. Field '{name}' could not be found in request.")
        if len(given) > 1 and not known[name].get("repeated"):
            raise malformed(f"Invalid value at '{name}': it is not repeated.", name)
        for value in given:
            _check_parameter(name, value, known[name])
    for name, told in called.said["parameters"].items():
        absent = name not in values and name not in called.path
        if told.get("required") and absent:
            message = f"Required parameter: {name}"
            raise failed(
                400,
                "required" if name != "part" else "missingRequiredParameter",
                message if name != "part" else f"No value for the required parameter: {name}",
                location=name,
                kind="parameter",
                state="INVALID_ARGUMENT",
            )
    found = Asked(values)
    if "part" in values:
        _check_parts(called, found.many("part"))
    return found


def check_body(called: Method, parts: list[str], value: Any) -> dict[str, Any]:
    """Return the body of a request; refuses what the description does not know or allow."""
    if not isinstance(value, dict):
        raise malformed("Invalid JSON payload received. An object was expected.")
    schema = called.said["request"]["$ref"]
    for field, problem in _wrong(schema, value, "resource"):
        raise malformed(f"Invalid JSON payload received. {problem}", field)
    for field in _lacking(f"youtube.{called.name}", schema, value, "resource", set(parts)):
        raise malformed(f"Required field is missing: {field}", field, reason="required")
    for name in value:
        if name in document()["schemas"][schema]["properties"] and name not in {
            "id",
            *_NO_PARTS,
            *parts,
        }:
            raise failed(
                400,
                "unexpectedPart",
                name,
                domain="youtube.part",
                location="part",
                kind="parameter",
            )
    return value


@cache
def _methods() -> tuple[tuple[str, dict[str, Any], re.Pattern[str]], ...]:
    found = []
    for resource, told in document()["resources"].items():
        for verb, said in told.get("methods", {}).items():
            pieces = re.split(r"\{(\w+)\}", said["path"])
            path = "".join(
                f"(?P<{piece}>[^/]+)" if number % 2 else re.escape(piece)
                for number, piece in enumerate(pieces)
            )
            found.append((f"{resource}.{verb}", said, re.compile("/" + path)))
    return tuple(found)


def _check_parameter(name: str, value: str, told: Mapping[str, Any]) -> None:
    wrong = {
        "boolean": lambda: value not in ("true", "false"),
        "integer": lambda: not re.fullmatch(r"-?\d+", value),
        "string": lambda: "enum" in told and value not in told["enum"],
    }[told["type"]]()
    if not wrong and told["type"] == "integer":
        least, most = int(told.get("minimum", value)), int(told.get("maximum", value))
        wrong = not least <= int(value) <= most
    if wrong:
        raise malformed(f"Invalid value at '{name}' ({told['type'].upper()}), \"{value}\"", name)


def _check_parts(called: Method, parts: list[str]) -> None:
    schema = called.said.get("request", called.said.get("response", {})).get("$ref", "")
    if listed := _LISTS.fullmatch(schema):
        schema = listed[1]
    known = document()["schemas"][schema]["properties"].keys() - _NO_PARTS
    if not parts:
        raise failed(400, "missingRequiredParameter", "part", location="part", kind="parameter")
    for part in parts:
        if part not in known:
            raise failed(
                400,
                "unknownPart",
                part,
                domain="youtube.part",
                location="part",
                kind="parameter",
            )


def _wrong(schema: str, value: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """Yield what of an object its schema does not know or allow."""
    told = document()["schemas"][schema]["properties"]
    for name, item in value.items():
        if name not in told:
            yield f"{path}.{name}", f"Unknown name \"{name}\" at '{path}': Cannot find field."
        else:
            yield from _misfit(told[name], item, f"{path}.{name}")


def _misfit(told: Mapping[str, Any], value: Any, path: str) -> Iterator[tuple[str, str]]:
    if "$ref" in told:
        if isinstance(value, dict):
            yield from _wrong(told["$ref"], value, path)
        else:
            yield path, f"Invalid value at '{path}': an object was expected."
        return
    match told["type"], value:
        case "array", list():
            for number, each in enumerate(value):
                yield from _misfit(told["items"], each, f"{path}[{number}]")
        case "object", dict():
            for key, each in value.items():
                yield from _misfit(told["additionalProperties"], each, f"{path}[{key}]")
        case ("string", str()) if value in told.get("enum", [value]):
            return
        case ("boolean", bool()) | ("number", float() | int()):
            return
        case ("integer", int()) if not isinstance(value, bool):
            return
        case kind, _:
            yield path, f"Invalid value at '{path}' ({kind}), {json.dumps(value)}"


def _lacking(
    name: str, schema: str, value: Mapping[str, Any], path: str, parts: set[str]
) -> Iterator[str]:
    """Yield the properties without which a method makes no sense."""
    for key, told in document()["schemas"][schema]["properties"].items():
        required = name in told.get("annotations", {}).get("required", ())
        if required and key not in value:
            yield f"{path}.{key}"
        if "$ref" in told and isinstance(value.get(key, {}), dict):
            below = f"{path}.{key}"
            if path != "resource" or key in parts:
                yield from _lacking(name, told["$ref"], value.get(key, {}), below, parts)
