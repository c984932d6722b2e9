"""Words laid out on a few lines, broken where they part best and as even as that allows."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, pairwise

from leap.domain.typesetting import columns

#: The weight of uneven lines; a break costs what its caller says.
_UNEVEN = 3.0


class Lines:
    """Words and where lines may break between them.

    A span ``(first, last)`` holds the words ``first .. last - 1``.

    Args:
        texts: the words, none wider than ``limit``.
        joins: what stands after each on the same line: a space or nothing.
        breaks: what it costs to break after each, in the scale of evenness:
            two lines of which one is full and one empty cost about 1.5.
        limit: the most columns of a line.
        most: the most lines.
    """

    def __init__(
        self,
        texts: Sequence[str],
        joins: Sequence[str],
        breaks: Sequence[float],
        *,
        limit: int,
        most: int,
    ) -> None:
        widths = [columns(text) for text in texts]
        reach = accumulate(width + len(join) for width, join in zip(widths, joins, strict=True))
        #: The columns at which each word begins and ends if all stood on one line.
        self.lefts = [0, *reach]
        self.rights = [left + width for left, width in zip(self.lefts, widths, strict=False)]
        self._texts, self._joins, self._breaks = texts, joins, breaks
        self._limit, self._most = limit, most
        # Of three or four lines, the lower ones are the same for many spans.
        self._rest = lru_cache(maxsize=1 << 16)(self._on) if most > 2 else self._on  # noqa: PLR2004

    def cost(self, first: int, last: int) -> float | None:
        """Return what the best lines of a span cost, or None where it does not fit."""
        found = self._best(first, last)
        return found[0] if found else None

    def text(self, first: int, last: int) -> tuple[str, ...]:
        """Return the best lines of a span that fits."""
        found = self._best(first, last)
        breaks = found[1] if found else ()
        return tuple(self._line(*each) for each in pairwise((first, *breaks, last)))

    def _line(self, first: int, last: int) -> str:
        parts = zip(self._texts[first:last], (*self._joins[first : last - 1], ""), strict=True)
        return "".join(text + join for text, join in parts)

    def _best(self, first: int, last: int) -> tuple[float, tuple[int, ...]] | None:
        """Return the cost of a span's lines and before which words they break.

        The fewest lines that hold the text win: more cover more of the picture.
        """
        length = self.rights[last - 1] - self.lefts[first]
        for lines in range(max(1, -(-length // (self._limit + 1))), self._most + 1):
            found = self._on(first, last, lines)
            if found is not None:
                even = _UNEVEN * (length / self._limit) ** 2 / lines
                return max(0.0, found[0] - even), found[1]
        return None

    def _on(self, first: int, last: int, lines: int) -> tuple[float, tuple[int, ...]] | None:
        limit, lefts, rights = self._limit, self.lefts, self.rights
        left, right = lefts[first], rights[last - 1]
        if lines == 1:
            if right - left > limit:
                return None
            return _UNEVEN * ((right - left) / limit) ** 2, ()
        best: tuple[float, tuple[int, ...]] | None = None
        # The first line ends where it fits, and where the others have a chance to.
        low = bisect_left(lefts, right - (lines - 1) * (limit + 1), first + 1, last)
        high = bisect_right(rights, left + limit, first, last)
        for at in range(low, min(high, last - 1) + 1):
            rest = self._rest(at, last, lines - 1)
            if rest is None:
                continue
            uneven = _UNEVEN * ((rights[at - 1] - left) / limit) ** 2
            cost = rest[0] + uneven + self._breaks[at - 1]
            if best is None or cost < best[0]:
                best = cost, (at, *rest[1])
        return best
