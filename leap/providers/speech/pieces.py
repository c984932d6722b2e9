"""Where sound is cut that is larger than an upload may be, and how its words are joined.

Neighbours overlap by some seconds, so that no word is cut in two in both of
them; each is cut where it is quiet. All times are seconds of the whole sound.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from leap.domain.transcript import Word
from leap.media.sound import STEP, Loudness

#: What a piece has on both sides beyond the place where it is cut.
OVERLAP = 3.0
#: A piece is at least so long; with less room for an upload nothing is cut.
SHORTEST = 12.0
#: The quietest moment within so many seconds of an even cut is taken, in a
#: short piece within a tenth of it.
_QUIET_WITHIN = 60.0
_PART = 0.1
#: What a piece's own encoding may take more than its part of the whole file.
_ROOM = 0.9
#: Words of the two sides are the same where they begin within so many seconds.
_SAME = 0.4


@dataclass(frozen=True, slots=True)
class Piece:
    """From ``start`` to ``end`` is sent; the words between ``after`` and ``before`` count."""

    start: float
    end: float
    after: float
    before: float


def cut(sound: Loudness, largest: int) -> tuple[Piece, ...]:
    """Return pieces of at most ``largest`` bytes each that cover the sound.

    Raises ValueError where ``largest`` does not hold a piece of SHORTEST seconds.
    """
    duration, room = sound.duration, largest * _ROOM
    cuts = [0.0]
    while _bytes(sound, cuts[-1] - OVERLAP, duration) > room:
        cuts.append(_next(sound, cuts[-1], room))
    cuts.append(duration)
    return tuple(
        Piece(max(0.0, after - OVERLAP), min(duration, before + OVERLAP), after, before)
        for after, before in pairwise(cuts)
    )


def _next(sound: Loudness, last: float, room: float) -> float:
    """Return where the piece that begins at ``last`` is cut."""
    latest = _reached(sound, _before(sound, last - OVERLAP) + room) - OVERLAP
    if latest - last < SHORTEST:
        message = "an upload holds less than a piece"
        raise ValueError(message)
    # A little less than fits, so that there is a choice of places to cut at.
    most = (1 - _PART) * _bytes(sound, last, latest)
    left = _bytes(sound, last, sound.duration)
    even = _reached(sound, _before(sound, last) + left / math.ceil(left / most))
    even = min(max(even, last + SHORTEST), latest)
    around = min(_QUIET_WITHIN, _PART * (even - last))
    return _quietest(sound, max(last + SHORTEST / 2, even - around), min(latest, even + around))


def _quietest(sound: Loudness, first: float, last: float) -> float:
    """Return the middle of the quietest half second between two moments."""
    span = max(1, round(0.5 / STEP))
    start, end = round(first / STEP), max(round(first / STEP) + 1, round(last / STEP))
    steps = range(start, min(end, len(sound.energy)))

    def energy(step: int) -> float:
        low = max(0, step - span // 2)
        return sum(sound.energy[low : step + span // 2 + 1])

    return round(min(steps, key=energy) * STEP, 3)


def _before(sound: Loudness, moment: float) -> float:
    """Return how many bytes come before ``moment``."""
    step = math.floor(moment / STEP) - 1
    return sound.size[min(step, len(sound.size) - 1)] if step >= 0 else 0.0


def _bytes(sound: Loudness, start: float, end: float) -> float:
    return _before(sound, end + STEP) - _before(sound, start)


def _reached(sound: Loudness, size: float) -> float:
    """Return the last moment before which no more than ``size`` bytes come."""
    return bisect_right(sound.size, size) * STEP


def joined(pieces: Sequence[tuple[Piece, Sequence[Word]]]) -> tuple[Word, ...]:
    """Return the words of all pieces, each once and in order; their times are of the whole sound."""
    words: list[Word] = []
    for piece, heard in pieces:
        words = _join(words, heard, piece.after) if piece.after else list(heard)
    return tuple(words)


def _join(left: Sequence[Word], right: Sequence[Word], at: float) -> list[Word]:
    """Return ``left`` up to about ``at`` and ``right`` from there on.

    Both have heard the words around ``at``, at slightly different times. They
    are joined in a word that both have, the nearest to ``at``; where there is
    none, each word counts on its own side.
    """
    first = next((i for i, w in enumerate(left) if w.end >= at - OVERLAP), len(left))
    last = next((j for j, w in enumerate(right) if w.start > at + OVERLAP), len(right))
    pairs = _alike(left[first:], right[:last])
    if pairs:
        i, j = min(pairs, key=lambda pair: abs(_middle(left[first + pair[0]]) - at))
        return [*left[: first + i + 1], *right[j + 1 :]]
    return [*(w for w in left if _middle(w) < at), *(w for w in right if _middle(w) >= at)]


def _alike(left: Sequence[Word], right: Sequence[Word]) -> list[tuple[int, int]]:
    """Return pairs of indexes of words that are the same, ascending on both sides.

    The longest common subsequence; of several the one whose times fit best.
    """
    best: list[list[tuple[int, float]]] = [
        [(0, 0.0)] * (len(right) + 1) for _ in range(len(left) + 1)
    ]
    for i in reversed(range(len(left))):
        for j in reversed(range(len(right))):
            found = max(best[i + 1][j], best[i][j + 1])
            if _same(left[i], right[j]):
                count, fit = best[i + 1][j + 1]
                found = max(found, (count + 1, fit - abs(left[i].start - right[j].start)))
            best[i][j] = found
    pairs, i, j = [], 0, 0
    while i < len(left) and j < len(right):
        if best[i][j] == best[i + 1][j]:
            i += 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            pairs.append((i, j))
            i, j = i + 1, j + 1
    return pairs


def _same(one: Word, other: Word) -> bool:
    return abs(one.start - other.start) <= _SAME and _plain(one.text) == _plain(other.text)


def _plain(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum()) or text


def _middle(word: Word) -> float:
    return (word.start + word.end) / 2
