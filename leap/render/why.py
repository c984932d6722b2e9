"""Why a field of a publication reads as it does, as text and as JSON data.

title of youtube-main                                    published as declared
  Gradient descent | Slopes (2026-11-20)

  Said by
    tenants/acme/templates/ml.yaml:11 (template)
        {{ display_name }} | {{ topic }} ({{ record_date }})
    built-in, not used: {{ display_name }}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from leap.config.effective import Said
from leap.domain.stage import Stage
from leap.render.terminal import Paint, Row, clean, heading, indented, moment, plain, table

#: How what the platform has compares with what is declared now.
State = Literal["published as declared", "to be published", "not published"]
_COLOURS: Mapping[State, str] = {
    "published as declared": "green",
    "to be published": "yellow",
    "not published": "dim",
}
#: In hex digits; so many tell one from another.
_SHA256, _SHORT = 64, 12


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable's value; ``stage`` found it out, or it is ``of`` something else."""

    name: str
    value: str
    of: str
    stage: Stage | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A target that the field is made from; without a ``digest`` it is not there (any more).

    ``versions`` name the provider, the model, its prompt and tools.
    """

    stage: Stage
    key: str
    digest: str = ""
    versions: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    """What the last receipt of the publication says.

    ``given`` is what the platform was given of the field, where that was kept;
    ``targets`` are the keys of what it was made from, by stage.
    """

    number: int
    at: datetime
    url: str
    given: Any = None
    commit: str = ""
    leap: str = ""
    targets: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """Where one field of one publication comes from.

    Attributes:
        value: as it is declared now; with variables, as it would read.
        said: by every layer, the one that counts last.
        source: kind, revision and, where it is known, sha256 of what was recorded.
    """

    field: str
    preset: str
    platform: str
    state: State
    value: Any
    said: Sequence[Said]
    variables: Sequence[Variable]
    targets: Sequence[Made]
    source: Mapping[str, str]
    receipt: Filed | None


def json_data(found: Sequence[Why]) -> list[dict[str, Any]]:
    """Return it as JSON data: ``why`` of ``leap show --why --format json``."""
    return [_data(each) for each in found]


def text(found: Sequence[Why], *, width: int = 80, paint: Paint = plain) -> str:
    """Return it as text without a final newline."""
    return "\n\n".join(_block(each, width, paint) for each in found)


def _block(why: Why, width: int, paint: Paint) -> str:
    state = paint(why.state, _COLOURS[why.state])
    lines = [heading(f"{why.field} of {why.preset}", state, width, paint)]
    lines += _value(why.value, 2, width)
    if why.said:
        lines += ["", "  Said by"]
        lines += [line for each in reversed(why.said) for line in _said(each, why, width)]
    if why.variables:
        rows = [
            Row(((f"    {each.name}", ""), (clean(each.value) or "(empty)", "")), _of(each, why))
            for each in why.variables
        ]
        laid_out = table(rows, flexible=1, width=width, paint=paint, mixed=True)
        lines += ["", "  Variables", *(line for each in laid_out for line in each)]
    lines += ["", "  Made from", *_made(why, width)]
    lines += ["", *_receipt(why, width)]
    return "\n".join(lines)


def _value(value: Any, by: int, width: int) -> list[str]:
    words = value if isinstance(value, str) else _words(value)
    lines = [clean(line) for line in words.splitlines()] or [""]
    if not any(lines):
        return [f"{' ' * by}(empty)"]
    return [part for line in lines for part in (indented([line], by, width) or [""])]


def _words(value: Any) -> str:
    match value:
        case None:
            return "(nothing)"
        case bool():
            return "true" if value else "false"
        case Mapping():
            return ", ".join(f"{key}: {_words(each)}" for key, each in value.items())
        case list() | tuple():
            return ", ".join(map(_words, value)) or "(none)"
    return str(value)


def _said(said: Said, why: Why, width: int) -> list[str]:
    counts = said is why.said[-1]
    place = str(said.origin) + ("" if counts else ", not used")
    return [*indented([place], 4, width), *_value(said.value, 8, width)]


def _of(variable: Variable, why: Why) -> str:
    if variable.stage is None:
        return variable.of
    made = next((each for each in why.targets if each.stage is variable.stage), None)
    return f"{variable.stage.value} {made.key[:_SHORT]}" if made else variable.stage.value


def _made(why: Why, width: int) -> list[str]:
    words = []
    for each in why.targets:
        versions = ", ".join(f"{name} {value}" for name, value in (each.versions or {}).items())
        there = versions if each.digest else "not there (any more)"
        words.append(f"{each.stage.value} {each.key}" + (f": {there}" if there else ""))
    source = ", ".join(f"{name} {_short(value)}" for name, value in why.source.items())
    return indented([clean(each) for each in (*words, f"source: {source}")], 4, width)


def _plain(value: Any) -> list[str]:
    """Return ``value`` so that the same in another order, or a number as text, is the same."""
    return sorted(map(str, value)) if isinstance(value, list | tuple) else [str(value)]


def _short(value: str) -> str:
    """Return a hash, which nobody reads to its end, by its beginning."""
    return f"{value[:_SHORT]}…" if len(value) == _SHA256 else value


def _receipt(why: Why, width: int) -> list[str]:
    filed = why.receipt
    if filed is None:
        return ["  No receipt: it was not published yet"]
    by = [f"LEAP {filed.leap}"] if filed.leap else []
    by += [f"commit {filed.commit[:_SHORT]}"] if filed.commit else []
    head = f"Receipt {filed.number} of {moment(filed.at)}" + (f", {', '.join(by)}" if by else "")
    lines = [*indented([head], 2, width), *indented([filed.url] if filed.url else [], 4, width)]
    if filed.given is not None and _plain(filed.given) != _plain(why.value):
        lines += ["    It was given:", *_value(filed.given, 8, width)]
    return lines


def _data(why: Why) -> dict[str, Any]:
    filed = why.receipt
    return {
        "field": why.field,
        "preset": why.preset,
        "platform": why.platform,
        "state": why.state,
        "value": why.value,
        "said": [
            {
                "layer": each.origin.layer,
                "file": each.origin.file or None,
                "line": each.origin.line or None,
                "value": each.value,
                "counts": each is why.said[-1],
            }
            for each in why.said
        ],
        "variables": {
            each.name: {
                "value": each.value,
                "of": each.of,
                "stage": each.stage.value if each.stage else None,
            }
            for each in why.variables
        },
        "targets": {
            each.stage.value: {
                "key": each.key,
                "digest": each.digest or None,
                "versions": dict(each.versions or {}),
            }
            for each in why.targets
        },
        "source": dict(why.source),
        "receipt": {
            "number": filed.number,
            "at": filed.at.isoformat(),
            "url": filed.url or None,
            "given": filed.given,
            "commit": filed.commit or None,
            "leap": filed.leap or None,
            "targets": dict(filed.targets or {}),
        }
        if filed
        else None,
    }
