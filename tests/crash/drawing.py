"""Which cases are tried: a third, drawn by a seed, or all with ``LEAP_CRASH=all``.

The seed is that of ``LEAP_CRASH_SEED``; with another one other cases are drawn.
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

EVERYTHING = os.environ.get("LEAP_CRASH") == "all"

#: So many tests share the cases of one kind, so that several processes can work on them.
SHARES = 4


def drawn(cases: Sequence[T], share: int, part: float = 1 / 3) -> list[T]:
    """Return the cases of one of the shares that are tried this time, in their order."""
    mine = list(cases)[share::SHARES]
    if EVERYTHING:
        return mine
    dice = random.Random(f"{os.environ.get('LEAP_CRASH_SEED', '1')}/{share}/{len(cases)}")
    count = max(1, round(len(mine) * part))
    chosen = set(dice.sample(range(len(mine)), count)) if mine else set()
    return [case for index, case in enumerate(mine) if index in chosen]
