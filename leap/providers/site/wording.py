"""The interface of the pages in English and Russian, with dates and counts.

The words are in ``looks/<language>.json``; a new language is such a file and a
line in ``PLURALS``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import MappingProxyType

from leap.providers.site import looks

_MINUTE = 60
_DEFAULT = "en"


def _english(count: int) -> int:
    return 0 if count == 1 else 1


def _russian(count: int) -> int:
    units, tens = count % 10, count % 100 // 10
    if tens == 1 or units in (0, 5, 6, 7, 8, 9):
        return 2
    return 0 if units == 1 else 1


#: Which form of a word goes with a count, by language.
#: https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html
PLURALS: Mapping[str, Callable[[int], int]] = MappingProxyType({"en": _english, "ru": _russian})


@dataclass(frozen=True, slots=True)
class Interface:
    """One language of the interface.

    ``lectures`` are the forms of that word by count; ``texts`` are looked up
    by templates, ``scripted`` are handed to the pages' scripts.
    """

    code: str
    months: tuple[str, ...]
    hours: str
    minutes: str
    seconds: str
    lectures: tuple[str, ...]
    texts: Mapping[str, str]
    scripted: Mapping[str, str]

    def date(self, moment: datetime) -> str:
        """Return the day of ``moment`` in words, in the time zone it carries."""
        return f"{moment.day} {self.months[moment.month - 1]} {moment.year}"

    def duration(self, seconds: float) -> str:
        """Return ``seconds`` as hours and minutes; as seconds only below one minute."""
        whole = max(0, round(seconds))
        if whole < _MINUTE:
            return f"{whole} {self.seconds}"
        hours, minutes = divmod(round(whole / _MINUTE), 60)
        parts = [f"{hours} {self.hours}"] if hours else []
        if minutes:
            parts.append(f"{minutes} {self.minutes}")
        return " ".join(parts)

    def lecture_count(self, count: int) -> str:
        """Return ``count`` with the fitting form of the word lecture."""
        return f"{count} {self.lectures[PLURALS[self.code](count)]}"

    def untitled(self, moment: datetime) -> str:
        """Return the title of a lecture that has none."""
        return self.texts["untitled"].format(date=self.date(moment))


def interface(*languages: str | None) -> Interface:
    """Return the interface in the first of ``languages`` that there is one for, else English.

    A code may carry a region: ``ru-RU`` is Russian.
    """
    for language in languages:
        code = (language or "").lower().replace("_", "-").partition("-")[0]
        if code in PLURALS:
            return _read(code)
    return _read(_DEFAULT)


@cache
def _read(code: str) -> Interface:
    words = json.loads(looks.asset(f"{code}.json"))
    return Interface(
        code=code,
        months=tuple(words["months"]),
        hours=words["hours"],
        minutes=words["minutes"],
        seconds=words["seconds"],
        lectures=tuple(words["lectures"]),
        texts=words["texts"],
        scripted=words["scripted"],
    )
