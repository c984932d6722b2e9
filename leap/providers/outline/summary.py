"""A summary out of a lecture's own sentences, where there are some that make one."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from leap.domain.function_words import bare, function_words
from leap.domain.segments import ends_sentence
from leap.providers.outline.text import Sentence

#: A summary has so many sentences: fewer are none.
FEWEST, MOST = 2, 3
#: A sentence of fewer words says too little, one of more too much.
_SHORTEST, _LONGEST = 7, 30
#: This share of a sentence's content words comes up elsewhere in the lecture.
_CENTRAL = 0.5
#: What points back in the first words of a sentence needs the one before it.
_BEGINNING = 4
_POINTING = frozenset(
    word
    for line in (
        "it they he she them him this that these those such there its their his so then therefore",
        "он она оно они его её ее их им ему ей это этот эта эти этого этой этих этому там тут",
        "здесь такой такая такое такие тогда поэтому потом затем тоже также",
    )
    for word in line.split()
)
# Function words that may open a sentence which needs none before it.
_STARTS = frozenset({"a", "an", "the", "in", "when", "every", "each", "how", "для", "при", "в"})
#: Spoken to the audience, or of the lecture itself.
_TO_LISTENERS = re.compile(
    r"\b(i|me|my|you|your|let|please|today|welcome|thank|next week|lecture|course|picture|imagine"
    r"|suppose|think of|look at|remember|again"
    r"|я|мне|меня|мой|вы|вам|вас|ваш\w*|давайте|сегодня|спасибо|лекци\w*|курс\w*|представьте"
    r"|посмотрим|рассмотрим|поговорим|перейд[её]м|вернёмся|начн[её]м|спустимся|перенес\w*)\b",
    re.IGNORECASE,
)


def summary(sentences: Sequence[Sentence], language: str) -> str:
    """Return the most central sentence of each third of a lecture, or nothing.

    A sentence is central when the lecture often speaks of what it speaks of.
    Where fewer than two can be understood by themselves there is no summary.
    """
    counts = Counter(stem for sentence in sentences for stem in set(sentence.stems))
    third = max(1, math.ceil(len(sentences) / MOST))
    chosen = []
    for first in range(0, len(sentences), third):
        part = sentences[first : first + third]
        fitting = [s for s in part if _is_central(s, counts) and _stands_alone(s, language)]
        if fitting:
            chosen.append(max(fitting, key=lambda sentence: _centrality(sentence, counts)))
    return " ".join(s.text for s in chosen) if len(chosen) >= FEWEST else ""


def _stands_alone(sentence: Sentence, language: str) -> bool:
    """Tell whether a sentence is whole and needs neither the one before it nor listeners."""
    words = sentence.text.split()
    first = bare(words[0])
    return (
        _SHORTEST <= len(words) <= _LONGEST
        and ends_sentence(words[-1])
        and not words[-1].endswith("?")
        and words[0][:1].isupper()
        and (first not in function_words(language) or first in _STARTS)
        and not _POINTING.intersection(bare(word) for word in words[:_BEGINNING])
        and not _TO_LISTENERS.search(sentence.text)
    )


def _is_central(sentence: Sentence, counts: Counter[str]) -> bool:
    stems = set(sentence.stems)
    return bool(stems) and sum(counts[s] > 1 for s in stems) >= _CENTRAL * len(stems)


def _centrality(sentence: Sentence, counts: Counter[str]) -> float:
    stems = set(sentence.stems)
    return sum(math.log(counts[stem]) for stem in stems) / math.sqrt(len(stems) + 4)
