"""What publishing takes of the days that platforms give, in words and JSON data.

YouTube: 9,600 of 10,000 units, 16 of 100 uploads: today
YouTube (globex youtube-main): 12,000 of 10,000 units (400 used today): 2 days
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from leap.domain.demand import Amount, Demand, Today
from leap.domain.platforms import name_of
from leap.render.terminal import clean, counted


def lines(demands: Sequence[Demand]) -> Iterator[str]:
    """Yield one line without a full stop for each app; nothing where nothing is counted."""
    for demand in demands:
        if not demand.amounts:
            continue
        name = name_of(demand.platform)
        whose = f" ({_accounts(demand)})" if len(demands) > 1 or len(demand.accounts) > 1 else ""
        # The bucket that fills up first comes first.
        amounts = sorted(demand.amounts, key=_share, reverse=True)
        yield f"{name}{whose}: {', '.join(map(_amount, amounts))}: {_days(demand)}"


def today_lines(found: Sequence[Today]) -> Iterator[str]:
    """Yield what was used of each app's day: ``YouTube today (acme yt): 452 of 10,000 units``."""
    for each in found:
        name = name_of(each.platform)
        amounts = ", ".join(
            f"{amount.used:,} of {amount.limit:,} {amount.bucket}"
            for amount in sorted(each.amounts, key=_share, reverse=True)
        )
        yield f"{name} today ({clean(f'{each.tenant} {each.account}')}): {amounts}"


def today_data(found: Sequence[Today]) -> list[dict[str, Any]]:
    """Return the same as JSON data."""
    return [
        {
            "platform": each.platform,
            "account": each.account,
            "buckets": {
                amount.bucket: {"used": amount.used, "limit": amount.limit}
                for amount in each.amounts
            },
        }
        for each in found
    ]


def json_data(demands: Sequence[Demand]) -> list[dict[str, Any]]:
    """Return it as JSON data."""
    return [
        {
            "platform": demand.platform,
            "accounts": [
                {"tenant": tenant, "account": account} for tenant, account in demand.accounts
            ],
            "buckets": {
                each.bucket: {
                    "wanted": each.wanted,
                    "limit": each.limit,
                    "used_today": each.used,
                }
                for each in demand.amounts
            },
            "days": demand.days,
        }
        for demand in demands
        if demand.amounts
    ]


def _accounts(demand: Demand) -> str:
    return ", ".join(clean(f"{tenant} {account}") for tenant, account in demand.accounts)


def _share(amount: Amount) -> float:
    return (amount.wanted + amount.used) / amount.limit


def _amount(amount: Amount) -> str:
    used = f" ({amount.used:,} used today)" if amount.used else ""
    return f"{amount.wanted:,} of {amount.limit:,} {amount.bucket}{used}"


def _days(demand: Demand) -> str:
    if demand.days is None:
        return "more than a day ever has"
    return "today" if demand.days == 1 else counted(demand.days, "day")
