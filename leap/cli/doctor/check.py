"""One line of the doctor, and how a look at something becomes one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from leap.errors import LeapError, missing_package


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, how it is, and what mends it.

    ``warn`` is what a run can do without, ``fail`` what it stumbles over.
    """

    state: Literal["ok", "warn", "fail"]
    name: str
    message: str
    fix: str | None = None


def looked_at(name: str, look: Callable[[], list[Check]]) -> list[Check]:
    """Return what ``look`` found; whatever keeps it from looking is a finding, too."""
    try:
        return look()
    except LeapError as error:
        return [failed(name, error)]
    except ImportError as error:
        return [failed(name, missing_package(error))]
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        fix = f"ls -ld '{error.filename}'" if error.filename else None
        return [Check("fail", name, f"{where}{error.strerror or error}", fix)]


def failed(name: str, error: LeapError) -> Check:
    """Return ``error`` as a failed check."""
    return Check("fail", name, error.message, error.hint)
