"""Titles out of a lecture's own words: the phrases that tell its topics apart.

A phrase is worth more the more often its words occur in the topic and the
fewer other topics have them. Where no phrase is good, two things are joined,
"overfitting and hidden examples"; where nothing is known to be a thing, a whole
short clause is quoted.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from leap.domain.function_words import bare
from leap.providers.outline.english import English
from leap.providers.outline.phrases import (
    NAMED,
    AnyLanguage,
    Clause,
    Grammar,
    Phrase,
    Sense,
    Stems,
    clauses,
    heard,
    merged,
    phrases,
)
from leap.providers.outline.russian import Russian
from leap.providers.outline.stopwords import leaning, stop_words
from leap.providers.outline.text import Sentence, stem

#: The words of a topic's title, and of the main topic: at least, and at most.
FEWEST, MOST, MOST_OF_MAIN = 2, 8, 4
#: A phrase of this share of the best word's worth is the better title.
_GOOD_ENOUGH = 0.6
#: A word that is introduced by name and of this share of a phrase's worth goes before it.
_INTRODUCED = 0.7
#: How many of the best words, and of what may join them, are tried.
_JOINABLE = 6
_PARTS = {"CYRILLIC": "Часть"}
#: A phrase of two words says more than each of them, and hardly less than one of three.
_BY_LENGTH = {1: 0.6, 2: 1.4, 3: 1.4}
#: What it adds to a word, and to a phrase, that it may be, or is, named: "this is called…".
_NAMED_WORD, _NAMED_PHRASE = (1.0, 1.0, 1.6), (1.0, 1.4, 2.5)
_NOT_CLEAR = 0.7


class Titles:
    """Names the topics of one lecture.

    Args:
        topics: the sentences of each topic, in order.
        language: a lower-case ISO 639 code.
    """

    def __init__(self, topics: Sequence[Sequence[Sentence]], language: str) -> None:
        self._language = language
        self._topics = [clauses(topic, language) for topic in topics]
        self._counts = [Counter(s for one in topic for s in one.stems) for topic in topics]
        self._spread = Counter(stem for counts in self._counts for stem in counts)
        everything = [clause for topic in self._topics for clause in topic]
        self._grammar = grammar(language, everything)
        self._heard = [heard(topic, self._grammar) for topic in self._topics]
        self._names = _names(everything)
        self._script = _script("".join(word for one in everything for word in one.written))

    def of_topics(self) -> list[str]:
        """Return a title of 2 to 8 words for each topic, all of them different."""
        taken: set[Stems] = set()
        titles = []
        parts = zip(self._topics, self._heard, self._counts, strict=True)
        for number, (said, found, counts) in enumerate(parts, start=1):
            weights = {
                stem: count * math.log(1 + len(self._topics) / self._spread[stem])
                for stem, count in counts.items()
            }
            texts = chain(self._things(phrases(found), weights, MOST), self._quotes(said, weights))
            part = f"{_PARTS.get(self._script, 'Part')} {number}"
            title = next((t for t in texts if self._identity(t) not in taken), part)
            taken.add(self._identity(title))
            titles.append(title)
        return titles

    def of_all(self, name: str) -> str | None:
        """Return what the lecture is about in 2 to 4 words, or None where nobody can tell.

        Words of the lecture's own ``name`` are left out: they are known already.
        """
        total: Counter[str] = Counter()
        for counts in self._counts:
            total.update(counts)
        weights = {s: n * self._spread[s] / len(self._topics) for s, n in total.items()}
        known = {stem(bare(word), self._language) for word in name.split()}
        found = {
            stems: phrase
            for stems, phrase in phrases(merged(self._heard)).items()
            # What was said once in passing is not what it all is about.
            if len(stems) < FEWEST or phrase.count > 1 or phrase.named
        }
        fresh = {stems: phrase for stems, phrase in found.items() if not known & set(stems)}
        texts = (self._things(one, weights, MOST_OF_MAIN) for one in (fresh, found))
        return next((text for each in texts for text in each), None)

    def _things(
        self, found: Mapping[Stems, Phrase], weights: Mapping[str, float], most: int
    ) -> Iterator[str]:
        """Yield names of things as titles, the best first.

        A phrase says more than two words side by side, so it may be a little worse.
        """
        worths = {stems: _worth(phrase, weights) for stems, phrase in found.items()}
        ranked = sorted(found, key=lambda stems: (-worths[stems], stems))
        single = [stems for stems in ranked if len(stems) < FEWEST]
        several = [stems for stems in ranked if len(stems) >= FEWEST]
        enough = _GOOD_ENOUGH * worths[single[0]] if single else 0.0
        good = [stems for stems in several if worths[stems] >= enough]
        # What was said once in passing is no half of a title.
        single = [s for s in single if found[s].count > 1 or found[s].named]
        clear = [s for s in single if found[s].seen(Sense.CLEAR)]
        others = sorted([*clear[:_JOINABLE], *several[:_JOINABLE]], key=ranked.index)
        introduced = [
            (word, stems)
            for word in clear
            for stems in several[:1]
            if found[word].named == NAMED > found[stems].named
            and worths[word] >= _INTRODUCED * worths[stems]
            and word[0] not in stems
        ]
        first = {stems: place for place, stems in enumerate(found)}
        pairs = (
            # In the order in which they are first spoken of.
            sorted((one, two), key=lambda stems: first[stems])
            for one in clear[:_JOINABLE]
            for two in others[:_JOINABLE]
            if not set(one) & set(two)
        )
        things = (*introduced, *((stems,) for stems in good), *pairs, *((s,) for s in several))
        joint = self._grammar.joint()
        yield from self._fitting(
            (joint.join(self._spelling(found[stems]) for stems in thing) for thing in things), most
        )

    def _quotes(self, said: Sequence[Clause], weights: Mapping[str, float]) -> Iterator[str]:
        """Yield whole clauses as titles, the most telling first."""

        def telling(clause: Clause) -> float:
            return sum(weights.get(s, 0.0) for s in set(clause.stems)) / (len(clause.stems) + 2)

        ranked = sorted(said, key=telling, reverse=True)
        yield from self._fitting((" ".join(clause.written) for clause in ranked), MOST)

    def _fitting(self, texts: Iterable[str], most: int) -> Iterator[str]:
        for text in texts:
            words = text.split()
            leans = leaning(words[0], self._language) or leaning(words[-1], self._language)
            if FEWEST <= len(words) <= most and not leans and self._readable(text):
                yield text[:1].upper() + text[1:]

    def _readable(self, text: str) -> bool:
        return not bare(text)[:1].isdigit() and _script(text) == self._script

    def _identity(self, title: str) -> Stems:
        """Return what two titles have in common that a reader would take for one."""
        stops = stop_words(self._language)
        words = [bare(word) for word in title.split()]
        stems = {stem(word, self._language) for word in words if word not in stops}
        return tuple(sorted(stems or words))

    def _spelling(self, phrase: Phrase) -> str:
        """Return the commonest spelling, small unless it begins with a name."""
        best = max(phrase.spellings)
        folded: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for spelling, count in phrase.spellings[best].items():
            text = self._grammar.base(spelling)
            folded[text.casefold()][text] += count
        form = max(sorted(folded), key=lambda form: folded[form].total())
        if len(phrase.stems) == 1:
            # Things are named in the plural where they are spoken of so as well.
            often = folded[form].total() / 3
            form = max((f for f in sorted(folded) if folded[f].total() >= often), key=len)
        text = max(sorted(folded[form]), key=lambda text: (text.islower(), folded[form][text]))
        first = text.split()[0]
        known = bare(first) in self._names or not first[1:].islower()
        return text if known else text[0].lower() + text[1:]


def grammar(language: str, said: Sequence[Clause]) -> Grammar:
    """Return what is known of a language, and of how a lecture's clauses use it."""
    if language == "ru":
        return Russian()
    if language == "en":
        return English([clause.words for clause in said], [clause.stems for clause in said])
    return AnyLanguage()


