"""What the ledger remembers of money: calls, what was spent, what was expected."""

from __future__ import annotations

from datetime import datetime

from leap.domain.calls import Paid, Spending
from leap.domain.expense import Expense
from leap.domain.money import Money
from leap.ledger import calls
from leap.ledger.connections import Connections


class Costs:
    """The part of ``leap.domain.ledger.Ledger`` that is about money."""

    _connections: Connections

    def spent(self, tenant: str) -> tuple[Money, ...]:
        return self._connections.run(
            tenant, lambda connection: calls.read_spent(connection, tenant), reading=True
        )

    def usage(self, tenant: str, since: datetime, until: datetime) -> tuple[Spending, ...]:
        """Return what calls of ``since <= at < until`` used up, by month, provider and model."""
        return self._connections.run(
            tenant,
            lambda connection: calls.read_usage(connection, tenant, since, until),
            reading=True,
        )

    def forecasts(
        self, tenant: str, since: datetime, until: datetime
    ) -> tuple[tuple[str, Expense], ...]:
        """Return what runs of that time expected, with the month, by provider and model."""
        return self._connections.run(
            tenant,
            lambda connection: calls.read_forecasts(connection, tenant, since, until),
            reading=True,
        )

    def call_asked(self, tenant: str, paid: Paid, limit: Money | None = None) -> Money | None:
        return self._connections.run(
            tenant, lambda connection: calls.write_asked(connection, tenant, paid, limit)
        )

    def call_made(self, tenant: str, paid: Paid) -> None:
        self._connections.run(tenant, lambda connection: calls.write_made(connection, tenant, paid))
