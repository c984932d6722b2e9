"""What work is expected to cost, in words, lines and JSON data.

Cost: about 0.088 USD; the price of groq whisper-large-v3 is unknown.
  acme: 0.088 USD
    fireworks whisper-v3-turbo  1 h 30 min of speech  0.081 USD
    deepseek deepseek-flash     about 40,500 tokens   0.0074 USD
  uni: price unknown
    groq whisper-large-v3       12 min of speech      price unknown
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leap.domain.expense import Expense, together, totals
from leap.domain.money import Usage
from leap.render.terminal import Paint, Row, clean, indented, plain, table

#: What a model costs that has no price.
UNKNOWN = "price unknown"
#: Of more tenants than this only totals are shown.
_FEW = 5

#: What is expected, by tenant.
Forecast = Mapping[str, Sequence[Expense]]


def words(forecast: Forecast) -> str:
    """Return what all of it costs in one sentence without a full stop; "" for nothing."""
    expenses = together(each for found in forecast.values() for each in found)
    if not expenses:
        return ""
    sums = " and ".join(str(each) for each in totals(each.cost for each in expenses))
    unpriced = [_who(each) for each in expenses if each.cost is None]
    unknown = sum(each.unknown for each in expenses)
    parts = [f"about {sums}"] if sums else []
    if unpriced:
        verb = "price" if len(unpriced) == 1 else "prices"
        be = "is" if len(unpriced) == 1 else "are"
        parts.append(f"the {verb} of {' and '.join(unpriced)} {be} unknown")
    if unknown:
        parts.append("recordings of unknown length come on top")
    return "; ".join(parts)


def lines(
    forecast: Forecast, width: int, paint: Paint = plain, *, whole: bool = False
) -> Iterator[str]:
    """Yield the sum, and what each tenant and model costs; nothing where it costs nothing."""
    said = words(forecast)
    if not said:
        return
    yield from indented([f"Cost: {said}."], 0, width)
    details = whole or len(forecast) <= _FEW
    expenses = [each for found in forecast.values() for each in found]
    rows = [
        Row(
            cells=(
                (f"    {_who(each)}", ""),
                (used(each.usage, each.unknown), ""),
                (_cost(each), ""),
            )
        )
        for each in expenses
    ]
    laid_out = iter(table(rows, flexible=0, width=width, paint=paint))
    for tenant, found in forecast.items():
        yield paint(f"  {clean(tenant)}: {_sum(found)}", "bold")
        for _ in found:
            lines_of_one = next(laid_out)
            if details:
                yield from lines_of_one


def json_data(forecast: Forecast) -> dict[str, Any]:
    """Return it as JSON data; money is text, so that it stays exact."""
    expenses = together(each for found in forecast.values() for each in found)
    return {
        "tenants": {
            tenant: {"expenses": [each.to_json() for each in found], "total": _exactly(found)}
            for tenant, found in forecast.items()
        },
        "total": _exactly(expenses),
        "price_unknown": [_who(each) for each in expenses if each.cost is None],
    }


def used(usage: Usage, unknown: int = 0) -> str:
    """Return what is used up: ``1 h 30 min of speech``, ``about 40,500 tokens``."""
    said = []
    if usage.seconds:
        minutes = math.ceil(usage.seconds / 60)
        hours = f"{minutes // 60} h " if minutes >= 60 else ""  # noqa: PLR2004
        said.append(f"{hours}{minutes % 60 if hours else minutes} min of speech")
    tokens = usage.prompt_tokens + usage.completion_tokens
    if tokens:
        said.append(f"about {tokens:,} tokens")
    if unknown:
        said.append(f"{unknown} of unknown length")
    return ", ".join(said)


def _who(expense: Expense) -> str:
    return f"{expense.provider} {clean(expense.model)}"


def _cost(expense: Expense) -> str:
    return UNKNOWN if expense.cost is None else str(expense.cost)


def _sum(expenses: Sequence[Expense]) -> str:
    sums = [str(each) for each in totals(each.cost for each in expenses)]
    if any(each.cost is None for each in expenses):
        sums.append(UNKNOWN)
    return ", ".join(sums)


def _exactly(expenses: Sequence[Expense]) -> dict[str, str]:
    return {each.currency: str(each.amount) for each in totals(each.cost for each in expenses)}
