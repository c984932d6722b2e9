"""What was spent on calls, as text and as JSON data.

acme                                                        2026-11: 12.40 USD
  fireworks whisper-v3-turbo  41 calls  92 h 5 min of speech  4.97 USD
    expected about 5.10 USD
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from leap.domain.calls import Spending
from leap.domain.demand import Today
from leap.domain.expense import Expense, totals
from leap.domain.money import Money
from leap.render.cost import UNKNOWN, used
from leap.render.demand import today_data, today_lines
from leap.render.terminal import Paint, Row, clean, counted, heading, indented, plain, table


@dataclass(frozen=True, slots=True)
class Used:
    """What one tenant used; ``forecasts`` are what its runs expected, with the month.

    ``budget`` is what it may spend in ``month``, the one that goes on, in words, or "".
    ``today`` is what was used of the days of its apps at platforms.
    """

    tenant: str
    spending: Sequence[Spending]
    forecasts: Sequence[tuple[str, Expense]]
    budget: str = ""
    month: str = ""
    today: Sequence[Today] = ()


def text(found: Sequence[Used], *, width: int = 80, paint: Paint = plain) -> str:
    """Return what every tenant used, month by month, without a final newline."""
    blocks = ["\n".join(block) for used_ in found for block in _tenant(used_, width, paint)]
    days = [f"{line}." for used_ in found for line in today_lines(used_.today)]
    if not blocks:
        return "\n".join(indented(["No calls that cost money.", *days], 0, width))
    several = len({used_.tenant for used_ in found if used_.spending}) > 1
    if several:
        sums = totals(each.cost for used_ in found for each in used_.spending)
        blocks.append(f"All tenants: {_sums(sums)}.")
    if days:
        blocks.append("\n".join(indented(days, 0, width)))
    return "\n\n".join(blocks)


def json_data(found: Sequence[Used]) -> dict[str, Any]:
    """Return it as JSON data: ``leap usage --format json``. Money is text, and exact."""
    return {
        "tenants": {
            each.tenant: {
                "budget": each.budget or None,
                "months": [_month_data(each, month) for month in _months(each)],
                "today": today_data(each.today),
            }
            for each in found
        }
    }


def _tenant(found: Used, width: int, paint: Paint) -> Iterator[list[str]]:
    for month in _months(found):
        spending = [each for each in found.spending if each.month == month]
        costs = totals(each.cost for each in spending)
        sums = _sums(costs) if spending else "nothing"
        of = f" of {found.budget}" if found.budget and costs and month == found.month else ""
        lines = [heading(f"{clean(found.tenant)} · {month}", f"{sums}{of}", width, paint)]
        rows = [
            Row(
                (
                    (f"  {each.provider} {clean(each.model)}", ""),
                    (counted(each.answered, "call"), ""),
                    (used(each.usage).removeprefix("about "), ""),
                    (UNKNOWN if each.cost is None else str(each.cost), ""),
                ),
                more=tuple(_more(each)),
            )
            for each in spending
        ]
        for laid_out in table(rows, flexible=0, width=width, paint=paint, below=4):
            lines += laid_out
        lines += indented(_expected(found, month), 2, width)
        yield lines


def _more(spending: Spending) -> Iterator[str]:
    """Yield what did not go as it should."""
    if spending.unanswered:
        up_to = f", up to {spending.possible}" if spending.possible else ""
        yield f"{counted(spending.unanswered, 'call')} without an answer: may cost money{up_to}"
    if spending.refused:
        yield f"{counted(spending.refused, 'call')} refused"


def _expected(found: Used, month: str) -> list[str]:
    costs = [each for when, each in found.forecasts if when == month]
    sums = [str(each) for each in totals(each.cost for each in costs)]
    if any(each.cost is None for each in costs):
        sums.append(UNKNOWN)
    return [f"Expected by the plans of its runs: {', '.join(sums)}."] if sums else []


def _months(found: Used) -> list[str]:
    """Return the months in which anything was used or expected, the newest first."""
    months = {each.month for each in found.spending} | {month for month, _ in found.forecasts}
    return sorted(months, reverse=True)


def _sums(sums: Sequence[Money]) -> str:
    return " and ".join(map(str, sums)) or UNKNOWN


def _month_data(found: Used, month: str) -> dict[str, Any]:
    return {
        "month": month,
        "models": [_spending_data(each) for each in found.spending if each.month == month],
        "expected": [each.to_json() for when, each in found.forecasts if when == month],
    }


def _spending_data(spending: Spending) -> dict[str, Any]:
    return {
        "provider": spending.provider,
        "model": spending.model,
        "answered": spending.answered,
        "unanswered": spending.unanswered,
        "refused": spending.refused,
        "seconds": spending.usage.seconds,
        "prompt_tokens": spending.usage.prompt_tokens,
        "cached_tokens": spending.usage.cached_tokens,
        "completion_tokens": spending.usage.completion_tokens,
        "cost": None if spending.cost is None else str(spending.cost.amount),
        "possible": None if spending.possible is None else str(spending.possible.amount),
        "currency": None if spending.cost is None else spending.cost.currency,
    }
