"""The ledger over PostgreSQL: what the inside asks for, in transactions of one tenant."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, TypeVar

from leap.domain.accounts import CredentialState, Deferral
from leap.domain.expense import Expense
from leap.domain.history import Event, Run, StageRun
from leap.domain.ledger import Lease
from leap.domain.ports import Receipt
from leap.domain.recording import FileMemo
from leap.domain.snapshot import (
    Actual,
    Glance,
    Only,
    PublicationFact,
    RecordingRow,
    Settled,
    StageFact,
)
from leap.domain.stage import Stage
from leap.ledger import accounts, admission, history, leases, reading
from leap.ledger import facts as written
from leap.ledger.address import Address, Connection
from leap.ledger.checkpoints import Checkpoints
from leap.ledger.connections import ADMIN, Connections
from leap.ledger.costs import Costs
from leap.ledger.glance import read_glance
from leap.ledger.health import Health, read_health
from leap.ledger.quotas import Counters
from leap.ledger.values import storable, to_json

T = TypeVar("T")

_EVENT = """
    INSERT INTO leap.events (tenant, id, recording, at, kind, message, data)
    VALUES (%s, %s, %s, clock_timestamp(), %s, %s, %s::jsonb)
    ON CONFLICT (tenant, id) DO NOTHING
"""
_APPLIED_COMMIT = """
    SELECT commit FROM leap.runs WHERE tenant = %s AND commit IS NOT NULL
    ORDER BY started_at DESC, id LIMIT 1
"""
_RUN_STARTED = """
    INSERT INTO leap.runs (tenant, id, started_at, commit, forecast)
    VALUES (%s, %s, clock_timestamp(), %s, %s::jsonb) ON CONFLICT (tenant, id) DO NOTHING
"""
_RUN_FINISHED = """
    UPDATE leap.runs SET finished_at = clock_timestamp(), outcome = %s
    WHERE tenant = %s AND id = %s AND finished_at IS NULL
