"""Titles out of a lecture's own words: the phrases that tell its topics apart.

Candidates are runs of content words inside a clause, "law of gravity" among
them. A phrase is worth more the more often its words occur in the topic and
the fewer other topics have them.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from leap.domain.function_words import bare, function_words
from leap.providers.outline.stopwords import stop_words
from leap.providers.outline.text import Sentence, stem

#: The words of a title: at least, and at most.
FEWEST, MOST = 2, 8
_LONGEST_PHRASE = 3
#: A phrase of this share of the best word's worth is the better title.
_GOOD_ENOUGH = 0.6
#: How many of the best words are tried in pairs.
_JOINABLE = 6
_FALLBACK = {"en": "Part", "ru": "Часть"}
_AND = {"en": " and ", "ru": " и "}

_CLAUSE = re.compile(r"[.,;:!?…()\[\]\"«»“”]+|\s[-\N{EN DASH}\N{EM DASH}]+\s")
_WORD = re.compile(r"[^\W_]+(?:['\N{RIGHT SINGLE QUOTATION MARK}.-][^\W_]+)*")
_NO_LAST_WORD = re.compile(r".*(ly|ed|n't)|.*(ться|тся|ется|утся|ются|ешь|аем|яем|уем)")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


#: What follows an article or a preposition names a thing; what follows "we" or "to" is a verb.
_BEFORE_NOUNS = _set("""
    a an the this these those of in on by for from with into about between its their our your his
    her my each every any no both some
""")
_BEFORE_VERBS = _set("""
    i you he she it we they who to can will would could should must may might not do does did let
    let's
""")
#: "This is gradient descent", "was called movable type": what ends such a clause is a name.
_DEFINING = _set("is are was were called call about это называется называют называем о об")
_ARTICLES = _set("a an the it this them")


@dataclass
class _Phrase:
    """What was seen of a phrase: how it is written, how often, and how it is used."""

    stems: tuple[str, ...]
    spellings: Counter[str]
    count: int = 0
    as_noun: int = 0
    as_verb: int = 0
    as_name: int = 0
    at_end: int = 0


def topic_titles(topics: Sequence[Sequence[Sentence]], language: str) -> list[str]:
    """Return a title of 2 to 8 words for each topic, all of them different."""
    spread = Counter(s for topic in topics for s in {s for one in topic for s in one.stems})
    taken: set[str] = set()
    titles = []
    for number, topic in enumerate(topics, start=1):
        counts = Counter(s for one in topic for s in one.stems)
        weights = {s: count * math.log(1 + len(topics) / spread[s]) for s, count in counts.items()}
        title = _title(_phrases(topic, language), weights, set(), taken, language)
        title = (
            title
            or _opening(topic, taken, language)
            or f"{_FALLBACK.get(language, 'Part')} {number}"
        )
        taken.add(title.casefold())
        titles.append(title)
    return titles


def main_topic(topics: Sequence[Sequence[Sentence]], name: str, language: str) -> str | None:
    """Return what the whole lecture is about in 2 to 4 words, or None where nobody can tell.

    Words of the lecture's own ``name`` are left out: they are known already.
    """
    spread = Counter(s for topic in topics for s in {s for one in topic for s in one.stems})
    everything = [sentence for topic in topics for sentence in topic]
    counts = Counter(s for one in everything for s in one.stems)
    weights = {s: count * spread[s] / len(topics) for s, count in counts.items()}
    known = {stem(bare(word), language) for word in _WORD.findall(name)}
    phrases = {
        stems: phrase
        for stems, phrase in _phrases(everything, language).items()
        # What was said once in passing is not what it all is about.
        if len(stems) < FEWEST or phrase.count > 1 or phrase.as_name
    }
    title = _title(phrases, weights, known, set(), language)
    return title or _title(phrases, weights, set(), set(), language)


def _title(
    phrases: Mapping[tuple[str, ...], _Phrase],
    weights: Mapping[str, float],
    without: Collection[str],
    taken: Collection[str],
    language: str,
) -> str | None:
    """Return the best phrase, or else the two best words joined.

    Neither has a stem that is in ``without`` or reads like one of ``taken``. A
    phrase says more than two words side by side, so it may be a little worse.
    """
    fresh = [phrase for phrase in phrases.values() if not set(phrase.stems) & set(without)]
    worths = {phrase.stems: _worth(phrase, weights) for phrase in fresh}
    ranked = sorted(fresh, key=lambda phrase: (-worths[phrase.stems], phrase.stems))
    single = [phrase for phrase in ranked if len(phrase.stems) < FEWEST]
    several = [phrase for phrase in ranked if len(phrase.stems) >= FEWEST]
    enough = _GOOD_ENOUGH * worths[single[0].stems] if single else 0.0
    good = [_spelling(phrase) for phrase in several if worths[phrase.stems] >= enough]
    joined = [
        f"{_spelling(one)}{_AND.get(language, ', ')}{_spelling(other)}"
        for one, other in pairwise(single[:_JOINABLE])
    ]
    rest = [_spelling(phrase) for phrase in several]
    for text in (*good, *joined, *rest):
        title = _capitalised(text)
        if title.casefold() not in taken and FEWEST <= len(title.split()) <= MOST // 2:
            return title
    return None


def _phrases(sentences: Iterable[Sentence], language: str) -> dict[tuple[str, ...], _Phrase]:
    phrases: dict[tuple[str, ...], _Phrase] = {}
    for sentence in sentences:
        for clause in _CLAUSE.split(sentence.text):
            words = _WORD.findall(clause)
            for first, last, stems in _candidates(words, language):
                phrase = phrases.setdefault(stems, _Phrase(stems, Counter()))
                phrase.count += 1
                phrase.spellings[" ".join(words[first:last])] += 1
                before = bare(words[first - 1]) if first else ""
                phrase.as_noun += before in _BEFORE_NOUNS
                phrase.as_verb += before in _BEFORE_VERBS
                phrase.at_end += last == len(words)
                phrase.as_name += last == len(words) and _defines(words[:first])
    return phrases


def _defines(words: Sequence[str]) -> bool:
    """Tell whether what follows ``words`` is being named or defined."""
    last = len(words)
    while last and bare(words[last - 1]) in _ARTICLES:
        last -= 1
    return last > 0 and bare(words[last - 1]) in _DEFINING


def _candidates(words: Sequence[str], language: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Yield ``(first, last, stems)`` of every run of content words that could be a title."""
    stops = stop_words(language)
    bares = [bare(word) for word in words]
    telling = [b not in stops and len(b) > 1 and not b[0].isdigit() for b in bares]
    stems = [stem(b, language) for b in bares]
    for first in range(len(words)):
        for last in range(first + 1, min(first + _LONGEST_PHRASE, len(words)) + 1):
            inner = telling[first:last]
            # "law of gravity": one "of" between two telling words.
            if inner == [True, False, True] and bares[first + 1] == "of":
                inner = [True]
            if not all(inner) or _NO_LAST_WORD.fullmatch(bares[last - 1]):
                continue
            chosen = tuple(
                s for s, tells in zip(stems[first:last], telling[first:last], strict=True) if tells
            )
            if len(set(chosen)) == len(chosen):
                yield first, last, chosen


