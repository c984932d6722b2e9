"""How many steps may use each resource at once, as Luigi is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from leap.config import Declaration
from leap.config.accounts import Accounts, accounts_of
from leap.config.chat import CLOUD_CHAT
from leap.config.operator import Operator
from leap.config.speech import CLOUD_SPEECH, WITHOUT_ACCOUNT

#: The operator's words for what each account may do by itself.
_EACH = "transcribe"
_TOPICS = "topics"


def transcribing(tenant: str, vendor: str, account: str | None) -> str:
    """Return the resource that a transcription in a cloud uses up: its account's."""
    return f"{_EACH}-{tenant}-{account}" if account else f"{_EACH}-{vendor}"


def finding(tenant: str, account: str) -> str:
    """Return the resource that topics by a chat model use up: its account's."""
    return f"{_TOPICS}-{tenant}-{account}"


def limits(operator: Operator, accounts: Mapping[str, Accounts]) -> dict[str, int]:
    """Return the limits of ``operator``, with those of all accounts that pay for words."""
    found = operator.limits
    each, topics = found.pop(_EACH), found.pop(_TOPICS)
    for vendor in WITHOUT_ACCOUNT:
        found[transcribing("", vendor, None)] = each
    for tenant, its in accounts.items():
        for account, uses in its.items():
            if any(use.vendor in CLOUD_SPEECH for use in uses):
                found[transcribing(tenant, "", account)] = each
            if any(use.vendor in CLOUD_CHAT for use in uses):
                found[finding(tenant, account)] = topics
    return found


def limits_of(declaration: Declaration, tenants: Iterable[str]) -> dict[str, int]:
    """Return the limits for work of ``tenants``."""
    accounts = {tenant: accounts_of(declaration, tenant) for tenant in tenants}
    return limits(declaration.operator, accounts)
