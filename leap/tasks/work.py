"""One step of the plan, done once: lease, check, work, commit, record, release.

This is what runs inside a task, in a process of its own. It may be called
twice, and by two runners at once: the lease lets one work at a time, and the
check after it finds what the other has finished.
"""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

from leap.domain.ledger import Lease
from leap.domain.manifest import FailureRecord, Manifest
from leap.domain.snapshot import PublicationFact
from leap.domain.stage import Stage
from leap.errors import DeferUntil, LeapError, LeaseLost
from leap.faults import point
from leap.media.files import disk_errors
from leap.planning import gates
from leap.planning.quota import is_refresh
from leap.providers.pages import publication_stands
from leap.tasks.discarding import discard
from leap.tasks.job import Job
from leap.tasks.leaving import leave, require_free
from leap.tasks.provenance import source_of
from leap.tasks.publishing import publish, withdraw
from leap.tasks.survey import indexed
from leap.tasks.trouble import StepFailed, StepHeld, Trouble, trouble
from leap.tasks.wiring import make

_log = logging.getLogger(__name__)

#: How long a step waits for another runner that does the same work.
_PATIENCE_SECONDS = 6 * 3600.0


def perform(job: Job) -> None:
    """Do one step. Raises StepFailed."""
    ledger = job.session.ledger
    try:
        with ledger.lease(job.tenant, job.scope, wait=_PATIENCE_SECONDS) as lease:
            point(f"work.{job.step.stage.value}.leased")
            _perform(job, lease)
    except LeaseLost as error:
        # The work is somebody else's now, and so is its outcome.
        raise StepFailed(str(error)) from error


def _perform(job: Job, lease: Lease) -> None:
    do = _DOERS.get(job.step.stage, _make)
    try:
        with disk_errors(f"working on {job.step.stage.value}"):
            do(job, lease)
    except (LeaseLost, StepHeld):
        raise
    except (LeapError, ImportError) as error:
        found = trouble(error, job.session.clock.now())
        _record(job, found)
        if isinstance(error, DeferUntil):
            leave(job, error)
        raise found.error from error
    except Exception as error:
        _log.exception("%s of %s", job.step.stage.value, job.recording)
        reason = f"unexpected {type(error).__name__}, a bug in LEAP; see the log of the run"
        _record(job, Trouble(reason))
        raise StepFailed(reason) from error


def _make(job: Job, lease: Lease) -> None:
    """Make one target, unless it stands already."""
    ledger, store = job.session.ledger, job.session.store
    manifest = store.read(job.name)
    if manifest is not None and not store.is_present(manifest):
        store.discard(job.name)
        manifest = None
    if manifest is None:
        require_free(job)
        ledger.stage_started(job.tenant, job.recording, job.step.stage, job.step.key, lease)
        point(f"work.{job.step.stage.value}.started")
        manifest = _commit(job, lease)
        point(f"work.{job.step.stage.value}.committed")
    ledger.stage_done(
        job.tenant,
        job.recording,
        job.step.stage,
        job.step.key,
        seconds=manifest.seconds,
        facts=indexed(manifest),
    )
    point(f"work.{job.step.stage.value}.recorded")
    ledger.event(
        job.tenant,
        job.recording,
        "stage.done",
        f"{job.step.stage.value} made in {manifest.seconds:.1f} s ({job.step.reason})",
        key=job.step.key,
    )


def _commit(job: Job, lease: Lease) -> Manifest:
    session = job.session
    started_at = session.clock.now()
    with session.store.scratch() as out, _unfinished(job) as unfinished:
        made = make(replace(job, unfinished=unfinished), out)
        point(f"work.{job.step.stage.value}.made")
        # A runner that slept through its lease must not commit over its successor.
        session.ledger.require(job.tenant, lease)
        return session.store.commit(
            job.name,
            out,
            settings=job.settings,
            upstream=job.step.inputs,
            source=source_of(job.row),
            versions=made.versions,
            facts=made.facts,
            started_at=started_at,
            finished_at=session.clock.now(),
            sha256=made.sha256,
        )


def _unfinished(job: Job) -> AbstractContextManager[Path | None]:
    """Return the folder in which the next attempt goes on, for the one stage that can."""
    if job.step.stage is not Stage.DOWNLOAD:
        return nullcontext()
    return job.session.store.unfinished(job.name)