"""


class PostgresLedger(Costs, Checkpoints, Counters):
    """Implements ``leap.domain.ledger.Ledger``; see there for what each method promises.

    What it remembers of money is in ``leap.ledger.costs``, of publishing while
    it is under way in ``leap.ledger.checkpoints``, and of the days of apps in
    ``leap.ledger.quotas``.
    Usable from several threads, and from forked children, which open their
    own connections. Every method raises LedgerError where the database fails
    for good or for longer than half a minute.

    Args:
        address: where the database is now.
        revive: brings a dead embedded server back, or does nothing.
        ttl: how long a lease lasts without a heartbeat, in seconds.
    """

    def __init__(
        self,
        address: Callable[[], Address],
        revive: Callable[[], None] = lambda: None,
        *,
        ttl: float = leases.TTL,
    ) -> None:
        self._connections = Connections(address, revive)
        self._heart = Connections(address, lambda: None)
        self._ttl = ttl

    def close(self) -> None:
        """Close the connections of this process."""
        self._connections.close()
        self._heart.close()

    # ── reading ────────────────────────────────────────────────────────────

    def snapshot(self, tenant: str, only: Only | None = None) -> Actual:
        return self._read(
            tenant, lambda connection: reading.read_snapshot(connection, tenant, only)
        )

    def settled(self, tenant: str, declared: str) -> Sequence[Settled]:
        return self._read(
            tenant, lambda connection: reading.read_settled(connection, tenant, declared)
        )

    def published(self, tenant: str, platform: str) -> Sequence[tuple[str, ...]]:
        return self._read(
            tenant, lambda connection: reading.read_published(connection, tenant, platform)
        )

    def memos(self, tenant: str, source: str) -> Mapping[str, FileMemo]:
        return self._read(tenant, lambda connection: reading.read_memos(connection, tenant, source))

    def stage(self, tenant: str, recording: str, stage: Stage, key: str) -> StageFact | None:
        return self._read(
            tenant,
            lambda connection: reading.read_stage(connection, tenant, recording, stage, key),
        )

    def publication(self, tenant: str, recording: str, preset: str) -> PublicationFact | None:
        return self._read(
            tenant,
            lambda connection: reading.read_publication(connection, tenant, recording, preset),
        )

    def glance(self, tenant: str, newest: int | None = None, beginning: str = "") -> Glance:
        return self._read(
            tenant, lambda connection: read_glance(connection, tenant, newest, beginning)
        )

    def applied_commit(self, tenant: str) -> str | None:
        found = self._read(
            tenant, lambda connection: connection.execute(_APPLIED_COMMIT, (tenant,)).fetchone()
        )
        return None if found is None else str(found[0])

    def is_fresh(self, tenant: str, platforms: Collection[str]) -> bool:
        return self._read(
            tenant, lambda connection: reading.read_is_fresh(connection, tenant, platforms)
        )

    def started(self, tenant: str, after: datetime) -> Sequence[RecordingRow]:
        return self._read(
            tenant, lambda connection: reading.read_started(connection, tenant, after)
        )

    def deferrals(self, tenant: str) -> Mapping[str, Deferral]:
        return self._read(tenant, lambda connection: accounts.read_deferrals(connection, tenant))

    def credential(self, tenant: str, account: str) -> CredentialState | None:
        return self._read(
            tenant, lambda connection: accounts.read_credentials(connection, tenant, account)
        ).get(account)

    def credentials(self, tenant: str) -> Mapping[str, CredentialState]:
        return self._read(tenant, lambda connection: accounts.read_credentials(connection, tenant))

    def events(
        self, tenant: str, recording: str | None = None, limit: int = 100
    ) -> tuple[Event, ...]:
        """Return the newest events of ``tenant``, or of one recording; newest first."""
        return self._read(
            tenant,
            lambda connection: history.read_events(connection, tenant, recording, limit),
        )

    def runs(self, tenant: str, limit: int = 20) -> tuple[Run, ...]:
        """Return the newest runs of ``tenant``; newest first."""
        return self._read(tenant, lambda connection: history.read_runs(connection, tenant, limit))

    def stage_runs(
        self, tenant: str, since: datetime, stage: Stage | None = None
    ) -> tuple[StageRun, ...]:
        """Return the stages, or one of them, that were finished ``since``, in that order."""
        return self._read(
            tenant, lambda connection: history.read_stage_runs(connection, tenant, since, stage)
        )

    def tenants(self) -> tuple[str, ...]:
        """Return every tenant that the ledger knows recordings of."""
        return self._connections.run("", history.read_tenants, role=ADMIN, reading=True)

    def health(self) -> Health:
        """Return how the server and its clock are, and how many leases there are."""
        return self._connections.run("", read_health, role=ADMIN, reading=True)

    # ── writing ────────────────────────────────────────────────────────────

    def admit(
        self, tenant: str, rows: Sequence[RecordingRow], memos: Mapping[str, Sequence[FileMemo]]
    ) -> int:
        return self._connections.run(
            tenant, lambda connection: admission.admit(connection, tenant, rows, memos)
        )

    def stage_started(
        self, tenant: str, recording: str, stage: Stage, key: str, lease: Lease
    ) -> None:
        """Note that ``stage`` is running. Raises LeaseLost."""
        target = written.Target(tenant, recording, stage, key)

        def work(connection: Connection) -> None:
            leases.require_lease(connection, tenant, lease)
            written.write_stage(connection, target, "running")

        self._connections.run(tenant, work)

    def stage_done(
        self,
        tenant: str,
        recording: str,
        stage: Stage,
        key: str,
        *,
        seconds: float,
        facts: Mapping[str, Any],
        at: datetime | None = None,
    ) -> None:
        target = written.Target(tenant, recording, stage, key)
        self._connections.run(
            tenant,
            lambda connection: written.write_stage(
                connection, target, "done", seconds=seconds, facts=facts, at=at
            ),
        )

    def stage_failed(  # noqa: PLR0913 -- one keyword per fact
        self,
        tenant: str,
        recording: str,
        stage: Stage,
        key: str,
        *,
        reason: str,
        permanent: bool,
        until: datetime | None = None,
        needs_person: bool = False,
        at: datetime | None = None,
    ) -> None:
        """Note a failure, unless the stage is done: then a manifest stands."""
        target = written.Target(tenant, recording, stage, key)
        failure = written.Failure(reason, permanent, until, needs_person)
        self._connections.run(
            tenant,
            lambda connection: written.write_stage(
                connection, target, "failed", failure=failure, at=at
            ),
        )

    def publication_intended(
        self,
        tenant: str,
        recording: str,
        preset: str,
        platform: str,
        wanted: Mapping[str, str],
        lease: Lease,
    ) -> None:
        """Note that a publisher is about to act. Raises LeaseLost."""

        def work(connection: Connection) -> None:
            leases.require_lease(connection, tenant, lease)
            written.write_intended(connection, tenant, recording, preset, platform, wanted)

        self._connections.run(tenant, work)

    def publication_applied(
        self,
        tenant: str,
        recording: str,
        preset: str,
        receipt: Receipt,
        number: int,
        at: datetime | None = None,
    ) -> None:
        """Note what the platform holds; a receipt older than the last changes nothing."""
        self._connections.run(
            tenant,
            lambda connection: written.write_applied(
                connection, tenant, recording, preset, receipt, number, at
            ),
        )

    def publication_failed(  # noqa: PLR0913 -- one keyword per fact
        self,
        tenant: str,
        recording: str,
        preset: str,
        platform: str,
        *,
        wanted: Mapping[str, str],
        reason: str,
        permanent: bool,
        until: datetime | None = None,
        needs_person: bool = False,
    ) -> None:
        failure = written.Failure(reason, permanent, until, needs_person)
        self._connections.run(
            tenant,
            lambda connection: written.write_failed(
                *(connection, tenant, recording, preset, platform), wanted=wanted, failure=failure
            ),
        )

    def publication_unmanaged(self, tenant: str, recording: str, preset: str) -> None:
        self._connections.run(
            tenant,
            lambda connection: written.write_unmanaged(connection, tenant, recording, preset),
        )

    def defer(self, tenant: str, account: str, until: datetime, reason: str) -> None:
        self._connections.run(
            tenant,
            lambda connection: accounts.write_deferral(connection, tenant, account, until, reason),
        )

    def credential_used(
        self, tenant: str, account: str, expires_at: datetime | None = None
    ) -> None:
        self._connections.run(
            tenant, lambda connection: accounts.write_used(connection, tenant, account, expires_at)
        )

    def renewal_intended(self, tenant: str, account: str, renewing: str, lease: Lease) -> None:
        self._connections.run(
            tenant,
            lambda connection: accounts.write_intended(
                connection, tenant, account, renewing, lease
            ),
        )

    def renewal_refused(self, tenant: str, account: str, renewing: str) -> None:
        self._connections.run(
            tenant,
            lambda connection: accounts.write_refused(connection, tenant, account, renewing),
        )

    def store_credential(
        self,
        tenant: str,
        account: str,
        *,
        seed: str,
        generation: int,
        fields: Sequence[str],
        sealed: bytes,
        expires_at: datetime | None,
    ) -> None:
        """Store what was renewed, tried for longer than anything else: it is the only copy."""
        self._connections.run(
            tenant,
            lambda connection: accounts.write_credential(
                *(connection, tenant, account),
                seed=seed,
                generation=generation,
                fields=fields,
                sealed=sealed,
                expires_at=expires_at,
            ),
            patience=accounts.PATIENCE,
        )

    def lease(self, tenant: str, scope: str, *, wait: float) -> AbstractContextManager[Lease]:
        return leases.held(self._connections, self._heart, tenant, scope, wait=wait, ttl=self._ttl)

    def require(self, tenant: str, lease: Lease) -> None:
        """Raise LeaseLost unless ``lease`` is still valid: ask before an effect."""
        self._connections.run(
            tenant, lambda connection: leases.require_lease(connection, tenant, lease)
        )

    def event(
        self, tenant: str, recording: str | None, kind: str, message: str, **data: Any
    ) -> None:
        values = (tenant, uuid.uuid4(), recording, kind, storable(message), to_json(data))
        self._connections.run(tenant, lambda connection: connection.execute(_EVENT, values))

    def run_started(
        self, tenant: str, commit: str | None = None, forecast: Sequence[Expense] = ()
    ) -> str:
        """Note that a reconcile of ``tenant`` begins, at a commit; return the run's id."""
        run = uuid.uuid4()
        values = (tenant, run, commit, to_json([each.to_json() for each in forecast]))
        self._connections.run(tenant, lambda connection: connection.execute(_RUN_STARTED, values))
        return run.hex

    def run_finished(self, tenant: str, run: str, outcome: str) -> None:
        """Note how a run ended; only the first word on it counts."""
        values = (storable(outcome), tenant, uuid.UUID(run))
        self._connections.run(tenant, lambda connection: connection.execute(_RUN_FINISHED, values))

    def _read(self, tenant: str, work: Callable[[Connection], T]) -> T:
        return self._connections.run(tenant, work, reading=True)
