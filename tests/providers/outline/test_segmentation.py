"""The division that costs least, against one that is found by trying all."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise
from math import log, log2

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap.providers.outline.segmentation import Unit, divide

units = st.lists(
    st.tuples(
        st.lists(st.sampled_from("abcd"), max_size=5), st.sampled_from([0.0, 2.0]), st.booleans()
    ),
    min_size=1,
    max_size=7,
).map(
    lambda parts: [
        Unit(float(n), tuple(words), inviting=inviting, forced=forced and n % 3 == 0)
        for n, (words, inviting, forced) in enumerate(parts)
    ]
)


def cost(spoken, firsts, shortest):
    """Return what a division costs, as the paper and the module's constants have it."""
    vocabulary = len({word for unit in spoken for word in unit.words}) or 1
    mean, total = len(spoken) / len(firsts), 0.0
    for first, last in pairwise((*firsts, len(spoken))):
        words = Counter(word for unit in spoken[first:last] for word in unit.words)
        total += words.total() * log(words.total() + vocabulary)
        total -= sum(count * log(count + 1) for count in words.values())
        total += 3.0 * log2((last - first) / mean) ** 2
        total += 200.0 * max(0.0, 1 - (last - first) / shortest)
        total -= spoken[first].inviting if first else 0.0
    return total


@given(units, st.integers(1, 4), st.floats(0.5, 3))
@settings(deadline=None)
def test_no_other_division_costs_less(spoken, count, shortest):
    """As many topics as wanted, every forced boundary, and the least surprise of all."""
    forced = {n for n, unit in enumerate(spoken) if unit.forced and n}
    made = divide(spoken, float(len(spoken)), count=count, shortest=shortest, longest=100.0)
    others = [
        (0, *rest)
        for rest in combinations(range(1, len(spoken)), len(made) - 1)
        if forced <= set(rest)
    ]

    assert forced <= set(made)
    assert min(cost(spoken, each, shortest) for each in others) == pytest.approx(
        cost(spoken, made, shortest)
    )
