"""What a publication is made of, and who brings it about: a site at once, a video part by part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from zoneinfo import ZoneInfo

from leap.config.presets import CLOUD_PLATFORMS
from leap.domain.ledger import Lease
from leap.domain.marker import marker_of
from leap.domain.ports import Publication, Receipt, VideoPublisher
from leap.domain.snapshot import PublicationFact
from leap.domain.stage import Stage
from leap.tasks.checkpoint import LedgerCheckpoint
from leap.tasks.job import Job
from leap.tasks.metadata import rendered, values_of
from leap.tasks.provenance import provenance_of
from leap.tasks.thumbnails import thumbnail
from leap.tasks.tokens import Seeds, tokens_for


def publish(job: Job, lease: Lease, known: PublicationFact | None) -> Receipt:
    """Bring the publication of ``job`` about and return what the platform holds.

    Args:
        lease: that of the publication; what a crash must not lose is written under it.
        known: what the ledger knew before it was intended.

    Raises ProviderError, StageError, SecretError where its account's
    credential cannot be opened, and LeaseLost.
    """
    receipt = _publish_video(job, lease, known) if _is_video(job) else _publish_page(job, known)
    return replace(receipt, details={**receipt.details, "provenance": provenance_of(job)})


def withdraw(job: Job, lease: Lease, known: PublicationFact) -> Receipt:
    """Take the publication of ``job`` away and return the receipt that says so.

    Raises as ``publish`` does.
    """
    from leap.stages.publish import UNFINISHED, withdraw
    from leap.stages.publish_video import take_down_video

    last = job.session.store.last_receipt(job.tenant, job.recording, job.preset)
    before = dict(last.details) if last else {}
    before.pop(UNFINISHED, None)
    if not _is_video(job):
        from leap.providers import open_publisher

        publisher = open_publisher(job.declared, job.publication, _credential(job))
        return withdraw(job.recording, publisher, known, before, job.progress)
    with _video_publisher(job, lease, known) as videos:
        return take_down_video(videos, _checkpoint(job, lease), _marker(job), before, job.progress)


def _publish_page(job: Job, known: PublicationFact | None) -> Receipt:
    from leap.providers import open_publisher
    from leap.stages.publish import publish

    publication = _publication(job, {})
    publisher = open_publisher(job.declared, job.publication, _credential(job))
    return publish(publication, publisher, known, job.progress)


def _publish_video(job: Job, lease: Lease, known: PublicationFact | None) -> Receipt:
    from leap.stages.publish_video import publish_video

    # What work on media there is comes before any credential is opened.
    publication = _publication(job, known.applied if known else {})
    with _video_publisher(job, lease, known) as videos:
        return publish_video(publication, videos, _checkpoint(job, lease), job.progress)


def _publication(job: Job, applied: Mapping[str, str]) -> Publication:
    """Return everything that is to be published, with its title and description."""
    from leap.stages.publish import files_by_role, with_contents

    store = job.session.store
    trimmed, transcript = job.needed(Stage.TRIM), job.input(Stage.TRANSCRIBE)
    inputs = [job.needed(stage) for stage in job.step.inputs]
    targets = [store.files(each) for each in inputs]
    cut, video = store.files(trimmed), trimmed.facts["video"]
    duration = trimmed.facts["duration"]
    picture = thumbnail(job, applied, lambda: cut[video], duration) if _is_video(job) else None
    publication = with_contents(
        Publication(
            tenant=job.tenant,
            recording=job.recording,
            preset=job.preset,
            title="",
            description="",
            started_at=job.row.started_at.astimezone(ZoneInfo(job.declared.config.time_zone)),
            duration=duration,
            language=str(transcript.facts["language"]) if transcript else "und",
            files=files_by_role(targets, (cut, video), picture),
            outline=None,
            breaks=(),
            segments=(),
            wanted=job.wanted,
            settings=job.publication.options,
            marker=_marker(job),
        )
    )
    return _titled(job, publication)


def _titled(job: Job, publication: Publication) -> Publication:
    """Return ``publication`` with its title and description rendered."""
    values = values_of(
        job.declared,
        job.effective,
        job.row,
        duration=publication.duration,
        outline=publication.outline,
        breaks=publication.breaks,
        language=publication.language,
        published_at=job.session.clock.now(),
    )
    texts = rendered(job.publication, values)
    return replace(publication, title=texts.title, description=texts.description)


def _is_video(job: Job) -> bool:
    return job.publication.platform in CLOUD_PLATFORMS


@contextmanager
def _video_publisher(
    job: Job, lease: Lease, known: PublicationFact | None
) -> Iterator[VideoPublisher]:
    """Open the platform for a block, in which nothing is asked of it without ``lease``.

    What of its day was reserved and not used is given back.
    """
    from leap.providers import open_video_publisher
    from leap.providers.http import guarded
    from leap.tasks.quotas import quotas_of

    session, account = job.session, job.publication.account or ""
    require = partial(session.ledger.require, job.tenant, lease)
    with quotas_of(job, known) as quotas, guarded(require):
        yield open_video_publisher(
            session.declaration.operator,
            job.publication,
            tokens_for(session, job.tenant)(account),
            quotas,
            tenant=job.tenant,
        )


def _checkpoint(job: Job, lease: Lease) -> LedgerCheckpoint:
    return LedgerCheckpoint(job, lease, Seeds(job.session.declaration.root, job.tenant))


def _marker(job: Job) -> str:
    return marker_of(job.tenant, job.recording, job.preset)


def _credential(job: Job) -> Mapping[str, str]:
    """Return the newest fields of the publication's account; {} where it has none."""
    account = job.publication.account
    return {} if account is None else tokens_for(job.session, job.tenant)(account).current()
