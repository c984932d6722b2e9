"""What is heard in a sound, the same each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from emulators.fireworks.sound import place, samples, seconds


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word and when it is spoken, in seconds."""

    start: float
    end: float
    word: str


class Heard(Protocol):
    """Who listens."""

    language: str

    def words(self, sound: bytes) -> list[TimedWord]:
        """Return the words in raw samples, with times from their beginning."""
        ...


@dataclass
class Text:
    """A given text, spoken evenly from the beginning of every sound to its end."""

    text: str
    language: str = "en"

    def words(self, sound: bytes) -> list[TimedWord]:
        said, length = self.text.split(), seconds(sound)
        each = length / max(1, len(said))
        return [
            TimedWord(round(i * each, 3), round((i + 0.9) * each, 3), word)
            for i, word in enumerate(said)
        ]


@dataclass
class Nothing:
    """Silence, or music."""

    language: str = "en"

    def words(self, sound: bytes) -> list[TimedWord]:
        return []


@dataclass
class Timed:
    """Words of a whole recording; of a part of it those that lie in the part.

    A word that the part's edge cuts through is heard by half, as models do.
    ``audio`` is the file with the whole sound, in which parts are looked for.
    """

    audio: Path
    said: Sequence[TimedWord]
    language: str = "en"
    #: Seconds by which every word is heard too early or too late, in turn.
    shifts: Sequence[float] = field(default=(0.0,))
    _asked: int = 0

    def words(self, sound: bytes) -> list[TimedWord]:
        at = place(sound, samples(self.audio.read_bytes()))
        if at is None:
            return []
        end, shift = at + seconds(sound), self.shifts[self._asked % len(self.shifts)]
        self._asked += 1
        found = []
        for each in self.said:
            if each.end <= at or each.start >= end:
                continue
            whole = at <= each.start and each.end <= end
            word = each.word if whole else each.word[: max(1, len(each.word) // 2)]
            start, stop = max(at, each.start) - at + shift, min(end, each.end) - at + shift
            found.append(TimedWord(round(max(0.0, start), 3), round(max(0.0, stop), 3), word))
        return found


def russian() -> Text:
    """Return a Russian sentence."""
    text = "Сегодня мы поговорим о градиентном спуске. Почему он сходится? Разберём по шагам."
    return Text(text, language="ru")
