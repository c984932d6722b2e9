"""Money: exact, never a float; what a price makes of what was used up."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Self

#: Sums of billions to a billionth stay exact.
_EXACT = Context(prec=60)
_MINUTE = Decimal(60)
_MILLION = Decimal(1_000_000)
#: What a call costs is kept to so many digits after the point: a single token
#: of the cheapest model costs 3e-9 USD.
_DIGITS = Decimal("1e-12")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency, by its ISO 4217 code such as ``USD``."""

    amount: Decimal
    currency: str

    def __add__(self, other: Self) -> Self:
        """Return the sum. Raises ValueError for another currency."""
        if other.currency != self.currency:
            message = f"{other.currency} cannot be added to {self.currency}"
            raise ValueError(message)
        return type(self)(_EXACT.add(self.amount, other.amount), self.currency)

    def __str__(self) -> str:
        return f"{in_words(self.amount)} {self.currency}"


@dataclass(frozen=True, slots=True)
class Usage:
    """What calls used up: seconds of audio, and tokens.

    ``prompt_tokens`` are all that were sent, ``cached_tokens`` those of them
    that the vendor had in its cache, ``completion_tokens`` those that came back.
    """

    seconds: float = 0.0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.seconds + other.seconds,
            self.prompt_tokens + other.prompt_tokens,
            self.cached_tokens + other.cached_tokens,
            self.completion_tokens + other.completion_tokens,
        )


@dataclass(frozen=True, slots=True)
class Price:
    """What a model costs: a minute of audio, and a million tokens of each kind.

    None is a price that is not known; ``cached`` without a price costs what
    ``input`` does.
    """

    currency: str
    minute: Decimal | None = None
    input: Decimal | None = None
    cached: Decimal | None = None
    output: Decimal | None = None

    def of(self, usage: Usage) -> Money | None:
        """Return what ``usage`` costs, or None where a price that it takes is not known."""
        cached = self.input if self.cached is None else self.cached
        parts = (
            (Decimal(str(usage.seconds)), self.minute, _MINUTE),
            (Decimal(usage.prompt_tokens - usage.cached_tokens), self.input, _MILLION),
            (Decimal(usage.cached_tokens), cached, _MILLION),
            (Decimal(usage.completion_tokens), self.output, _MILLION),
        )
        total = Decimal(0)
        for count, price, per in parts:
            if not count:
                continue
            if price is None:
                return None
            # Divided last, and rounded once: thirds of a cent do not add up.
            total = _EXACT.add(total, _EXACT.divide(_EXACT.multiply(count, price), per))
        return Money(total.quantize(_DIGITS, context=_EXACT), self.currency)


def in_words(amount: Decimal) -> str:
    """Return ``amount`` with two digits after the point, or two that say something.

    >>> in_words(Decimal("12.3")), in_words(Decimal("0.000412")), in_words(Decimal(0))
    ('12.30', '0.00041', '0.00')
    """
    if not amount or abs(amount) >= Decimal("0.095"):
        return f"{amount:.2f}"
    digits = 1 - amount.adjusted()
    return f"{amount:.{digits}f}"
