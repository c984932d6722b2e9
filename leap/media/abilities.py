"""Whether the ffmpeg that was found can do what LEAP asks of it."""

from __future__ import annotations

import re
import subprocess

from leap.errors import MissingTool
from leap.media.ffmpeg import find, version

#: The first with `-stats_period`, by which progress is shown.
_OLDEST = (4, 4)
_NEEDED = {
    "-filters": ("aresample", "aformat", "apad", "silencedetect", "volumedetect"),
    "-encoders": ("flac",),
}
_SECONDS = 20
_HINT = "set LEAP_FFMPEG to another one, or run `pip install 'leap[embedded]'`"


def lacks() -> tuple[str, ...]:
    """Return what is missing from ffmpeg, in words; nothing where it will do.

    Raises MissingTool where it cannot be run.
    """
    try:
        named = version()
        missing = [
            f"the {kind.strip('-').rstrip('s')} `{name}`"
            for kind, names in _NEEDED.items()
            for name in names
            if name not in _listed(kind)
        ]
    except OSError as error:
        raise MissingTool(f"{find()} cannot be run: {error.strerror}", hint=_HINT) from None
    except subprocess.TimeoutExpired:
        raise MissingTool(f"{find()} does not answer", hint=_HINT) from None
    return (f"version {'.'.join(map(str, _OLDEST))}", *missing) if is_old(named) else tuple(missing)


def is_old(named: str) -> bool:
    """Tell whether a version such as ``4.3.1`` or ``n9.0.2`` is too old; a snapshot is not."""
    found = re.match(r"n?(\d+)\.(\d+)", named)
    return found is not None and (int(found[1]), int(found[2])) < _OLDEST


def _listed(kind: str) -> set[str]:
    said = subprocess.run(
        [find(), "-hide_banner", kind],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_SECONDS,
        check=False,
    )
    # Each line is flags, a name, and what it does.
    return {words[1] for line in said.stdout.splitlines() if len(words := line.split()) > 1}
