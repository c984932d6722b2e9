"""What the demo recordings show and say.

The words themselves are in speech/: one text and one sound file per topic.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

#: Seconds before anybody speaks, between two topics, for the break, and after the end.
LEADING, BETWEEN, BREAK, TRAILING = 12.0, 1.4, 75.0, 15.0


@dataclass(frozen=True, slots=True)
class Slide:
    """A heading and a few points, each of which fits on a line."""

    heading: str
    points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """A slide, what is said while it is seen, and how many seconds of quiet follow.

    ``speech`` names a file of speech/ without its extension; None is silence.
    """

    slide: Slide
    speech: str | None
    quiet: float


@dataclass(frozen=True, slots=True)
class Lecture:
    """One recording: ``accent`` is the colour of its slides, ``course`` their foot line."""

    title: str
    course: str
    accent: str
    began_at: datetime
    scenes: tuple[Scene, ...]

    @property
    def file_name(self) -> str:
        """Return the file's name: the date, then the title."""
        return f"{self.began_at:%Y-%m-%d} {self.title}.mp4"


def _quiet(seconds: float, heading: str, *points: str) -> Scene:
    return Scene(Slide(heading, points), None, seconds)


def _topic(speech: str, heading: str, *points: str) -> Scene:
    return Scene(Slide(heading, points), speech, BETWEEN)


def _day(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


LECTURES = (
    Lecture(
        "Machine Learning, lecture 3",
        "Machine Learning  ·  lecture 3",
        "#5b9dff",
        _day(3, 9),
        (
            _quiet(LEADING, "Machine Learning", "Lecture 3: how a machine learns", "We begin soon"),
            _topic(
                "machine-learning/1",
                "Learning from mistakes",
                "A model makes a guess",
                "The loss measures the mistake",
                "Training makes the loss small",
            ),
            _topic(
                "machine-learning/2",
                "Gradient descent",
                "Feel the slope under your feet",
                "Step against the gradient",
                "Repeat until the valley",
            ),
            _topic(
                "machine-learning/3",
                "The learning rate",
                "Too small: training crawls",
                "Too large: it never settles",
                "Start high, then lower it",
            ),
            _topic(
                "machine-learning/4",
                "Backpropagation",
                "Begin at the output layer",
                "Pass the blame backward",
                "The chain rule does the work",
            ),
            _quiet(BREAK, "Break", "We go on in a minute"),
            _topic(
                "machine-learning/5",
                "Overfitting",
                "Remembering is not understanding",
                "Test on hidden examples",
                "Stop early, or collect more",
            ),
            _quiet(TRAILING, "Thank you", "See you next week"),
        ),
    ),
    Lecture(
        "History of Printing, lecture 1",
        "History of Printing  ·  lecture 1",
        "#f0a95a",
        _day(4, 13),
        (
            _quiet(LEADING, "History of Printing", "Lecture 1: how books became cheap"),
            _topic(
                "printing/1",
                "Copied by hand",
                "One monk, one desk, one year",
                "The skins of two hundred sheep",
                "A book is worth a farm",
            ),
            _topic(
                "printing/2",
                "Paper from rags",
                "Invented in China",
                "Water mills make the pulp",
                "Far cheaper than skin",
            ),
            _topic(
                "printing/3",
                "Movable type",
                "Every letter is cast in metal",
                "Set it, print it, use it again",
                "Four thousand letters a day",
            ),
            _topic(
                "printing/4",
                "The press",
                "A screw from the vineyard",
                "Three workers, one rhythm",
                "250 impressions an hour",
            ),
            _topic(
                "printing/5",
                "What it changed",
                "Millions of books in fifty years",
                "People learn to read",
                "Scientists compare their tables",
            ),
            _quiet(TRAILING, "Next week", "The first newspapers"),
        ),
    ),
    # No template takes this one: whatever is recorded in the same room is not published.
    Lecture(
        "Staff meeting",
        "Internal",
        "#9aa5b8",
        _day(5, 15),
        (
            _quiet(LEADING, "Staff meeting", "Thursday, room 214"),
            _topic("office-hours/2", "The final exam", "Two hours", "One sheet of notes"),
            _quiet(TRAILING, "Any other business"),
        ),
    ),
    # A template takes it, but it is too short to be a lecture.
    Lecture(
        "Machine Learning, microphone test",
        "Machine Learning",
        "#5b9dff",
        _day(6, 8),
        (_quiet(6.0, "Microphone test", "One, two, three"),),
    ),
    Lecture(
        "Office hours",
        "Questions and answers",
        "#63c99a",
        _day(9, 16),
        (
            _quiet(LEADING, "Office hours", "Bring your questions"),
            _topic(
                "office-hours/1",
                "The homework",
                "Due on Friday at noon",
                "One file, your name on page one",
                "Work in pairs, write alone",
            ),
            _topic(
                "office-hours/2",
                "The final exam",
                "Two hours, up to lecture ten",
                "One sheet of notes, by hand",
                "No surprises",
            ),
            _quiet(TRAILING, "Good luck"),
        ),
    ),
)
