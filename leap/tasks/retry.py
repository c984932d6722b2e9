"""Giving another chance, now, to what failed for good, was put off, or waits for a person."""

from __future__ import annotations

from leap.config import effective, override_for
from leap.domain.manifest import TargetName
from leap.domain.snapshot import PublicationFact, RecordingRow, StageFact
from leap.domain.stage import Stage
from leap.planning.decisions import MEDIA
from leap.planning.drift import was_lost
from leap.tasks.leaving import no_longer, refreshes_as, steps_as
from leap.tasks.look import account_of
from leap.tasks.survey import Session


def retry(session: Session, tenant: str, recording: str) -> tuple[str, ...]:
    """Let everything of a recording be tried again that is held or failed for good.

    Returns the stages and presets that are tried again by the next reconcile;
    what was put off with a whole account, is so no more. Nothing else changes.
    """
    actual = session.ledger.snapshot(tenant)
    declared = session.declaration.tenants[tenant]
    forgiven = []
    for fact in actual.stages.get(recording, ()):
        if _is_stopped(fact):
            name = TargetName(tenant, recording, fact.stage, fact.key)
            session.ledger.stage_failed(
                tenant, recording, fact.stage, fact.key, reason=fact.reason, permanent=False
            )
            # The record goes last: a crash in between is repaired by another retry.
            session.store.forgive(name)
            row = actual.recordings[recording]
            account = _account(session, tenant, row, fact.stage)
            if account is not None:
                no_longer(session.ledger, tenant, steps_as(account, fact.stage))
            forgiven.append(fact.stage.value)
    for publication in actual.publications.get(recording, ()):
        if was_lost(publication):
            # Its platform is asked again for every part that it can still show.
            parts = [part for part in publication.applied if part != MEDIA]
            session.ledger.publication_drifted(tenant, recording, publication.preset, parts)
            forgiven.append(f"{Stage.PUBLISH.value} to {publication.preset}")
        elif _is_stopped(publication):
            session.ledger.publication_failed(
                tenant,
                recording,
                publication.preset,
                publication.platform,
                wanted=publication.wanted,
                reason=publication.reason,
                permanent=False,
            )
            preset = declared.presets.get(publication.preset)
            if preset is not None and preset.account is not None:
                no_longer(session.ledger, tenant, steps_as(preset.account, Stage.PUBLISH))
                no_longer(session.ledger, tenant, refreshes_as(preset.account))
            forgiven.append(f"{Stage.PUBLISH.value} to {publication.preset}")
    return tuple(forgiven)


def ask_again(session: Session, tenant: str, source: str) -> bool:
    """Let a source be listed again that was put off; tell whether it was."""
    account = account_of(session.declaration.tenants[tenant].sources[source])
    return account is not None and no_longer(session.ledger, tenant, account)


def _account(session: Session, tenant: str, row: RecordingRow, stage: Stage) -> str | None:
    """Return the account with which ``stage`` of a recording is done, if with one."""
    declared = session.declaration.tenants[tenant]
    if stage is Stage.DOWNLOAD:
        source = declared.sources.get(row.source)
        return account_of(source) if source else None
    templates = {template.name for template in declared.templates}
    if stage in (Stage.TRANSCRIBE, Stage.TOPICS) and row.template in templates:
        override = override_for(declared, row)
        merged = effective(session.declaration, tenant, str(row.template), override)
        paying = merged.transcribe if stage is Stage.TRANSCRIBE else merged.topics
        return paying.account
    return None


def _is_stopped(fact: StageFact | PublicationFact) -> bool:
    stopped = fact.permanent or fact.until is not None or fact.needs_person
    return fact.state == "failed" and stopped
