"""Putting a source's recording into the source's trash, once all of it is published.

Never before: every publication that is wanted has to be complete as far as the
ledger knows, and to stand where it can be looked at.
"""

from __future__ import annotations

from leap.domain.ledger import Lease
from leap.domain.ports import Discarding
from leap.domain.stage import Stage
from leap.errors import StageError
from leap.faults import point
from leap.providers.pages import publication_stands
from leap.tasks.job import Job


def is_discarded(job: Job) -> bool:
    """Tell whether the recording of ``job`` was put into the trash, as far as the ledger knows."""
    fact = job.session.ledger.stage(job.tenant, job.recording, Stage.DISCARD, job.step.key)
    return fact is not None and fact.state == "done"


def discard(job: Job, lease: Lease) -> None:
    """Put the recording of ``job`` into its source's trash, unless another runner just did.

    Raises StageError where a publication is not as it shall be, ProviderError
    where the source refuses.
    """
    if is_discarded(job):
        return
    _require_published(job)
    from leap.providers import open_source
    from leap.tasks.tokens import tokens_for

    session, row = job.session, job.row
    source = open_source(
        session.declaration, job.tenant, row.source, tokens=tokens_for(session, job.tenant)
    )
    if not isinstance(source, Discarding):
        message = f"source {row.source} has no trash"
        raise StageError(message)
    started = session.clock.now()
    point("discard.verified")
    session.ledger.require(job.tenant, lease)
    source.discard(row.locator, row.revision)
    point("discard.done")
    session.ledger.stage_done(
        job.tenant,
        job.recording,
        Stage.DISCARD,
        job.step.key,
        seconds=(session.clock.now() - started).total_seconds(),
        facts={},
    )
    point("discard.recorded")
    session.ledger.event(
        job.tenant,
        job.recording,
        "source.discarded",
        f"put into the trash of {row.source} ({job.step.reason})",
    )


def _require_published(job: Job) -> None:
    wanted = job.row.wanted.publications if job.row.wanted else {}
    if not wanted:
        message = "nothing is published, so its source keeps it"
        raise StageError(message)
    for preset, digests in wanted.items():
        fact = job.session.ledger.publication(job.tenant, job.recording, preset)
        if (
            fact is None
            or not fact.is_complete(digests)
            or not publication_stands(job.declared, fact)
        ):
            message = f"its source keeps it until {preset} shows it"
            raise StageError(message, hint="run `leap reconcile` again")
