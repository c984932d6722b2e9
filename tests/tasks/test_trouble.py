"""Every error of a provider is one of three things, and says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from leap.errors import (
    BadInput,
    DeferUntil,
    LeapError,
    NeedsHuman,
    ProviderError,
    RetrySoon,
    SecretError,
    StageError,
)
from leap.tasks.trouble import StepFailed, StepHeld, Trouble, trouble

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 21, tzinfo=UTC)
IN_MOSCOW = MIDNIGHT.astimezone(timezone(timedelta(hours=3)))


@pytest.mark.parametrize(
    "error, expected",
    [
        (RetrySoon("busy", after=3.0), Trouble("busy")),
        (DeferUntil("the daily limit", until=IN_MOSCOW), Trouble("the daily limit", until=MIDNIGHT)),
        (NeedsHuman("revoked", hint="log in"), Trouble("revoked; log in", needs_person=True)),
        (BadInput("no video"), Trouble("no video", permanent=True)),
        (StageError("killed"), Trouble("killed")),
        (ProviderError("no such file"), Trouble("no such file")),
        (SecretError("no key"), Trouble("no key")),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_an_error_says_what_has_to_come_about(error: LeapError, expected: Trouble) -> None:
    """Nothing, where the next run may find that it has passed."""
    assert expected == trouble(error, NOW)


def test_a_time_that_has_come_is_none_to_wait_for() -> None:
    """Clocks differ; the next run simply tries again."""
    assert Trouble("limited") == trouble(DeferUntil("limited", until=NOW), NOW)


def test_a_package_that_is_missing_is_named() -> None:
    missing = ModuleNotFoundError("No module named 'av.container'", name="av.container")

    assert "the package av is not installed" in trouble(missing, NOW).reason


def test_what_waits_is_told_apart_from_what_failed() -> None:
    """In one line each, as progress and logs show it."""
    waits = Trouble("the daily limit", until=MIDNIGHT).error
    person = Trouble("log in again", needs_person=True).error
    failed = Trouble("no video", permanent=True).error

    assert [StepHeld, StepHeld, StepFailed] == [type(each) for each in (waits, person, failed)]
    assert "deferred until 2026-11-21 00:00 UTC: the daily limit" == str(waits)
    assert ("needs a person: log in again", "no video") == (str(person), str(failed))
