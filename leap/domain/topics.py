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
    """A long pause of the lecture, whether it stayed in the video or was cut.

    ``start`` and ``end`` are seconds on the trimmed timeline (equal, where the
    pause was cut out); ``minutes`` is how long it was when it was recorded.
    """

    start: float
    end: float
    minutes: float


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
