"""Leaving accounts alone as long as their providers said.

A daily limit is an account's, not a recording's: after the first refusal no
other request of that kind is made before its time. Kinds have limits of their
own, so that a source which must not be listed may still be fetched from.
"""

from __future__ import annotations

from datetime import UTC, datetime

from leap.domain.ledger import Ledger
from leap.domain.stage import Stage
from leap.errors import DeferUntil
from leap.tasks.job import Job

_OVER = datetime(2000, 1, 1, tzinfo=UTC)


def steps_of(job: Job) -> str | None:
    """Return the name under which all steps like that of ``job`` are put off, or None."""
    match job.step.stage:
        case Stage.DOWNLOAD:
            account = job.account
        case Stage.TRANSCRIBE:
            account = job.effective.transcribe.account
        case Stage.TOPICS:
            account = job.effective.topics.account
        case Stage.PUBLISH:
            account = job.publication.account
        case _:
            account = None
    return steps_as(account, job.step.stage) if account else None


def steps_as(account: str, stage: Stage) -> str:
    """Return the name under which all steps of ``stage`` with ``account`` are put off."""
    return f"{account}/{stage.value}"


def refreshes_as(account: str) -> str:
    """Return the name under which changes of what ``account`` has published are put off."""
    return f"{account}/refresh"


def require_free(job: Job, *, refreshing: bool = False) -> None:
    """Raise DeferUntil where all steps like that of ``job`` are put off.

    ``refreshing`` tells that it changes a publication which people can see already.
    """
    name = steps_of(job)
    if name is None:
        return
    deferrals = job.session.ledger.deferrals(job.tenant)
    deferral = deferrals.get(name)
    if deferral is None and refreshing and job.publication.account:
        deferral = deferrals.get(refreshes_as(job.publication.account))
    if deferral is not None:
        raise DeferUntil(deferral.reason, until=deferral.until)


def leave(job: Job, error: DeferUntil) -> None:
    """Put all steps like that of ``job`` off, where ``error`` is about the whole account."""
    name = steps_of(job)
    if name is not None and error.for_account:
        job.session.ledger.defer(job.tenant, name, error.until, str(error))


def no_longer(ledger: Ledger, tenant: str, name: str) -> bool:
    """Let be asked again what was put off under ``name``; tell whether anything was."""
    if name not in ledger.deferrals(tenant):
        return False
    ledger.defer(tenant, name, _OVER, "")
    return True
