"""The values of template variables for one recording."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator

from leap.config.units import Called, complaint
from leap.domain.topics import Outline

_TOKEN = re.compile(r"YYYY|YY|MM|DD")
_UNREADABLE = "Recording"


def variables(  # noqa: PLR0913 -- one keyword per fact
    *,
    title: str,
    started_at: datetime,
    duration: float,
    recording: str,
    tenant: str,
    time_zone: str,
    date_format: str = "YYYY-MM-DD",
    outline: Outline | None = None,
    chapters: str = "",
    published_at: datetime | None = None,
) -> Mapping[str, str]:
    """Return a plain string for every variable of leap.config.templating but ``title``.

    ``title`` is the recording's own name; the finished title is added by whoever
    rendered it first. ``duration`` is in seconds; ``started_at`` and
    ``published_at`` are aware and shown in ``time_zone``.
    """
    local = started_at.astimezone(ZoneInfo(time_zone))
    published = published_at.astimezone(ZoneInfo(time_zone)) if published_at else None
    main_topics = outline.main_topics if outline else ()
    return {
        "display_name": title.strip() or _UNREADABLE,
        "topic": main_topics[0] if main_topics else "",
        "topics": ", ".join(main_topics),
        "chapters": chapters,
        "summary": outline.summary if outline else "",
        "questions": "\n".join(outline.questions) if outline else "",
        "duration": _clock(duration),
        "duration_hm": _hours_and_minutes(duration),
        "record_date": formatted(local.date(), date_format),
        "record_date_iso": local.date().isoformat(),
        "record_date_short": formatted(local.date(), date_format.replace("YYYY", "YY")),
        "record_time": f"{local:%H:%M:%S}",
        "record_time_hm": f"{local:%H:%M}",
        "publish_date": formatted(published.date(), date_format) if published else "",
        "publish_date_iso": published.date().isoformat() if published else "",
        "publish_time_hm": f"{published:%H:%M}" if published else "",
        "recording_id": recording,
        "tenant": tenant,
    }


def formatted(day: date, date_format: str) -> str:
    """Return ``day`` as ``date_format`` says: YYYY, YY, MM and DD are replaced."""
    values = {
        "YYYY": f"{day.year:04}",
        "YY": f"{day.year % 100:02}",
        "MM": f"{day.month:02}",
        "DD": f"{day.day:02}",
    }
    return _TOKEN.sub(lambda found: values[found[0]], date_format)


def _clock(seconds: float) -> str:
    whole = max(0, round(seconds))
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def _hours_and_minutes(seconds: float) -> str:
    minutes = max(0, round(seconds / 60))
    if minutes < 60:  # noqa: PLR2004 - minutes of an hour
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def _date_format(text: str) -> str:
    rest = _TOKEN.sub("", text)
    if rest == text or re.search(r"[A-Za-z]", rest) or len(text) > 20:  # noqa: PLR2004
        hint = "use YYYY or YY, MM and DD, such as `DD.MM.YYYY`"
        raise complaint(f"`{text[:20]}` is not a date format", hint)
    return text


DateFormat = Annotated[str, AfterValidator(_date_format), Called("date format")]
