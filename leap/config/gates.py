"""The gates that a recording has to pass before it is published."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, WithJsonSchema

from leap.config.model import Flag, Model, setting
from leap.config.units import Called, ShareOrOff, complaint

_MOST_WORDS = 1000


def _words(value: Any) -> float | str | None:
    if value == "off":
        return None
    if value == "auto":
        return "auto"
    if isinstance(value, bool) or not isinstance(value, int | float):
        shown = f"`{value[:40]}`" if isinstance(value, str) else "this"
        hint = "write it like `20`, or `auto` or `off`"
        raise complaint(f"{shown} is not a number of words a minute", hint)
    if not 0 <= value <= _MOST_WORDS:
        raise complaint(f"`{value:g}` is not between 0 and {_MOST_WORDS} words")
    return float(value)


WordsPerMinute = Annotated[
    float | Literal["auto"] | None,
    BeforeValidator(_words),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0, "maximum": _MOST_WORDS},
                {"enum": ["auto", "off"]},
            ]
        }
    ),
    Called("number, `auto`, or `off`"),
]


class Gates(Model):
    """What a recording must be like to be published; one that is not waits for a person."""

    min_words_per_minute: WordsPerMinute = setting(
        "auto",
        "A lecture has at least so many spoken words a minute; `auto` wants 5 where a recording"
        " lasts 5 minutes or longer.",
        examples=[20, "auto", "off"],
    )
    max_trimmed_share: ShareOrOff = setting(
        "off", "At most this share was cut out of the recording.", examples=["50 %", "off"]
    )
    max_invented_share: ShareOrOff = setting(
        "25 %",
        "At most this share of what was heard, in words or in time, is text that nobody said.",
        examples=["25 %", "off"],
    )
    decodable: Flag = setting(
        True,
        "No picture and no piece of sound of the recording is damaged, not even a few.",
        examples=[True, False],
    )
