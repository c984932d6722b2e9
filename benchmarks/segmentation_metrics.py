"""How well a text was divided, by the measures of the field.

Nothing here is shared with the code that divides. A division is the set of
sentences, counted from 0, that begin a section; the first sentence of all is
not among them. ``size`` is the number of sentences.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

#: A boundary counts as found when one lies this near: this share of a section's mean length.
_TOLERANCE = 0.15


def pk(reference: AbstractSet[int], found: AbstractSet[int], size: int) -> float:
    """Return how often two sentences at some distance are wrongly parted or left together.

    The distance is half a section. 0 is perfect, and about 0.5 is chance.
    Beeferman, Berger, Lafferty: Statistical Models for Text Segmentation (1999),
    https://doi.org/10.1023/A:1007506220214
    """
    windows = _windows(reference, size)
    wrong = sum(bool(reference & window) != bool(found & window) for window in windows)
    return wrong / len(windows)


def window_diff(reference: AbstractSet[int], found: AbstractSet[int], size: int) -> float:
    """Return how often a window of half a section holds another number of boundaries.

    Pevzner, Hearst: A Critique and Improvement of an Evaluation Metric for Text
    Segmentation (2002), https://doi.org/10.1162/089120102317341756
    """
    windows = _windows(reference, size)
    wrong = sum(len(reference & window) != len(found & window) for window in windows)
    return wrong / len(windows)


def boundary_f1(reference: AbstractSet[int], found: AbstractSet[int], size: int) -> float:
    """Return the F1 of boundaries; each found one pairs with one of the reference, near ones first.

    Near is within 15 % of a section's mean length.
    """
    if not reference and not found:
        return 1.0
    tolerance = _TOLERANCE * size / (len(reference) + 1)
    pairs = sorted((abs(one - other), one, other) for one in reference for other in found)
    free, unused, hits = set(reference), set(found), 0
    for distance, one, other in pairs:
        if distance <= tolerance and one in free and other in unused:
            free.remove(one)
            unused.remove(other)
            hits += 1
    return 2 * hits / (len(reference) + len(found))


def _windows(reference: AbstractSet[int], size: int) -> list[frozenset[int]]:
    """Return, for each pair of sentences half a section apart, where a boundary parts them."""
    half = max(2, round(size / (len(reference) + 1) / 2))
    return [frozenset(range(first + 1, first + half + 1)) for first in range(size - half)]
