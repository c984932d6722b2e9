"""Which files, settings and providers each stage gets that makes files.

A provider is opened here, in the task's own process: work on media never runs
in a process that holds a secret.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from leap.domain.manifest import Manifest, TargetName
from leap.domain.ports import TranscriptionRequest
from leap.domain.stage import Stage
from leap.errors import StageError
from leap.stages import Made
from leap.tasks.fetching import opened_source
from leap.tasks.job import Job
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

    downloaded = job.needed(Stage.DOWNLOAD)
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
    trimmed = _files(job, job.needed(Stage.TRIM))
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
    transcript = job.needed(Stage.TRANSCRIBE)
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
        transcript=_folder(job, job.needed(Stage.TRANSCRIBE)),
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
