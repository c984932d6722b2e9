"""What asking a vendor about an account gave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Missing:
    """A scope that the app does not have.

    Attributes:
        ability: what cannot be done without it, as ``put recordings into the trash``.
        scope: its name, as the vendor's pages have it.
    """

    ability: str
    scope: str


@dataclass(frozen=True, slots=True)
class Checked:
    """An account whose credential works.

    Attributes:
        whose: the vendor's account, as far as it is known; ``""`` where it is not.
        scopes: what the app may do.
        missing: what it may not, although a source or a preset needs it.
        dies_at: when the credential ends if nobody uses it, if that is known.
    """

    whose: str
    scopes: frozenset[str]
    missing: tuple[Missing, ...] = ()
    dies_at: datetime | None = None
