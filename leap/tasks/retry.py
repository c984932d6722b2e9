"""Giving a recording that failed for good another chance."""

from __future__ import annotations

from leap.domain.manifest import TargetName
from leap.domain.stage import Stage
from leap.tasks.survey import Session


def retry(session: Session, tenant: str, recording: str) -> tuple[str, ...]:
    """Let everything of a recording that failed for good be tried again.

    Returns the stages and presets that are tried again by the next reconcile;
    nothing else changes.
    """
    actual = session.ledger.snapshot(tenant)
    forgiven = []
    for fact in actual.stages.get(recording, ()):
        if fact.state == "failed" and fact.permanent:
            name = TargetName(tenant, recording, fact.stage, fact.key)
            session.ledger.stage_failed(
                tenant, recording, fact.stage, fact.key, reason=fact.reason, permanent=False
            )
            # The record goes last: a crash in between is repaired by another retry.
            session.store.forgive(name)
            forgiven.append(fact.stage.value)
    for publication in actual.publications.get(recording, ()):
        if publication.state == "failed" and publication.permanent:
            session.ledger.publication_failed(
                tenant,
                recording,
                publication.preset,
                publication.platform,
                wanted=publication.wanted,
                reason=publication.reason,
                permanent=False,
            )
            forgiven.append(f"{Stage.PUBLISH.value} to {publication.preset}")
    return tuple(forgiven)
