"""Everything that LEAP raises on purpose.

    LeapError                 1  one line for the user: what, where, and what to do next
    ├── ConfigError           1  the YAML is wrong; carries every Diagnostic at once
    ├── MissingTool           1  a package, a binary or a model is not installed
    ├── SecretError           1  a secrets file cannot be opened or is not this tenant's
    ├── StoreError            1  the state store cannot be read or written
    ├── LedgerError           1  the ledger cannot be reached or is of another version
    ├── ProviderError         1  a source, a transcriber or a platform said no
    │   ├── RetrySoon            the same request may work in a moment
    │   │   └── NotSent          nothing of it left this machine
    │   ├── DeferUntil           it will work after a known time
    │   └── NeedsHuman           somebody has to do something first
    ├── StageError            1  a stage of one recording failed
    │   └── BadInput             for good: only a new source or new settings help
    ├── LeaseLost             1  another runner took this work over
    ├── UnsafePlan            5  the plan was refused; nothing was done
    └── UsageError           64  the command line is wrong

A bug is any other exception; the command line's error boundary turns it into
exit code 70 and a log file, never into a traceback on the screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import ClassVar, Literal


class ExitCode(IntEnum):
    """The exit codes of every command, in one place."""

    OK = 0
    ERROR = 1
    CHANGES = 2
    FAILED = 4
    REFUSED = 5
    USAGE = 64
    BUG = 70
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """One finding about one place of the configuration.

    ``file`` is relative to the repository's root; ``line`` and ``column``
    count from 1, and 0 means that the finding is about the whole file.
    """

    file: str
    line: int
    column: int
    message: str
    hint: str | None = None
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        place = self.file
        if self.line:
            place += f":{self.line}:{self.column}"
        text = f"{place}: {self.message}"
        return f"{text}; {self.hint}" if self.hint else text


class LeapError(Exception):
    """A mistake or a failure that a person can do something about.

    Args:
        message: one line without a full stop: the place and the cause.
        hint: the next command or edit that helps, if one is known.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.ERROR

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


def _by_place(diagnostic: Diagnostic) -> tuple[str, int, int, str]:
    return diagnostic.file, diagnostic.line, diagnostic.column, diagnostic.message


class ConfigError(LeapError):
    """The declaration has errors; all of them are in ``diagnostics``."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(sorted(diagnostics, key=_by_place))
        count = len(self.diagnostics)
        noun = "error" if count == 1 else "errors"
        super().__init__(f"{count} configuration {noun}", hint="see `leap validate`")


class MissingTool(LeapError):
    """Something that has to be installed is not there."""


def missing_package(error: ImportError) -> MissingTool:
    """Return a failed import of a package that LEAP needs as one line for the user."""
    package = (error.name or "a package").partition(".")[0]
    reason = "is not installed" if isinstance(error, ModuleNotFoundError) else "cannot be loaded"
    hint = "install LEAP again, as README.md says"
    return MissingTool(f"the package {package} {reason}", hint=hint)


class SecretError(LeapError):
    """A secrets file cannot be used. Never carries a secret's value."""


class StoreError(LeapError):
    """The state store cannot be read or written."""


class LedgerError(LeapError):
    """The ledger cannot be reached, or its schema is of another version."""


class ProviderError(LeapError):
    """A source, transcriber, topic finder or publisher refused."""


class RetrySoon(ProviderError):
    """The same request may work in a moment, in ``after`` seconds where that was said."""

    def __init__(
        self, message: str, *, after: float | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.after = after


class NotSent(RetrySoon):
    """The request may work in a moment, and nothing of it was sent: it cannot have cost anything."""


class DeferUntil(ProviderError):
    """The request will work after ``until`` (aware), not before.

    ``for_account`` tells that the same is true of every such request with
    this account, so that none of them needs to be made.
    """

    def __init__(
        self, message: str, *, until: datetime, for_account: bool = False, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.until = until
        self.for_account = for_account


class NeedsHuman(ProviderError):
    """Nothing but a person's action makes the request work."""


class StageError(LeapError):
    """A stage failed for a reason outside the recording; a later run may succeed."""

    permanent: ClassVar[bool] = False


class BadInput(StageError):
    """A stage failed because of the recording itself or its settings.

    It is not tried again until the source or the settings change.
    """

    permanent: ClassVar[bool] = True


class LeaseLost(LeapError):
    """Another runner holds the lease of this work now."""


class UnsafePlan(LeapError):
    """The plan is refused as unsafe; nothing was done."""

    exit_code: ClassVar[ExitCode] = ExitCode.REFUSED


class UsageError(LeapError):
    """The command line cannot be understood."""

    exit_code: ClassVar[ExitCode] = ExitCode.USAGE
