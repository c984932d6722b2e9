"""What calls cost and may cost: the operator's word, and a tenant only for less."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from leap.config import check, load
from leap.config.budgets import Limit, limit_for
from leap.domain.money import Money, Price

Write = Callable[..., Path]
PRICES = "prices:\n  fireworks:\n    whisper-v3-turbo: {minute: 0.0009 USD}\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Give a function that lays out a repository whose leap.yaml and tenant.yaml say more."""

    def write(operator: str = "", tenant: str = "") -> Path:
        folder = tmp_path / "tenants" / "acme"
        folder.mkdir(parents=True, exist_ok=True)
        (tmp_path / "leap.yaml").write_text(f"state: state\n{operator}\n")
        (folder / "tenant.yaml").write_text(f"title: Acme\n{tenant}\n")
        return tmp_path

    return write


def limit(root: Path) -> Limit | None:
    declaration = load(root)
    return limit_for(declaration.operator, declaration.tenants["acme"].config, "acme")


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def test_prices_are_exact(write: Write) -> None:
    """What a person writes is what is calculated with."""
    root = write(
        "prices:\n"
        "  fireworks:\n"
        "    whisper-v3-turbo: {minute: 0.0009 USD}\n"
        "    accounts/fireworks/models/deepseek-flash: {input: 0.3 USD, output: 1.2 USD}\n"
        "  deepseek:\n"
        "    deepseek-flash: {input: 0.15 USD, cached: 0.003 USD, output: 0.60 USD}\n"
    )

    prices = load(root).operator.prices

    assert Price("USD", Decimal("0.0009")) == prices["fireworks"]["whisper-v3-turbo"].price
    assert (
        Price("USD", None, Decimal("0.15"), Decimal("0.003"), Decimal("0.60"))
        == prices["deepseek"]["deepseek-flash"].price
    )


def test_without_a_word_there_is_no_price_and_no_budget(write: Write) -> None:
    """Nobody knows a price list by heart."""
    root = write()

    assert ({}, None) == (load(root).operator.prices, limit(root))


def test_the_operator_s_budget_is_every_tenant_s(write: Write) -> None:
    """Its place is the one to edit."""
    assert Limit(usd("20"), "leap.yaml", 3) == limit(write("budget:\n  month: 20 USD"))


def test_a_tenant_by_name_takes_the_place_of_all(write: Write) -> None:
    """It may be more than the others have."""
    root = write("budget: {month: 20 USD}\nbudgets:\n  acme: {month: 50 USD}")

    assert Limit(usd("50"), "leap.yaml", 4) == limit(root)


def test_a_tenant_may_have_less(write: Write) -> None:
    """Its own line holds then."""
    root = write("budget: {month: 20 USD}", "budget: {month: 5 USD}")

    assert Limit(usd("5"), "tenants/acme/tenant.yaml", 2) == limit(root)
    assert () == check(root)


def test_a_tenant_cannot_have_more(write: Write) -> None:
    """The operator's budget holds, and `leap validate` says where that is."""
    root = write("budget: {month: 20 USD}", "budget: {month: 50 USD}")

    assert Limit(usd("20"), "leap.yaml", 2) == limit(root)
    assert [
        (
            "tenants/acme/tenant.yaml:2:17: the operator allows less: 20.00 USD a month holds"
            " (leap.yaml:2); lower it or remove it, or have the one in leap.yaml raised"
        )
    ] == [str(each) for each in check(root) if each.severity == "warning"]


@pytest.mark.parametrize(
    "operator, tenant, message",
    [
        ("budget: {month: 20}", "", "money needs a currency, not the bare number 20; write `20 U"),
        ("budget: {month: 20 bucks}", "", "`20 bucks` is not an amount of money"),
        ("budget: {month: -3 USD}", "", "`-3 USD` is not an amount of money"),
        ("budget: {month: 1e9 USD}", "", "`1e9 USD` is not an amount of money"),
        ("budget: {month: true}", "", "this is not an amount of money"),
        ("budget: {week: 3 USD}", "", "unknown key `week`"),
        ("budgets: {acmee: {month: 3 USD}}", "", "no tenant `acmee`; did you mean `acme`?"),
        (PRICES, "budget: {month: 3 EUR}", "EUR, where leap.yaml:4 is in USD; write all prices"),
        ("prices: {fireworks: {v3: {}}}", "", "no price is given"),
        ("prices: {deepseek: {flash: {input: 1 USD}}}", "", "write `input` and `output`"),
        ("prices: {fireworks: {v3: {hour: 1 USD}}}", "", "unknown key `hour`"),
        ("prices: {firework: {v3: {minute: 1 USD}}}", "", "`fireworks`"),
        ("", "prices: {fireworks: {v3: {minute: 1 USD}}}", "unknown key `prices`"),
        ("", "budgets: {globex: {month: 1 USD}}", "unknown key `budgets`"),
    ],
)
def test_mistakes_are_said_at_their_place(
    write: Write, operator: str, tenant: str, message: str
) -> None:
    """Money is never guessed at, and no tenant writes prices or another's budget."""
    errors = [str(each) for each in check(write(operator, tenant)) if each.severity == "error"]

    assert [True] == [message in each for each in errors], errors
