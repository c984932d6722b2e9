"""Who works on what: rows with a fence, judged by the database's clock alone.

A lease outlives transactions and poolers, and needs no clock of ours. Its
fence is a number that is never given twice; a holder that was asleep while
another took over finds its fence gone, and may write no more.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from leap.domain.ledger import Lease
from leap.errors import LeaseLost, LedgerError
from leap.ledger.address import Connection
from leap.ledger.connections import PATIENCE, Connections
from leap.ledger.processes import Identity, identity, is_gone

#: How long a lease lasts without a heartbeat, in seconds.
TTL = 60.0

_POLL = 0.2
#: A holder that was stopped while it renewed holds its row for as long as the
#: server lets a transaction be idle, which is a minute.
_ROW_PATIENCE = 90.0

# ``claim`` makes the statement safe to repeat: a claim that was granted, but
# whose answer got lost, is granted again.
_CLAIM = """
    INSERT INTO leap.leases AS held (tenant, scope, holder, claim, fence, acquired_at, expires_at)
    VALUES (%(tenant)s, %(scope)s, %(holder)s, %(claim)s, nextval('leap.fences'),
            clock_timestamp(), clock_timestamp() + make_interval(secs => %(ttl)s))
    ON CONFLICT (tenant, scope) DO UPDATE SET
        holder = excluded.holder, claim = excluded.claim, fence = excluded.fence,
        acquired_at = excluded.acquired_at, expires_at = excluded.expires_at
    WHERE held.expires_at <= clock_timestamp()
       OR held.claim = excluded.claim OR held.fence = %(gone)s
    RETURNING fence
"""
_HOLDER = """
    SELECT holder, fence FROM leap.leases WHERE tenant = %(tenant)s AND scope = %(scope)s
"""
_RENEW = """
    UPDATE leap.leases SET expires_at = clock_timestamp() + make_interval(secs => %(ttl)s)
    WHERE tenant = %(tenant)s AND scope = %(scope)s AND fence = %(fence)s
"""
_RELEASE = """
    DELETE FROM leap.leases
    WHERE tenant = %(tenant)s AND scope = %(scope)s AND fence = %(fence)s
"""
# The lock keeps the lease from being taken over before this transaction ends.
_VALID = """
    SELECT FROM leap.leases
    WHERE tenant = %(tenant)s AND scope = %(scope)s AND fence = %(fence)s
      AND expires_at > clock_timestamp()
    FOR SHARE
"""


def require_lease(connection: Connection, tenant: str, lease: Lease) -> None:
    """Raise LeaseLost unless ``lease`` is valid until this transaction ends."""
    values = {"tenant": tenant, "scope": lease.scope, "fence": lease.fence}
    if connection.execute(_VALID, values).fetchone() is None:
        raise LeaseLost(f"another runner has taken over {lease.scope} of {tenant}")


@contextmanager
def held(
    connections: Connections,
    heart: Connections,
    tenant: str,
    scope: str,
    *,
    wait: float,
    ttl: float,
) -> Iterator[Lease]:
    """Hold ``scope`` of ``tenant`` for a block; renew it from a thread over ``heart``.

    Raises LeaseLost where another holder keeps it for longer than ``wait`` seconds.
    """
    lease = _acquire(connections, tenant, scope, wait=wait, ttl=ttl)
    ended = threading.Event()
    beat = threading.Thread(
        target=_beat, args=(heart, tenant, lease, ttl, ended), name=f"lease {scope}", daemon=True
    )
    beat.start()
    try:
        yield lease
    finally:
        ended.set()
        values = {"tenant": tenant, "scope": scope, "fence": lease.fence}
        # What cannot be released now expires by itself.
        with suppress(LedgerError):
            connections.run(tenant, lambda connection: connection.execute(_RELEASE, values))


def _acquire(
    connections: Connections, tenant: str, scope: str, *, wait: float, ttl: float
) -> Lease:
    holder = str(identity())
    claim = uuid.uuid4()
    deadline = time.monotonic() + wait
    gone: int | None = None
    while True:
        values = {
            "tenant": tenant,
            "scope": scope,
            "holder": holder,
            "claim": claim,
            "ttl": ttl,
            "gone": gone,
        }

        def claimed(connection: Connection, values: dict[str, object] = values) -> list[object]:
            row = connection.execute(_CLAIM, values).fetchone()
            if row is not None:
                return [int(row[0])]
            other = connection.execute(_HOLDER, values).fetchone()
            return [None, *other] if other else [None, None, None]

        patience = PATIENCE if wait < _ROW_PATIENCE else _ROW_PATIENCE
        fence, *other = connections.run(tenant, claimed, patience=patience)
        if isinstance(fence, int):
            return Lease(scope, holder, fence)
        gone = _fence_of_the_dead(*other)
        if gone is not None:
            continue
        if time.monotonic() >= deadline:
            raise LeaseLost(f"{scope} of {tenant} is being worked on by {_who(other[0])}")
        time.sleep(_POLL)


def _fence_of_the_dead(holder: object, fence: object) -> int | None:
    other = Identity.parse(str(holder))
    return fence if isinstance(fence, int) and other is not None and is_gone(other) else None


def _who(holder: object) -> str:
    other = Identity.parse(str(holder))
    return "another runner" if other is None else f"process {other.pid} on {other.host}"


def _beat(
    heart: Connections, tenant: str, lease: Lease, ttl: float, ended: threading.Event
) -> None:
    values = {"tenant": tenant, "scope": lease.scope, "fence": lease.fence, "ttl": ttl}
    pause = ttl / 3
    while not ended.wait(pause):
        try:
            renewed = heart.run(
                tenant, lambda connection: connection.execute(_RENEW, values).rowcount, patience=0
            )
        except LedgerError:
            # The lease still lasts for a while; the next writes will say what is wrong.
            pause = min(1.0, ttl / 3)
            continue
        if not renewed:
            return
        pause = ttl / 3