def _publish(job: Job, lease: Lease) -> None:
    """Bring one publication to what is wanted, unless another runner just did."""
    if job.step.withdraws:
        _withdraw(job, lease)
        return
    session, wanted = job.session, job.wanted
    known = session.ledger.publication(job.tenant, job.recording, job.preset)
    if known is not None and known.is_complete(wanted) and publication_stands(job.declared, known):
        return
    _require_gates(job, known)
    require_free(job, refreshing=is_refresh(known))
    platform = job.publication.platform
    session.ledger.publication_intended(
        job.tenant, job.recording, job.preset, platform, wanted, lease
    )
    point("publish.intended")
    receipt = publish(job, lease, known)
    point("publish.done")
    at = session.clock.now()
    record = session.store.file_receipt(job.tenant, job.recording, job.preset, receipt, at)
    point("publish.receipt")
    session.ledger.publication_applied(
        job.tenant, job.recording, job.preset, receipt, record.number, at
    )
    point("publish.recorded")
    session.ledger.event(
        job.tenant,
        job.recording,
        "publication.applied",
        f"published to {job.preset} ({job.step.reason})",
        url=receipt.url,
    )


def _require_gates(job: Job, known: PublicationFact | None) -> None:
    """Raise StepHeld where what the stages have just found out keeps the recording back.

    Nothing is noted but the event: the plan after the run judges the same, and
    keeps the hold.
    """
    if not gates.holds(known, job.step.parts):
        return
    ledger, keys = job.session.ledger, job.row.wanted.stages if job.row.wanted else {}
    found = {
        stage: ledger.stage(job.tenant, job.recording, stage, keys[stage])
        for stage in gates.ASKED
        if stage in keys
    }
    facts = {stage: fact.facts for stage, fact in found.items() if fact is not None}
    reason = gates.failed(job.effective.gates, facts)
    if reason:
        place = f"{Stage.PUBLISH.value} to {job.preset}"
        ledger.event(job.tenant, job.recording, "held", f"{place}: held by a gate: {reason}")
        raise StepHeld(f"held by a gate: {reason}")


def _withdraw(job: Job, lease: Lease) -> None:
    """Take one publication down, unless another runner just did."""
    session = job.session
    known = session.ledger.publication(job.tenant, job.recording, job.preset)
    if known is None or known.state == "withdrawn":
        return
    session.ledger.publication_intended(
        job.tenant, job.recording, job.preset, known.platform, {}, lease
    )
    point("withdraw.intended")
    receipt = withdraw(job, lease, known)
    point("withdraw.done")
    at = session.clock.now()
    record = session.store.file_receipt(job.tenant, job.recording, job.preset, receipt, at)
    point("withdraw.receipt")
    session.ledger.publication_withdrawn(
        job.tenant, job.recording, job.preset, receipt, record.number, at
    )
    point("withdraw.recorded")
    session.ledger.event(
        job.tenant,
        job.recording,
        "publication.withdrawn",
        f"taken down from {job.preset} ({job.step.reason})",
    )


#: What makes no files.
_DOERS = {Stage.PUBLISH: _publish, Stage.DISCARD: discard}


def _record(job: Job, found: Trouble) -> None:
    session, step = job.session, job.step
    place = f"{step.stage.value} to {step.preset}" if step.preset else step.stage.value
    kind = "held" if isinstance(found.error, StepHeld) else "failed"
    session.ledger.event(
        job.tenant, job.recording, kind, f"{place}: {found.error}", permanent=found.permanent
    )
    if step.stage is Stage.PUBLISH:
        session.ledger.publication_failed(
            job.tenant,
            job.recording,
            job.preset,
            job.publication.platform,
            wanted=job.wanted,
            reason=found.reason,
            permanent=found.permanent,
            until=found.until,
            needs_person=found.needs_person,
        )
        return
    if found.permanent:
        session.store.fail(FailureRecord(job.name, found.reason, session.clock.now()))
    session.ledger.stage_failed(
        job.tenant,
        job.recording,
        step.stage,
        step.key,
        reason=found.reason,
        permanent=found.permanent,
        until=found.until,
        needs_person=found.needs_person,
    )
