"""How much a tenant may spend on calls to clouds in a month.

The operator decides, for each tenant or for one by its name. A tenant may set
itself a lower budget, never a higher one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from leap.config.complaints import did_you_mean
from leap.config.model import Declared, Model, Name, setting
from leap.config.prices import Amount
from leap.domain.money import Money
from leap.errors import Diagnostic


class Budget(Model):
    """How much may be spent."""

    month: Amount | None = setting(
        None,
        "The most that the calls of a month (UTC) may cost; more is not asked for.",
        examples=["20 USD"],
    )


Budgets = Annotated[dict[Name, Budget], Field(max_length=10_000)]


@dataclass(frozen=True, slots=True)
class Limit:
    """How much a tenant may spend in a month, and where that was decided."""

    month: Money
    file: str
    line: int

    @property
    def place(self) -> str:
        """Return ``leap.yaml:7``."""
        return f"{self.file}:{self.line}"


def limit_for(operator: Declared, tenant: Declared | None, name: str) -> Limit | None:
    """Return what the tenant called ``name`` may spend: the lower of what both files say."""
    said = [_operators(operator, name), _tenants(tenant)]
    return min(filter(None, said), key=lambda each: each.month.amount, default=None)


def check_money(
    root: Path, operator: Declared, tenants: Mapping[str, Declared]
) -> Iterator[Diagnostic]:
    """Say which budgets hold for nobody, and where money is in another currency.

    Nothing exchanges currencies: all prices and budgets are in one.
    """
    folder = root / "tenants"
    # A link is not followed, as nowhere in a repository.
    there = set() if folder.is_symlink() else {path.name for path in folder.glob("[!.]*/")}
    for name in getattr(operator, "budgets", {}):
        if name not in there:
            hint = did_you_mean(name, there)
            yield operator.document.error(
                ("budgets", name), f"there is no tenant `{name}`", hint, key=True
            )
    first: tuple[str, str] | None = None
    for file in (operator, *tenants.values()):
        for path, amount in _amounts(file):
            line, _ = file.document.position(path)
            if first is None:
                first = amount.currency, f"{file.file}:{line}"
            elif amount.currency != first[0]:
                message = f"{amount.currency}, where {first[1]} is in {first[0]}"
                hint = "write all prices and budgets in one currency"
                yield file.document.error(path, message, hint)
    for name, tenant in tenants.items():
        yield from _without_effect(operator, tenant, name)


def _without_effect(operator: Declared, tenant: Declared, name: str) -> Iterator[Diagnostic]:
    """Warn of a tenant's budget that is above the operator's."""
    own, holds = _tenants(tenant), _operators(operator, name)
    if own is not None and holds is not None and own.month.amount > holds.month.amount:
        message = f"the operator allows less: {holds.month} a month holds ({holds.place})"
        hint = "lower it or remove it, or have the one in leap.yaml raised"
        yield tenant.document.warning(("budget", "month"), message, hint)


def _amounts(file: Declared) -> Iterator[tuple[tuple[str, ...], Money]]:
    """Yield every amount of money in ``file``, with the way to it."""
    for vendor, models in getattr(file, "prices", {}).items():
        for model, price in models.items():
            for name, amount in price.amounts.items():
                yield ("prices", vendor, model, name), amount
    budgets: dict[tuple[str, ...], Budget] = {("budget",): getattr(file, "budget", Budget())}
    budgets |= {("budgets", name): each for name, each in getattr(file, "budgets", {}).items()}
    for path, budget in budgets.items():
        if budget.month is not None:
            yield (*path, "month"), budget.month


def _operators(operator: Declared, name: str) -> Limit | None:
    budgets: Mapping[str, Budget] = getattr(operator, "budgets", {})
    if name in budgets:
        return _limit(operator, budgets[name], ("budgets", name, "month"))
    return _limit(operator, getattr(operator, "budget", Budget()), ("budget", "month"))


def _tenants(tenant: Declared | None) -> Limit | None:
    if tenant is None:
        return None
    return _limit(tenant, getattr(tenant, "budget", Budget()), ("budget", "month"))


def _limit(file: Declared, budget: Budget, path: tuple[str, ...]) -> Limit | None:
    if budget.month is None:
        return None
    line, _ = file.document.position(path, key=True)
    return Limit(budget.month, file.file, line)
