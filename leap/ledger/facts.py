"""The latest fact about each stage and each publication; every write may be repeated.

``since`` is when a fact came about: a repetition of the same fact keeps it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from leap.domain.ports import Placed, Receipt
from leap.domain.stage import Stage
from leap.ledger.address import Connection
from leap.ledger.values import storable, to_json

# The rows that a later repetition finds unchanged are left alone. A failure
# that comes in late, from a runner that lost its lease, does not hide the
# manifest that another runner has made since.
_STAGE = """
    INSERT INTO leap.stages AS old
        (tenant, recording, stage, key, state, since, reason, permanent, until, needs_person,
         seconds, facts)
    VALUES (%(tenant)s, %(recording)s, %(stage)s, %(key)s, %(state)s, coalesce(%(at)s, clock_timestamp()),
            %(reason)s, %(permanent)s, %(until)s, %(needs_person)s, %(seconds)s, %(facts)s::jsonb)
    ON CONFLICT (tenant, recording, stage, key) DO UPDATE SET
        state = excluded.state, since = excluded.since, reason = excluded.reason,
        permanent = excluded.permanent, until = excluded.until,
        needs_person = excluded.needs_person, seconds = excluded.seconds, facts = excluded.facts
    WHERE ((old.state, old.reason, old.permanent, old.until, old.needs_person,
            old.seconds, old.facts)
           IS DISTINCT FROM (excluded.state, excluded.reason, excluded.permanent,
                             excluded.until, excluded.needs_person,
                             excluded.seconds, excluded.facts)
           OR old.since <> %(at)s)
      AND NOT (old.state = 'done' AND excluded.state = 'failed')
"""

_INTENDED = """
    INSERT INTO leap.publications AS old
        (tenant, recording, preset, platform, state, since, wanted)
    VALUES (%(tenant)s, %(recording)s, %(preset)s, %(platform)s, 'intended', coalesce(%(at)s, clock_timestamp()),
            %(wanted)s::jsonb)
    ON CONFLICT (tenant, recording, preset) DO UPDATE SET
        platform = excluded.platform, state = excluded.state, since = excluded.since,
        wanted = excluded.wanted, reason = '', permanent = false, until = NULL,
        needs_person = false
    WHERE (old.platform, old.state, old.wanted)
          IS DISTINCT FROM (excluded.platform, excluded.state, excluded.wanted)
"""

_RECEIVED = """
    INSERT INTO leap.publications AS old
        (tenant, recording, preset, platform, state, since, external_id, url, applied, details,
         receipts)
    VALUES (%(tenant)s, %(recording)s, %(preset)s, %(platform)s, %(state)s, coalesce(%(at)s, clock_timestamp()),
            %(external_id)s, %(url)s, %(applied)s::jsonb, %(details)s::jsonb, %(receipts)s)
    ON CONFLICT (tenant, recording, preset) DO UPDATE SET
        platform = excluded.platform, state = excluded.state, since = excluded.since,
        external_id = excluded.external_id, url = excluded.url, applied = excluded.applied,
        details = excluded.details,
        reason = '', permanent = false, until = NULL, needs_person = false,
        receipts = excluded.receipts
    WHERE excluded.receipts >= old.receipts
      AND ((old.platform, old.state, old.external_id, old.url, old.applied, old.details,
            old.receipts)
           IS DISTINCT FROM (excluded.platform, excluded.state, excluded.external_id,
                             excluded.url, excluded.applied, excluded.details,
                             excluded.receipts)
           OR old.since <> %(at)s)
