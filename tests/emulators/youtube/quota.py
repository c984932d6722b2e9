"""What an app may do in a day: so many uploads, and so many units for the rest.

https://developers.google.com/youtube/v3/determine_quota_cost
"""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date
from zoneinfo import ZoneInfo

from emulators.clock import Clock
from emulators.youtube.refusals import refused
from emulators.youtube.world import App

#: Units of a call; one that is not named here costs one.
COSTS = {
    "videos.insert": 1,
    "videos.update": 50,
    "videos.delete": 50,
    "captions.list": 50,
    "captions.insert": 400,
    "captions.update": 450,
    "captions.delete": 50,
    "captions.download": 200,
    "playlists.insert": 50,
    "playlists.update": 50,
    "playlists.delete": 50,
    "playlistItems.insert": 50,
    "playlistItems.update": 50,
    "playlistItems.delete": 50,
    "thumbnails.set": 50,
}
_PACIFIC = ZoneInfo("America/Los_Angeles")


class Quota:
    """Counts what apps use up on each of California's days; `costs` may be changed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self.costs = dict(COSTS)
        #: Which refusal an empty bucket of uploads gives.
        self.no_uploads = "uploadsPerDay"
        self._used: Counter[tuple[str, str, date]] = Counter()

    def today(self) -> date:
        """Return the day that it is in California."""
        return self._clock.now().astimezone(_PACIFIC).date()

    def used(self, app: App, bucket: str) -> int:
        """Return what of ``uploads`` or ``units`` is gone today."""
        return self._used[app.client_id, bucket, self.today()]

    def use(self, app: App, bucket: str, amount: int) -> None:
        """Let something be gone, as by a neighbour of the same project."""
        with self._lock:
            self._used[app.client_id, bucket, self.today()] += amount

    def spend(self, app: App, method: str) -> tuple[str, int]:
        """Take what a call costs; return from which bucket, and how much. Refuses where none is left."""
        bucket = "uploads" if method == "videos.insert" else "units"
        cost = self.costs.get(method, 1)
        held = app.uploads if bucket == "uploads" else app.units
        key = (app.client_id, bucket, self.today())
        with self._lock:
            if self._used[key] + cost > held:
                raise refused(self.no_uploads if bucket == "uploads" else "quotaExceeded")
            self._used[key] += cost
        return bucket, cost

    def give_back(self, app: App, method: str, spent: tuple[str, int]) -> int:
        """Return what a call that was refused costs after all: one unit."""
        bucket, cost = spent
        with self._lock:
            self._used[app.client_id, bucket, self.today()] -= cost
            self._used[app.client_id, "units", self.today()] += 1
        return 1
