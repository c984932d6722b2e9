"""Domain values to rows of the ledger and back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from leap.domain.accounts import CredentialState, Deferral
from leap.domain.recording import FileMemo
from leap.domain.snapshot import PublicationFact, RecordingRow, Skip, StageFact, Wanted
from leap.domain.stage import Stage

RECORDING_COLUMNS = (
    "id",
    "source",
    "source_kind",
    "account",
    "external_id",
    "locator",
    "revision",
    "title",
    "started_at",
    "size",
    "duration",
    "template",
    "skip",
    "reason",
    "settled_at",
    "listed",
    "wanted",
    "since",
    "mark",
    "settled",
)
#: As they are read; the changes are counted by the database alone.
READ_RECORDING_COLUMNS = (*RECORDING_COLUMNS, "changes")
STAGE_COLUMNS = (
    "recording",
    "stage",
    "key",
    "state",
    "since",
    "reason",
    "permanent",
    "seconds",
    "facts",
    "until",
    "needs_person",
)
PUBLICATION_COLUMNS = (
    "recording",
    "preset",
    "platform",
    "state",
    "since",
    "external_id",
    "url",
    "applied",
    "wanted",
    "reason",
    "permanent",
    "receipts",
    "until",
    "needs_person",
)
CREDENTIAL_COLUMNS = (
    "account",
    "seed",
    "generation",
    "fields",
    "sealed",
    "expires_at",
    "renewed_at",
    "used_at",
    "renewing",
    "renewing_at",
)
DEFERRAL_COLUMNS = ("account", "until", "reason")
FILE_COLUMNS = (
    "source",
    "path",
    "size",
    "mtime_ns",
    "sha256",
    "duration",
    "created_at",
    "first_seen_at",
)


def storable(text: str) -> str:
    """Return ``text`` without what PostgreSQL cannot hold: NUL and lone surrogates."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def to_json(value: Any) -> str:
    """Return JSON data as text that PostgreSQL can hold."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    # Mending is slow and hardly ever needed.
    if "\\u0000" in text or text != storable(text):
        text = json.dumps(_storable_data(value), ensure_ascii=False, allow_nan=False)
    return text


def recording_to_data(row: RecordingRow) -> dict[str, Any]:
    """Return ``row`` as JSON data with RECORDING_COLUMNS as keys."""
    return {
        "id": row.id,
        "source": row.source,
        "source_kind": row.source_kind,
        "account": row.account,
        "external_id": row.external_id,
        "locator": row.locator,
        "revision": row.revision,
        "title": row.title,
        "started_at": row.started_at.isoformat(),
        "size": row.size,
        "duration": row.duration,
        "template": row.template,
        "skip": row.skip,
        "reason": row.reason,
        "settled_at": _iso(row.settled_at),
        "listed": row.listed,
        "wanted": None if row.wanted is None else _wanted_to_data(row.wanted),
        "since": row.since.isoformat(),
        "mark": row.mark,
        "settled": row.settled,
    }


def file_to_data(source: str, memo: FileMemo) -> dict[str, Any]:
    """Return ``memo`` as JSON data with FILE_COLUMNS as keys."""
    return {
        "source": source,
        "path": memo.path,
        "size": memo.size,
        "mtime_ns": memo.mtime_ns,
        "sha256": memo.sha256,
        "duration": memo.duration,
        "created_at": _iso(memo.created_at),
        "first_seen_at": _iso(memo.first_seen_at),
    }


def row_to_recording(row: Sequence[Any]) -> RecordingRow:
    """Return the recording in ``row``, whose columns are READ_RECORDING_COLUMNS."""
    id_, source, source_kind, account, external_id, locator, revision, title = row[:8]
    return RecordingRow(
        id=id_,
        source=source,
        source_kind=source_kind,
        account=account,
        external_id=external_id,
        locator=locator,
        revision=revision,
        title=title,
        started_at=_utc(row[8]),
        size=row[9],
        duration=row[10],
        template=row[11],
        skip=None if row[12] is None else Skip(row[12]),
        reason=row[13],
        settled_at=_utc_or_none(row[14]),
        listed=row[15],
        wanted=None if row[16] is None else _data_to_wanted(row[16]),
        since=_utc(row[17]),
        mark=row[18],
        settled=row[19],
        changes=row[20],
    )


def row_to_stage(row: Sequence[Any]) -> StageFact:
    """Return the fact in ``row``, whose columns are STAGE_COLUMNS."""
    _, stage, key, state, since, reason, permanent, seconds, facts, until, needs_person = row
    return StageFact(
        *(Stage(stage), key, state, _utc(since), reason, permanent, seconds, facts),
        until=_utc_or_none(until),
        needs_person=needs_person,
    )


def row_to_publication(row: Sequence[Any]) -> PublicationFact:
    """Return the fact in ``row``, whose columns are PUBLICATION_COLUMNS."""
    known: dict[str, Any] = dict(zip(PUBLICATION_COLUMNS[1:], row[1:], strict=True))
    return PublicationFact(
        **known | {"since": _utc(known["since"]), "until": _utc_or_none(known["until"])}
    )


def row_to_credential(row: Sequence[Any]) -> CredentialState:
    """Return the state in ``row``, whose columns are CREDENTIAL_COLUMNS."""
    account, seed, generation, fields, sealed, *times, renewing, renewing_at = row
    expires_at, renewed_at, used_at = map(_utc_or_none, times)
    return CredentialState(
        *(account, seed, generation, tuple(fields)),
        sealed=None if sealed is None else bytes(sealed),
        expires_at=expires_at,
        renewed_at=renewed_at,
        used_at=used_at,
        renewing=renewing,
        renewing_at=_utc_or_none(renewing_at),
    )


def row_to_deferral(row: Sequence[Any]) -> Deferral:
    """Return the deferral in ``row``, whose columns are DEFERRAL_COLUMNS."""
    _, until, reason = row
    return Deferral(_utc(until), reason)


def row_to_file(row: Sequence[Any]) -> FileMemo:
    """Return the memo in ``row``, whose columns are FILE_COLUMNS."""
    _, path, size, mtime_ns, sha256, duration, created_at, first_seen_at = row
    return FileMemo(
        *(path, size, mtime_ns, sha256, duration),
        created_at=_utc_or_none(created_at),
        first_seen_at=_utc_or_none(first_seen_at),
    )


def _wanted_to_data(wanted: Wanted) -> dict[str, Any]:
    return {
        "pipeline": wanted.pipeline,
        "stages": dict(wanted.stages),
        "publications": {name: dict(digests) for name, digests in wanted.publications.items()},
        # Left out where there is nothing, so that rows of before stay as they are.
        **({"held": dict(wanted.held)} if wanted.held else {}),
    }


def _data_to_wanted(data: Mapping[str, Any]) -> Wanted:
    return Wanted(
        pipeline=data["pipeline"],
        stages={Stage(stage): key for stage, key in data["stages"].items()},
        publications=data["publications"],
        held=data.get("held", {}),
    )


def _storable_data(value: Any) -> Any:
    match value:
        case str():
            return storable(value)
        case Mapping():
            return {storable(str(key)): _storable_data(one) for key, one in value.items()}
        case list() | tuple():
            return [_storable_data(one) for one in value]
        case _:
            return value


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _utc_or_none(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)
