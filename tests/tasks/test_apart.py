"""A process apart: it does what it is asked, says what went wrong, and ends with who started it."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from leap.domain.ports import Progress
from leap.errors import (
    BadInput,
    DeferUntil,
    LeapError,
    LedgerError,
    MissingTool,
    NeedsHuman,
    ProviderError,
    RetrySoon,
    SecretError,
    StageError,
)
from leap.secrets import forget_keys, take_keys
from leap.secrets.keys import _taken
from leap.tasks.apart import Apart

# The test runner has threads; a task's process has none when it forks.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def silent(share: float | None, message: str = "") -> None:
    """Tell nobody how far it is."""


def ask(handle: Callable[..., Any], progress: Progress = silent, **question: Any) -> Any:
    with Apart(handle) as apart:
        return apart.ask(question, progress)


def test_what_is_asked_is_answered_by_another_process() -> None:
    def double(question: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
        return {"number": 2 * question["number"], "pid": os.getpid()}

    with Apart(double) as apart:
        first, second = (apart.ask({"number": number}, silent) for number in (21, 4))

    assert (42, 8) == (first["number"], second["number"])
    assert first["pid"] == second["pid"] != os.getpid()


def test_progress_passes_through_and_is_thinned_out() -> None:
    """A download tells more often than anybody reads."""

    def work(_: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
        for percent in range(100):
            progress(percent / 100, f"{percent} MB of 100 MB")
            time.sleep(0.004)
        return {}

    told: list[tuple[float | None, str]] = []
    ask(work, lambda share, message="": told.append((share, message)))

    assert (0.0, "0 MB of 100 MB") == told[0]
    assert told == sorted(told)
    assert 2 <= len(told) <= 6


@pytest.mark.parametrize(
    "error",
    [
        ProviderError("the host is unknown", hint="check `endpoints:`"),
        RetrySoon("Zoom is busy", after=2.5),
        RetrySoon("Zoom is busy"),
        DeferUntil("the daily limit is reached", until=NOON, for_account=True),
        DeferUntil("not ready", until=NOON, hint="wait"),
        NeedsHuman("the login has expired", hint="run `leap auth login zoom`"),
        BadInput("a web page"),
        StageError("no space left on the disk", hint="free some"),
        SecretError("no key opens it"),
        LedgerError("it is gone"),
        MissingTool("the package x is not installed"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_arrives_as_it_was_raised(error: LeapError) -> None:
    """With all that decides what becomes of the recording."""

    def fail(_: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
        raise error

    with pytest.raises(type(error)) as raised:
        ask(fail)

    assert type(error) is type(raised.value)
    assert vars(error) == vars(raised.value)


def test_an_error_that_only_its_room_knows_arrives_as_what_it_is_a_kind_of() -> None:
    class Refused(ProviderError):
        def __init__(self, message: str, *, status: int) -> None:
            super().__init__(message)
            self.status = status

    def fail(_: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
        raise Refused("example.org answered 403", status=403)

    with pytest.raises(ProviderError, match=r"^example\.org answered 403$") as raised:
        ask(fail)
    assert ProviderError is type(raised.value)


def test_a_bug_is_told_without_its_words(tmp_path: Path) -> None:
    """They may repeat a token; the place in the code is in the log."""
    handler = logging.FileHandler(tmp_path / "run.log")
    logging.getLogger("leap").addHandler(handler)

    def fail(question: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
        return {}[f"canary-{question['token']}"]

    with pytest.raises(RuntimeError) as raised:
        ask(fail, token="7f3a91")
    logging.getLogger("leap").removeHandler(handler)
    handler.close()

    assert "KeyError in the process that talks to the provider" == str(raised.value)
    log = (tmp_path / "run.log").read_text()
    assert "in fail" in log
    assert "canary-7f3a91" not in log


def test_a_process_that_is_killed_is_a_failure_for_now() -> None:
    """The kernel does that where memory runs out."""

    def die(_: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
        os.kill(os.getpid(), signal.SIGKILL)
        return {}

    with pytest.raises(StageError) as raised:
        ask(die)
    assert (
        "the process that talks to the provider was killed (SIGKILL);"
        " run `leap reconcile` again: it goes on from there"
    ) == str(raised.value)
    assert not raised.value.permanent


def test_what_the_one_process_forgets_the_other_still_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Keys stay where they are needed, and nowhere else."""
    monkeypatch.setenv("SOPS_AGE_KEY", "AGE-SECRET-KEY-CANARY")
    take_keys()

    def keys(_: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
        return dict(_taken)

    with Apart(keys) as apart:
        forget_keys()
        assert {} == _taken
        assert {"SOPS_AGE_KEY": "AGE-SECRET-KEY-CANARY"} == apart.ask({}, silent)


def test_it_puts_its_things_away_when_it_is_asked_to_stop(tmp_path: Path) -> None:
    """A block that ends early ends the work, and the work may finish what it is writing."""
    kept, began = tmp_path / "kept", tmp_path / "began"

    def work(_: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
        try:
            began.touch()
            time.sleep(60)
        finally:
            kept.write_text("put away")
        return {}

    apart = Apart(work)
    apart._asking.send_bytes(b"{}")
    while not began.exists():
        time.sleep(0.01)
    start = time.monotonic()
    apart.close()

    assert "put away" == kept.read_text()
    assert time.monotonic() - start < 2
    assert not psutil.pid_exists(apart._pid)


def test_one_that_does_not_stop_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("leap.tasks.apart._GRACE_SECONDS", 0.2)
    began = tmp_path / "began"

    def stubborn(_: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        began.touch()
        time.sleep(60)
        return {}

    apart = Apart(stubborn)
    apart._asking.send_bytes(b"{}")
    while not began.exists():
        time.sleep(0.01)
    apart.close()

    assert not psutil.pid_exists(apart._pid)


SCRIPT = """
import os, sys, time
from pathlib import Path
from leap.tasks.apart import Apart

def work(question, progress):
    Path(sys.argv[1]).write_text(str(os.getpid()))
    time.sleep(60)

with Apart(work) as apart:
    apart.ask({}, lambda share, message="": None)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it ends with its next sign of life")
def test_it_dies_with_who_started_it(
    tmp_path: Path, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    written = tmp_path / "pid"
    with subprocess.Popen([sys.executable, "-c", SCRIPT, str(written)]) as process:
        wait_until(lambda: written.exists() and written.read_text() != "")
        child = psutil.Process(int(written.read_text()))
        process.send_signal(signal.SIGKILL)

    wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
