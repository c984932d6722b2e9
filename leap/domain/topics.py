"""What a lecture is about, and where it pauses."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Topic:
    """One chapter of a lecture; times are seconds on the trimmed timeline."""

    start: float
    end: float
    title: str


@dataclass(frozen=True, slots=True)
class Break:
    """A long pause that stayed in the video; times are seconds on the trimmed timeline."""

    start: float
    end: float

    @property
    def minutes(self) -> float:
        return (self.end - self.start) / 60


@dataclass(frozen=True, slots=True)
class Outline:
    """What a topic finder made of a transcript.

    ``draft`` says that no person or large model stands behind the titles.
    """

    main_topics: tuple[str, ...]
    topics: tuple[Topic, ...]
    summary: str = ""
    questions: tuple[str, ...] = field(default=())
    model: str = ""
    draft: bool = False
