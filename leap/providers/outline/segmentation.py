"""Where the subject changes: text segmentation by word statistics.

The likelihood model of Utiyama and Isahara, "A Statistical Model for
Domain-Independent Text Segmentation" (ACL 2001): each topic has its own
distribution of words, and the best division is the one under which the words
are least surprising. It needs no training. Dynamic programming finds it for a
given number of topics.
"""

from __future__ import annotations

import math
from array import array
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

#: Costs are in nats. What a topic of twice or half the usual length costs.
_UNEVEN = 6.0
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
        costs = _costs(units, end, shortest, limit, (end - units[0].start) / count)
        found = _cheapest(costs, count)
        if found is not None:
            return found
    raise AssertionError("without a limit every division is possible")


def _costs(
    units: Sequence[Unit], end: float, shortest: float, longest: float, mean: float
) -> list[array[float]]:
    """Return what each topic costs: ``costs[first][n]`` for units ``first .. first + n``."""
    vocabulary = len({word for unit in units for word in unit.words}) or 1
    size = 1 + sum(len(unit.words) for unit in units)
    logs = [0.0, *(math.log(number) for number in range(1, size + vocabulary + 2))]
    starts = [*(unit.start for unit in units), end]
    result = []
    for first, unit in enumerate(units):
        counts: defaultdict[str, int] = defaultdict(int)
        total, repeated = 0, 0.0
        row = array("d")
        for last in range(first, len(units)):
            length = starts[last + 1] - starts[first]
            if last > first and (units[last].forced or length > longest):
                break
            for word in units[last].words:
                seen = counts[word]
                repeated += (seen + 1) * logs[seen + 2] - seen * logs[seen + 1]
                counts[word] = seen + 1
                total += 1
            surprise = total * logs[total + vocabulary] - repeated
            unevenness = _UNEVEN * math.log2(max(length, 1.0) / max(mean, 1.0)) ** 2
            lack = _TOO_SHORT * max(0.0, 1 - length / shortest)
            row.append(surprise + unevenness + lack - (unit.inviting if first else 0.0))
        result.append(row)
    return result


def _cheapest(costs: Sequence[array[float]], count: int) -> tuple[int, ...] | None:
    """Return the first units of the ``count`` topics that cost least in all, if any can."""
    units = len(costs)
    # best[last]: the least cost of dividing the units before ``last`` into so many topics.
    best = [0.0] + [math.inf] * units
    origins = []
    for _ in range(count):
        following = [math.inf] * (units + 1)
        origin = [0] * (units + 1)
        for first, row in enumerate(costs):
            before = best[first]
            if before == math.inf:
                continue
            for last, cost in enumerate(row, start=first + 1):
                if before + cost < following[last]:
                    following[last] = before + cost
                    origin[last] = first
        best = following
        origins.append(origin)
    if best[units] == math.inf:
        return None
    firsts = [units]
    for origin in reversed(origins):
        firsts.append(origin[firsts[-1]])
    return tuple(reversed(firsts[1:]))