def _names(said: Sequence[Clause]) -> set[str]:
    """Return the words that are always written large, also inside a clause."""
    large: set[str] = set()
    small: set[str] = set()
    for clause in said:
        for place, (written, word) in enumerate(zip(clause.written, clause.words, strict=True)):
            if written[0].islower():
                small.add(word)
            elif place:
                large.add(word)
    return large - small


def _worth(phrase: Phrase, weights: Mapping[str, float]) -> float:
    # Geometric: a word that was said once gains little from standing beside a common one.
    mean = math.prod(weights.get(s, 0.0) for s in phrase.stems) ** (1 / len(phrase.stems))
    clear = 1.0 if phrase.seen(Sense.CLEAR) else _NOT_CLEAR
    named = (_NAMED_WORD if len(phrase.stems) == 1 else _NAMED_PHRASE)[phrase.named]
    often = 1 + math.log(phrase.count)
    return mean * _BY_LENGTH[len(phrase.stems)] * often * named * clear


def _script(text: str) -> str:
    """Return the first word of the Unicode names of most letters, such as CYRILLIC."""
    letters = Counter(text)
    scripts: Counter[str] = Counter()
    for letter, count in letters.items():
        if letter.isalpha():
            scripts[unicodedata.name(letter, "").partition(" ")[0]] += count
    return max(sorted(scripts), key=lambda script: scripts[script], default="")
