"""What the ledger knows about accounts at vendors: rotated tokens, and who is left alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

#: So long before an account ends people hear of it: in time for whoever is on holiday.
NOTICE = timedelta(days=30)
#: The same of an account whose token lives a day: in time for somebody to log in again today.
DAILY_NOTICE = timedelta(hours=6)


#: In minutes.
_HOUR, _DAY = 60, 24 * 60


@dataclass(frozen=True, slots=True)
class Deferral:
    """An account that is not to be used before ``until``, since its vendor said so."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class CredentialState:
    """What became of one account's credential since a person wrote it down.

    Attributes:
        account: the name of the account.
        seed: a keyed fingerprint of what the person wrote; where that is another
            now, somebody has logged in again and ``sealed`` is of the past. ``""``
            at generation 0.
        generation: how many renewals were stored, over all seeds.
        fields: the names of the fields that are in ``sealed``.
        sealed: the renewed fields, encrypted for the tenant's age recipients; None
            at generation 0.
        expires_at: when the credential ends as things stand, where that is known;
            using it may put that off.
        renewed_at: when ``sealed`` was stored.
        used_at: when a run last used the account, to ten minutes.
        renewing: a keyed fingerprint of the fields that were last sent to be
            renewed, as long as no answer to that was stored.
        renewing_at: when they were sent.
    """

    account: str
    seed: str = ""
    generation: int = 0
    fields: tuple[str, ...] = ()
    sealed: bytes | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    renewed_at: datetime | None = None
    used_at: datetime | None = None
    renewing: str | None = None
    renewing_at: datetime | None = None


def moment_of(text: str | None) -> datetime | None:
    """Return an ISO 8601 ``text`` as a moment; None for what is none."""
    try:
        when = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return when if when.tzinfo is not None else None


def lives_a_day(fields: Mapping[str, str]) -> bool:
    """Tell whether a credential is a bare token, as VK gives it to older apps for a day."""
    return bool(fields.get("access_token")) and not fields.get("refresh_token")


def ends_soon(ends: datetime | None, now: datetime, *, daily: bool = False) -> bool:
    """Tell whether people should hear that a credential ends at ``ends``; not of one that has.

    ``daily`` is one that ``lives_a_day``.
    """
    return ends is not None and now < ends <= now + (DAILY_NOTICE if daily else NOTICE)


def left(ends: datetime, now: datetime) -> str:
    """Return how long it is until ``ends``: ``in 12 days``, ``in 5 h``, ``in 20 min``."""
    minutes = max(1, int((ends - now).total_seconds() // 60))
    if minutes < _HOUR:
        return f"in {minutes} min"
    if minutes < 2 * _DAY:
        return f"in {minutes // _HOUR} h"
    return f"in {minutes // _DAY} days"
