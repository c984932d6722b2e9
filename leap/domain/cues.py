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

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from leap.domain.linebreaks import Lines
from leap.domain.phrasing import CLAUSE, LONG_PAUSE, SENTENCE, partings
from leap.domain.timecodes import milliseconds
from leap.domain.transcript import Word
from leap.domain.typesetting import cleaned, columns, cut, spaced

#: Raised when the same words would be cut in other places.
VERSION = "2"
#: Between cues that follow each other closely: two frames at 24 per second.
GAP = 83

# What a cue costs, in the units of ``phrasing``. Only the proportions matter.
_EACH_CUE = 3.0
_MID_CLAUSE = 6.0
_LONE_WORD, _FEW_WORDS = 6.0, 3.0
_TOO_FAST, _PER_HASTE, _MOST_HASTE = 6.0, 20.0, 2.0
_TOO_BRIEF = 15.0
_SENTENCE_INSIDE, _SENTENCE_BEGUN = 1.5, 3.0
_PAUSE_INSIDE, _PER_PAUSE, _MOST_PAUSE = 4.0, 4.0, 3.0
#: A line that ends badly hurts half as much as a cue that does.
_LINE = 0.5


@dataclass(frozen=True, slots=True)
class CueRules:
    """How cues have to look; lengths in columns, times in seconds.

    A column is a character, and half of a Chinese, Japanese or Korean one.
    ``reading_speed`` is in columns per second. ``line_length`` and ``lines``
    are kept always, the others as far as the speaker lets them be.
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

    A word that is longer than a line goes on in the next one.

    Args:
        words: in order of time.
        language: a BCP 47 code; it decides which words should not end a line.
        duration: seconds of the video, so that no cue outlasts it.
    """
    pieces = [piece for word in words for piece in _pieces(word, rules.line_length)]
    if not pieces:
        return ()
    last_moment = None if duration is None else milliseconds(duration)
    script = _Script(pieces, rules, language, last_moment)
    spans = script.best_spans()
    return tuple(
        Cue(start / 1000, end / 1000, script.lines.text(*span))
        for span, (start, end) in zip(spans, script.times(spans), strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Piece:
    """A word, or a part of one that is longer than a line; times in milliseconds."""

    start: int
    end: int
    text: str


def _pieces(word: Word, limit: int) -> Iterator[_Piece]:
    """Yield a word as pieces that fit into a line; none where it says nothing."""
    text = cleaned(word.text)
    start, end = milliseconds(word.start), milliseconds(word.end)
    if columns(text) <= limit:
        if text:
            yield _Piece(start, end, text)
        return
    done = 0
    for part in cut(text, limit):
        begun = start + (end - start) * done // len(text)
        done += len(part)
        until = start + (end - start) * done // len(text)
        yield _Piece(begun, until, part)


class _Script:
    """The words of a lecture as parallel lists, with the costs of cutting between them.

    A span ``(first, last)`` holds the pieces ``first .. last - 1``. Times are
    whole milliseconds and never run backwards.
    """

    def __init__(
        self, pieces: Sequence[_Piece], rules: CueRules, language: str, duration: int | None
    ) -> None:
        self._rules = rules
        self._duration = duration
        self._starts = list(accumulate((piece.start for piece in pieces), max))
        self._ends = [max(at, each.end) for at, each in zip(self._starts, pieces, strict=True)]
        texts = [piece.text for piece in pieces]
        # Pieces of one word never share a line: each takes as much of it as there is.
        joins = [" " if spaced(*pair) else "" for pair in pairwise([*texts, "."])]
        after = [*self._starts[1:], self._ends[-1]]
        pauses = [max(0, at - end) / 1000 for at, end in zip(after, self._ends, strict=True)]
        parted = partings(texts, pauses, language)
        self.lines = Lines(
            texts,
            joins,
            [_LINE * hurt for hurt in parted],
            limit=rules.line_length,
            most=rules.lines,
        )
        self._cue_costs = [hurt + (_MID_CLAUSE if hurt > CLAUSE else 0.0) for hurt in parted]
        # Sums up to each word, so that any span's share is a difference.
        sentence_ends = [hurt == SENTENCE for hurt in parted]
        self._sentences = [0, *accumulate(sentence_ends)]
        inside = map(_inside_cost, sentence_ends, pauses)
        self._inside_costs = [0.0, *accumulate(inside)]

    def best_spans(self) -> list[tuple[int, int]]:
        """Return the cheapest way to cut all words into spans."""
        count = len(self._starts)
        costs = [0.0] + [float("inf")] * count
        origins = [0] * (count + 1)
        for first in range(count):
            for last, cost in self._ways(first, costs):
                costs[last] = cost
                origins[last] = first
        cuts = [count]
        while cuts[-1]:
            cuts.append(origins[cuts[-1]])
        return list(pairwise(reversed(cuts)))

    def _ways(self, first: int, costs: Sequence[float]) -> Iterator[tuple[int, float]]:
        """Yield where a cue from ``first`` may end at less cost than ``costs`` knows of so far.

        What is dearer already is not followed further, which saves most of
        the time: the lines of a span are the costly part.
        """
        rules, lefts, rights = self._rules, self.lines.lefts, self.lines.rights
        starts, ends, sentences = self._starts, self._ends, self._sentences
        left, start = lefts[first], starts[first]
        so_far = costs[first] + _EACH_CUE - self._inside_costs[first]
        most_columns = rules.lines * (rules.line_length + 1)
        longest, shortest = rules.longest * 1000, rules.shortest * 1000
        for last in range(first + 1, len(starts) + 1):
            length, spoken = rights[last - 1] - left, ends[last - 1] - start
            alone = last == first + 1
            if length > most_columns or (spoken > longest and not alone):
                return
            cost = so_far + self._cue_costs[last - 1] + self._inside_costs[last - 1]
            if cost >= costs[last]:
                continue
            if sentences[first] < sentences[last - 1] == sentences[last]:
                cost += _SENTENCE_BEGUN
            if alone:
                cost += _LONE_WORD
            elif length * 4 < rules.line_length:
                cost += _FEW_WORDS
            wanted = max(shortest, length * 1000 / rules.reading_speed)
            room = self._next_start(last) - start
            if min(room, max(spoken, wanted)) < wanted:
                cost += self._haste_cost(length, max(1.0, room))
            if cost >= costs[last]:
                continue
            lines = self.lines.cost(first, last)
            if lines is not None and cost + lines < costs[last]:
                yield last, cost + lines

    def _next_start(self, last: int) -> float:
        """Return when a cue that ends before ``last`` has to be gone."""
        if last < len(self._starts):
            return self._starts[last]
        return float("inf") if self._duration is None else self._duration

    def _haste_cost(self, length: int, shown: float) -> float:
        """Return what it costs that ``length`` columns are shown for so few milliseconds."""
        cost, shortest = 0.0, self._rules.shortest * 1000
        haste = length * 1000 / shown / self._rules.reading_speed
        if haste > 1.0:
            cost += _TOO_FAST + _PER_HASTE * min(haste - 1.0, _MOST_HASTE)
        if shown < shortest:
            cost += _TOO_BRIEF * (2.0 - shown / shortest)
        return cost

    def times(self, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return when each span is shown.

        A cue begins with its first word and stays long enough to be read, as
        far as the next cue lets it.
        """
        rules = self._rules
        shortest, longest = milliseconds(rules.shortest), milliseconds(rules.longest)
        starts = self._cue_starts([self._starts[first] for first, _ in spans], shortest)
        limits = [*starts[1:], self._duration]
        made = []
        for (first, last), start, limit in zip(spans, starts, limits, strict=True):
            length = self.lines.rights[last - 1] - self.lines.lefts[first]
            readable = start + max(shortest, milliseconds(length / rules.reading_speed))
            end = min(max(self._ends[last - 1], readable), start + longest)
            if limit is not None:
                # Time to read is worth more than the gap before the next cue.
                gap = GAP if last < len(self._starts) else 0
                end = min(end, limit, max(limit - gap, readable))
            made.append((start, max(end, start + 1)))
        return made

    def _cue_starts(self, spoken: Sequence[int], shortest: int) -> list[int]:
        """Return when cues begin whose first words are spoken at these times.

        Where words are crowded, cues come later than what is said, and before
        the end of the video earlier, so that each can be seen.
        """
        count, duration = len(spoken), self._duration
        least = max(1, shortest if duration is None else min(shortest, duration // count))
        starts: list[int] = []
        for index, moment in enumerate(spoken):
            start = moment
            if duration is not None:
                start = max(index, min(start, duration - (count - index) * least))
            starts.append(max(start, starts[-1] + least) if starts else start)
        return starts


def _inside_cost(sentence_ends: bool, pause: float) -> float:  # noqa: FBT001
    """Return how much it hurts to have a sentence's end, or a pause in seconds, inside a cue."""
    cost = _SENTENCE_INSIDE if sentence_ends else 0.0
    if pause >= LONG_PAUSE:
        cost += _PAUSE_INSIDE + _PER_PAUSE * min(pause - LONG_PAUSE, _MOST_PAUSE)
    return cost
