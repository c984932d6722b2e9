"""What the name of a recording's file says: a title, and often a date before it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import PurePosixPath

_DATES = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)"),
    re.compile(r"(?P<day>\d\d)\.(?P<month>\d\d)\.(?P<year>\d{4})(?!\d)"),
    re.compile(r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?!\d)"),
)
_TIME = re.compile(
    r"[ T_,-]+(?P<hour>[01]\d|2[0-3])[-:.](?P<minute>[0-5]\d)(?:[-:.](?P<second>[0-5]\d))?(?!\d)"
)
_SEPARATORS = " \t_-–—.,:;"
#: A date without a time is taken for noon: midnight would be the day before in UTC.
_NOON = 12
#: Bidirectional classes of the marks that reverse the reading direction.
_STEERING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@dataclass(frozen=True, slots=True)
class NamedRecording:
    """A title for people, never empty; ``moment`` is aware, UTC, None without a date."""

    title: str
    moment: datetime | None


def read_name(name: str, zone: tzinfo) -> NamedRecording:
    """Return the title and the moment in a file ``name`` such as ``2026-03-05 10-30 Trees.mp4``.

    The date leads, as ``2026-03-05``, ``05.03.2026`` or ``20260305``, and may
    be followed by a time; both are meant in ``zone``. What looks like a date
    but is none belongs to the title.
    """
    stem = clean(PurePosixPath(name).stem)
    for pattern in _DATES:
        date = pattern.match(stem)
        if date is None:
            continue
        time = _TIME.match(stem, date.end())
        parts = date.groupdict() | (time.groupdict() if time else {"hour": _NOON})
        try:
            moment = datetime(
                **{part: int(value) for part, value in parts.items() if value is not None},
                tzinfo=zone,
            ).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
        rest = stem[(time or date).end() :].strip(_SEPARATORS)
        return NamedRecording(rest or stem, moment)
    return NamedRecording(stem, None)


def clean(text: str) -> str:
    """Return ``text`` composed (NFC), on one line, and without what only steers a screen.

    Controls become spaces; marks that reverse the reading direction go, since
    they can make a name look like another one.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split()) or text.strip() or "untitled"
    composed = unicodedata.normalize("NFC", text)
    kept = (
        " " if unicodedata.category(letter) == "Cc" else letter
        for letter in composed
        if unicodedata.bidirectional(letter) not in _STEERING
    )
    return " ".join("".join(kept).split()) or text.strip() or "untitled"
