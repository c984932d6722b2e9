"""What an error means for a step: tried again, put off, a person's case, or failed for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from leap.errors import DeferUntil, LeapError, NeedsHuman, StageError, missing_package


class StepFailed(Exception):
    """A step failed, and the failure stands in the ledger; the text is one safe line."""


class StepHeld(StepFailed):
    """A step waits for a time, or for a person, who finds in the text what to do."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a step did not work, and what has to come about before it can.

    That is a change of the source or of the settings (``permanent``), a time
    (``until``; aware, UTC) or what only a person can do. Without any of these
    it may have passed by the next run.
    """

    reason: str
    permanent: bool = False
    until: datetime | None = None
    needs_person: bool = False

    @property
    def error(self) -> StepFailed:
        """Return what the step raises for it."""
        if self.until is not None:
            return StepHeld(f"deferred until {self.until:%Y-%m-%d %H:%M} UTC: {self.reason}")
        if self.needs_person:
            return StepHeld(f"needs a person: {self.reason}")
        return StepFailed(self.reason)


def trouble(error: LeapError | ImportError, now: datetime) -> Trouble:
    """Return what ``error`` means. A time that has come by ``now`` is none to wait for."""
    reason = str(missing_package(error) if isinstance(error, ImportError) else error)
    match error:
        case StageError():
            return Trouble(reason, permanent=error.permanent)
        case NeedsHuman():
            return Trouble(reason, needs_person=True)
        case DeferUntil() if error.until > now:
            return Trouble(reason, until=error.until.astimezone(UTC))
        case _:
            return Trouble(reason)
