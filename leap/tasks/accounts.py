"""Every account of a tenant: who names it, what git and the ledger have of it, what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from leap.config.accounts import Accounts, Use, accounts_in
from leap.domain.accounts import CredentialState, Deferral, ends_soon, lives_a_day
from leap.domain.ledger import LedgerReader
from leap.errors import LeapError, SecretError
from leap.providers.accounts import APP_LOGINS, CREDENTIALS, LOGINS
from leap.render.accounts import Account
from leap.secrets.places import secrets_path
from leap.secrets.structure import load
from leap.tasks.tokens import Seeds, find


def login_command(vendor: str, tenant: str, account: str, *, flag: str = "") -> str:
    """Return the command that logs in to ``account`` anew; ``flag`` as `` --implicit``."""
    return f"leap auth login {vendor} --tenant {tenant} --account {account}{flag}"


def look(
    root: Path, tenants: Sequence[str], ledger: LedgerReader | None, now: datetime
) -> list[Account]:
    """Return every account that the files of ``tenants`` name or hold a credential of.

    Asks no vendor. Without a ledger, or a key for a tenant's file, it knows less.
    """
    declared = accounts_in(root, tenants)
    return [
        account
        for tenant in tenants
        for account in _of_tenant(root, tenant, declared.get(tenant, {}), ledger, now)
    ]


@dataclass(frozen=True, slots=True)
class _Place:
    """One tenant's file and what the ledger has of it; ``locked`` says why it does not open."""

    seeds: Seeds
    held: frozenset[str]
    locked: LeapError | None
    states: Mapping[str, CredentialState]
    deferrals: Mapping[str, Deferral]


def _of_tenant(
    root: Path, tenant: str, declared: Accounts, ledger: LedgerReader | None, now: datetime
) -> Iterator[Account]:
    place = _place(root, tenant, ledger)
    for name in sorted({*declared, *place.held}):
        uses = declared.get(name, ())
        account = Account(tenant, name, tuple(f"{use.role} {use.name}" for use in uses))
        if name not in place.held:
            yield _absent(account, uses)
            continue
        state = place.states.get(name)
        if state is not None:
            account = replace(account, used_at=state.used_at)
        account = replace(account, deferral=_put_off(place, name))
        if place.locked is not None:
            yield _locked(account, place.locked)
        else:
            yield _opened(account, uses, place.seeds, state, now)


def _put_off(place: _Place, name: str) -> Deferral | None:
    """Return until when an account is left alone, be it for a kind of step only."""
    found = [
        deferral
        for key, deferral in place.deferrals.items()
        if key == name or key.startswith(f"{name}/")
    ]
    return max(found, key=lambda deferral: deferral.until, default=None)


def _place(root: Path, tenant: str, ledger: LedgerReader | None) -> _Place:
    seeds = Seeds(root, tenant)
    states = ledger.credentials(tenant) if ledger is not None else {}
    deferrals = ledger.deferrals(tenant) if ledger is not None else {}
    try:
        return _Place(seeds, frozenset(seeds.names()), None, states, deferrals)
    except SecretError as error:
        return _Place(seeds, _named(root, tenant), error, states, deferrals)


def _named(root: Path, tenant: str) -> frozenset[str]:
    """Return the accounts in the file of ``tenant``; their names are not encrypted."""
    try:
        document, _ = load(root, secrets_path(root, tenant))
    except SecretError:
        return frozenset()
    found = document.data.get("credentials")
    return frozenset(map(str, found)) if isinstance(found, Mapping) else frozenset()


def _absent(account: Account, uses: Sequence[Use]) -> Account:
    vendor = next((use.vendor for use in uses), "")
    if vendor in LOGINS:
        helps = login_command(vendor, account.tenant, account.name)
    else:
        helps = _set_command(account, vendor)
    return replace(account, problem="there is no credential yet", helps=helps)


def _locked(account: Account, error: LeapError) -> Account:
    return replace(account, problem=error.message, helps=error.hint or "", is_locked=True)


def _opened(
    account: Account,
    uses: Sequence[Use],
    seeds: Seeds,
    state: CredentialState | None,
    now: datetime,
) -> Account:
    written = seeds.of(account.name)
    kind = written.get("kind", "")
    account = replace(account, kind=kind)
    again = renewing_command(account)
    try:
        found = find(seeds, account.name, state)
    except SecretError as error:
        return replace(account, origin="ledger", problem=error.message, helps=again)
    if found.rotated:
        account = replace(
            account,
            origin="ledger",
            generation=found.state.generation,
            renewed_at=found.state.renewed_at,
        )
    account = replace(
        account,
        expires_at=found.ends,
        ends_anyhow=found.ends_anyhow is not None,
        lives_a_day=kind in LOGINS and lives_a_day(found.fields),
        scopes=tuple(found.fields.get("scopes", "").split()),
    )
    again = renewing_command(account)
    problem = _problem(found.fields, account, uses, now)
    if problem is not None:
        return replace(account, problem=problem, helps=again)
    asking = check_command(account.tenant, account.name)
    if found.state.renewing is not None:
        problem = "a renewal was cut off, and its tokens may be lost"
        return replace(account, problem=problem, helps=asking)
    if ends_soon(found.ends, now, daily=account.lives_a_day):
        return replace(account, ends_soon=True, helps=again if account.ends_anyhow else asking)
    return account


def renewing_command(account: Account) -> str:
    """Return the command that gives the account a credential anew."""
    vendor = vendor_of(account.kind)
    if vendor is None:
        return _set_command(account, account.kind)
    flag = " --server-to-server" if account.kind == APP_LOGINS.get(vendor) else ""
    if account.lives_a_day:
        flag = " --implicit"
    return login_command(vendor, account.tenant, account.name, flag=flag)


def vendor_of(kind: str) -> str | None:
    """Return at which vendor one logs in for a credential of this kind, if at any."""
    if kind in LOGINS:
        return kind
    return next((vendor for vendor, its in APP_LOGINS.items() if its == kind), None)


def _set_command(account: Account, kind: str) -> str:
    field = CREDENTIALS.get(kind, ("FIELD",))[0]
    return f"leap secrets set {account.tenant} {account.name}.{field} --kind {kind or 'KIND'}"


def check_command(tenant: str, account: str) -> str:
    """Return the command that asks the vendor about one account."""
    return f"leap auth check --tenant {tenant} --account {account}"


def _problem(
    fields: Mapping[str, str], account: Account, uses: Sequence[Use], now: datetime
) -> str | None:
    kind, ended = account.kind, account.expires_at
    for use in uses:
        wanted = {use.vendor, APP_LOGINS.get(use.vendor)}
        if kind not in wanted and (kind in CREDENTIALS or use.vendor in LOGINS):
            return f"it is of the kind {kind or '(none)'}, and {use.role} {use.name} wants {use.vendor}"
    lacking = [name for name in CREDENTIALS.get(kind, ()) if not fields.get(name)]
    if lacking:
        return f"it lacks {', '.join(lacking)}"
    if ended is None or ended > now:
        return None
    if account.lives_a_day:
        return "its token, which lives a day, has ended"
    return "the login has ended" if account.ends_anyhow else "the login was not used for too long"
