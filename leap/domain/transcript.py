"""Words with times. All times are seconds on the timeline named by the caller."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Word:
    """One spoken word with its punctuation, without surrounding white space."""

    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of words that reads like a sentence; ``id`` counts from 0."""

    id: int
    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What a transcriber made of one audio file, on that file's own timeline.

    ``raw`` is the provider's answer as JSON data, kept so that nothing has to
    be asked twice; ``language`` is a BCP 47 code such as ``en``.
    """

    words: tuple[Word, ...]
    language: str
    model: str
    duration: float
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Transcript:
    """A recording's words and segments on the trimmed timeline."""

    words: tuple[Word, ...]
    segments: tuple[Segment, ...]
    language: str
    duration: float
