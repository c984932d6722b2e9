"""Every account of a tenant: who names it, what git and the ledger have of it, what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from leap.config.accounts import Accounts, Use, accounts_in
from leap.domain.accounts import CredentialState, Deferral, moment_of
from leap.domain.ledger import LedgerReader
from leap.errors import LeapError, SecretError
from leap.providers.accounts import APP_LOGINS, CREDENTIALS, LOGINS
from leap.render.accounts import Account
from leap.secrets.places import secrets_path
from leap.secrets.structure import load
from leap.tasks.tokens import Seeds, find

#: So long before its end a person hears of it, in time for whoever is on holiday.
_SOON = timedelta(days=14)


def login_command(vendor: str, tenant: str, account: str, *, is_app: bool = False) -> str:
    """Return the command that logs in to ``account`` anew."""
    flag = " --server-to-server" if is_app else ""
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
        account = replace(account, deferral=place.deferrals.get(name))
        if place.locked is not None:
            yield _locked(account, place.locked)
        else:
            yield _opened(account, uses, place.seeds, state, now)


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
    fields = found.fields
    expires_at = moment_of(fields.get("expires_at"))
    if found.rotated:
        account = replace(
            account,
            origin="ledger",
            generation=found.state.generation,
            renewed_at=found.state.renewed_at,
        )
        expires_at = found.state.expires_at or expires_at
    account = replace(
        account,
        expires_at=expires_at,
        scopes=tuple(fields.get("scopes", "").split()),
    )
    problem = _problem(kind, fields, uses, expires_at, now)
    if problem is not None:
        return replace(account, problem=problem, helps=again)
    asking = check_command(account.tenant, account.name)
    if found.state.renewing is not None:
        problem = "a renewal was cut off, and its tokens may be lost"
    elif expires_at is not None and expires_at <= now + _SOON:
        problem = "the login ends soon, unless it is used"
    return replace(account, problem=problem, helps=asking if problem else "")


def renewing_command(account: Account) -> str:
    """Return the command that gives the account a credential anew."""
    vendor = vendor_of(account.kind)
    if vendor is None:
        return _set_command(account, account.kind)
    is_app = account.kind == APP_LOGINS.get(vendor)
    return login_command(vendor, account.tenant, account.name, is_app=is_app)


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
    kind: str,
    fields: Mapping[str, str],
    uses: Sequence[Use],
    expires_at: datetime | None,
    now: datetime,
) -> str | None:
    for use in uses:
        wanted = {use.vendor, APP_LOGINS.get(use.vendor)}
        if kind not in wanted and (kind in CREDENTIALS or use.vendor in LOGINS):
            return f"it is of the kind {kind or '(none)'}, and {use.role} {use.name} wants {use.vendor}"
    lacking = [name for name in CREDENTIALS.get(kind, ()) if not fields.get(name)]
    if lacking:
        return f"it lacks {', '.join(lacking)}"
    if expires_at is not None and expires_at <= now:
        return "the login was not used for too long"
    return None
