"""Which words of a transcript nobody said: what a speech recogniser made up.

A recogniser that hears nothing still writes something: the credits of
subtitles, one sentence over and over, a line every thirty seconds. Such words
are marked, each with a reason, and neither topics nor subtitles get them.

What is marked is lost to the viewer, so the rules are careful: they judge whole
utterances (up to the end of a sentence, or a long pause), one slip of the clock
is no proof, and what people do say needs more than one sign.

    found = find_invented(words, Evidence(silences=silences, doubts=doubts))
    said = found.said(words)

``phantoms`` holds the sentences, ``phrases``, ``repeats`` and ``absence`` the rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from leap.domain.cuts import Span
from leap.domain.invented.absence import covered, lasting, without_voice
from leap.domain.invented.phrases import phantoms
from leap.domain.invented.repeats import loops, uniform
from leap.domain.invented.utterances import Range, plain, utterances
from leap.domain.transcript import Word

#: Goes up whenever the same words may be marked differently.
VERSION = "1"


class Reason(StrEnum):
    """Why a word is taken to be invented."""

    #: The whole utterance is a sentence that recognisers are known to invent.
    PHANTOM = "phantom"
    #: It repeats what stands before it, again and again.
    LOOP = "loop"
    #: Utterances follow each other like a clock.
    UNIFORM = "uniform"
    #: Nothing is to be heard at that time.
    SILENCE = "silence"
    #: The recogniser itself did not believe it.
    DOUBTED = "doubted"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known besides the words, in seconds on their timeline, ascending.

    ``silences`` are where nothing is to be heard, ``doubts`` where the
    recogniser itself reports that there may be no speech.
    """

    silences: Sequence[Span] = ()
    doubts: Sequence[Span] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """Neighbouring words that are invented for one reason: so many ``words`` from the ``first``."""

    start: float
    end: float
    reason: Reason
    first: int
    words: int


@dataclass(frozen=True, slots=True)
class Invented:
    """What of a transcript is invented.

    ``marks`` has one entry for each word: the reason, or None for a word that
    was said. ``share_of_words`` and ``share_of_time`` (of the time that words
    take) are 0 to 1.
    """

    marks: tuple[Reason | None, ...]
    passages: tuple[Passage, ...]
    share_of_words: float
    share_of_time: float

    def said(self, words: Sequence[Word]) -> tuple[Word, ...]:
        """Return those of the ``words`` that are not invented."""
        return tuple(word for word, mark in zip(words, self.marks, strict=True) if mark is None)

    @property
    def reasons(self) -> Mapping[Reason, int]:
        """Return how many words are invented for each reason, for those that occur."""
        found = Counter(mark for mark in self.marks if mark is not None)
        return {reason: found[reason] for reason in Reason if found[reason]}


_NOTHING_ELSE = Evidence()


def find_invented(words: Sequence[Word], evidence: Evidence = _NOTHING_ELSE) -> Invented:
    """Return what of ``words`` is invented; they are in the order of their times."""
    texts = [plain(word.text) for word in words]
    spoken = list(utterances(words, texts))
    marks: list[Reason | None] = [None] * len(words)

    def mark(reason: Reason, found: Iterable[Range]) -> None:
        for first, last in found:
            marks[first:last] = [known or reason for known in marks[first:last]]

    mark(Reason.PHANTOM, phantoms(spoken))
    mark(Reason.LOOP, loops(words, texts))
    mark(Reason.UNIFORM, uniform(spoken))
    unmarked = [known is None for known in marks]
    silent = without_voice(lasting(evidence.silences), words, unmarked)
    mark(Reason.SILENCE, covered(words, spoken, silent))
    mark(Reason.DOUBTED, covered(words, spoken, evidence.doubts))
    return _result(words, marks)


def _result(words: Sequence[Word], marks: Sequence[Reason | None]) -> Invented:
    bounds = [0, *(at for at, (a, b) in enumerate(pairwise(marks), 1) if a != b), len(marks)]
    passages = []
    for first, last in pairwise(bounds):
        reason = marks[first] if first < last else None
        if reason is not None:
            end = max(word.end for word in words[first:last])
            passages.append(Passage(words[first].start, end, reason, first, last - first))
    lengths = [max(0.0, word.end - word.start) for word in words]
    invented = [length for length, known in zip(lengths, marks, strict=True) if known is not None]
    whole = sum(lengths)
    return Invented(
        marks=tuple(marks),
        passages=tuple(passages),
        share_of_words=len(invented) / len(marks) if marks else 0.0,
        share_of_time=sum(invented) / whole if whole else 0.0,
    )
