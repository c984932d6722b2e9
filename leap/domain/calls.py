"""Calls that cost money: written down before they are made, and after.

A call is *asked* before its first byte is sent; it ends as *answered*,
*refused* (the vendor said no and wants nothing for it) or *lost* (it may have
been paid for, and no answer came whole). One that stays *asked* was cut off
in the middle: it counts as one that was lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from leap.domain.money import Money, Usage
from leap.domain.stage import Stage

Outcome = Literal["asked", "answered", "refused", "lost"]


@dataclass(frozen=True, slots=True)
class Call:
    """A request that is about to be made and costs money.

    Attributes:
        provider: who is asked, by the word of the YAML: ``fireworks``.
        model: the model as it is asked for; prices go by it.
        account: the account that pays.
        digest: of everything that decides about the answer, such as the audio
            and the parameters.
        at_most: what it uses up at most, as far as that is known before.
    """

    provider: str
    model: str
    account: str
    digest: str
    at_most: Usage


@dataclass(frozen=True, slots=True)
class Paid:
    """A call as the ledger has it.

    ``id`` is its idempotency key: written twice, it is one call. ``cost`` is
    None where the price is not known; for a call without an answer it is what
    it costs at most, since it may have been paid for.
    """

    id: str
    call: Call
    recording: str
    stage: Stage
    at: datetime
    outcome: Outcome = "asked"
    usage: Usage = field(default_factory=Usage)
    cost: Money | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data, for the answer that it has paid for."""
        return {
            "id": self.id,
            "provider": self.call.provider,
            "model": self.call.model,
            "account": self.call.account,
            "digest": self.call.digest,
            "recording": self.recording,
            "stage": self.stage.value,
            "at": self.at.isoformat(),
            "seconds": self.usage.seconds,
            "prompt_tokens": self.usage.prompt_tokens,
            "cached_tokens": self.usage.cached_tokens,
            "completion_tokens": self.usage.completion_tokens,
            "cost": None if self.cost is None else str(self.cost.amount),
            "currency": None if self.cost is None else self.cost.currency,
        }


def paid_from_json(data: Mapping[str, Any]) -> Paid:
    """Return the answered call that ``Paid.to_json`` wrote."""
    usage = Usage(
        data["seconds"], data["prompt_tokens"], data["cached_tokens"], data["completion_tokens"]
    )
    cost = None if data["cost"] is None else Money(Decimal(data["cost"]), data["currency"])
    call = Call(data["provider"], data["model"], data["account"], data["digest"], usage)
    return Paid(
        data["id"],
        call,
        data["recording"],
        Stage(data["stage"]),
        datetime.fromisoformat(data["at"]),
        "answered",
        usage,
        cost,
    )


@dataclass(frozen=True, slots=True)
class Spending:
    """What calls of one month to one model used up and cost together.

    Attributes:
        month: ``2026-11``, in UTC.
        answered: how many calls were answered.
        unanswered: how many were not, and may have been paid for.
        refused: how many the vendor refused.
        usage: what those that were answered used up.
        cost: what they cost; None where the price is not known.
        possible: what those without an answer cost at most.
    """

    month: str
    provider: str
    model: str
    answered: int
    unanswered: int
    refused: int
    usage: Usage
    cost: Money | None
    possible: Money | None
