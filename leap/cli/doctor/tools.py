"""The programs and packages that LEAP stands on."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re

from leap.cli.doctor.check import Check
from leap.errors import LeapError


def packages() -> list[Check]:
    """Look whether everything that LEAP cannot do without is installed."""
    try:
        wanted = importlib.metadata.requires("leap") or []
    except importlib.metadata.PackageNotFoundError:
        message = "LEAP runs from a folder and is not installed"
        return [Check("warn", "packages", message, "pip install -e .")]
    names = [_name(line) for line in wanted if "extra ==" not in line]
    missing = sorted(name for name in names if not _is_installed(name))
    if missing:
        message = f"not installed: {', '.join(missing)}"
        return [Check("fail", "packages", message, f"pip install {' '.join(missing)}")]
    return [Check("ok", "packages", f"LEAP {importlib.metadata.version('leap')}")]


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    return found.group() if found else requirement


def _is_installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def ffmpeg() -> list[Check]:
    """Look whether ffmpeg runs and can do what is asked of it."""
    from leap.media import abilities
    from leap.media import ffmpeg as program

    lacking = abilities.lacks()
    where = f"{program.version()} at {program.find()}"
    if lacking:
        fix = "pip install 'leap[embedded]', or set LEAP_FFMPEG to another one"
        return [Check("fail", "ffmpeg", f"{where} lacks {', '.join(lacking)}", fix)]
    return [Check("ok", "ffmpeg", where)]


def pyav() -> list[Check]:
    """Look whether recordings can be opened."""
    try:
        return [Check("ok", "pyav", importlib.metadata.version("av"))]
    except importlib.metadata.PackageNotFoundError:
        return [Check("fail", "pyav", "not installed", "pip install av")]


def whisper() -> list[Check]:
    """Look whether speech can be transcribed here."""
    from leap.providers.whisper import Whisper

    try:
        versions = Whisper().versions
    except LeapError as error:
        # Another transcriber can be declared, so this machine may do without.
        return [Check("warn", "whisper", error.message, error.hint)]
    return [Check("ok", "whisper", f"{versions['faster-whisper']} with {versions['model']}")]


def sops() -> list[Check]:
    """Look whether secrets can be decrypted."""
    from leap.secrets import version

    return [Check("ok", "sops", version())]
