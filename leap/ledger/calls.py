"""Calls that cost money, and what was spent: admitted one by one, summed by the database."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from leap.domain.calls import Paid, Spending
from leap.domain.expense import Expense
from leap.domain.money import Money, Usage
from leap.ledger.address import Connection
from leap.ledger.values import storable

# The row is locked from here to the end of the transaction: whoever wants to
# spend in the same month waits, and then sees what was spent.
_LOCKED = """
    INSERT INTO leap.spending AS old (tenant, month, currency, amount)
    VALUES (%(tenant)s, to_char(clock_timestamp(), 'YYYY-MM'), %(currency)s, 0)
    ON CONFLICT (tenant, month, currency) DO UPDATE SET amount = old.amount
    RETURNING amount
"""
_SPEND = """
    INSERT INTO leap.spending AS old (tenant, month, currency, amount)
    VALUES (%(tenant)s, to_char(%(at)s::timestamptz, 'YYYY-MM'), %(currency)s, %(amount)s)
    ON CONFLICT (tenant, month, currency) DO UPDATE SET amount = old.amount + excluded.amount
"""
_INSERT = """
    INSERT INTO leap.calls (tenant, id, recording, stage, provider, account, model, digest, at,
        outcome, seconds, prompt_tokens, cached_tokens, completion_tokens, cost, currency)
    VALUES (%(tenant)s, %(id)s, %(recording)s, %(stage)s, %(provider)s, %(account)s, %(model)s,
        %(digest)s, coalesce(%(at)s, clock_timestamp()), %(outcome)s, %(seconds)s,
        %(prompt_tokens)s, %(cached_tokens)s, %(completion_tokens)s, %(cost)s, %(currency)s)
    ON CONFLICT (tenant, id) DO NOTHING
    RETURNING at
"""
_KNOWN = """
    SELECT at, outcome, cost, currency FROM leap.calls
    WHERE tenant = %(tenant)s AND id = %(id)s FOR UPDATE
"""
_UPDATE = """
    UPDATE leap.calls SET outcome = %(outcome)s, seconds = %(seconds)s,
        prompt_tokens = %(prompt_tokens)s, cached_tokens = %(cached_tokens)s,
        completion_tokens = %(completion_tokens)s, cost = %(cost)s, currency = %(currency)s
    WHERE tenant = %(tenant)s AND id = %(id)s
"""
_SPENT = """
    SELECT currency, amount FROM leap.spending
    WHERE tenant = %(tenant)s AND month = to_char(clock_timestamp(), 'YYYY-MM') ORDER BY currency
