"""Whose pages a site's folder holds: told by the generator that every page of LEAP names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from leap.providers.site.catalogue import PAGES, folders, read_record

#: In ``looks/base.html``, within the first lines of every page.
_MARK = b'<meta name="generator" content="LEAP">'
_HEAD = 4096


def foreign(root: Path) -> tuple[str, ...]:
    """Return the pages that publishing to ``root`` would write over and that LEAP did not make.

    Names are relative to ``root``. Only the front page has a name that others
    use as well; what cannot be read is left to the publisher to complain about.
    """
    try:
        with (root / "index.html").open("rb") as file:
            return () if _MARK in file.read(_HEAD) else ("index.html",)
    except OSError:
        return ()


def shown(root: Path) -> Iterator[tuple[str, str]]:
    """Yield recording and preset of every page in ``root``."""
    for folder in folders(root):
        record = read_record(folder)
        if record is not None and (root / PAGES / record.slug / "index.html").is_file():
            yield record.recording, record.preset
