"""Finding what repeats itself as nobody would: loops, and lines at equal distances."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from leap.domain.invented.utterances import Range, Utterance
from leap.domain.segments import SILENCE
from leap.domain.transcript import Word

#: A phrase counts as a loop when it comes so often, a long one less often, and
#: when so many words are repetition: people say "no, no, no, no", too.
_TIMES, _TIMES_OF_LONG, _LONG, _LONGEST = 4, 3, 6, 24
_FEWEST_REPEATED = 8
#: A longer pause ends a loop.
_PAUSE = 5.0
#: So many alike, or so many short ones of any text, at equal distances are uniform.
_ALIKE, _OF_ANY_TEXT, _SHORT = 3, 4, 6
#: How far distances may differ; recognisers' windows are half a minute long.
_STEADY, _WINDOW = 0.25, 30.0


def loops(words: Sequence[Word], texts: Sequence[str]) -> Iterator[Range]:
    """Yield the repetitions of a phrase that comes again and again, without its first time.

    Args:
        texts: what ``plain`` makes of the words.
    """
    # Who says a word now and then repeats himself as well.
    follows = [False, *(b.start - a.end <= _PAUSE for a, b in pairwise(words))]
    for length in range(1, _LONGEST + 1):
        times = _TIMES_OF_LONG if length >= _LONG else _TIMES
        fewest = max(_FEWEST_REPEATED, (times - 1) * length)
        same = 0
        for index in range(length, len(texts) + 1):
            if index < len(texts) and texts[index] == texts[index - length] and follows[index]:
                same += 1
                continue
            # What is left over of a last, half repetition may be how the speech goes on.
            repeated = same // length * length
            if repeated >= fewest:
                yield index - same, index - same + repeated
            same = 0


def uniform(utterances: Sequence[Utterance]) -> Iterator[Range]:
    """Yield utterances that follow each other at equal distances, with nothing in between.

    Their texts are alike, or they are short and whole windows of a recogniser apart.
    """
    for are_alike, fewest in ((True, _ALIKE), (False, _OF_ANY_TEXT)):
        first = 0
        while first + 1 < len(utterances):
            last = _run(utterances, first, are_alike=are_alike)
            if last - first >= fewest:
                yield utterances[first].first, utterances[last - 1].last
            first = max(first + 1, last - 1)


def _run(utterances: Sequence[Utterance], first: int, *, are_alike: bool) -> int:
    """Return up to where the utterances from ``first`` are uniform (not included)."""
    distance = utterances[first + 1].start - utterances[first].start
    last = first + 1
    while last < len(utterances):
        one, other = utterances[last - 1], utterances[last]
        if abs(other.start - one.start - distance) > _STEADY:
            break
        if not (_alike(one, other) if are_alike else _windows_apart(one, other)):
            break
        last += 1
    return last


def _alike(one: Utterance, other: Utterance) -> bool:
    return one.text == other.text and other.start - one.start >= SILENCE


def _windows_apart(one: Utterance, other: Utterance) -> bool:
    if max(len(one.text), len(other.text)) > _SHORT:
        return False
    distance = other.start - one.start
    windows = round(distance / _WINDOW)
    return windows >= 1 and abs(distance - windows * _WINDOW) <= _STEADY
