"""Which commit of the configuration a run works with."""

from __future__ import annotations

import subprocess
from pathlib import Path


def commit_of(root: Path) -> str | None:
    """Return the commit that is checked out at ``root``, or None where there is no git."""
    command = ["git", "-C", str(root), "rev-parse", "--verify", "--quiet", "HEAD"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return said.stdout.strip() or None


def is_behind(root: Path, commit: str, other: str) -> bool | None:
    """Tell whether ``commit`` is a true ancestor of ``other``, both as hex digits.

    None where git cannot say: the history is shallow, or one of them is not in it.
    """
    if commit == other:
        return False
    command = ["git", "-C", str(root), "merge-base", "--is-ancestor", commit, other]
    try:
        said = subprocess.run(command, capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    # 0: it is; 1: it is not; anything else: a commit is not there.
    return {0: True, 1: False}.get(said.returncode)
