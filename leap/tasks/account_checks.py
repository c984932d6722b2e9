"""Asking the vendors whether the accounts of tenants work."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from leap.config.accounts import Use, accounts_in
from leap.config.operator import Operator
from leap.domain.ledger import Ledger
from leap.domain.ports import Tokens
from leap.errors import LeapError
from leap.providers.accounts import CHECKS, LOGINS
from leap.render.accounts import Account, Asked
from leap.tasks.accounts import look, renewing_command
from leap.tasks.tokens import tokens_of


def ask(
    root: Path,
    operator: Operator,
    ledger: Ledger,
    tenants: Sequence[str],
    accounts: Collection[str] = (),
) -> Iterator[Asked]:
    """Yield what the vendor of each account says, of all ``accounts`` or the named ones.

    One that no vendor stands behind, as a site's secret, is passed over.
    """
    declared = accounts_in(root, tenants)
    for tenant in tenants:
        tokens = tokens_of(root, ledger, tenant)
        for account in look(root, [tenant], ledger, datetime.now(UTC)):
            if accounts and account.name not in accounts:
                continue
            uses = declared.get(tenant, {}).get(account.name, ())
            if account.kind in CHECKS:
                yield _asked(operator, account, uses, tokens(account.name))
            elif account.problem is not None and _has_vendor(account, uses):
                yield Asked(tenant, account.name, problem=account.problem, helps=account.helps)


def _has_vendor(account: Account, uses: Sequence[Use]) -> bool:
    return account.is_locked or any(use.vendor in LOGINS for use in uses)


def _asked(operator: Operator, account: Account, uses: Sequence[Use], tokens: Tokens) -> Asked:
    named_by = [use.model for use in uses if use.model is not None]
    login = renewing_command(account)
    try:
        checked = CHECKS[account.kind](operator, tokens, named_by, login)
    except LeapError as error:
        return Asked(
            account.tenant, account.name, problem=error.message, helps=error.hint or account.helps
        )
    return Asked(
        account.tenant,
        account.name,
        whose=checked.whose,
        scopes=tuple(sorted(checked.scopes)),
        missing=tuple((each.ability, each.scope) for each in checked.missing),
        limits=checked.limits,
        expires_at=checked.dies_at,
        ends_anyhow=checked.ends_anyhow,
    )
