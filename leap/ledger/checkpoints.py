"""What publishing must not forget while it is under way.

Every write asks for the lease in its own transaction: a runner that slept
while another one took over changes nothing any more.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from leap.domain.ledger import Kept, Lease
from leap.domain.ports import Placed, Receipt
from leap.ledger import facts
from leap.ledger.address import Connection
from leap.ledger.connections import Connections
from leap.ledger.leases import require_lease
from leap.ledger.values import to_json

_ONE = "tenant = %(tenant)s AND recording = %(recording)s AND preset = %(preset)s"
_KEPT = f"SELECT name, note, sealed FROM leap.checkpoints WHERE {_ONE}"  # noqa: S608  # of constants
_DETAILS = f"SELECT details FROM leap.publications WHERE {_ONE}"  # noqa: S608  # of constants
_GIVEN = """
    SELECT recording, preset, applied, details FROM leap.publications
    WHERE tenant = %(tenant)s AND platform = %(platform)s AND external_id IS NOT NULL
      AND state IN ('applied', 'failed', 'intended')
"""
_KEEP = """
    INSERT INTO leap.checkpoints (tenant, recording, preset, name, note, sealed)
    VALUES (%(tenant)s, %(recording)s, %(preset)s, %(name)s, %(note)s::jsonb, %(sealed)s)
    ON CONFLICT (tenant, recording, preset, name) DO UPDATE SET
        note = excluded.note, sealed = excluded.sealed
"""
_FORGET = f"DELETE FROM leap.checkpoints WHERE {_ONE} AND name = %(name)s"  # noqa: S608  # of constants
_FORGET_ALL = f"DELETE FROM leap.checkpoints WHERE {_ONE}"  # noqa: S608  # of constants


class Checkpoints:
    """The part of ``leap.domain.ledger.Ledger`` that is about publishing under way."""

    _connections: Connections

    def kept(self, tenant: str, recording: str, preset: str) -> Kept:
        values = {"tenant": tenant, "recording": recording, "preset": preset}

        def work(connection: Connection) -> Kept:
            rows = connection.execute(_KEPT, values).fetchall()
            found = connection.execute(_DETAILS, values).fetchone()
            return Kept(
                notes={name: note for name, note, sealed in rows if sealed is None},
                sealed={name: bytes(sealed) for name, _, sealed in rows if sealed is not None},
                details=found[0] if found else {},
            )

        return self._connections.run(tenant, work, reading=True)

    def given(self, tenant: str, platform: str) -> Mapping[tuple[str, str], Mapping[str, Any]]:
        values = {"tenant": tenant, "platform": platform}

        def work(connection: Connection) -> dict[tuple[str, str], Mapping[str, Any]]:
            rows = connection.execute(_GIVEN, values).fetchall()
            return {
                (recording, preset): {part: details[part] for part in applied if part in details}
                for recording, preset, applied, details in rows
            }

        return self._connections.run(tenant, work, reading=True)

    def keep(
        self,
        tenant: str,
        recording: str,
        preset: str,
        name: str,
        lease: Lease,
        *,
        note: Any = None,
        sealed: bytes | None = None,
    ) -> None:
        values = {
            "tenant": tenant,
            "recording": recording,
            "preset": preset,
            "name": name,
            "note": None if note is None else to_json(note),
            "sealed": sealed,
        }

        def work(connection: Connection) -> None:
            require_lease(connection, tenant, lease)
            connection.execute(_FORGET if note is None and sealed is None else _KEEP, values)

        self._connections.run(tenant, work)

    def begin_anew(self, tenant: str, recording: str, preset: str, lease: Lease) -> None:
        values = {"tenant": tenant, "recording": recording, "preset": preset}

        def work(connection: Connection) -> None:
            require_lease(connection, tenant, lease)
            connection.execute(_FORGET_ALL, values)
            facts.write_placed(connection, tenant, recording, preset, None)

        self._connections.run(tenant, work)

    def publication_placed(
        self, tenant: str, recording: str, preset: str, placed: Placed, lease: Lease
    ) -> None:
        def work(connection: Connection) -> None:
            require_lease(connection, tenant, lease)
            facts.write_placed(connection, tenant, recording, preset, placed)

        self._connections.run(tenant, work)

    def part_applied(
        self,
        tenant: str,
        recording: str,
        preset: str,
        part: str,
        digest: str,
        details: Any,
        lease: Lease,
    ) -> None:
        def work(connection: Connection) -> None:
            require_lease(connection, tenant, lease)
            facts.write_part(connection, tenant, recording, preset, part, digest, details)

        self._connections.run(tenant, work)

    def publication_unfinished(
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
            lambda connection: facts.write_unfinished(
                connection, tenant, recording, preset, receipt, number, at
            ),
        )

    def publication_drifted(
        self, tenant: str, recording: str, preset: str, parts: Collection[str]
    ) -> None:
        self._connections.run(
            tenant,
            lambda connection: facts.write_drifted(connection, tenant, recording, preset, parts),
        )

    def publication_withdrawn(
        self,
        tenant: str,
        recording: str,
        preset: str,
        receipt: Receipt,
        number: int,
        at: datetime | None = None,
    ) -> None:
        values = {"tenant": tenant, "recording": recording, "preset": preset}

        def work(connection: Connection) -> None:
            connection.execute(_FORGET_ALL, values)
            facts.write_withdrawn(connection, tenant, recording, preset, receipt, number, at)

        self._connections.run(tenant, work)
