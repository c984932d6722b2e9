"""What a page that is passed on must not tell: where files lie on a machine, and tokens in links."""

from __future__ import annotations

import re
from collections.abc import Iterable
from os.path import relpath
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from leap.render.terminal import clean

_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^\s'\"`<>]+", re.IGNORECASE)
#: A path from the root of the disk or from a home folder, with its last part.
_PATH = re.compile(r"(?<![\w/.:~-])~?/(?:[^\s/'\"`:;,()<>]+/)+([^\s/'\"`:;,()<>]*)")
_CUT = "…"


class Privacy:
    """Takes out of texts and links what belongs to one machine alone.

    Args:
        root: the repository; paths below it are told from it on.
        folder: where the page will be.
    """

    def __init__(self, root: Path, folder: Path) -> None:
        self._root = root
        self._folder = folder
        self._roots = _longest_first({f"{root}/", f"{Path.home()}/"})

    def text(self, words: str, longest: int = 2000) -> str:
        """Return ``words`` as one harmless line of at most ``longest`` signs."""
        words = _URL.sub(_bare, clean(words[: 2 * longest]))
        for place in self._roots:
            words = words.replace(place, "")
        words = _PATH.sub(rf"{_CUT}/\1", words)
        return words if len(words) <= longest else f"{words[: longest - 1]}{_CUT}"

    def link(self, url: str | None) -> str | None:
        """Return ``url`` as a page may link to it, or None where it may not.

        Web addresses lose a user's name and password. A page on this machine is
        linked relative to the report, if it belongs to the repository.
        """
        if not url:
            return None
        try:
            parts = urlsplit(url)
        except ValueError:
            return None
        if parts.scheme in ("http", "https"):
            return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        path = Path(unquote(parts.path))
        if parts.scheme != "file" or not path.is_relative_to(self._root):
            return None
        return quote(relpath(path, self._folder))


def _bare(found: re.Match[str]) -> str:
    """Return a URL without user, query and fragment: there tokens and signatures are."""
    try:
        parts = urlsplit(found[0])
    except ValueError:
        return _CUT
    if parts.scheme == "file":
        return parts.path
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
    return f"{bare}?{_CUT}" if parts.query else bare


def _longest_first(places: Iterable[str]) -> list[str]:
    return sorted((place for place in places if place != "//"), key=len, reverse=True)
