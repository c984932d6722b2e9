"""JSON out of what a model wrote: fenced, with words around it, or cut off."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

#: What some models think aloud before they answer.
_THOUGHTS = re.compile(r"<think>.*?</think>", re.DOTALL)
_MOST_MISTAKES = 8


class Chapter(BaseModel):
    """A chapter, by the number of its first sentence."""

    model_config = ConfigDict(strict=True, frozen=True)

    sentence: Annotated[int, Field(ge=1)]
    title: Annotated[str, Field(min_length=1, max_length=500)]


class Answer(BaseModel):
    """What a model shall answer; keys that nobody asked for are left out."""

    model_config = ConfigDict(strict=True, frozen=True)

    main_topic: Annotated[str, Field(max_length=500)]
    chapters: Annotated[list[Chapter], Field(min_length=1, max_length=500)]
    summary: Annotated[str, Field(max_length=5000)]
    questions: Annotated[list[Annotated[str, Field(max_length=1000)]], Field(max_length=100)] = []


def read(text: str) -> tuple[Answer | None, tuple[str, ...]]:
    """Return the answer in ``text``, or None and what is wrong with it, in words for the model."""
    data = first_object(text)
    if data is None:
        return None, ("It holds no complete JSON object.",)
    try:
        return Answer.model_validate(data), ()
    except ValidationError as error:
        return None, tuple(map(_mistake, error.errors(include_url=False)[:_MOST_MISTAKES]))


def first_object(text: str) -> dict[str, Any] | None:
    """Return the first whole JSON object in ``text``, whatever stands around it; None without one."""
    text = _THOUGHTS.sub("", text)
    decoder = json.JSONDecoder()
    start = text.find("{")
    while start >= 0:
        try:
            found, _ = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            # What follows is inside of the object that is broken.
            return None
        if isinstance(found, dict) and found:
            return found
        start = text.find("{", start + 1)
    return None


def _mistake(details: Any) -> str:
    where = ".".join(map(str, details["loc"])) or "the object"
    return f"{where}: {details['msg']}."
