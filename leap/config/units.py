"""Quantities as people write them: ``8 min``, ``25 MB``, ``20 MB/s``, ``-40 dB``, ``50 %``.

In YAML a quantity is text with its unit; in the models it is a plain number:
seconds, bytes, bytes per second, decibels, or a share from 0 to 1. A bare
number is refused, because a reader cannot see what it counts; only 0 needs no
unit.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import PydanticCustomError, core_schema

SECONDS = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
BYTES = {
    "B": 1,
    "kB": 10**3,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "TiB": 2**40,
}
#: What people write besides, in small letters, and what it is called here.
_OTHER_UNITS = {
    "msec": "ms", "millisecond": "ms", "milliseconds": "ms",
    "sec": "s", "secs": "s", "second": "s", "seconds": "s",
    "m": "min", "mins": "min", "minute": "min", "minutes": "min",
    "hr": "h", "hrs": "h", "hour": "h", "hours": "h", "day": "d", "days": "d",
    "k": "kB", "kb": "kB", "mb": "MB", "gb": "GB", "g": "GB", "tb": "TB",
    "kib": "KiB", "mib": "MiB", "gib": "GiB", "tib": "TiB", "mo": "MB", "go": "GB",
}  # fmt: skip
#: Networks are sold in bits, of which a byte has eight.
_BITS = {"kbit": 10**3, "mbit": 10**6, "gbit": 10**9}
_MAX_DAYS = 3660
_QUIETEST = -120.0
_SLOWEST = 1000

_NUMBER = r"[0-9]{1,12}(?:\.[0-9]{1,9})?"
_PART = re.compile(rf"({_NUMBER})\s*([a-z]+)")
_DURATION = re.compile(rf"{_NUMBER}\s*[a-z]+(?:\s+{_NUMBER}\s*[a-z]+)*")
_SIZE = re.compile(rf"({_NUMBER})\s*([A-Za-z]+)")
_RATE = re.compile(rf"({_NUMBER})\s*([A-Za-z]+)\s*/\s*s")
_LEVEL = re.compile(rf"(-?{_NUMBER})\s*dB")
_SHARE = re.compile(rf"({_NUMBER})\s*%")


def duration(value: Any, example: str = "8 min") -> float:
    """Return seconds for ``90 s``, ``8 min`` or ``1 h 30 min``."""
    if value == 0 and not isinstance(value, (bool, str)):
        return 0.0
    text = _text(value, "a duration", "8 min")
    if not _DURATION.fullmatch(text):
        raise _wrong(value, "a duration", example)
    seconds = 0.0
    for number, unit in _PART.findall(text):
        if unit not in SECONDS:
            raise _unknown_unit(unit, "a duration", SECONDS)
        seconds += float(number) * SECONDS[unit]
    if seconds > _MAX_DAYS * SECONDS["d"]:
        raise complaint(f"`{text}` is longer than ten years")
    return round(seconds, 6)


def size(value: Any) -> int:
    """Return bytes for ``25 MB`` (millions) or ``25 MiB`` (powers of 1024)."""
    if value == 0 and not isinstance(value, (bool, str)):
        return 0
    text = _text(value, "a size", "25 MB")
    found = _SIZE.fullmatch(text)
    if not found:
        raise _wrong(value, "a size", "25 MB")
    number, unit = found.groups()
    if unit not in BYTES:
        raise _unknown_unit(unit, "a size", BYTES)
    return round(float(number) * BYTES[unit])


def rate(value: Any, example: str = "20 MB/s") -> int:
    """Return bytes per second for ``20 MB/s``; at least 1 kB/s."""
    text = _text(value, "a rate", "20 MB/s")
    found = _RATE.fullmatch(text)
    if not found:
        raise _wrong(value, "a rate", f"{text}/s" if _SIZE.fullmatch(text) else example)
    number, unit = found.groups()
    bits = _BITS.get(unit.lower())
    if bits:
        megabytes = float(number) * bits / 8 / BYTES["MB"]
        message = f"`{unit}/s` counts bits; sizes and rates are in bytes"
        raise complaint(message, f"write `{megabytes:g} MB/s`")
    if unit not in BYTES:
        raise _unknown_unit(unit, "a rate", BYTES, per="/s")
    bytes_per_second = round(float(number) * BYTES[unit])
    if bytes_per_second < _SLOWEST:
        raise complaint(f"`{text}` is slower than 1 kB/s")
    return bytes_per_second


def level(value: Any) -> float:
    """Return decibels relative to full scale for ``-40 dB``."""
    text = _text(value, "a level", "-40 dB")
    found = _LEVEL.fullmatch(text)
    if not found:
        raise _wrong(value, "a level", "-40 dB")
    decibels = float(found[1])
    if not _QUIETEST <= decibels <= 0:
        hint = f"write `-{text}`" if 0 < decibels <= -_QUIETEST else None
        raise complaint(f"`{text}` is not between {_QUIETEST:.0f} dB and 0 dB", hint)
    return decibels


def share(value: Any, example: str = "50 %") -> float:
    """Return 0.5 for ``50 %``."""
    text = _text(value, "a share", "50 %")
    found = _SHARE.fullmatch(text)
    if not found:
        raise _wrong(value, "a share", example)
    percent = float(found[1])
    if percent > 100:  # noqa: PLR2004 - per cent
        raise complaint(f"`{text}` is more than 100 %")
    return percent / 100


def in_words(kind: str, value: Any) -> str:
    """Return a number as it is written: ``1 h 30 min``, ``25 MB``, ``20 MB/s``, ``50 %``.

    Args:
        kind: what ``Called`` says of the value's type: ``duration``, or
            ``duration, or `off``` where None has a word of its own.
    """
    kind, _, word = kind.partition(", or ")
    if value is None:
        return word.strip("`") or "none"
    match kind:
        case "duration":
            return _seconds_in_words(value)
        case "size":
            return _bytes_in_words(value)
        case "rate":
            return f"{_bytes_in_words(value)}/s"
        case "level":
            return f"{value:g} dB"
        case "share":
            return f"{value * 100:g} %"
    match value:
        case list():
            return f"[{', '.join(map(str, value))}]"
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
        case _:
            return str(value)


def _bytes_in_words(count: float) -> str:
    unit = next((unit for unit in ("TB", "GB", "MB", "kB") if count >= BYTES[unit]), "B")
    return f"{count / BYTES[unit]:g} {unit}"


def _seconds_in_words(seconds: float) -> str:
    parts = []
    for unit in ("h", "min"):
        count, seconds = divmod(seconds, SECONDS[unit])
        if count:
            parts.append(f"{count:g} {unit}")
    if seconds or not parts:
        parts.append(f"{round(seconds, 6):g} s")
    return " ".join(parts)


def complaint(
    message: str, hint: str | None = None, keys: tuple[str, ...] = ()
) -> PydanticCustomError:
    """Return an error in our own words that a validator can raise.

    ``keys`` are those that it is about, where it concerns a whole mapping.
    """
    # The message is given as context, so that braces in it stay braces; on one
    # line, because a value that it repeats may have several.
    context = {"message": " ".join(message.split()), "hint": hint, "keys": keys}
    return PydanticCustomError("leap", "{message}", context)


@dataclass(frozen=True, slots=True)
class Called:
    """Marks what the reference calls a kind of value; it checks nothing."""

    name: str


@dataclass(frozen=True, slots=True)
class OrWord:
    """Tells schemas that ``word`` may stand instead of what is marked; it checks nothing."""

    word: str

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        found = handler(schema)
        choices = [each for each in found.get("anyOf", [found]) if each != {"type": "null"}]
        return {"anyOf": [*choices, {"const": self.word}]}


@dataclass(frozen=True, slots=True)
class Shaped:
    """Marks a text that must match ``pattern``, and says so in words."""

    pattern: str
    noun: str
    hint: str

    def check(self, text: str) -> str:
        """Return ``text``, or complain."""
        if re.fullmatch(self.pattern, text) is None:  # `$` alone lets a line end through
            shown = text if len(text) <= 40 else text[:39] + "…"  # noqa: PLR2004
            raise complaint(f"`{shown}` is not {self.noun}", self.hint)
        return text

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return handler(schema) | {"pattern": self.pattern}


def _text(value: Any, noun: str, example: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _wrong(value, noun, example)
    if not isinstance(value, str):
        message = f"{noun} needs a unit, not the bare number {value}"
        raise complaint(message, f"write `{_with_unit(value, noun, example)}`")
    return value.strip()


def _with_unit(number: float, noun: str, example: str) -> str:
    """Return what was probably meant by a bare number, as it is written here."""
    if noun == "a duration":
        return f"{number:g} s` or `{number:g} min"
    if noun == "a rate" and number >= _SLOWEST:
        return f"{_bytes_in_words(number)}/s"
    unit = example.partition(" ")[2]
    if noun == "a share" and 0 < number < 1:
        number = round(number * 100, 6)
    if noun == "a level":
        number = -abs(number)
    return f"{number:g} {unit}"


def _wrong(value: Any, noun: str, example: str) -> PydanticCustomError:
    shown = f"`{value[:40]}`" if isinstance(value, str) else "this"
    return complaint(f"{shown} is not {noun}", f"write it like `{example}`")


def _unknown_unit(
    unit: str, noun: str, units: dict[str, Any], per: str = ""
) -> PydanticCustomError:
    meant = _OTHER_UNITS.get(unit.lower()) or next(
        (each for each in units if each.lower() == unit.lower()), None
    )
    every = ", ".join(f"{each}{per}" for each in units)
    hint = f"did you mean `{meant}{per}`?" if meant in units else f"the units are {every}"
    return complaint(f"`{unit[:20]}{per}` is not a unit of {noun}", hint)


_DURATION_SCHEMA = {
    "type": "string",
    "pattern": r"^\s*([0-9.]+\s*(ms|s|min|h|d)\s*)+$",
}
_SIZE_SCHEMA = {"type": "string", "pattern": r"^\s*[0-9.]+\s*([kKMGT]?B|[KMGT]iB)\s*$"}
_RATE_SCHEMA = {"type": "string", "pattern": r"^\s*[0-9.]+\s*([kKMGT]?B|[KMGT]iB)\s*/\s*s\s*$"}
_LEVEL_SCHEMA = {"type": "string", "pattern": r"^\s*-?[0-9.]+\s*dB\s*$"}
_SHARE_SCHEMA = {"type": "string", "pattern": r"^\s*[0-9.]+\s*%\s*$"}
_ZERO: dict[str, Any] = {"const": 0}

Duration = Annotated[
    float,
    BeforeValidator(duration),
    WithJsonSchema({"anyOf": [_DURATION_SCHEMA, _ZERO]}),
    Called("duration"),
]
Size = Annotated[
    int,
    BeforeValidator(size),
    WithJsonSchema({"anyOf": [_SIZE_SCHEMA, _ZERO]}),
    Called("size"),
]
Level = Annotated[float, BeforeValidator(level), WithJsonSchema(_LEVEL_SCHEMA), Called("level")]
Share = Annotated[float, BeforeValidator(share), WithJsonSchema(_SHARE_SCHEMA), Called("share")]


def _or_word(
    name: str, parse: Callable[[Any, str], float] = duration, example: str = "8 min"
) -> BeforeValidator:
    def validate(value: Any) -> float | None:
        return None if value == name else parse(value, f"{example}`, or `{name}")

    return BeforeValidator(validate)


#: A duration, or the word for "no such limit".
DurationOrOff = Annotated[
    float | None,
    _or_word("off"),
    WithJsonSchema({"anyOf": [_DURATION_SCHEMA, _ZERO, {"const": "off"}]}),
    Called("duration, or `off`"),
]
#: A duration, or the word for "find out yourself".
DurationOrAuto = Annotated[
    float | None,
    _or_word("auto"),
    WithJsonSchema({"anyOf": [_DURATION_SCHEMA, _ZERO, {"const": "auto"}]}),
    Called("duration, or `auto`"),
]
#: A share, or the word for "no such limit".
ShareOrOff = Annotated[
    float | None,
    _or_word("off", share, "50 %"),
    WithJsonSchema({"anyOf": [_SHARE_SCHEMA, {"const": "off"}]}),
    Called("share, or `off`"),
]
#: Bytes per second, or the word for "no such limit".
RateOrOff = Annotated[
    int | None,
    _or_word("off", rate, "20 MB/s"),
    WithJsonSchema({"anyOf": [_RATE_SCHEMA, {"const": "off"}]}),
    Called("rate, or `off`"),
]
