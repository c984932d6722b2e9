"""The editor of the person at the terminal."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
from pathlib import Path

from leap.errors import SecretError

_VARIABLES = ("SOPS_EDITOR", "VISUAL", "EDITOR")
_USUAL = ("sensible-editor", "nano", "vim", "vi")
#: What an editor has no use for, and the programs that it starts neither.
_KEPT_BACK = ("SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE")


def find_editor() -> list[str]:
    """Return the command of the editor: SOPS_EDITOR, VISUAL, EDITOR or a usual one.

    A variable may hold a path with spaces, or a command with arguments.
    Raises SecretError where it cannot be run.
    """
    for name in _VARIABLES:
        value = os.environ.get(name, "").strip()
        if value:
            return _command(name, value)
    for program in _USUAL:
        if shutil.which(program):
            return [program]
    hint = "install one, or name it: EDITOR=nano leap secrets edit"
    raise SecretError("no editor is installed", hint=hint)


def run_editor(command: list[str], path: Path) -> None:
    """Let ``command`` edit ``path`` on this terminal. Raises SecretError if it fails.

    Ctrl-C is the editor's while it runs.
    """
    environment = {key: value for key, value in os.environ.items() if key not in _KEPT_BACK}
    # A handler of our own, unlike SIG_IGN, is not handed down to the editor.
    former = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        code = subprocess.call([*command, str(path)], env=environment)
    except OSError as error:
        message = f"the editor {command[0]} cannot be started: {error.strerror}"
        raise SecretError(message, hint="name another one in EDITOR") from None
    finally:
        signal.signal(signal.SIGINT, former)
    if code == -signal.SIGINT:
        raise KeyboardInterrupt
    if code:
        how = f"exit code {code}" if code > 0 else f"signal {-code}"
        raise SecretError(f"the editor {command[0]} failed ({how})")


def _command(name: str, value: str) -> list[str]:
    if shutil.which(value):
        return [value]
    try:
        words = shlex.split(value)
    except ValueError:
        message = f"{name}: a quote is opened and not closed"
        raise SecretError(message, hint=f"set {name} to the name of an editor") from None
    if not words or not shutil.which(words[0]):
        message = f"{name}: there is no program {words[0] if words else value!r}"
        raise SecretError(message, hint=f"set {name} to the name of an editor, such as nano")
    return words
