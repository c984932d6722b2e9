"""What asking a vendor about an account gave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from leap.domain.ports import Renewal


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
        dies_at: when the credential ends as things stand, if that is known.
        ends_anyhow: whether it ends then although it is used.
        limits: what the vendor does not let the account do, although it works; a
            sentence each, with what a person can do about it.
    """

    whose: str
    scopes: frozenset[str]
    missing: tuple[Missing, ...] = ()
    dies_at: datetime | None = None
    ends_anyhow: bool = False
    limits: tuple[str, ...] = ()


@dataclass(slots=True)  # not frozen, as the port has attributes
class Fresh:
    """A credential that was given just now (``leap.domain.ports.Tokens``): it needs no renewal."""

    account: str
    fields: Mapping[str, str] = field(repr=False)

    def current(self) -> Mapping[str, str]:
        return self.fields

    def renewed(
        self, stale: Mapping[str, str], renew: Callable[[Mapping[str, str]], Renewal]
    ) -> Mapping[str, str]:
        del stale, renew
        return self.fields
