"""TextTiling, written anew to be compared with: Hearst, Computational Linguistics 23(1), 1997.

https://aclanthology.org/J97-1003/ - the blocks are of sentences instead of a
fixed number of words, and the number of sections is given to it, since its own
threshold finds far too many in talk.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

import snowballstemmer

#: Shorter words are left out, for most of them are function words.
_SHORTEST = 4
#: Boundaries are not closer than so many units: section 5.3.
_APART = 3
_WORD = re.compile(r"[^\W\d_]+")
_LANGUAGES = {"en": "english", "ru": "russian"}


def tile(sentences: Sequence[str], language: str, *, sections: int, block: int) -> set[int]:
    """Return the sentences that begin a section, but for the first.

    ``block`` is how many sentences are compared on either side of a gap.
    """
    stem = snowballstemmer.stemmer(_LANGUAGES[language]).stemWord
    bags = [
        Counter(stem(word) for word in _WORD.findall(text.lower()) if len(word) >= _SHORTEST)
        for text in sentences
    ]
    alike = [
        _cosine(_sum(bags[max(0, gap - block) : gap]), _sum(bags[gap : gap + block]))
        for gap in range(1, len(bags))
    ]
    smooth = [
        sum(near) / len(near)
        for at in range(len(alike))
        if (near := alike[max(0, at - 1) : at + 2])
    ]
    depths = {at + 1: _climb(smooth[at::-1]) + _climb(smooth[at:]) for at in range(len(smooth))}
    chosen: set[int] = set()
    for gap in sorted(depths, key=lambda gap: -depths[gap]):
        if len(chosen) == sections - 1:
            break
        if all(abs(gap - other) >= _APART for other in chosen):
            chosen.add(gap)
    return chosen


def _climb(values: Sequence[float]) -> float:
    """Return how high the similarity rises without a fall, beginning at the first value."""
    top = values[0]
    for value in values[1:]:
        if value < top:
            break
        top = value
    return top - values[0]


def _sum(bags: Sequence[Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for bag in bags:
        total.update(bag)
    return total


def _cosine(one: Counter[str], other: Counter[str]) -> float:
    product = sum(count * other[word] for word, count in one.items())
    norms = math.sqrt(sum(c * c for c in one.values()) * sum(c * c for c in other.values()))
    return product / norms if norms else 0.0
