"""Time zones, days of the week and times of day, as YAML has them."""

from __future__ import annotations

from datetime import date
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
