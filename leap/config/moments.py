"""Time zones, days, times of day and moments, as YAML has them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator

from leap.config.units import Called, Shaped, complaint


def _is_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError):  # ZoneInfoNotFoundError is a KeyError
        pass
    except KeyError:
        pass
    else:
        return name
    import difflib
    import zoneinfo

    close = difflib.get_close_matches(name, zoneinfo.available_timezones(), n=1)
    hint = f"did you mean `{close[0]}`?" if close else "write it like `Europe/Berlin`"
    raise complaint(f"`{name[:60]}` is not a time zone", hint)


TimeZone = Annotated[str, AfterValidator(_is_time_zone), Called("time zone")]


def _is_date(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise complaint(f"`{text[:20]}` is not a date", "write it like `2026-11-20`") from None
    return text


Date = Annotated[str, AfterValidator(_is_date), Called("day")]
#: In the order of ``date.weekday()``.
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
TimeOfDay = Annotated[
    str,
    Shaped(r"^([01][0-9]|2[0-3]):[0-5][0-9]$", "a time of day", "write it like `09:30`"),
    Called("time of day"),
]

_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})(:\d{2})? ?(Z|[+-]\d{2}:\d{2})?")


def _is_moment(text: str) -> str:
    try:
        _read(text)
    except ValueError:
        hint = "write it like `2026-12-01 10:00`, or `2026-12-01T10:00+03:00`"
        raise complaint(f"`{text[:40]}` is not a date and time", hint) from None
    return text


def _read(text: str) -> datetime:
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    day, minutes, seconds, offset = found.groups(default="")
    return datetime.fromisoformat(f"{day}T{minutes}{seconds}{offset}")


def instant(moment: str, time_zone: str) -> datetime:
    """Return when ``moment`` is, in UTC; without an offset it is meant in ``time_zone``.

    Raises ValueError for a time that the clocks there leave out when they are
    put forward.
    """
    read = _read(moment)
    if read.tzinfo is not None:
        return read.astimezone(UTC)
    found = read.replace(tzinfo=ZoneInfo(time_zone)).astimezone(UTC)
    if found.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None) != read:
        message = f"`{moment}` does not exist in {time_zone}: the clocks are put forward then"
        raise ValueError(message)
    return found


#: A date and a time of day, with an offset or without; stays the text that it was.
Moment = Annotated[str, AfterValidator(_is_moment), Called("date and time")]
