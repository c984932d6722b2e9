"""Lists of users and of recordings, page by page."""

from __future__ import annotations

import calendar
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from emulators.clock import Clock
from emulators.messages import Answer, Request, as_json
from emulators.zoom.refusals import failed, invalid
from emulators.zoom.world import Account, Meeting, User

_T = TypeVar("_T")

USUAL_PAGE, LARGEST_PAGE = 30, 300
_PAGE_SIZE = (
    "The value that you entered for the Page size field is not valid. "
    "Enter a value that is less than or equal to 300."
)


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where a page begins, for the very request that it was given to."""

    query: tuple[Any, ...]
    begin: int
    expires: datetime


class Pages:
    """Cuts lists into pages whose tokens expire.

    A token tells a position, so that what appears at the top of a list while it
    is being read moves the last items of a page to the next one.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.token_lives = timedelta(minutes=15)
        #: So many at most are on a page, whatever was asked for.
        self.most = LARGEST_PAGE
        self._marks: dict[str, _Mark] = {}

    def answer(
        self,
        request: Request,
        items: Sequence[_T],
        name: str,
        as_item: Callable[[_T], Any],
        **before: Any,
    ) -> Answer:
        """Return the page that ``request`` asks for, with ``items`` under ``name``."""
        size = min(_size(request.query), self.most)
        begin = self._begin(request)
        end = begin + size
        mark = ""
        if end < len(items):
            mark = secrets.token_urlsafe(24)
            expires = self.clock.now() + self.token_lives
            self._marks[mark] = _Mark(_bound(request), end, expires)
        said = {
            **before,
            "page_count": -(-len(items) // size),
            "page_size": size,
            "total_records": len(items),
            "next_page_token": mark,
            name: [as_item(item) for item in items[begin:end]],
        }
        return as_json(said)

    def _begin(self, request: Request) -> int:
        token = request.query.get("next_page_token", "")
        if not token:
            return 0
        mark = self._marks.get(token)
        if not mark or mark.expires <= self.clock.now() or mark.query != _bound(request):
            raise failed(400, 300, "The next page token is invalid or expired.")
        return mark.begin


def _bound(request: Request) -> tuple[Any, ...]:
    """Return what a page's token is good for."""
    fields = {key: value for key, value in request.query.items() if key != "next_page_token"}
    return (request.path, *sorted(fields.items()))


def _size(query: Mapping[str, str]) -> int:
    text = query.get("page_size", str(USUAL_PAGE))
    if not text.isdigit() or not 1 <= int(text) <= LARGEST_PAGE:
        raise failed(400, 300, _PAGE_SIZE)
    return int(text)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which recordings a request asks for; the dates are in UTC and both belong to the range."""

    begin: date
    end: date
    number: int | None
    #: Which trash, or None for what stands.
    trash: str | None

    @classmethod
    def of(cls, query: Mapping[str, str], today: date) -> Wanted:
        """Read a query, refuse what Zoom refuses."""
        number = query.get("meeting_id")
        if number is not None and not number.isdigit():
            raise invalid("meeting_id")
        trash = _trash(query)
        if trash and query.keys() & {"from", "to"}:
            raise invalid("from", "Do not use from and to with trash.")
        begin, end = (_date(query, name, today) for name in ("from", "to"))
        if end < begin:
            raise invalid("to", "The end date must not be before the start date.")
        if end > _month_after(begin):
            raise invalid("from", "The date range must not exceed one month.")
        return cls(begin, end, int(number) if number else None, trash)

    def near(self, account: Account) -> list[Meeting]:
        """Return the meetings among which the wanted ones are."""
        return account.meetings if self.trash else account.between(self.begin, self.end)

    def fits(self, meeting: Meeting, now: datetime) -> bool:
        """Return whether a meeting that is near is to be listed."""
        if self.number not in (None, meeting.id):
            return False
        match self.trash:
            case "meeting_recordings":
                return meeting.in_trash(now)
            case "recording_file":
                return meeting.stands() and any(file.deleted for file in meeting.files)
        return meeting.stands()

    def dates(self) -> dict[str, str]:
        """Return the range as answers repeat it."""
        if self.trash:
            return {}
        return {"from": self.begin.isoformat(), "to": self.end.isoformat()}


def _trash(query: Mapping[str, str]) -> str | None:
    text = query.get("trash", "false").lower()
    if text not in ("true", "false"):
        raise invalid("trash")
    kind = query.get("trash_type", "meeting_recordings")
    if kind not in ("meeting_recordings", "recording_file"):
        raise invalid("trash_type")
    return kind if text == "true" else None


def _date(query: Mapping[str, str], name: str, today: date) -> date:
    text = query.get(name, "")
    if not text:
        return today
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 -- a date has no zone
    except ValueError:
        raise invalid(name) from None


def _month_after(day: date) -> date:
    """Return the same day of the next month, or that month's last."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def users(query: Mapping[str, str], everyone: Sequence[User]) -> list[User]:
    """Return the users of a status."""
    status = query.get("status", "active")
    if status not in ("active", "inactive", "pending"):
        raise invalid("status")
    return [user for user in everyone if user.status == status and not user.gone]
