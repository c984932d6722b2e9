"""Words to segments: runs of words that read like sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from leap.domain.transcript import Segment, Word

#: A pause in seconds that ends a segment, and one that does so after a comma.
PAUSE = 0.4
PAUSE_AFTER_COMMA = 0.25
#: A segment as long as this ends at the next word, whatever that is.
LONGEST = 8.0
#: A segment ends only when it has this many seconds or words.
SHORTEST = 0.7
FEWEST_WORDS = 3
#: A segment of fewer words *and* less time than this joins the one before it.
MERGE_BELOW = 1.2
#: No segment reaches over a silence of this many seconds. Without it, a lone
#: word before a long break would stretch its segment over the whole break.
SILENCE = 2.0

_CLOSING = "\"'»”\N{RIGHT SINGLE QUOTATION MARK})]}"


def segments(words: Iterable[Word]) -> tuple[Segment, ...]:
    """Return ``words`` as segments, every word once and in order.

    A segment ends after ``. ! ? …``, at a pause, at a shorter pause after a
    comma, or when it grows too long; scraps join the segment before them.
    """
    groups: list[list[Word]] = []
    group: list[Word] = []
    for word in words:
        if group and _ends(group, word):
            groups.append(group)
            group = []
        group.append(word)
    if group:
        groups.append(group)
    return tuple(_segment(number, group) for number, group in enumerate(_merged(groups)))


def ends_sentence(text: str) -> bool:
    """Tell whether a word's text ends a sentence, quotes and brackets aside."""
    return text.rstrip(_CLOSING).endswith((".", "!", "?", "…"))


def _ends(group: Sequence[Word], following: Word) -> bool:
    last = group[-1]
    pause = following.start - last.end
    if pause > SILENCE:
        return True
    length = last.end - group[0].start
    if length < SHORTEST and len(group) < FEWEST_WORDS:
        return False
    if pause > PAUSE or length > LONGEST or ends_sentence(last.text):
        return True
    return last.text.endswith(",") and pause > PAUSE_AFTER_COMMA


def _merged(groups: Sequence[list[Word]]) -> list[list[Word]]:
    merged: list[list[Word]] = []
    for group in groups:
        scrap = len(group) < FEWEST_WORDS and group[-1].end - group[0].start < MERGE_BELOW
        if scrap and merged and group[0].start - merged[-1][-1].end <= SILENCE:
            merged[-1] += group
        else:
            merged.append(group)
    return merged


def _segment(number: int, group: Sequence[Word]) -> Segment:
    text = " ".join(word.text for word in group)
    return Segment(number, group[0].start, max(word.end for word in group), text)
