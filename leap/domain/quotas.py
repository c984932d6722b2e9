"""What an app may do at a platform in a day, and what was done of it.

A platform counts by the app that asks, whoever uses it: tenants that share an
app share its day. The app is called its *holder* here, and known by a digest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Bucket:
    """One thing that is counted by the day, such as ``uploads`` or ``units``.

    Attributes:
        limit: how much of it there is in a day.
        refreshes: how much of that may go to what is published already.
        zone: where the day begins at midnight, such as ``America/Los_Angeles``.
    """

    name: str
    limit: int
    refreshes: int
    zone: str


@dataclass(frozen=True, slots=True)
class Granted:
    """What was asked for is taken off the ``day`` of the platform, which ends at ``until``."""

    day: date
    until: datetime


@dataclass(frozen=True, slots=True)
class Shortage:
    """Nothing was taken: there is not enough left of one bucket.

    Attributes:
        bucket: the name of that bucket.
        used: how much of it was used up by then; of the share that refreshes
            may take, where that is what is short.
        of: how much there is.
        until: when the platform's next day begins.
        for_refreshes: whether new publications may still take some.
    """

    bucket: str
    used: int
    of: int
    until: datetime
    for_refreshes: bool = False


@dataclass(frozen=True, slots=True)
class AppDay:
    """What the app behind an account has used up today, whoever asked as it; by bucket."""

    account: str
    holder: str
    used: Mapping[str, int] = field(default_factory=dict)