"""

_FAILED = """
    INSERT INTO leap.publications AS old
        (tenant, recording, preset, platform, state, since, wanted, reason, permanent,
         until, needs_person)
    VALUES (%(tenant)s, %(recording)s, %(preset)s, %(platform)s, 'failed', coalesce(%(at)s, clock_timestamp()),
            %(wanted)s::jsonb, %(reason)s, %(permanent)s, %(until)s, %(needs_person)s)
    ON CONFLICT (tenant, recording, preset) DO UPDATE SET
        platform = excluded.platform, state = excluded.state, since = excluded.since,
        wanted = excluded.wanted, reason = excluded.reason, permanent = excluded.permanent,
        until = excluded.until, needs_person = excluded.needs_person
    WHERE (old.platform, old.state, old.wanted, old.reason, old.permanent,
           old.until, old.needs_person)
          IS DISTINCT FROM (excluded.platform, excluded.state, excluded.wanted,
                            excluded.reason, excluded.permanent,
                            excluded.until, excluded.needs_person)
"""

# A copy that is somewhere else has nothing yet of what the other one had.
_PLACED = """
    UPDATE leap.publications SET
        applied = CASE WHEN external_id = %(external_id)s THEN applied ELSE '{}' END,
        external_id = %(external_id)s, url = %(url)s
    WHERE tenant = %(tenant)s AND recording = %(recording)s AND preset = %(preset)s
      AND (external_id, url) IS DISTINCT FROM (%(external_id)s, %(url)s)
"""
_NOWHERE = """
    UPDATE leap.publications SET external_id = NULL, url = NULL, applied = '{}'
    WHERE tenant = %(tenant)s AND recording = %(recording)s AND preset = %(preset)s
"""
_PART = """
    UPDATE leap.publications SET
        applied = applied || jsonb_build_object(%(part)s::text, %(digest)s::text),
        details = details || jsonb_build_object(%(part)s::text, %(details)s::jsonb)
    WHERE tenant = %(tenant)s AND recording = %(recording)s AND preset = %(preset)s
"""

# What lacks nothing and failed all the same was found gone by a look at the platform.
_DRIFTED = """
    UPDATE leap.publications SET
        applied = applied - %(parts)s::text[],
        since = clock_timestamp(),
        state = CASE WHEN needs_person AND applied = wanted THEN 'applied' ELSE state END,
        reason = CASE WHEN needs_person AND applied = wanted THEN '' ELSE reason END,
        needs_person = needs_person AND applied <> wanted
    WHERE tenant = %(tenant)s AND recording = %(recording)s AND preset = %(preset)s
      AND (state = 'applied' AND applied ?| %(parts)s::text[]
           OR state = 'failed' AND needs_person AND applied = wanted)
"""

_UNMANAGED = """
    UPDATE leap.publications SET state = 'unmanaged', since = clock_timestamp(),
        until = NULL, needs_person = false
    WHERE tenant = %(tenant)s AND recording = %(recording)s AND preset = %(preset)s
      AND state <> 'unmanaged'
"""


class Target(NamedTuple):
    """What a stage of a recording makes, named by what was asked of it."""

    tenant: str
    recording: str
    stage: Stage
    key: str


class Failure(NamedTuple):
    """Why something failed, and what has to come before it is tried again."""

    reason: str = ""
    permanent: bool = False
    until: datetime | None = None
    needs_person: bool = False

    def storable(self) -> dict[str, Any]:
        return self._replace(reason=storable(self.reason))._asdict()


_NO_FAILURE = Failure()


def write_stage(
    connection: Connection,
    target: Target,
    state: str,
    *,
    failure: Failure = _NO_FAILURE,
    seconds: float | None = None,
    facts: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> None:
    """Note that the stage of ``target`` is in ``state``, since ``at`` or else the database's now."""
    connection.execute(
        _STAGE,
        {
            **target._asdict(),
            "state": state,
            **failure.storable(),
            "seconds": seconds,
            "facts": to_json(facts or {}),
            "at": at,
        },
    )


def write_intended(
    connection: Connection,
    tenant: str,
    recording: str,
    preset: str,
    platform: str,
    wanted: Mapping[str, str],
) -> None:
    """Note that a publisher is about to act; what is applied stays known."""
    connection.execute(
        _INTENDED,
        {
            "tenant": tenant,
            "recording": recording,
            "preset": preset,
            "platform": platform,
            "wanted": to_json(wanted),
            "at": None,
        },
    )


