"""Money is exact: prices times what was used up, in decimals, rounded once."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.domain.expense import Expense, expense_from_json, together, totals
from leap.domain.money import Money, Price, Usage, in_words

AMOUNTS = st.decimals(0, 10**6, places=12, allow_nan=False)
TOKENS = st.integers(0, 10**9)
USAGES = st.builds(
    lambda seconds, prompt, cached, completion: Usage(
        seconds, max(prompt, cached), cached, completion
    ),
    st.floats(0, 10**7, allow_nan=False),
    TOKENS,
    TOKENS,
    TOKENS,
)
SMALLEST = Fraction(1, 10**12)


def usd(amount):
    return Money(Decimal(amount), "USD")


def exactly(usage: Usage, price: Price) -> Fraction:
    """Work the cost out in another way: with fractions."""
    tokens = (usage.prompt_tokens - usage.cached_tokens) * Fraction(price.input)
    tokens += usage.cached_tokens * Fraction(price.cached)
    tokens += usage.completion_tokens * Fraction(price.output)
    return Fraction(str(usage.seconds)) * Fraction(price.minute) / 60 + tokens / 10**6


@given(USAGES, AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS)
def test_a_cost_is_exact_to_a_billionth_of_a_cent(usage, minute, input_, cached, output):
    """Whatever the prices and counts are, it is rounded once, at the very end."""
    price = Price("USD", minute, input_, cached, output)

    cost = price.of(usage)

    assert isinstance(cost.amount, Decimal)
    # Each of four quotients is cut after 60 digits, far below.
    assert abs(Fraction(cost.amount) - exactly(usage, price)) <= SMALLEST / 2 + SMALLEST / 10**9


@given(st.lists(AMOUNTS, max_size=30), st.randoms())
def test_sums_do_not_depend_on_their_order(amounts, random):
    """As floats would."""
    shuffled = list(amounts)
    random.shuffle(shuffled)

    there, back = (totals(map(usd, each)) for each in (amounts, shuffled))

    assert there == back
    assert sum(map(Fraction, amounts)) == sum(Fraction(each.amount) for each in there)


@given(USAGES, AMOUNTS, AMOUNTS)
def test_more_never_costs_less(usage, minute, output):
    """A second and a token on top cannot make a call cheaper."""
    price = Price("USD", minute, minute, minute, output)

    assert price.of(usage).amount <= price.of(usage + Usage(1.0, 1, 0, 1)).amount


@pytest.mark.parametrize(
    "usage, price, cost",
    [
        (Usage(5400.0), Price("USD", minute=Decimal("0.0009")), "0.081"),
        (
            Usage(0, 1_000_000, 400_000, 100_000),
            Price("USD", None, Decimal("0.15"), Decimal("0.003"), Decimal("0.60")),
            "0.1512",
        ),
        (Usage(0, 1_000_000, 400_000), Price("USD", input=Decimal("0.15")), "0.15"),
        (Usage(), Price("USD"), "0"),
    ],
)
def test_known_costs(usage, price, cost):
    """A lecture at Fireworks; tokens, of which some are cached; cached ones without a price."""
    assert usd(cost) == price.of(usage)


@pytest.mark.parametrize("usage", [Usage(1.0), Usage(0, 1), Usage(0, 1, 1), Usage(0, 0, 0, 1)])
def test_what_has_no_price_has_no_cost(usage):
    """It is not known, which is something else than nothing."""
    assert Price("USD").of(usage) is None


def test_currencies_are_never_added():
    """Nothing exchanges them."""
    with pytest.raises(ValueError, match="EUR cannot be added to USD"):
        usd(1) + Money(Decimal(1), "EUR")

    assert (Money(Decimal(2), "EUR"), usd(4)) == totals(
        [usd(1), Money(Decimal(2), "EUR"), None, usd(3)]
    )


@pytest.mark.parametrize(
    "amount, words",
    [
        ("0", "0.00"), ("20", "20.00"), ("1234.567", "1234.57"), ("0.0999", "0.10"),
        ("0.081", "0.081"), ("0.0009", "0.00090"), ("0.000412", "0.00041"), ("-0.05", "-0.050"),
        ("0.000000000003", "0.0000000000030"),
    ],
)  # fmt: skip
def test_small_amounts_keep_two_digits_that_say_something(amount, words):
    """A tenth of a cent is not shown as nothing."""
    assert words == in_words(Decimal(amount))


def test_expenses_of_one_model_are_added_up():
    """Where one of them has no price, the sum has none."""
    lecture = Expense("fireworks", "v3", Usage(60.0), 1, usd("0.1"))
    other = Expense("fireworks", "turbo", Usage(30.0))

    assert (other, Expense("fireworks", "v3", Usage(120.0), 2, usd("0.2"))) == together(
        [lecture, other, lecture]
    )


@given(st.floats(0, 10**6), TOKENS, TOKENS, st.none() | AMOUNTS)
def test_an_expense_survives_json(seconds, prompt, completion, amount):
    """Money is text there, and exact afterwards."""
    expense = Expense(
        "v", "m", Usage(seconds, prompt, 0, completion), 2, None if amount is None else usd(amount)
    )

    assert expense == expense_from_json(expense.to_json())
