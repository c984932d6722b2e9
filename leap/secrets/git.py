"""Asking git; it is started in the repository and nowhere else."""

from __future__ import annotations

import subprocess
from pathlib import Path

from leap.errors import SecretError

_SECONDS = 30


def git(root: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    """Return what ``git`` says at ``root``. Raises SecretError where it is missing or refuses."""
    done = _run(root, arguments, stdin)
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        cause = lines[-1] if lines else f"exit code {done.returncode}"
        raise SecretError(f"git {arguments[0]}: {cause.removeprefix('fatal: ')}")
    return done.stdout


def line(root: Path, *arguments: str) -> str | None:
    """Return the one line that ``git`` says at ``root``, or None where it refuses."""
    try:
        done = _run(root, arguments, b"")
    except SecretError:
        return None
    return None if done.returncode else done.stdout.decode(errors="surrogateescape").strip("\n")


def _run(
    root: Path, arguments: tuple[str, ...], stdin: bytes
) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["git", "-C", str(root), *arguments],  # noqa: S607 -- whichever git the person uses
            input=stdin,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except OSError as error:
        message = f"git cannot be started: {error.strerror}"
        raise SecretError(message, hint="install git") from None
    except subprocess.TimeoutExpired:
        raise SecretError(f"git did not answer within {_SECONDS} s") from None
