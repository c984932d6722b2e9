"""The summary of a job on GitHub, where there is one.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from leap.domain.expectation import Overdue
    from leap.domain.outcome import Outcome
    from leap.domain.plan import Plan

_VARIABLE = "GITHUB_STEP_SUMMARY"
#: With less room than this left in the file nothing readable fits.
_LEAST = 4096


def append_summary(
    plan: Plan,
    outcome: Outcome | None,
    *,
    seconds: float | None = None,
    places: Sequence[str] = (),
    late: Sequence[Overdue] = (),
) -> None:
    """Append what came of ``plan`` to the job's summary, if this is a job.

    The file's limit is GitHub's. A run is no worse where it cannot be written:
    then a warning says so.
    """
    name = os.environ.get(_VARIABLE)
    if not name:
        return
    from leap.render.markdown import SUMMARY
    from leap.render.summary_markdown import markdown

    try:
        with Path(name).open("ab") as file:
            room = SUMMARY - file.tell()
            if room < _LEAST:
                return
            text = markdown(plan, outcome, seconds=seconds, places=places, late=late, limit=room)
            file.write(text.encode(errors="replace"))
    except OSError as error:
        warning = click.style("warning:", fg="yellow")
        reason = error.strerror or error
        click.echo(f"{warning} no job summary: {name}: {reason} ({_VARIABLE})", err=True)
