"""Working with an account and with media: credentials in one process, media in another.

The process apart alone opens the tenant's secrets and talks to the provider.
The one that asks it forgets its keys at once, and looks into what arrives.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from leap.domain.ports import Progress, Source, Transcribed
from leap.domain.stage import Stage
from leap.secrets import forget_keys
from leap.tasks.apart import Apart
from leap.tasks.hearing import AskApart, hear, needs_a_cloud
from leap.tasks.job import Job
from leap.tasks.thumbnails import frames_apart, needs_frame

_ACTING = frozenset({Stage.PUBLISH, Stage.DISCARD})


@contextmanager
def keys_apart(job: Job) -> Iterator[Job]:
    """Give ``job`` for a block in which no process both holds keys and works on media.

    A download from an account gets a source that is asked through a pipe, and a
    transcription in a cloud, or with the source's own transcript, gets those so;
    to be entered while this process has one thread. What acts for an account and
    does no work on media keeps its keys, and has a thumbnail cut out of the video
    by a process that has none.
    """
    if job.step.stage is Stage.PUBLISH and needs_frame(job):
        with frames_apart(job) as frame:
            yield replace(job, frame=frame)
        return
    asks = job.step.stage is Stage.TOPICS and job.effective.topics.is_in_a_cloud
    if asks or job.step.stage in _ACTING:
        yield job
        return
    if needs_a_cloud(job):
        with Apart(lambda question, progress: hear(job, question, progress)) as apart:
            forget_keys()
            yield replace(job, ask=AskApart(apart))
        return
    if job.step.stage is Stage.TRANSCRIBE and _has_words(job):
        with Apart(lambda question, progress: _transcript(job, question, progress)) as apart:
            forget_keys()
            yield replace(job, transcript=lambda: _written(apart, job.progress))
        return
    if job.step.stage is not Stage.DOWNLOAD or job.account is None:
        forget_keys()
        yield job
        return
    with Apart(lambda question, progress: _fetch(job, question, progress)) as apart:
        forget_keys()
        yield replace(job, source=SourceApart(apart))


class SourceApart:
    """Fetches in another process (``leap.domain.ports.Fetching``)."""

    def __init__(self, apart: Apart) -> None:
        self._apart = apart

    def fetch(
        self, locator: str, revision: str, destination: Path, progress: Progress
    ) -> Mapping[str, Any]:
        """Bring the bytes to ``destination``; see ``leap.domain.ports.Fetching``."""
        question = {"locator": locator, "revision": revision, "destination": str(destination)}
        return self._apart.ask(question, progress)


def opened_source(job: Job) -> Source:
    """Return the source of the recording, opened in this process."""
    from leap.providers import open_source
    from leap.tasks.tokens import tokens_for

    session, settings = job.session, job.effective.download
    return open_source(
        session.declaration,
        job.tenant,
        job.row.source,
        tokens=tokens_for(session, job.tenant),
        link=settings.link,
        transfer=settings,
    )


def _has_words(job: Job) -> bool:
    """Tell whether the recording's source may have a transcript that is wanted."""
    settings, source = job.effective.transcribe, job.declared.sources.get(job.row.source)
    return settings.with_ == "zoom" and source is not None and source.kind == "zoom"


def _written(apart: Apart, progress: Progress) -> str | None:
    """Return what the source has written down of the recording, from the process apart."""
    found: str | None = apart.ask({}, progress)["transcript"]
    return found


def _transcript(job: Job, _: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
    """Ask the source for its transcript, in the process that may open secrets."""
    source, row = opened_source(job), job.row
    if not isinstance(source, Transcribed):
        return {"transcript": None}
    with tempfile.TemporaryDirectory(prefix="leap-transcript-") as scratch:
        found = source.transcript(row.locator, row.revision, Path(scratch), progress)
    return {"transcript": found}


def _fetch(job: Job, question: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
    """Fetch what ``question`` names, in the process that may open secrets."""
    destination = Path(question["destination"])
    source = opened_source(job)
    return source.fetch(question["locator"], question["revision"], destination, progress)
