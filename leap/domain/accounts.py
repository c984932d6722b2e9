"""What the ledger knows about accounts at vendors: rotated tokens, and who is left alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


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
        expires_at: when the credential dies if nobody uses it, where that is known.
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
