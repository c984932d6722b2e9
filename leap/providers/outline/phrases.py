"""The phrases of a lecture: runs of words inside a clause, and how they are used.

A ``Grammar`` says of every run where it was said whether it could stand alone
as a title. A phrase is what runs with the same stems have in common.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from leap.domain.function_words import bare
from leap.providers.outline.stopwords import leaning, stop_words
from leap.providers.outline.text import Sentence, stem

_LONGEST = 3
#: A phrase said this much of the time inside a longer one is a part of it.
_MOSTLY = 0.7
_CLAUSE = re.compile(
    r"[.,;:!?…()\[\]\"«»“”]+(?=\s|$)|[()\[\]\"«»“”]|\s[-\N{EN DASH}\N{EM DASH}]+\s"
)
_WORD = re.compile(r"[^\W_]+(?:['\N{RIGHT SINGLE QUOTATION MARK}.-][^\W_]+)*")

Stems = tuple[str, ...]
#: What ``Grammar.named`` returns of "this is called", and of "this is".
NAMED, PERHAPS_NAMED = 2, 1


class Sense(IntEnum):
    """What a run of words is where it was said, seen as a title."""

    WRONG = 0
    POSSIBLE = 1
    CLEAR = 2


class Grammar(Protocol):
    """What is known of a language; words are in lower case."""

    def joint(self) -> str:
        """Return what joins two things, with its spaces."""

    def sense(self, words: Stems, stems: Stems, before: Stems, after: str) -> Sense:
        """Judge a run of words by itself, the clause before it and the word after it."""

    def named(self, before: Stems) -> int:
        """Return whether what follows these words of a clause is named, perhaps, or not (0)."""

    def base(self, text: str) -> str:
        """Return a phrase in the form that a title has."""


class AnyLanguage:
    """The grammar of a language of which nothing is known: whatever is repeated may do."""

    def joint(self) -> str:
        """Return what joins two things."""
        return ", "

    def sense(self, words: Stems, stems: Stems, before: Stems, after: str) -> Sense:
        """Return that a run is possible."""
        del words, stems, before, after
        return Sense.POSSIBLE

    def named(self, before: Stems) -> int:
        """Return that nothing is known to be named."""
        del before
        return 0

    def base(self, text: str) -> str:
        """Return the phrase as it was said."""
        return text


@dataclass(frozen=True, slots=True)
class Clause:
    """Words between two punctuation marks: as written, in lower case, and their stems.

    ``telling`` says which of them tell one subject from another.
    """

    written: tuple[str, ...]
    words: Stems
    stems: Stems
    telling: tuple[bool, ...]


@dataclass(slots=True)
class Phrase:
    """What was seen of a phrase: how it is written and used, and whether it is named.

    ``named`` is what ``Grammar.named`` returned where it was said, at most.
    """

    stems: Stems
    spellings: dict[Sense, Counter[str]] = field(default_factory=dict)
    named: int = 0

    def seen(self, sense: Sense) -> int:
        """Return how often the phrase was used in this sense."""
        return self.spellings[sense].total() if sense in self.spellings else 0

    @property
    def count(self) -> int:
        """How often the phrase was said."""
        return sum(spelled.total() for spelled in self.spellings.values())

    @property
    def sound(self) -> bool:
        """Whether the phrase can stand alone: clearly at least once, or twice perhaps."""
        clear, possible = self.seen(Sense.CLEAR), self.seen(Sense.POSSIBLE)
        return (clear > 0 or possible > 1) and clear + possible > self.seen(Sense.WRONG) / 2


def clauses(sentences: Iterable[Sentence], language: str) -> list[Clause]:
    """Return the clauses of sentences."""
    texts = (text for sentence in sentences for text in _CLAUSE.split(sentence.text))
    return [_clause(tuple(written), language) for text in texts if (written := _WORD.findall(text))]


def heard(said: Iterable[Clause], grammar: Grammar) -> dict[Stems, Phrase]:
    """Return everything in clauses that could be a phrase, by its stems, in order."""
    found: dict[Stems, Phrase] = {}
    for clause in said:
        for first, last, chosen in _runs(clause):
            before = clause.words[:first]
            after = clause.words[last] if last < len(clause.words) else ""
            sense = grammar.sense(clause.words[first:last], clause.stems[first:last], before, after)
            phrase = found.setdefault(chosen, Phrase(chosen))
            spelled = phrase.spellings.setdefault(sense, Counter())
            spelled[" ".join(clause.written[first:last])] += 1
            phrase.named = max(phrase.named, grammar.named(before))
    return found


def merged(parts: Iterable[Mapping[Stems, Phrase]]) -> dict[Stems, Phrase]:
    """Return what was heard in several parts of a lecture as if it were one."""
    whole: dict[Stems, Phrase] = {}
    for part in parts:
        for stems, phrase in part.items():
            both = whole.setdefault(stems, Phrase(stems))
            both.named = max(both.named, phrase.named)
            for sense, spelled in phrase.spellings.items():
                both.spellings.setdefault(sense, Counter()).update(spelled)
    return whole


def phrases(found: Mapping[Stems, Phrase]) -> dict[Stems, Phrase]:
    """Return which of the runs that were heard can stand alone.

    A part of a longer phrase that is hardly ever said without the rest cannot.
    """
    sound = {stems: phrase for stems, phrase in found.items() if phrase.sound}
    parts = set()
    for stems, phrase in sound.items():
        for length in range(1, len(stems)):
            for first in range(len(stems) - length + 1):
                part = sound.get(stems[first : first + length])
                if part is not None and phrase.count > _MOSTLY * part.count:
                    parts.add(part.stems)
    return {stems: phrase for stems, phrase in sound.items() if stems not in parts}


def _clause(written: tuple[str, ...], language: str) -> Clause:
    stops = stop_words(language)
    words = tuple(bare(word) for word in written)
    return Clause(
        written,
        words,
        tuple(stem(word, language) for word in words),
        tuple(
            word not in stops
            and len(word) > 1
            and not word[0].isdigit()
            and not leaning(word, language)
            for word in words
        ),
    )


def _runs(clause: Clause) -> Iterator[tuple[int, int, Stems]]:
    """Yield where a run of telling words begins and ends, and the stems of its words."""
    size = len(clause.words)
    for first in range(size):
        if not clause.telling[first]:
            continue
        for last in range(first + 1, min(first + _LONGEST, size) + 1):
            inner = clause.telling[first:last]
            # "law of gravity": one "of" between two telling words.
            joined = inner == (True, False, True) and clause.words[first + 1] == "of"
            if joined:
                chosen: Stems = (clause.stems[first], clause.stems[last - 1])
            elif all(inner):
                chosen = clause.stems[first:last]
            else:
                continue
            if len(set(chosen)) == len(chosen):
                yield first, last, chosen
