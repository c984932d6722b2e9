"""Which files, settings and providers each stage gets.

A provider is opened here, in the task's own process, and credentials are
decrypted for publishing only: work on media never runs in a process that
holds a secret.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from leap.domain.manifest import Manifest, TargetName
from leap.domain.ports import Publication, Receipt, TranscriptionRequest
from leap.domain.snapshot import PublicationFact
from leap.domain.stage import Stage
from leap.errors import StageError
from leap.stages import Made
from leap.tasks.fetching import opened_source
from leap.tasks.job import Job
from leap.tasks.metadata import rendered, values_of
from leap.tasks.paying import calls_of
from leap.tasks.tokens import tokens_for


def make(job: Job, out: Path) -> Made:
    """Run the file stage of ``job``; its files appear in ``out``."""
    return _MAKERS[job.step.stage](job, out)


def _download(job: Job, out: Path) -> Made:
    from leap.stages.download import download

    return download(
        source=job.source or opened_source(job),
        locator=job.row.locator,
        revision=job.row.revision,
        settings=job.effective.download,
        unfinished=job.unfinished or out,
        out=out,
        progress=job.progress,
        listed=job.row.duration,
    )


def _trim(job: Job, out: Path) -> Made:
    from leap.stages.trim import trim

    downloaded = _needed(job, Stage.DOWNLOAD)
    return trim(
        media=_files(job, downloaded)[downloaded.facts["file"]],
        settings=job.effective.trim,
        out=out,
        progress=job.progress,
    )


def _transcribe(job: Job, out: Path) -> Made:
    from leap.config.weights import located
    from leap.providers import Studio, open_transcriber
    from leap.stages.transcribe import transcribe

    settings = job.effective.transcribe
    answers = job.session.store.answers(job.tenant)
    declaration = job.session.declaration
    model = located(settings.model, declaration.root, declaration.operator.models)
    studio = Studio(
        declaration.operator,
        model,
        job.ask,
        answers,
        out,
        revision=job.row.revision,
        transcript=job.transcript,
    )
    trimmed = _files(job, _needed(job, Stage.TRIM))
    return transcribe(
        audio=trimmed.get("audio.flac"),
        trim_json=trimmed["trim.json"],
        transcriber=open_transcriber(settings, studio),
        request=TranscriptionRequest(
            language=settings.language,
            prompt=settings.prompt,
            vocabulary=tuple(settings.vocabulary),
            temperature=settings.temperature,
            course=job.row.title,
        ),
        answers=answers,
        recording=job.recording,
        out=out,
        progress=job.progress,
    )


def _topics(job: Job, out: Path) -> Made:
    from leap.providers import Desk, open_topic_finder
    from leap.stages.topics import topics

    session = job.session
    desk = Desk(
        session.declaration.operator,
        job.tenant,
        tokens_for(session, job.tenant),
        session.store.answers(job.tenant),
        calls_of(job),
    )
    transcript = _needed(job, Stage.TRANSCRIBE)
    return topics(
        transcript=_folder(job, transcript),
        trim_json=_trim_json(job, transcript),
        finder=open_topic_finder(job.effective.topics, desk),
        title=job.row.title,
        settings=job.effective.topics,
        recording=job.recording,
        out=out,
        progress=job.progress,
    )


def _subtitles(job: Job, out: Path) -> Made:
    from leap.stages.subtitles import subtitles

    return subtitles(
        transcript=_folder(job, _needed(job, Stage.TRANSCRIBE)),
        settings=job.effective.subtitles,
        out=out,
        progress=job.progress,
    )


_MAKERS: Mapping[Stage, Callable[[Job, Path], Made]] = MappingProxyType(
    {
        Stage.DOWNLOAD: _download,
        Stage.TRIM: _trim,
        Stage.TRANSCRIBE: _transcribe,
        Stage.TOPICS: _topics,
        Stage.SUBTITLES: _subtitles,
    }
)


def publish(job: Job, known: PublicationFact | None) -> Receipt:
    """Bring the publication of ``job`` about and return what the platform holds.

    Raises SecretError where its account's credential cannot be opened.
    """
    from leap.providers import open_publisher
    from leap.stages.publish import files_by_role, publish, with_contents

    trimmed = _needed(job, Stage.TRIM)
    transcript = job.input(Stage.TRANSCRIBE)
    inputs = [_needed(job, stage) for stage in job.step.inputs]
    files = files_by_role(path for each in inputs for path in _files(job, each).values())
    files["video"] = _files(job, trimmed)[trimmed.facts["video"]]
    config = job.declared.config
    publication = with_contents(
        Publication(
            tenant=job.tenant,
            recording=job.recording,
            preset=job.preset,
            title="",
            description="",
            started_at=job.row.started_at.astimezone(ZoneInfo(config.time_zone)),
            duration=trimmed.facts["duration"],
            language=str(transcript.facts["language"]) if transcript else "und",
            files=files,
            outline=None,
            breaks=(),
            segments=(),
            wanted=job.wanted,
            settings=job.publication.options,
        )
    )
    publisher = open_publisher(job.declared, job.publication, _credential(job))
    return publish(_titled(job, publication), publisher, known, job.progress)


def withdraw(job: Job, known: PublicationFact) -> Receipt:
    """Take the publication of ``job`` away and return the receipt that says so.

    Raises SecretError where its account's credential cannot be opened.
    """
    from leap.providers import open_publisher
    from leap.stages.publish import withdraw

    publisher = open_publisher(job.declared, job.publication, _credential(job))
    last = job.session.store.last_receipt(job.tenant, job.recording, job.preset)
    before = last.details if last else {}
    return withdraw(job.recording, publisher, known, before, job.progress)


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


def _credential(job: Job) -> Mapping[str, str]:
    """Return the newest fields of the publication's account; {} where it has none."""
    account = job.publication.account
    return {} if account is None else tokens_for(job.session, job.tenant)(account).current()


def _needed(job: Job, stage: Stage) -> Manifest:
    manifest = job.input(stage)
    if manifest is None:
        message = f"{job.step.stage.value} needs {stage.value}"
        raise StageError(message)
    return manifest


def _files(job: Job, manifest: Manifest) -> Mapping[str, Path]:
    return job.session.store.files(manifest)


def _folder(job: Job, manifest: Manifest) -> Path:
    return job.session.store.whole(manifest)


def _trim_json(job: Job, transcript: Manifest) -> Path:
    """Return how the recording was cut, from the trim target that ``transcript`` took in."""
    name = TargetName(job.tenant, job.recording, Stage.TRIM, transcript.upstream[Stage.TRIM])
    manifest = job.session.store.read(name)
    if manifest is None:
        message = f"the trim target {name.key} is not there"
        raise StageError(message, hint="run `leap reconcile` again to make it anew")
    return _files(job, manifest)["trim.json"]
