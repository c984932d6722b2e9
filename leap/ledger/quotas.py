"""What apps have used up of their day at platforms: counters, outside the isolation of tenants.

A tenant sees the counters of those apps only that one of its accounts has
asked as. Units are taken off before they are used up, under the lock of the
counter's row, so that no number of runners takes more than there is. A runner
that is killed, and a commit whose answer is lost, leave units taken: what is
not known counts as used up.

Which day it is where the platform counts is the database's to say; its zones
know when a day has 23 or 25 hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from leap.domain.quotas import AppDay, Bucket, Granted, Shortage
from leap.ledger.address import Connection
from leap.ledger.connections import Connections

_HOLDS = """
    INSERT INTO leap.quota_holders AS old (tenant, account, holder)
    VALUES (%(tenant)s, %(account)s, %(holder)s)
    ON CONFLICT (tenant, account) DO UPDATE SET holder = excluded.holder
    WHERE old.holder IS DISTINCT FROM excluded.holder
"""
_TODAY = """
    today AS MATERIALIZED (SELECT clock_timestamp() AT TIME ZONE %(zone)s AS time)
"""
_MIDNIGHT = "(time::date + 1)::timestamp AT TIME ZONE %(zone)s"
_TAKE = f"""
    WITH {_TODAY}
    INSERT INTO leap.quotas AS old (holder, bucket, day, used, refreshed)
    SELECT %(holder)s, %(bucket)s, time::date, %(units)s, %(refreshed)s FROM today
    WHERE %(units)s <= %(limit)s AND %(refreshed)s <= %(refreshes)s
    ON CONFLICT (holder, bucket, day) DO UPDATE
    SET used = old.used + excluded.used, refreshed = old.refreshed + excluded.refreshed
    WHERE old.used + excluded.used <= %(limit)s
    AND (excluded.refreshed = 0 OR old.refreshed + excluded.refreshed <= %(refreshes)s)
    RETURNING day, (SELECT {_MIDNIGHT} FROM today)
"""  # noqa: S608  # of constants
_LEFT = f"""
    WITH {_TODAY}
    SELECT {_MIDNIGHT}, coalesce(used, 0), coalesce(refreshed, 0)
    FROM today LEFT JOIN leap.quotas
        ON holder = %(holder)s AND bucket = %(bucket)s AND day = time::date
"""  # noqa: S608  # of constants
_GIVE_BACK = """
    UPDATE leap.quotas SET used = used - %(units)s, refreshed = refreshed - %(refreshed)s
    WHERE holder = %(holder)s AND bucket = %(bucket)s AND day = %(day)s
    AND used >= %(units)s AND refreshed >= %(refreshed)s
"""
# In the first minutes of a day it may be the platform whose clock is behind:
# a whole day is not given up for that.
_EMPTY = f"""
    WITH {_TODAY}, full_day AS (
        INSERT INTO leap.quotas AS old (holder, bucket, day, used, refreshed)
        SELECT %(holder)s, %(bucket)s, time::date, %(limit)s, 0 FROM today
        WHERE time >= time::date + interval '10 minutes'
        ON CONFLICT (holder, bucket, day) DO UPDATE SET used = greatest(old.used, excluded.used)
        RETURNING day
    )
    SELECT CASE WHEN EXISTS (SELECT FROM full_day) THEN {_MIDNIGHT}
        ELSE time::date::timestamp AT TIME ZONE %(zone)s + interval '10 minutes' END
    FROM today
"""  # noqa: S608  # of constants
_USED = f"""
    WITH {_TODAY}
    SELECT account, own.holder,
        coalesce(jsonb_object_agg(bucket, used) FILTER (WHERE bucket IS NOT NULL), '{{}}')
    FROM today CROSS JOIN leap.quota_holders AS own
        LEFT JOIN leap.quotas AS counted ON counted.holder = own.holder AND day = time::date
    WHERE tenant = %(tenant)s
    GROUP BY account, own.holder ORDER BY account
"""  # noqa: S608  # of constants


class Counters:
    """The part of ``leap.domain.ledger.Ledger`` that is about the days of apps."""

    _connections: Connections

    def take_quota(
        self,
        tenant: str,
        account: str,
        holder: str,
        needs: Mapping[Bucket, int],
        *,
        refreshing: bool,
    ) -> Granted | Shortage:
        def work(connection: Connection) -> Granted:
            who = {"tenant": tenant, "account": account, "holder": holder}
            connection.execute(_HOLDS, who)
            # Rows are always locked in one order, so that nobody waits in a circle.
            for bucket in sorted(needs, key=lambda each: each.name):
                granted = _take(connection, holder, bucket, needs[bucket], refreshing=refreshing)
            return granted

        try:
            return self._connections.run(tenant, work)
        except _Short as error:
            return error.shortage

    def return_quota(
        self, tenant: str, holder: str, day: date, rest: Mapping[str, int], *, refreshing: bool
    ) -> None:
        def work(connection: Connection) -> None:
            for bucket in sorted(rest):
                values = _values(holder, bucket, rest[bucket], refreshing=refreshing)
                connection.execute(_GIVE_BACK, {**values, "day": day})

        # Not tried again: what went back twice would be used twice.
        self._connections.run(tenant, work, patience=0)

    def empty_quota(self, tenant: str, account: str, holder: str, bucket: Bucket) -> datetime:
        def work(connection: Connection) -> datetime:
            who = {"tenant": tenant, "account": account, "holder": holder}
            connection.execute(_HOLDS, who)
            values = {**who, "bucket": bucket.name, "limit": bucket.limit, "zone": bucket.zone}
            until: datetime = _row(connection, _EMPTY, values)[0]
            return until

        return self._connections.run(tenant, work)

    def app_days(self, tenant: str, zone: str) -> tuple[AppDay, ...]:
        values = {"tenant": tenant, "zone": zone}
        rows = self._connections.run(
            tenant, lambda connection: connection.execute(_USED, values).fetchall(), reading=True
        )
        return tuple(AppDay(*row) for row in rows)


class _Short(Exception):
    def __init__(self, shortage: Shortage) -> None:
        super().__init__(shortage.bucket)
        self.shortage = shortage


def _take(
    connection: Connection, holder: str, bucket: Bucket, units: int, *, refreshing: bool
) -> Granted:
    values = {
        **_values(holder, bucket.name, units, refreshing=refreshing),
        "limit": bucket.limit,
        "refreshes": bucket.refreshes,
        "zone": bucket.zone,
    }
    taken = connection.execute(_TAKE, values).fetchone()
    if taken is not None:
        return Granted(*taken)
    until, used, refreshed = _row(connection, _LEFT, values)
    if used + units > bucket.limit:
        raise _Short(Shortage(bucket.name, used, bucket.limit, until))
    raise _Short(Shortage(bucket.name, refreshed, bucket.refreshes, until, for_refreshes=True))


def _values(holder: str, bucket: str, units: int, *, refreshing: bool) -> dict[str, Any]:
    refreshed = units if refreshing else 0
    return {"holder": holder, "bucket": bucket, "units": units, "refreshed": refreshed}


def _row(connection: Connection, query: str, values: dict[str, Any]) -> tuple[Any, ...]:
    row = connection.execute(query, values).fetchone()
    assert row is not None  # noqa: S101 -- of a query that has one
    return row
