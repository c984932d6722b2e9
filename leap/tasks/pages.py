"""What Luigi's pages say about a task while it runs, and after it failed.

Whoever can open the pages can read it, so it is said in LEAP's own words:
never what is spoken in a lecture, a title, a secret address or a traceback.
"""

from __future__ import annotations

import math
import time
from pathlib import PurePath
from typing import Any

from leap.domain.ports import Progress
from leap.domain.snapshot import RecordingRow
from leap.domain.stage import Stage
from leap.tasks.adapter import tell
from leap.tasks.job import Job
from leap.tasks.trouble import StepFailed

#: The pages are read by people; each update is a request.
_SECONDS_BETWEEN = 2.0
_LONGEST_TEXT = 300

#: These tell what they hear and where they publish while they work.
_CONFIDING = frozenset({Stage.TRANSCRIBE, Stage.PUBLISH})


def teller(task: Any, stage: Stage, doing: str) -> Progress:
    """Return a receiver of progress that passes it on to Luigi at most every two seconds.

    ``doing`` says what the stage does, until it says so itself.
    """
    last, said = -math.inf, ""

    def report(share: float | None, message: str = "") -> None:
        nonlocal last, said
        now = time.monotonic()
        if now - last < _SECONDS_BETWEEN:
            return
        last = now
        words = doing if stage in _CONFIDING or not message else message[:_LONGEST_TEXT]
        percent = None if share is None else round(100 * min(max(share, 0.0), 1.0))
        tell(task, words=words if words != said else "", percent=percent)
        said = words

    return report


def failure(error: BaseException, row: RecordingRow | None = None) -> str:
    """Return in one line why a task failed, without the name of what it worked on.

    Of what nobody foresaw, only the kind is told.
    """
    if isinstance(error, SystemExit):
        return "interrupted; the next run goes on from here"
    if not isinstance(error, StepFailed):
        return type(error).__name__
    text = " ".join(str(error).split())
    names = (row.locator, PurePath(row.locator).name, row.title) if row else ()
    for name in filter(None, names):
        text = text.replace(name, "the recording")
    return text[:_LONGEST_TEXT]


def address(job: Job) -> str | None:
    """Return where everybody can see what the publishing ``job`` brought about, if anywhere."""
    if job.publication.options.get("privacy", "public") != "public":
        return None
    fact = job.session.ledger.publication(job.tenant, job.recording, job.preset)
    url = fact.url if fact is not None else None
    return url if url and url.startswith(("https://", "http://")) else None
