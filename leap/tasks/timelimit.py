"""How long a run may take: until when it begins steps, and how long those may go on."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """When a run begins nothing more.

    What runs by then may take ``grace`` more seconds, and is stopped after
    them, as an interrupt does it. ``ends`` is of ``time.monotonic()``.
    """

    ends: float
    grace: float

    @classmethod
    def of(cls, began: float, seconds: float) -> TimeLimit:
        """Return the limit of a run that ``began`` then and has so many seconds."""
        return cls(began + seconds, seconds / 10)

    @property
    def left(self) -> float:
        """How many seconds are left to begin steps in; never negative."""
        return max(0.0, self.ends - time.monotonic())

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more is to be begun."""
        return not self.left
