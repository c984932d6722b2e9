"""Calls that cost money, over the ledger: admitted, written down, and never a cent too many.

A call is written down before it is made. The budget of the month is held
against what it costs at most; what it did cost takes the place of that.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from leap.config.budgets import Limit, limit_for
from leap.config.prices import OWN
from leap.domain.calls import Call, Outcome, Paid
from leap.domain.ledger import Ledger
from leap.domain.money import Money, Price, Usage
from leap.domain.stage import Stage
from leap.errors import DeferUntil, LedgerError, NeedsHuman, NotSent
from leap.faults import point
from leap.tasks.job import Job

_log = logging.getLogger(__name__)


def calls_of(job: Job) -> LedgerCalls:
    """Return where the calls of ``job`` are written down, and by what they are limited."""
    session, operator = job.session, job.session.declaration.operator
    limit = limit_for(operator, job.declared.config, job.tenant)
    return LedgerCalls(
        session.ledger,
        job.tenant,
        job.recording,
        job.step.stage,
        prices={
            (vendor, model): priced.price
            for vendor, models in operator.prices.items()
            for model, priced in models.items()
        },
        limit=None if job.tenant in session.over_budget else limit,
    )


@dataclass(frozen=True)
class LedgerCalls:
    """Calls of one step (``leap.domain.ports.Calls``).

    ``limit`` is the tenant's budget; None where it has none, or a person has
    accepted that this run exceeds it.
    """

    ledger: Ledger
    tenant: str
    recording: str
    stage: Stage
    prices: Mapping[tuple[str, str], Price]
    limit: Limit | None = None

    @contextmanager
    def paying(self, call: Call) -> Iterator[LedgerPayment]:
        """Make a call inside of the block; see ``leap.domain.ports.Calls``.

        Raises NeedsHuman where there is a budget and no price to hold against it.
        """
        price = self.prices.get((call.provider, call.model))
        paid = self._asked(call, price)
        point("calls.asked")
        payment = LedgerPayment(self.ledger, self.tenant, paid, price)
        try:
            yield payment
        except (NeedsHuman, DeferUntil, NotSent):
            payment.refused()
            raise
        finally:
            # A word that was said before stands.
            payment.close("lost", paid.usage, paid.cost)

    def _asked(self, call: Call, price: Price | None) -> Paid:
        cost = price.of(call.at_most) if price else None
        if self.limit is not None and cost is None and call.provider not in OWN:
            message = f"the price of {call.provider} {call.model} is not known, so the budget of"
            hint = f"write it under `prices: {call.provider}:` in leap.yaml"
            raise NeedsHuman(f"{message} {self.limit.month} a month cannot be kept", hint=hint)
        now = datetime.now(UTC)
        paid = Paid(
            uuid.uuid4().hex, call, self.recording, self.stage, now, "asked", call.at_most, cost
        )
        limit = self.limit.month if self.limit else None
        spent = self.ledger.call_asked(self.tenant, paid, limit)
        if self.limit is not None and spent is not None:
            message = (
                f"budget: {spent} of {self.limit.month} are spent in {now:%Y-%m},"
                f" and a call to {call.provider} costs up to {cost}"
            )
            hint = f"raise it ({self.limit.place}), then run `leap retry`"
            raise DeferUntil(message, until=_next_month(now), hint=hint)
        return paid


class LedgerPayment:
    """One call while it is made (``leap.domain.ports.Payment``); its first word stands."""

    def __init__(self, ledger: Ledger, tenant: str, paid: Paid, price: Price | None) -> None:
        self._ledger, self._tenant, self._paid, self._price = ledger, tenant, paid, price

    def answered(self, usage: Usage) -> Paid:
        """Write down that the answer came, and what it used up."""
        return self.close("answered", usage, self._price.of(usage) if self._price else None)

    def refused(self) -> None:
        """Write down that the vendor said no: nothing has to be paid."""
        nothing = Money(Decimal(0), self._price.currency) if self._price else None
        self.close("refused", Usage(), nothing)

    def close(self, outcome: Outcome, usage: Usage, cost: Money | None) -> Paid:
        """Write down how the call ended, unless that is written; return it as it is."""
        if self._paid.outcome != "asked":
            return self._paid
        self._paid = replace(self._paid, outcome=outcome, usage=usage, cost=cost)
        try:
            self._ledger.call_made(self._tenant, self._paid)
        except LedgerError as error:
            # The answer is worth more than the note: it is kept with what it
            # cost, and until a rebuild the call counts with what it costs at most.
            _log.warning("a call to %s stays open: %s", self._paid.call.provider, error)
        return self._paid


def _next_month(now: datetime) -> datetime:
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)
