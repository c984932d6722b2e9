"""What a plan costs, for people at 80 columns and for programs."""

from __future__ import annotations

from decimal import Decimal

from leap.domain.expense import Expense
from leap.domain.money import Money, Usage
from leap.render.cost import json_data, lines, words


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


SPEECH = Expense("fireworks", "whisper-v3-turbo", Usage(5400.0), 0, usd("0.081"))
CHAT = Expense("deepseek", "flash", Usage(0, 37_500, 0, 3_000), 0, usd("0.0074"))
UNPRICED = Expense("groq", "whisper-large-v3", Usage(720.0))
FORECAST = {"acme": (CHAT, SPEECH), "uni": (UNPRICED,)}


def test_each_tenant_and_model_has_a_line() -> None:
    """The sum comes first, and says what is not in it."""
    assert [
        "Cost: about 0.088 USD; the price of groq whisper-large-v3 is unknown.",
        "  acme: 0.088 USD",
        "    deepseek flash              about 40,500 tokens   0.0074 USD",
        "    fireworks whisper-v3-turbo  1 h 30 min of speech  0.081 USD",
        "  uni: price unknown",
        "    groq whisper-large-v3       12 min of speech      price unknown",
    ] == list(lines(FORECAST, 80))


def test_recordings_of_unknown_length_are_not_forgotten() -> None:
    """They come on top of what is known."""
    unknown = {"uni": (Expense("groq", "v3", Usage(), 2, usd("0")),)}

    assert "about 0.00 USD; recordings of unknown length come on top" == words(unknown)
    assert "    groq v3  2 of unknown length  0.00 USD" == list(lines(unknown, 80))[-1]


def test_what_costs_nothing_is_not_mentioned() -> None:
    """Most plans of a university with a machine of its own."""
    assert ("", []) == (words({}), list(lines({}, 80)))


def test_of_many_tenants_only_sums_are_shown() -> None:
    """Unless somebody wants it whole."""
    many = {f"t{number}": (SPEECH,) for number in range(9)}

    assert 10 == len(list(lines(many, 80)))
    assert 19 == len(list(lines(many, 80, whole=True)))
    assert "Cost: about 0.73 USD." == next(lines(many, 80))


def test_programs_get_exact_money() -> None:
    """By currency, as text; models without a price are named."""
    found = json_data(FORECAST)

    assert {"USD": "0.0884"} == found["tenants"]["acme"]["total"] == found["total"]
    assert ({}, ["groq whisper-large-v3"]) == (
        found["tenants"]["uni"]["total"],
        found["price_unknown"],
    )
