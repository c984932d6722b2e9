"""What every call takes off the day, counted before it is made.

Google counts by app, over all who use it, and counts calls that fail as well.
https://developers.google.com/youtube/v3/determine_quota_cost
"""

from __future__ import annotations

from typing import get_args

from leap.config.quotas import YouTubeMethod, YouTubeQuota
from leap.domain.ports import Quotas
from leap.errors import DeferUntil

UPLOADS, UNITS = "uploads", "units"
#: The calls that have a bucket of their own.
_UPLOAD = "videos.insert"
_METHODS: frozenset[str] = frozenset(get_args(YouTubeMethod))


class Spending:
    """The day's buckets of one app.

    Args:
        quotas: keeps count, over all runners.
        quota: what calls cost.
    """

    def __init__(self, quotas: Quotas, quota: YouTubeQuota) -> None:
        self._quotas, self._quota = quotas, quota

    def spend(self, app: str, method: str) -> None:
        """Take one call of ``method`` off the day; bytes of an upload cost nothing.

        Raises DeferUntil where the day does not have that much left.
        """
        if method not in _METHODS:
            return
        if method == _UPLOAD:
            self._quotas.spend(app, UPLOADS, 1)
        cost = self._quota.cost(method)  # type: ignore[arg-type]  # it is one of them
        if cost:
            self._quotas.spend(app, UNITS, cost)

    def used_up(self, app: str, method: str, message: str) -> DeferUntil:
        """Return until when ``method`` has to wait, since YouTube says that the day is used up."""
        bucket = UPLOADS if method == _UPLOAD else UNITS
        return DeferUntil(message, until=self._quotas.exhausted(app, bucket), for_account=True)
