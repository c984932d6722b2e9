"""Words to subtitle cues: the cheapest way to cut a lecture into readable pieces.

Every way of cutting the words into cues has a cost; a cut after a sentence is
cheap, one after "the" is dear, and so are cues that must be read too fast or
vanish too soon. Dynamic programming finds the cheapest way of all. Where rules
collide they give way in this order: reading speed, duration, no overlap, line
length; text is never dropped.

The rules follow the Netflix Timed Text Style Guide, general requirements:
https://partnerhelp.netflixstudios.com/hc/en-us/articles/215758617
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from leap.domain.function_words import bare, function_words
from leap.domain.segments import ends_sentence
from leap.domain.timecodes import milliseconds
from leap.domain.transcript import Word

#: Raised when the same words would be cut in other places.
VERSION = "1"
#: Between cues that follow each other closely: two frames at 24 per second.
GAP = 83
#: A pause in milliseconds that is felt, and one that a cue should not reach over.
FELT_PAUSE = 300
LONG_PAUSE = 700

_CLAUSE_ENDS = (",", ";", ":", "—", "\N{EN DASH}")
_CLOSING = "\"'»”\N{RIGHT SINGLE QUOTATION MARK})]}"


@dataclass(frozen=True, slots=True)
class CueRules:
    """How cues have to look; lengths in characters, times in seconds.

    ``reading_speed`` is in characters per second. ``line_length`` and
    ``lines`` are kept unless a single word is longer than a line; the others
    as far as the speaker lets them be.
    """

    line_length: int = 42
    lines: int = 2
    reading_speed: float = 17.0
    shortest: float = 0.833
    longest: float = 7.0


@dataclass(frozen=True, slots=True)
class Cue:
    """Lines of text and the seconds from when until when they are shown."""

    start: float
    end: float
    lines: tuple[str, ...]


def cues(
    words: Iterable[Word], rules: CueRules, *, language: str, duration: float | None = None
) -> tuple[Cue, ...]:
    """Return ``words`` as cues in order, none overlapping, every word in them once.

    Args:
        words: in order of time.
        language: a BCP 47 code; it decides which words should not end a line.
        duration: seconds of the video, so that no cue outlasts it.
    """
    spoken = [word for word in words if word.text.strip()]
    if not spoken:
        return ()
    script = _Script(spoken, rules, function_words(language))
    spans = script.best_spans()
    times = _times(script, spans, rules, None if duration is None else milliseconds(duration))
    return tuple(
        Cue(start / 1000, end / 1000, script.lines(first, last))
        for (first, last), (start, end) in zip(spans, times, strict=True)
    )


class _Script:
    """The words as parallel lists, with the costs of cutting between them.

    A span ``(first, last)`` holds the words ``first .. last - 1``. Times are
    whole milliseconds and never run backwards.
    """

    def __init__(self, words: Sequence[Word], rules: CueRules, leaning: frozenset[str]) -> None:
        self.rules = rules
        self.texts = [" ".join(word.text.split()) for word in words]
        self.starts = list(accumulate((milliseconds(word.start) for word in words), max))
        ends = [milliseconds(word.end) for word in words]
        self.ends = [max(start, end) for start, end in zip(self.starts, ends, strict=True)]
        # Text of a span: edges[last] - edges[first] - 1 characters.
        self.edges = [0, *accumulate(len(text) + 1 for text in self.texts)]
        pauses = [after - end for end, after in zip(self.ends, self.starts[1:], strict=False)]
        leans = [bare(text) in leaning for text in self.texts]
        follows = [*leans[1:], False]
        cuts = zip(self.texts, [*pauses, LONG_PAUSE], leans, follows, strict=True)
        self.cut_costs = [_cut_cost(*cut) for cut in cuts]
        inside = [_inside_cost(*pair) for pair in zip(self.texts, pauses, strict=False)]
        self.inside_costs = [0.0, *accumulate(inside), 0.0]

    def best_spans(self) -> list[tuple[int, int]]:
        """Return the cheapest way to cut all words into spans."""
        count = len(self.texts)
        costs = [0.0] + [float("inf")] * count
        origins = [0] * (count + 1)
        for first in range(count):
            for last in range(first + 1, count + 1):
                cost = self._cost(first, last)
                if cost is None:
                    break
                if costs[first] + cost < costs[last]:
                    costs[last] = costs[first] + cost
                    origins[last] = first
        cuts = [count]
        while cuts[-1]:
            cuts.append(origins[cuts[-1]])
        return list(pairwise(reversed(cuts)))

    def lines(self, first: int, last: int) -> tuple[str, ...]:
        """Return the words of a span, laid out on lines."""
        layout = self._layout(first, last)
        cuts = layout[1] if layout else ()
        return tuple(" ".join(self.texts[a:b]) for a, b in pairwise((first, *cuts, last)))

    def length(self, first: int, last: int) -> int:
        """Return the characters of a span, the spaces between words included."""
        return self.edges[last] - self.edges[first] - 1

    def _cost(self, first: int, last: int) -> float | None:
        """Return the cost of a cue, or None where no cue may hold so much."""
        rules, alone = self.rules, last == first + 1
        start, end = self.starts[first], self.ends[last - 1]
        layout = self._layout(first, last)
        if not alone and (layout is None or end - start > rules.longest * 1000):
            return None
        length = self.length(first, last)
        room = self.starts[last] - start if last < len(self.starts) else float("inf")
        wanted = max(rules.shortest, length / rules.reading_speed) * 1000
        shown = max(1.0, min(max(end - start, wanted), room))

        cost = 3.0 + self.cut_costs[last - 1] + (layout[0] if layout else 0.0)
        cost += self.inside_costs[last - 1] - self.inside_costs[first]
        haste = length * 1000 / shown / rules.reading_speed
        if haste > 1.0:
            cost += 6.0 + 20.0 * min(haste - 1.0, 2.0)
        if shown < rules.shortest * 1000:
            cost += 15.0 + 15.0 * (1 - shown / (rules.shortest * 1000))
        if alone:
            cost += 6.0
        elif length < rules.line_length / 4:
            cost += 2.0
        return cost

    def _layout(self, first: int, last: int) -> tuple[float, tuple[int, ...]] | None:
        """Return the cost of the best lines of a span and where they are cut.

        The fewest lines that hold the text win. None where it does not fit.
        """
        for lines in range(1, self.rules.lines + 1):
            found = self._layout_on(first, last, lines)
            if found is not None:
                return found
        return None

    def _layout_on(self, first: int, last: int, lines: int) -> tuple[float, tuple[int, ...]] | None:
        limit = self.rules.line_length
        if lines == 1:
            # A word that is longer than a line is kept whole on a line of its own.
            if self.length(first, last) > limit and last > first + 1:
                return None
            return (self.length(first, last) / limit) ** 2, ()
        best: tuple[float, tuple[int, ...]] | None = None
        # The first line ends where it fits, and where the rest has a chance to.
        low = bisect_left(self.edges, self.edges[last] - (lines - 1) * (limit + 1), first + 1, last)
        high = bisect_right(self.edges, self.edges[first] + limit + 1, first + 1, last)
        for cut in range(low, high):
            rest = self._layout_on(cut, last, lines - 1)
            if rest is None:
                continue
            cost = rest[0] + (self.length(first, cut) / limit) ** 2 + self.cut_costs[cut - 1] / 3
            if best is None or cost < best[0]:
                best = cost, (cut, *rest[1])
        return best


def _cut_cost(text: str, pause: int, leans: bool, next_leans: bool) -> float:  # noqa: FBT001
    """Return how much it hurts to end a cue or a line after this word."""
    if ends_sentence(text):
        return 0.0
    if text.rstrip(_CLOSING).endswith(_CLAUSE_ENDS):
        return 1.5
    hurt = 20.0 if leans else 10.0
    if next_leans:
        hurt -= 2.0
    if pause >= LONG_PAUSE:
        hurt /= 4
    elif pause >= FELT_PAUSE:
        hurt /= 2
    return hurt


def _inside_cost(text: str, pause: int) -> float:
    """Return how much it hurts to have this word and the pause after it inside a cue."""
    hurt = 1.5 if ends_sentence(text) else 0.0
    if pause >= LONG_PAUSE:
        hurt += 4.0 + min(pause - LONG_PAUSE, 3000) / 250
    return hurt


def _times(
    script: _Script, spans: Sequence[tuple[int, int]], rules: CueRules, duration: int | None
) -> list[tuple[int, int]]:
    """Return when each span is shown, in milliseconds.

    A cue begins with its first word and stays long enough to be read, as far
    as the next cue lets it.
    """
    starts = [script.starts[first] for first, _ in spans]
    for index in range(1, len(starts)):
        starts[index] = max(starts[index], starts[index - 1] + 1)
    if duration is not None:
        for index in range(len(starts)):
            # Words crowded at the very end still get a millisecond each.
            starts[index] = max(index, min(starts[index], duration - len(starts) + index))
    limits = [*starts[1:], duration]
    times = []
    for (first, last), start, limit in zip(spans, starts, limits, strict=True):
        wanted = max(rules.shortest, script.length(first, last) / rules.reading_speed)
        end = max(script.ends[last - 1], start + milliseconds(wanted))
        end = min(end, start + milliseconds(rules.longest))
        if limit is not None:
            apart = limit - GAP if last < len(script.starts) else limit
            roomy = apart - start >= rules.shortest * 1000
            end = min(end, apart if roomy else limit)
        times.append((start, max(end, start + 1)))
    return times
