"""Transcribing in a cloud: the key in one process, the sound in another.

The process apart alone opens the tenant's secrets. It sends files as they are
and hands back what is answered; the one that asks it cuts the sound, and keeps
every answer before it looks into it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leap.domain.ports import Progress
from leap.domain.stage import Stage
from leap.tasks.apart import Apart
from leap.tasks.job import Job
from leap.tasks.paying import calls_of

if TYPE_CHECKING:
    from leap.providers.speech import Question


def needs_a_cloud(job: Job) -> bool:
    """Tell whether a step of ``job`` is transcribed outside of this machine."""
    return job.step.stage is Stage.TRANSCRIBE and job.effective.transcribe.is_in_a_cloud


class AskApart:
    """Asks in another process (``leap.providers.speech.Ask``)."""

    def __init__(self, apart: Apart) -> None:
        self._apart = apart

    def __call__(self, question: Question, progress: Progress) -> Mapping[str, Any]:
        """Return the answer to ``question``."""
        return self._apart.ask({**asdict(question), "audio": str(question.audio)}, progress)


def hear(job: Job, asked: Mapping[str, Any], progress: Progress) -> Mapping[str, Any]:
    """Ask the server what ``AskApart`` was asked, in the process that may open secrets.

    Raises ProviderError, SecretError.
    """
    from leap.providers import speech_server
    from leap.providers.speech import Question, Wire, api_key
    from leap.tasks.tokens import tokens_for

    session, settings = job.session, job.effective.transcribe
    account = settings.account

    def key() -> str:
        # A server of one's own may ask for none.
        if account is None:
            return ""
        return api_key(account, tokens_for(session, job.tenant)(account).current())

    wire = Wire(
        speech_server(session.declaration.operator, settings),
        key,
        calls=calls_of(job),
        account=account or "",
    )
    return wire(Question(**{**asked, "audio": Path(asked["audio"])}), progress)
