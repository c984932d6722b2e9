"""Where this LEAP was installed from, as pip would install it again.

On public indexes the name ``leap`` is somebody else's, so an address is needed
unless LEAP itself came from an index by its name.
"""

from __future__ import annotations

import json
import re
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from leap import __version__

_NAME = "leap[embedded,whisper]"
_SHORT_SSH = re.compile(r"(?P<who>[\w.-]+@[\w.-]+):(?P<path>[^/].*)")


def requirement() -> str:
    """Return the line of requirements.txt for the LEAP that is running.

    It names a commit where LEAP came from git, else the folder on this machine
    that it runs from, else its version.
    """
    recorded = _recorded()
    url = str(recorded.get("url", ""))
    if "vcs_info" in recorded:
        return f"{_NAME} @ git+{_public(url)}@{recorded['vcs_info']['commit_id']}"
    if "dir_info" in recorded:
        folder = Path(unquote(urlsplit(url).path))
        return f"{_NAME} @ {_of_checkout(folder) or url}"
    if url:
        return f"{_NAME} @ {_public(url)}"
    return f"{_NAME}=={__version__}"


def is_of_this_machine(line: str) -> bool:
    """Tell whether a line of requirements.txt works on this machine only."""
    return "@ file:" in line


def _recorded() -> dict[str, Any]:
    """Return what the installer wrote down: https://peps.python.org/pep-0610/."""
    try:
        text = metadata.distribution("leap").read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        return {}
    return dict(json.loads(text)) if text else {}


def _of_checkout(folder: Path) -> str | None:
    """Return the address of a clone's ``origin`` and its commit, if others can reach it."""
    remote, commit = _git(folder, "remote", "get-url", "origin"), _git(folder, "rev-parse", "HEAD")
    if remote is None or commit is None:
        return None
    short = _SHORT_SSH.fullmatch(remote)
    if short:
        remote = f"ssh://{short['who']}/{short['path']}"
    if urlsplit(remote).scheme not in {"https", "ssh"}:
        return None
    return f"git+{_public(remote)}@{commit}"


def _git(folder: Path, *arguments: str) -> str | None:
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None


def _public(url: str) -> str:
    """Return ``url`` without a token that it may hold; the user of ssh stays."""
    parts = urlsplit(url)
    if parts.scheme.endswith("ssh"):
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
