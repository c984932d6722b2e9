"""How many steps may use each resource at once, as Luigi is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from leap.config import Declaration
from leap.config.accounts import Accounts, Use, accounts_of
from leap.config.chat import CLOUD_CHAT
from leap.config.operator import Operator
from leap.config.presets import CLOUD_PLATFORMS
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


def publishing(tenant: str, platform: str, account: str | None) -> str:
    """Return the resource that publishing uses up: the account's, or a site's own."""
    return f"{platform}-{tenant}-{account}" if platform in CLOUD_PLATFORMS else platform


def limits(operator: Operator, accounts: Mapping[str, Accounts]) -> dict[str, int]:
    """Return the limits of ``operator``, with those of all accounts by themselves."""
    found = operator.limits
    publishes = {platform: found.pop(platform) for platform in CLOUD_PLATFORMS}
    each, topics = found.pop(_EACH), found.pop(_TOPICS)
    for vendor in WITHOUT_ACCOUNT:
        found[transcribing("", vendor, None)] = each
    for tenant, its in accounts.items():
        for account, uses in its.items():
            if any(use.vendor in CLOUD_SPEECH for use in uses):
                found[transcribing(tenant, "", account)] = each
            if any(use.vendor in CLOUD_CHAT for use in uses):
                found[finding(tenant, account)] = topics
            for platform, limit in publishes.items():
                if any(use.role == "preset" and use.vendor == platform for use in uses):
                    found[publishing(tenant, platform, account)] = limit
    return found


def limits_of(declaration: Declaration, tenants: Iterable[str]) -> dict[str, int]:
    """Return the limits for work of ``tenants``."""
    accounts = {tenant: _all_of(declaration, tenant) for tenant in tenants}
    return limits(declaration.operator, accounts)


def _all_of(declaration: Declaration, tenant: str) -> Accounts:
    """Return the accounts of settings and of presets."""
    found = dict(accounts_of(declaration, tenant))
    for name, preset in declaration.tenants[tenant].presets.items():
        if preset.account is not None:
            use = Use("preset", name, preset.platform)
            found[preset.account] = (*found.get(preset.account, ()), use)
    return found