"""
_USAGE = """
    SELECT to_char(at, 'YYYY-MM') AS month, provider, model, currency,
        count(*) FILTER (WHERE outcome = 'answered'),
        count(*) FILTER (WHERE outcome IN ('asked', 'lost')),
        count(*) FILTER (WHERE outcome = 'refused'),
        coalesce(sum(seconds) FILTER (WHERE outcome = 'answered'), 0),
        coalesce(sum(prompt_tokens) FILTER (WHERE outcome = 'answered'), 0),
        coalesce(sum(cached_tokens) FILTER (WHERE outcome = 'answered'), 0),
        coalesce(sum(completion_tokens) FILTER (WHERE outcome = 'answered'), 0),
        coalesce(sum(cost) FILTER (WHERE outcome = 'answered'), 0),
        coalesce(sum(cost) FILTER (WHERE outcome IN ('asked', 'lost')), 0)
    FROM leap.calls
    WHERE tenant = %(tenant)s AND at >= %(since)s AND at < %(until)s
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""
_FORECASTS = """
    SELECT to_char(started_at, 'YYYY-MM') AS month, each->>'provider', each->>'model',
        each->>'currency', sum((each->>'seconds')::double precision),
        sum((each->>'prompt_tokens')::bigint), sum((each->>'completion_tokens')::bigint),
        sum((each->>'unknown_length')::bigint), sum((each->>'cost')::numeric)
    FROM leap.runs CROSS JOIN jsonb_array_elements(forecast) AS each
    WHERE tenant = %(tenant)s AND started_at >= %(since)s AND started_at < %(until)s
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""


def write_asked(
    connection: Connection, tenant: str, paid: Paid, limit: Money | None
) -> Money | None:
    """Write down a call that is about to be made; return None.

    Where it and what was spent this month are more than ``limit``, nothing is
    written, and what was spent is returned.
    """
    values = _values(tenant, paid) | {"at": None}
    if limit is not None and paid.cost is not None:
        (spent,) = _row(connection, _LOCKED, values | {"currency": limit.currency})
        known = connection.execute(_KNOWN, values).fetchone()
        if known is None and spent + paid.cost.amount > limit.amount:
            return Money(spent, limit.currency)
    inserted = connection.execute(_INSERT, values).fetchone()
    if inserted is not None:
        _spend(connection, tenant, inserted[0], paid.cost)
    return None


def write_made(connection: Connection, tenant: str, paid: Paid) -> None:
    """Write down what became of a call, once; an answer has the last word."""
    values = _values(tenant, paid)
    inserted = connection.execute(_INSERT, values).fetchone()
    if inserted is not None:
        _spend(connection, tenant, inserted[0], paid.cost)
        return
    at, outcome, cost, currency = _row(connection, _KNOWN, values)
    if outcome != "asked" and (outcome != "lost" or paid.outcome != "answered"):
        return
    connection.execute(_UPDATE, values)
    if cost is not None:
        _spend(connection, tenant, at, Money(-cost, currency))
    _spend(connection, tenant, at, paid.cost)


def read_spent(connection: Connection, tenant: str) -> tuple[Money, ...]:
    """Return what was spent this month, in each currency."""
    rows = connection.execute(_SPENT, {"tenant": tenant})
    return tuple(Money(amount, currency) for currency, amount in rows)


def read_usage(
    connection: Connection, tenant: str, since: datetime, until: datetime
) -> tuple[Spending, ...]:
    """Return what calls between two moments used up, by month, provider and model."""
    rows = connection.execute(_USAGE, {"tenant": tenant, "since": since, "until": until})
    return tuple(_spending(row) for row in rows)


def read_forecasts(
    connection: Connection, tenant: str, since: datetime, until: datetime
) -> tuple[tuple[str, Expense], ...]:
    """Return what the runs between two moments expected, by month, provider and model."""
    rows = connection.execute(_FORECASTS, {"tenant": tenant, "since": since, "until": until})
    return tuple(
        (
            month,
            Expense(
                provider,
                model,
                Usage(seconds, int(prompt), 0, int(completion)),
                int(unknown),
                None if cost is None else Money(cost, currency),
            ),
        )
        for month, provider, model, currency, seconds, prompt, completion, unknown, cost in rows
    )


def _spend(connection: Connection, tenant: str, at: datetime, cost: Money | None) -> None:
    if cost is not None and cost.amount:
        values = {"tenant": tenant, "at": at, "currency": cost.currency, "amount": cost.amount}
        connection.execute(_SPEND, values)


def _spending(row: tuple[Any, ...]) -> Spending:
    month, provider, model, currency, answered, unanswered, refused, *used, cost, possible = row
    seconds, prompt, cached, completion = used
    return Spending(
        month,
        provider,
        model,
        answered,
        unanswered,
        refused,
        Usage(seconds, int(prompt), int(cached), int(completion)),
        None if currency is None else Money(cost, currency),
        None if currency is None else Money(possible, currency),
    )


def _values(tenant: str, paid: Paid) -> dict[str, Any]:
    cost: Decimal | None = None if paid.cost is None else paid.cost.amount
    return {
        "tenant": tenant,
        "id": paid.id,
        "recording": paid.recording,
        "stage": paid.stage.value,
        "provider": paid.call.provider,
        "account": paid.call.account,
        "model": storable(paid.call.model),
        "digest": paid.call.digest,
        "at": paid.at,
        "outcome": paid.outcome,
        "seconds": paid.usage.seconds,
        "prompt_tokens": paid.usage.prompt_tokens,
        "cached_tokens": paid.usage.cached_tokens,
        "completion_tokens": paid.usage.completion_tokens,
        "cost": cost,
        "currency": None if paid.cost is None else paid.cost.currency,
    }


def _row(connection: Connection, query: str, values: dict[str, Any]) -> tuple[Any, ...]:
    row = connection.execute(query, values).fetchone()
    assert row is not None  # noqa: S101 -- written by the statement before, or by this one
    return row
