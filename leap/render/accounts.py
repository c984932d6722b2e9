"""Accounts at vendors: a table for people, and JSON data. No secret is in either.

demo                                                             2 accounts
  site-links  site      ready         preset site
  zoom-main   zoom      needs you     source lectures
      the login was not used for too long
      leap auth login zoom --tenant demo --account zoom-main
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Literal

from leap.domain.accounts import Deferral, left
from leap.render.terminal import (
    Paint,
    Row,
    ago,
    clean,
    counted,
    heading,
    indented,
    moment,
    plain,
    table,
)

State = Literal["ready", "ends soon", "waits", "locked", "needs you"]
_COLOURS: dict[State, str] = {
    "ready": "green",
    "ends soon": "yellow",
    "waits": "yellow",
    "locked": "dim",
    "needs you": "red",
}
#: From then on the end of a login is shown as trouble.
_URGENT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Account:
    """One account, as far as it is known without asking its vendor.

    Attributes:
        uses: what names it, as ``source lectures``.
        kind: its credential's kind; empty where that is not known.
        origin: where the newest token is from.
        generation: how often its tokens were renewed; 0 in the file.
        renewed_at: when that was last.
        used_at: when a run last used it.
        expires_at: when it ends as things stand, if that is known.
        ends_anyhow: whether it ends then although it is used.
        ends_soon: whether that is so soon that people should hear of it.
        lives_a_day: whether it is a bare token that nothing renews.
        scopes: what it allows, where that was told.
        deferral: until when its vendor wants to be left alone.
        problem: what a person has to see to.
        helps: the command that does.
        is_locked: whether the problem is that no key of this machine opens it.
    """

    tenant: str
    name: str
    uses: tuple[str, ...] = ()
    kind: str = ""
    origin: Literal["file", "ledger"] = "file"
    generation: int = 0
    renewed_at: datetime | None = None
    used_at: datetime | None = None
    expires_at: datetime | None = None
    ends_anyhow: bool = False
    ends_soon: bool = False
    lives_a_day: bool = False
    scopes: tuple[str, ...] = ()
    deferral: Deferral | None = None
    problem: str | None = None
    helps: str = ""
    is_locked: bool = False

    @property
    def state(self) -> State:
        if self.problem is not None:
            return "locked" if self.is_locked else "needs you"
        if self.ends_soon:
            return "ends soon"
        return "waits" if self.deferral is not None else "ready"


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking a vendor about one account.

    Attributes:
        whose: the vendor's account, as far as it is known.
        scopes: what is allowed.
        missing: what is not, although it is needed: what for, and the scope.
        limits: what the vendor does not let the account do, although it works.
        expires_at: when it ends as things stand, if that is known.
        ends_anyhow: whether it ends then although it is used.
        problem: why it does not work, or could not be asked.
        helps: what a person can do.
    """

    tenant: str
    account: str
    whose: str = ""
    scopes: tuple[str, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()
    limits: tuple[str, ...] = ()
    expires_at: datetime | None = None
    ends_anyhow: bool = False
    problem: str | None = None
    helps: str = ""

    @property
    def works(self) -> bool:
        """Whether it does all that is needed."""
        return self.problem is None and not self.missing


def text(
    accounts: Sequence[Account], *, now: datetime, width: int = 80, paint: Paint = plain
) -> str:
    """Return a table of ``accounts`` by tenant, without a final newline."""
    if not accounts:
        return "No account is named in any file, and no credential is kept."
    rows = [_row(account, now) for account in accounts]
    laid_out = table(rows, flexible=3, width=width, paint=paint, below=6)
    together = zip(accounts, laid_out, strict=True)
    blocks = []
    for tenant, of_tenant in groupby(together, key=lambda each: each[0].tenant):
        lines = [lines for _, lines in of_tenant]
        head = heading(tenant, counted(len(lines), "account"), width, paint)
        blocks.append("\n".join([head, *(line for each in lines for line in each)]))
    return "\n\n".join([*blocks, _last_line(accounts)])


def trouble(account: Account, now: datetime) -> str:
    """Return what a person has to know of ``account`` before it is too late; ``""`` for nothing."""
    if account.problem is not None:
        return clean(account.problem)
    if account.ends_soon and account.expires_at is not None:
        return f"the login ends {left(account.expires_at, now)}{_unless(account)}"
    return ""


def data(accounts: Sequence[Account]) -> dict[str, Any]:
    """Return ``accounts`` as JSON data: the interface of ``leap auth status --format json``."""
    return {"accounts": [_data(account) for account in accounts]}


def _row(account: Account, now: datetime) -> Row:
    state = account.state
    colour = "red" if state == "ends soon" and _is_urgent(account, now) else _COLOURS[state]
    cells = (
        (f"  {account.name}", ""),
        (account.kind or "–", ""),
        (state, colour),
        (", ".join(account.uses) or "named nowhere", "" if account.uses else "dim"),
    )
    return Row(cells, more=tuple(_notes(account, now)))


def _is_urgent(account: Account, now: datetime) -> bool:
    return account.expires_at is not None and account.expires_at <= now + _URGENT


def _notes(account: Account, now: datetime) -> list[str]:
    notes = []
    if said := trouble(account, now):
        notes.append(said)
    if account.helps:
        notes.append(f"→ {account.helps}")
    if account.deferral is not None:
        until, reason = moment(account.deferral.until), clean(account.deferral.reason)
        notes.append(f"left alone until {until}: {reason}")
    if account.renewed_at is not None:
        when = ago(account.renewed_at, now)
        notes.append(f"newest token: the ledger's, generation {account.generation}, {when}")
    elif account.expires_at is not None:
        notes.append("newest token: the file's")
    if account.expires_at is not None:
        verb = "ended" if account.expires_at <= now else "ends"
        notes.append(f"{verb} {moment(account.expires_at)}{_unless(account)}")
    if account.used_at is not None:
        notes.append(f"last used {ago(account.used_at, now)}")
    if account.scopes:
        notes.append(f"scopes: {' '.join(map(clean, account.scopes))}")
    return notes


def _unless(account: Account | Asked) -> str:
    return ", used or not" if account.ends_anyhow else ", unless it is used before"


def _last_line(accounts: Sequence[Account]) -> str:
    troubled = sum(account.state == "needs you" for account in accounts)
    ending = sum(account.state == "ends soon" for account in accounts)
    if troubled or ending:
        needs = f"{'needs' if troubled == 1 else 'need'} a person"
        ends = f"{'ends' if ending == 1 else 'end'} soon"
        said = [f"{troubled} {needs}"] * bool(troubled) + [f"{ending} {ends}"] * bool(ending)
        first = f"Of {counted(len(accounts), 'account')} {', '.join(said)}."
    else:
        first = f"{counted(len(accounts), 'account')}, and nobody has to do anything."
    return f"{first} Ask the vendors with: leap auth check"


def _data(account: Account) -> dict[str, Any]:
    deferral = account.deferral
    return {
        "tenant": account.tenant,
        "account": account.name,
        "kind": account.kind or None,
        "used_by": list(account.uses),
        "state": account.state,
        "problem": account.problem,
        "command": account.helps or None,
        "newest_token": {"from": account.origin, "generation": account.generation},
        "renewed_at": _time(account.renewed_at),
        "last_used_at": _time(account.used_at),
        "expires_at": _time(account.expires_at),
        "ends_although_used": account.ends_anyhow,
        "scopes": list(account.scopes),
        "left_alone_until": _time(deferral.until) if deferral else None,
    }


def answer(asked: Asked, *, width: int = 80, paint: Paint = plain) -> str:
    """Return what came of asking about one account, as a line and what belongs to it."""
    word, style = ("works", "green") if asked.works else ("needs you", "red")
    whose = f"  {clean(asked.whose)}" if asked.whose else ""
    notes = [clean(asked.problem)] if asked.problem is not None else []
    notes += [f"the app may not {ability}: it lacks {scope}" for ability, scope in asked.missing]
    if asked.helps:
        notes.append(f"→ {clean(asked.helps)}")
    notes += map(clean, asked.limits)
    if asked.expires_at is not None:
        notes.append(f"ends {moment(asked.expires_at)}{_unless(asked)}")
    if asked.scopes:
        notes.append(f"scopes: {' '.join(sorted(map(clean, asked.scopes)))}")
    first = f"{asked.tenant}  {asked.account}  {paint(word, style)}{whose}"
    return "\n".join([first, *indented(notes, 4, width)])


def answers_data(asked: Sequence[Asked]) -> dict[str, Any]:
    """Return answers as JSON data: the interface of ``leap auth check --format json``."""
    return {
        "accounts": [
            {
                "tenant": each.tenant,
                "account": each.account,
                "works": each.works,
                "whose": each.whose or None,
                "scopes": sorted(each.scopes),
                "missing": [{"for": ability, "scope": scope} for ability, scope in each.missing],
                "limits": list(each.limits),
                "expires_at": _time(each.expires_at),
                "ends_although_used": each.ends_anyhow,
                "problem": each.problem,
                "help": each.helps or None,
            }
            for each in asked
        ]
    }


def _time(when: datetime | None) -> str | None:
    return when.isoformat() if when else None
