"""What a clone's git should know: how to show encrypted files, and what not to commit.

Both are settings of the clone, which git never copies, so each clone is set up
once. Nothing that belongs to somebody else is changed: a hook that is there
already stays, and so does a folder of hooks outside of the clone.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from leap.errors import SecretError
from leap.secrets import git
from leap.secrets.files import replace
from leap.secrets.places import FILE

ATTRIBUTE = "*.sops.yaml diff=sops"

#: What a `.pre-commit-config.yaml` or an existing hook runs.
COMMAND = "leap secrets pre-commit"

_MARK = "# Keeps secrets in the clear out of commits. Written by `leap secrets git`."
_HOOK = """\
#!/bin/sh
{mark}
# Should it ever be wrong: git commit --no-verify
if ! [ -x {python} ]; then
    echo 'leap is not where it was: run `leap secrets git` again' >&2
    exit 1
fi
exec {command}
"""


def set_up(root: Path) -> tuple[str, ...]:
    """Set up the clone that ``root`` is in, and return what was done, in sentences.

    `git diff` then shows the secrets that a key of this machine opens, and the
    structure of others; a commit with a secret in the clear is refused. A
    second call does nothing new. Without git, or outside of a clone, the one
    sentence says so. Raises SecretError where something cannot be written.
    """
    top = git.line(root, "rev-parse", "--show-toplevel")
    if top is None:
        return (f"{root} is no git clone: run `leap secrets git` after `git init`.",)
    below = Path(os.path.relpath(root.resolve(), Path(top).resolve())).as_posix()
    try:
        return (*_diffs(root, below), *_hook(root, below))
    except OSError as error:
        where = error.filename or root
        raise SecretError(f"{where}: cannot be written: {error.strerror}") from None


def is_set_up(root: Path) -> bool:
    """Tell whether the clone shows encrypted files and has a hook that checks them."""
    hook = _hook_path(root)
    try:
        text = hook.read_text(errors="replace") if hook else ""
    except OSError:
        text = ""
    shows = git.line(root, "config", "--get", "diff.sops.textconv") is not None
    return shows and ("secrets pre-commit" in text or "pre-commit.com" in text)


def _diffs(root: Path, below: str) -> Iterator[str]:
    # Whatever happens to LEAP, a diff must not fail: then git shows the file as it is.
    show = f'f() {{ {_leap("textconv", below)} "$1" 2>/dev/null || cat "$1"; }}; f'
    settings = {
        "diff.sops.textconv": show,
        # Git would keep what it was shown, in the clear, among its notes.
        "diff.sops.cachetextconv": "false",
    }
    if any(git.line(root, "config", "--local", "--get", key) != settings[key] for key in settings):
        for key, value in settings.items():
            git.git(root, "config", "--local", key, value)
        yield "`git diff` shows what changed in encrypted files, in this clone."
    if _attribute(root) != "sops":
        path = root / ".gitattributes"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        text += "" if text.endswith("\n") or not text else "\n"
        replace(path, f"{text}{ATTRIBUTE}\n".encode())
        yield f"`{ATTRIBUTE}` was added to .gitattributes: commit it."


def _attribute(root: Path) -> str:
    said = git.line(root, "check-attr", "diff", "--", f"tenants/any/{FILE}") or ""
    return said.rpartition(": ")[2]


def _hook(root: Path, below: str) -> Iterator[str]:
    path = _hook_path(root)
    if path is None:
        yield "Your hooks are shared with other clones, so none was written; let yours run"
        yield f"  {COMMAND}"
        return
    text = _HOOK.format(
        mark=_MARK, python=shlex.quote(sys.executable), command=_leap("pre-commit", below)
    )
    if path.is_symlink() or path.exists():
        present = path.read_text(encoding="utf-8", errors="replace")
        if _MARK not in present:
            if "secrets pre-commit" not in present:
                yield f"There is a pre-commit hook already, which was left alone; let {path} run"
                yield f"  {COMMAND}"
            return
        if present == text and os.access(path, os.X_OK):
            return
    path.parent.mkdir(parents=True, exist_ok=True)
    replace(path, text.encode(), mode=0o755)
    yield "A commit with a secret in the clear, or with broken YAML, is refused in this clone."


def _hook_path(root: Path) -> Path | None:
    """Return the clone's pre-commit hook; None where git looks for hooks outside of it."""
    hooks = git.line(root, "rev-parse", "--git-path", "hooks")
    common = git.line(root, "rev-parse", "--git-common-dir")
    if hooks is None or common is None:
        return None
    folder = (root / hooks).resolve()
    if not folder.is_relative_to((root / common).resolve()):
        return None
    return folder / "pre-commit"


def _leap(verb: str, below: str) -> str:
    """Return the shell command of ``leap secrets`` here; git starts it at the clone's top."""
    words = [sys.executable, "-m", "leap", "secrets", verb, "-C", below]
    return shlex.join(words)
