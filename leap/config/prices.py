"""What calls to clouds cost, as the operator says it; money is exact, never a float."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from leap.config.model import Model, setting
from leap.config.units import Called, Shaped, complaint
from leap.domain.money import Money, Price

#: Who may ask for money.
Vendor = Literal["fireworks", "openai", "groq", "speaches", "deepseek"]
#: A server of one's own: without a price it costs nothing that a budget is for.
OWN: frozenset[str] = frozenset({"speaches"})

_MONEY = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,12})?)\s*([A-Z]{3})")
_MODEL = r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}$"


def money(value: Any) -> Money:
    """Return ``20 USD`` as exact money."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise complaint(
            f"money needs a currency, not the bare number {value}", f"write `{value} USD`"
        )
    found = _MONEY.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        shown = f"`{value[:40]}`" if isinstance(value, str) else "this"
        raise complaint(f"{shown} is not an amount of money", "write it like `20 USD`")
    return Money(Decimal(found[1]), found[2])


Amount = Annotated[
    Money,
    PlainValidator(money),
    WithJsonSchema({"type": "string", "pattern": rf"^\s*{_MONEY.pattern}\s*$"}),
    Called("amount of money, such as `20 USD`"),
]
PricedModel = Annotated[
    str, Shaped(_MODEL, "the name of a model", "write it like `whisper-v3-turbo`")
]


class ModelPrice(Model):
    """What one model costs; its vendor's price list says it."""

    minute: Amount | None = setting(None, "A minute of audio.", examples=["0.0009 USD"])
    input: Amount | None = setting(None, "A million tokens that are sent.", examples=["0.15 USD"])
    cached: Amount | None = setting(
        None,
        "A million tokens that are sent and that the vendor has in its cache; else as `input`.",
        examples=["0.003 USD"],
    )
    output: Amount | None = setting(None, "A million tokens that come back.", examples=["0.60 USD"])

    @model_validator(mode="after")
    def _is_a_price(self) -> ModelPrice:
        if not self.amounts:
            raise complaint("no price is given", "write `minute`, or `input` and `output`")
        if self.minute is None and (self.input is None or self.output is None):
            raise complaint("tokens cost something both ways", "write `input` and `output`")
        return self

    @property
    def amounts(self) -> Mapping[str, Money]:
        """The amounts that are given, by their key."""
        return {name: value for name, value in self if value is not None}

    @property
    def price(self) -> Price:
        """The same as the price that costs are worked out with."""
        amounts = self.amounts
        currency = next(iter(amounts.values())).currency
        return Price(currency, **{name: each.amount for name, each in amounts.items()})


ModelPrices = Annotated[dict[PricedModel, ModelPrice], Field(max_length=200)]

#: By vendor, as ``with:`` names it, and by model.
Prices = Annotated[dict[Vendor, ModelPrices], Field(max_length=50)]