def _worth(phrase: _Phrase, weights: Mapping[str, float]) -> float:
    mean = sum(weights[s] for s in phrase.stems if s in weights) / len(phrase.stems)
    length = {1: 0.6, 2: 1.4, 3: 1.4}[len(phrase.stems)]
    noun = (1 + phrase.as_noun) / (1 + phrase.count)
    verb = phrase.as_verb / phrase.count
    name = 1.7 if phrase.as_name and len(phrase.stems) >= FEWEST else 1.0
    end = 1 + 0.2 * phrase.at_end / phrase.count
    usage = (0.6 + 0.4 * noun) * (1 - 0.7 * verb) * name * end
    return mean * length * (1 + math.log(phrase.count)) * usage


def _spelling(phrase: _Phrase) -> str:
    """Return the commonest spelling, small where it is ever written small."""
    folded: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for spelling, count in phrase.spellings.items():
        folded[spelling.casefold()][spelling] += count
    forms = max(sorted(folded), key=lambda form: folded[form].total())
    best = max(sorted(folded[forms]), key=lambda form: (form.islower(), folded[forms][form]))
    small = any(spelling[0].islower() for spelling in phrase.spellings)
    return best[0].lower() + best[1:] if small else best


def _opening(topic: Sequence[Sentence], taken: Collection[str], language: str) -> str | None:
    """Return the beginning of a sentence as a title, where no phrase would do."""
    leaning = function_words(language)
    for sentence in topic:
        words = _WORD.findall(sentence.text)
        while words and bare(words[0]) in leaning:
            words.pop(0)
        words = words[: MOST - 2]
        while words and bare(words[-1]) in leaning:
            words.pop()
        title = _capitalised(" ".join(words))
        if len(words) >= FEWEST and title.casefold() not in taken:
            return title
    return None


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
