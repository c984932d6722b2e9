"""What work is expected to cost before it is done: minutes, tokens, money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from leap.domain.money import Money, Usage


@dataclass(frozen=True, slots=True)
class Expense:
    """What is to be asked of one model, and what that costs.

    ``unknown`` counts the recordings whose length is not known: they come on
    top. ``cost`` is None where the model has no price.
    """

    provider: str
    model: str
    usage: Usage
    unknown: int = 0
    cost: Money | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data; money is text, so that it stays exact."""
        return {
            "provider": self.provider,
            "model": self.model,
            "seconds": self.usage.seconds,
            "prompt_tokens": self.usage.prompt_tokens,
            "completion_tokens": self.usage.completion_tokens,
            "unknown_length": self.unknown,
            "cost": None if self.cost is None else str(self.cost.amount),
            "currency": None if self.cost is None else self.cost.currency,
        }


def expense_from_json(data: Mapping[str, Any]) -> Expense:
    """Return what ``Expense.to_json`` wrote."""
    usage = Usage(data["seconds"], data["prompt_tokens"], 0, data["completion_tokens"])
    cost = None if data["cost"] is None else Money(Decimal(data["cost"]), data["currency"])
    return Expense(data["provider"], data["model"], usage, data["unknown_length"], cost)


def together(expenses: Iterable[Expense]) -> tuple[Expense, ...]:
    """Return ``expenses`` with those of one model added up, by provider and model."""
    found: dict[tuple[str, str, str], Expense] = {}
    for each in expenses:
        key = each.provider, each.model, each.cost.currency if each.cost else ""
        before = found.get(key)
        if before is None:
            found[key] = each
            continue
        cost = before.cost + each.cost if before.cost and each.cost else None
        found[key] = Expense(
            each.provider,
            each.model,
            before.usage + each.usage,
            before.unknown + each.unknown,
            cost,
        )
    return tuple(found[key] for key in sorted(found))


def totals(costs: Iterable[Money | None]) -> tuple[Money, ...]:
    """Return the sum of ``costs`` in each currency; those not known are left out."""
    found: dict[str, Money] = {}
    for each in costs:
        if each is not None:
            before = found.get(each.currency)
            found[each.currency] = each if before is None else before + each
    return tuple(found[currency] for currency in sorted(found))
