"""How many of a platform's days publications take, app by app.

The days are gone through as runs will: new publications first, and what is
published already afterwards, with its share of the day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from leap.domain.quotas import AppDay, Bucket


@dataclass(frozen=True, slots=True)
class Taking:
    """What one publication takes of a day, by bucket.

    ``refreshing`` tells that people can see it already.
    """

    tenant: str
    account: str
    platform: str
    recording: str
    needs: Mapping[str, int]
    refreshing: bool = False


@dataclass(frozen=True, slots=True)
class Amount:
    """How much of one bucket is wanted, of how much a day has, some of it used today."""

    bucket: str
    wanted: int
    limit: int
    used: int = 0


@dataclass(frozen=True, slots=True)
class Today:
    """What was used today of the app that an account asks as; nothing more is wanted of it."""

    platform: str
    tenant: str
    account: str
    amounts: tuple[Amount, ...]


@dataclass(frozen=True, slots=True)
class TooMuch:
    """A publication that no day is long enough for."""

    taking: Taking
    amount: Amount


@dataclass(frozen=True, slots=True)
class Demand:
    """What publications take of the days of one app.

    Attributes:
        platform: where, such as ``youtube``.
        accounts: as whom, by tenant and account; several where they share an app.
        amounts: how much of each bucket.
        days: how many of the platform's days that takes, today included; None
            where some of it can never be done.
        too_much: what cannot.
    """

    platform: str
    accounts: tuple[tuple[str, str], ...]
    amounts: tuple[Amount, ...]
    days: int | None
    too_much: tuple[TooMuch, ...] = ()


@dataclass(frozen=True, slots=True)
class Takings:
    """What the publications of a plan take, by tenant, recording and preset.

    Attributes:
        limits: what each platform counts, by bucket.
        days: what is known of the apps of each tenant's accounts.
    """

    found: Mapping[tuple[str, str, str], Taking] = field(default_factory=dict)
    limits: Mapping[str, Mapping[str, Bucket]] = field(default_factory=dict)
    days: Mapping[str, Sequence[AppDay]] = field(default_factory=dict)

    def demands(self, publications: Iterable[tuple[str, str, str]]) -> tuple[Demand, ...]:
        """Return what ``publications`` take together, by app."""
        known = {(tenant, day.account): day for tenant, days in self.days.items() for day in days}
        apps: dict[tuple[str, ...], _App] = {}
        for taking in filter(None, map(self.found.get, publications)):
            here = taking.tenant, taking.account
            day = known.get(here)
            key = (taking.platform, day.holder) if day else (taking.platform, *here)
            app = apps.setdefault(key, _App(taking.platform, day.used if day else {}))
            app.accounts[here] = None
            app.takings.append(taking)
        return tuple(_demand(app, self.limits[app.platform]) for _, app in sorted(apps.items()))


@dataclass
class _App:
    """Everything that one app is asked for."""

    platform: str
    used: Mapping[str, int]
    accounts: dict[tuple[str, str], None] = field(default_factory=dict)
    takings: list[Taking] = field(default_factory=list)


def _demand(app: _App, limits: Mapping[str, Bucket]) -> Demand:
    wanted: Counter[str] = Counter()
    for taking in app.takings:
        wanted.update(taking.needs)
    too_much = tuple(_too_much(app.takings, limits))
    return Demand(
        app.platform,
        tuple(app.accounts),
        tuple(
            Amount(name, wanted[name], bucket.limit, app.used.get(name, 0))
            for name, bucket in limits.items()
            if wanted[name]
        ),
        None if too_much else _days(app, limits),
        too_much,
    )


def _too_much(found: Sequence[Taking], limits: Mapping[str, Bucket]) -> Iterator[TooMuch]:
    for taking in found:
        for name, units in taking.needs.items():
            bucket = limits[name]
            most = bucket.refreshes if taking.refreshing else bucket.limit
            if units > most:
                yield TooMuch(taking, Amount(name, units, most))


def _days(app: _App, limits: Mapping[str, Bucket]) -> int:
    new = [taking.needs for taking in app.takings if not taking.refreshing]
    old = [taking.needs for taking in app.takings if taking.refreshing]
    left = {name: max(0, bucket.limit - app.used.get(name, 0)) for name, bucket in limits.items()}
    days = 1
    while True:
        new = new[_fitting(new, left) :]
        if not new:
            share = {name: min(left[name], limits[name].refreshes) for name in left}
            old = old[_fitting(old, share) :]
            if not old:
                return days
        days += 1
        left = {name: bucket.limit for name, bucket in limits.items()}


def _fitting(wanted: Sequence[Mapping[str, int]], left: dict[str, int]) -> int:
    """Return how many of ``wanted``, in their order, fit into ``left``; take them off it."""
    for count, needs in enumerate(wanted):
        if any(units > left[name] for name, units in needs.items()):
            return count
        for name, units in needs.items():
            left[name] -= units
    return len(wanted)
