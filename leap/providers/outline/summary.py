"""A summary out of a lecture's own sentences."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from leap.domain.function_words import bare, function_words
from leap.domain.segments import ends_sentence
from leap.providers.outline.text import Sentence

SENTENCES = 3
#: A sentence of fewer words says too little, one of more too much.
_SHORTEST, _LONGEST = 7, 32


def summary(sentences: Sequence[Sentence], language: str) -> str:
    """Return the most central sentence of each third of a lecture; shorter ones have fewer.

    A sentence is central when the lecture often speaks of what it speaks of.
    """
    counts = Counter(stem for sentence in sentences for stem in set(sentence.stems))
    third = math.ceil(len(sentences) / SENTENCES)
    chosen = []
    for first in range(0, len(sentences), max(third, 1)):
        fitting = [s for s in sentences[first : first + third] if _stands_alone(s, language)]
        if fitting:
            chosen.append(max(fitting, key=lambda sentence: _centrality(sentence, counts)))
    return " ".join(sentence.text for sentence in chosen)


def _stands_alone(sentence: Sentence, language: str) -> bool:
    """Tell whether a sentence is whole and does not begin with "and this" or the like."""
    words = sentence.text.split()
    return (
        _SHORTEST <= len(words) <= _LONGEST
        and ends_sentence(words[-1])
        and not words[-1].endswith("?")
        and words[0][:1].isupper()
        and (bare(words[0]) not in function_words(language) or bare(words[0]) in _STARTS)
    )


#: Function words that may open a sentence which needs none before it.
_STARTS = frozenset({"a", "an", "the", "in", "when", "every", "each", "how", "для", "при", "в"})


def _centrality(sentence: Sentence, counts: Counter[str]) -> float:
    stems = set(sentence.stems)
    if not stems:
        return 0.0
    return sum(math.log(counts[stem]) for stem in stems) / math.sqrt(len(stems) + 4)