def write_applied(
    connection: Connection,
    tenant: str,
    recording: str,
    preset: str,
    receipt: Receipt,
    number: int,
    at: datetime | None,
) -> None:
    """Note what the platform holds by receipt ``number``; an older receipt changes nothing."""
    _write_received(connection, tenant, recording, preset, "applied", receipt, number, at)


def write_unfinished(
    connection: Connection,
    tenant: str,
    recording: str,
    preset: str,
    receipt: Receipt,
    number: int,
    at: datetime | None,
) -> None:
    """Note what the platform holds of a publication that is to be completed."""
    _write_received(connection, tenant, recording, preset, "intended", receipt, number, at)


def write_placed(
    connection: Connection, tenant: str, recording: str, preset: str, placed: Placed | None
) -> None:
    """Note where the platform's copy is, or that there is none any more."""
    values = {"tenant": tenant, "recording": recording, "preset": preset}
    if placed is None:
        connection.execute(_NOWHERE, values)
        return
    values |= {"external_id": storable(placed.external_id), "url": storable(placed.url)}
    connection.execute(_PLACED, values)


def write_part(
    connection: Connection,
    tenant: str,
    recording: str,
    preset: str,
    part: str,
    digest: str,
    details: Any,
) -> None:
    """Note that the platform's copy has ``part``, and what it was given of it."""
    connection.execute(
        _PART,
        {
            "tenant": tenant,
            "recording": recording,
            "preset": preset,
            "part": part,
            "digest": digest,
            "details": to_json(details),
        },
    )


def write_withdrawn(
    connection: Connection,
    tenant: str,
    recording: str,
    preset: str,
    receipt: Receipt,
    number: int,
    at: datetime | None,
) -> None:
    """Note that the publication was taken down, by receipt ``number``; its name stays known."""
    _write_received(connection, tenant, recording, preset, "withdrawn", receipt, number, at)


def _write_received(
    connection: Connection,
    tenant: str,
    recording: str,
    preset: str,
    state: str,
    receipt: Receipt,
    number: int,
    at: datetime | None,
) -> None:
    connection.execute(
        _RECEIVED,
        {
            "state": state,
            "tenant": tenant,
            "recording": recording,
            "preset": preset,
            "platform": receipt.platform,
            "external_id": storable(receipt.external_id) or None,
            "url": storable(receipt.url) or None,
            "applied": to_json(receipt.applied),
            "details": to_json(_of_parts(receipt)),
            "receipts": number,
            "at": at,
        },
    )


def _of_parts(receipt: Receipt) -> dict[str, Any]:
    """Return what a receipt tells of the parts that are applied."""
    return {part: receipt.details[part] for part in receipt.applied if part in receipt.details}


def write_failed(
    connection: Connection,
    tenant: str,
    recording: str,
    preset: str,
    platform: str,
    *,
    wanted: Mapping[str, str],
    failure: Failure,
) -> None:
    """Note why the publication could not be completed; what is applied stays known."""
    connection.execute(
        _FAILED,
        {
            "tenant": tenant,
            "recording": recording,
            "preset": preset,
            "platform": platform,
            "wanted": to_json(wanted),
            **failure.storable(),
            "at": None,
        },
    )


def write_drifted(
    connection: Connection, tenant: str, recording: str, preset: str, parts: Collection[str]
) -> None:
    """Note that the platform's copy stands, and that its ``parts`` are not ours any more."""
    values = {"tenant": tenant, "recording": recording, "preset": preset, "parts": list(parts)}
    connection.execute(_DRIFTED, values)


def write_unmanaged(connection: Connection, tenant: str, recording: str, preset: str) -> None:
    """Note that nothing declares the publication any more."""
    connection.execute(_UNMANAGED, {"tenant": tenant, "recording": recording, "preset": preset})
