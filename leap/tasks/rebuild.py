"""A ledger from nothing but the store and the sources.

Manifests say what was made, failure records what must not be tried again,
receipts what is published, kept answers what was paid for. Who is admitted follows from the declaration, as
in every reconcile.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from leap.domain.calls import paid_from_json
from leap.domain.manifest import Manifest, ReceiptRecord
from leap.domain.ports import Progress, Receipt
from leap.domain.snapshot import RecordingRow
from leap.stages.publish import UNFINISHED, WITHDRAWN
from leap.tasks.provenance import row_from
from leap.tasks.reconcile import admit, index
from leap.tasks.survey import Session, plan_again, survey


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How much was recovered."""

    recordings: int
    targets: int
    failures: int
    publications: int
    calls: int


def rebuild(session: Session, tenants: Collection[str], progress: Progress) -> Rebuilt:
    """Fill the ledger with what the store and the sources say; safe to repeat.

    Raises StoreError where a manifest cannot be read.
    """
    store, ledger = session.store, session.ledger
    manifests = {tenant: list(store.manifests(tenant)) for tenant in tenants}
    now = session.clock.now()
    for tenant, found in manifests.items():
        ledger.admit(tenant, _rows(found, now), {})
    listed, plan = survey(session, tenants, progress)
    admit(session, listed, plan)
    failures = publications = calls = 0
    for tenant, found in manifests.items():
        known = ledger.snapshot(tenant).recordings
        for manifest in store.standing([each.name for each in found]).values():
            index(session, manifest)
        for failure in store.failures(tenant):
            if failure.name.recording in known:
                failures += 1
                ledger.stage_failed(
                    tenant,
                    failure.name.recording,
                    failure.name.stage,
                    failure.name.key,
                    reason=failure.reason,
                    permanent=True,
                    at=failure.failed_at,
                )
        latest: dict[tuple[str, str], ReceiptRecord] = {}
        for record in store.receipts(tenant):
            latest[record.recording, record.preset] = record
        for record in latest.values():
            publications += 1
            _republish(session, record)
        for answer in store.answers(tenant).all():
            if "paid" in answer:
                calls += 1
                ledger.call_made(tenant, paid_from_json(answer["paid"]))
    admit(session, listed, plan_again(session, listed))
    return Rebuilt(
        recordings=sum(len(ledger.snapshot(tenant).recordings) for tenant in tenants),
        targets=sum(len(found) for found in manifests.values()),
        failures=failures,
        publications=publications,
        calls=calls,
    )


def _rows(manifests: list[Manifest], now: datetime) -> list[RecordingRow]:
    """Return a row per recording from the newest of its manifests."""
    newest: dict[str, Manifest] = {}
    for manifest in sorted(manifests, key=lambda each: each.finished_at):
        newest[manifest.name.recording] = manifest
    return [row_from(recording, each.source, now) for recording, each in newest.items()]


def _republish(session: Session, record: ReceiptRecord) -> None:
    ledger = session.ledger
    if WITHDRAWN in record.details:
        note = ledger.publication_withdrawn
    elif UNFINISHED in record.details:
        note = ledger.publication_unfinished
    else:
        note = ledger.publication_applied
    note(
        record.tenant,
        record.recording,
        record.preset,
        Receipt(record.platform, record.external_id, record.url, record.applied, record.details),
        record.number,
        record.at,
    )
