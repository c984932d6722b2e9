"""Where the subject changes: text segmentation by word statistics.

The likelihood model of Utiyama and Isahara, "A Statistical Model for
Domain-Independent Text Segmentation" (ACL 2001): each topic has its own
distribution of words, and the best division is the one under which the words
are least surprising. It needs no training. Dynamic programming finds it for a
given number of topics.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Costs are in nats. What a topic of twice or half the usual length costs.
_UNEVEN = 3.0
#: What a topic costs that is shorter than it may be, at most.
_TOO_SHORT = 200.0


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence to the division: its content words, and when it begins in seconds.

    ``inviting`` says, in nats, how much the place before it looks like a
    boundary; ``forced`` makes it one.
    """

    start: float
    words: tuple[str, ...]
    inviting: float = 0.0
    forced: bool = False


def divide(
    units: Sequence[Unit], end: float, *, count: int, shortest: float, longest: float
) -> tuple[int, ...]:
    """Return the indices of the units that begin a topic, the first of them 0.

    There are ``count`` of them, or as many as the units and the forced
    boundaries allow. Lengths are seconds; they give way where they cannot be
    kept.
    """
    if not units:
        return ()
    blocks = 1 + sum(unit.forced for unit in units[1:])
    count = min(max(count, blocks), len(units))
    for limit in (longest, math.inf):
        found = _cheapest(units, end, count, shortest, limit)
        if found is not None:
            return found
    raise AssertionError("without a limit every division is possible")


def _cheapest(
    units: Sequence[Unit], end: float, count: int, shortest: float, longest: float
) -> tuple[int, ...] | None:
    """Return the first units of the ``count`` topics that cost least in all, if any can."""
    import numpy as np

    size = len(units)
    # best[n, last]: the least cost of dividing the units before ``last`` into n topics,
    # and origins[n, last]: where the last of these begins.
    best = np.full((count + 1, size + 1), math.inf)
    best[0, 0] = 0.0
    origins = np.zeros((count + 1, size + 1), np.int64)
    mean = (end - units[0].start) / count
    for last, (first, costs) in enumerate(_costs(units, end, shortest, longest, mean), start=1):
        sums = best[:-1, first:last] + costs
        cheapest = sums.argmin(axis=1)
        best[1:, last] = sums[np.arange(count), cheapest]
        origins[1:, last] = first + cheapest
    if best[count, size] == math.inf:
        return None
    firsts = [size]
    for number in range(count, 0, -1):
        firsts.append(int(origins[number, firsts[-1]]))
    return tuple(reversed(firsts[1:]))


def _costs(
    units: Sequence[Unit], end: float, shortest: float, longest: float, mean: float
) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """Yield, for each unit, what the topics cost that end with it.

    That is the first unit with which such a topic may begin, and the costs by
    first unit from there on.
    """
    import numpy as np

    vocabulary = len({word for unit in units for word in unit.words}) or 1
    starts = np.array([*(unit.start for unit in units), end])
    inviting = np.array([0.0, *(unit.inviting for unit in units[1:])])
    sizes = np.array([len(unit.words) for unit in units])
    before = np.concatenate([[0], sizes.cumsum()])
    first = 0
    for last, repeated in enumerate(_repetitions(units)):
        if units[last].forced:
            first = last
        while first < last and starts[last + 1] - starts[first] > longest:
            first += 1
        words = before[last + 1] - before[first : last + 1]
        lengths = starts[last + 1] - starts[first : last + 1]
        surprise = words * np.log(words + vocabulary) - repeated[first:]
        ratio = np.maximum(lengths, 1.0) / max(mean, 1.0)
        lack = np.maximum(0.0, 1 - lengths / shortest)
        unwanted = _UNEVEN * np.log2(ratio) ** 2 + _TOO_SHORT * lack
        yield first, surprise + unwanted - inviting[first : last + 1]


def _repetitions(units: Sequence[Unit]) -> Iterator[NDArray[np.float64]]:
    """Yield, for each unit, how many nats repeated words save the topics that end with it.

    They are by first unit, from 0 to the unit itself. A word that a topic has
    n times saves n log (n + 1) in all. So one more saves as much more as it was
    in the topic before, which depends on the first unit only where the word
    occurs: between two occurrences it is the same.
    """
    import numpy as np

    saved = np.zeros(len(units))
    seen: defaultdict[str, list[int]] = defaultdict(list)
    for last, unit in enumerate(units):
        # What a first unit adds to the saving of all before it, as a sum from the right.
        steps = np.zeros(last + 1)
        for word in unit.words:
            places = seen[word]
            steps[last] += _saving(0)
            for number, place in enumerate(reversed(places)):
                steps[place] += _saving(number + 1) - _saving(number)
            places.append(last)
        saved[: last + 1] += steps[::-1].cumsum()[::-1]
        yield saved[: last + 1]


def _saving(count: int) -> float:
    return (count + 1) * math.log(count + 2) - count * math.log(count + 1)
