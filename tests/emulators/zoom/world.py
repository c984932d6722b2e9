"""Who and what there is: accounts with their apps, users, meetings."""

from __future__ import annotations

import base64
import bisect
import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

from emulators.zoom.files import RecordingFile, new_key

_T = TypeVar("_T")

#: What is put into the trash stays there so long.
TRASH_KEPT = timedelta(days=30)
_DAY = timedelta(days=1)

#: All that an app needs which reads, and tidies up, everyone's recordings.
ADMIN_SCOPES = (
    "cloud_recording:read:list_account_recordings:admin",
    "cloud_recording:read:list_user_recordings:admin",
    "cloud_recording:read:list_recording_files:admin",
    "cloud_recording:read:recording:admin",
    "cloud_recording:delete:meeting_recording:admin",
    "cloud_recording:delete:recording_file:admin",
    "cloud_recording:update:recover_meeting_recordings:admin",
    "user:read:list_users:admin",
    "user:read:user:admin",
)
#: The same for a user's own.
USER_SCOPES = (
    "cloud_recording:read:list_user_recordings",
    "cloud_recording:read:list_recording_files",
    "cloud_recording:read:recording",
    "cloud_recording:delete:meeting_recording",
    "cloud_recording:delete:recording_file",
    "cloud_recording:update:recover_meeting_recordings",
    "user:read:user",
)


@dataclass(frozen=True, slots=True)
class Limit:
    """Most requests of a category; None is no limit."""

    per_second: int | None
    per_day: int | None = None


#: https://developers.zoom.us/docs/api/rate-limits/
PLANS = {
    "free": {"light": Limit(4, 6000), "medium": Limit(2, 2000), "heavy": Limit(1, 1000)},
    "pro": {"light": Limit(30), "medium": Limit(20), "heavy": Limit(10, 30_000)},
    "business": {"light": Limit(80), "medium": Limit(60), "heavy": Limit(40, 60_000)},
    "unlimited": {},
}


@dataclass(slots=True, kw_only=True, eq=False)
class App:
    """What asks for tokens: for a whole account (Server-to-Server), or for users that consent."""

    account: Account = field(repr=False)
    scopes: tuple[str, ...]
    server_to_server: bool = True
    redirects: tuple[str, ...] = ()
    #: Deactivated by its owner, or switched off by the account's administrator.
    disabled: bool = False
    forbidden: bool = False
    client_id: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    client_secret: str = field(default_factory=lambda: secrets.token_urlsafe(24))


@dataclass(slots=True, kw_only=True, eq=False)
class User:
    """Somebody who hosts meetings."""

    account: Account = field(repr=False)
    id: str
    email: str
    first_name: str
    last_name: str
    type: int = 2
    status: str = "active"
    gone: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return what Zoom says of a user."""
        return {
            "id": self.id,
            "first_name": self.first_name,
            "last_name": self.last_name,
            "display_name": f"{self.first_name} {self.last_name}",
            "email": self.email,
            "type": self.type,
            "status": self.status,
            "timezone": "Europe/Belgrade",
            "verified": 1,
        }


@dataclass(slots=True, kw_only=True, eq=False)
class Meeting:
    """An instance of a meeting, and its recording."""

    host: User
    uuid: str
    id: int
    topic: str
    start: datetime
    minutes: int
    files: list[RecordingFile]
    type: int | str = 2
    timezone: str = "Europe/Belgrade"
    #: Until then it is being recorded or processed; None: it is complete.
    ready: datetime | None = None
    trashed: datetime | None = None
    gone: bool = False
    passcode: str = field(default_factory=lambda: secrets.token_urlsafe(12))

    @property
    def account(self) -> Account:
        return self.host.account

    def complete(self) -> None:
        """End the processing."""
        self.ready = None
        for file in self.files:
            file.ready = None

    def outdate(self) -> None:
        """Give every file a new address; the old ones lead nowhere."""
        for file in self.files:
            file.key = new_key()

    def disappear(self) -> None:
        """Be deleted for good, as by somebody else."""
        self.gone = True

    def in_trash(self, now: datetime) -> bool:
        """Return whether it can still be recovered."""
        return self.trashed is not None and not self.gone and now < self.trashed + TRASH_KEPT

    def stands(self) -> bool:
        """Return whether it has a recording."""
        return not self.gone and self.trashed is None

    def kept(self) -> list[RecordingFile]:
        """Return the files that were not deleted alone."""
        return [file for file in self.files if file.deleted is None]

    def as_json(
        self, now: datetime, address: Callable[[RecordingFile], str], *, trash: str | None = None
    ) -> dict[str, Any]:
        """Return the meeting as lists have it; from a trash what that trash holds of it."""
        files = self.kept() if trash != "recording_file" else [f for f in self.files if f.deleted]
        ready = self.ready is None or self.ready <= now
        return {
            "uuid": self.uuid,
            "id": self.id,
            "account_id": self.account.id,
            "host_id": self.host.id,
            "host_email": self.host.email,
            "topic": self.topic,
            "type": self.type,
            "start_time": stamp(self.start),
            "timezone": self.timezone,
            "duration": self.minutes,
            "total_size": sum(file.size for file in files) if ready else 0,
            "recording_count": len(files) if ready else 0,
            "share_url": f"https://zoom.us/rec/share/{self.host.id}.{self.id}",
            "recording_files": [
                self._file(file, now, address(file), ready=ready) for file in files
            ],
            "recording_play_passcode": self.passcode,
            "auto_delete": False,
        }

    def _file(
        self, file: RecordingFile, now: datetime, address: str, *, ready: bool
    ) -> dict[str, Any]:
        """Return one file; while it is being processed much is empty.

        As seen in https://github.com/Jericho/ZoomNet/issues/99
        """
        ready = ready and (file.ready is None or file.ready <= now)
        begin = self.start + file.after
        end = begin + (file.lasts or timedelta(minutes=self.minutes))
        said: dict[str, Any] = {
            "id": file.id,
            "meeting_id": self.uuid,
            "recording_start": stamp(begin),
            "recording_end": stamp(end) if ready else "",
            "file_type": file.file_type if ready else "",
            "file_extension": file.extension if ready else "",
            "file_size": file.size if ready else 0,
            "play_url": address.replace("/rec/download/", "/rec/play/") if file.playable else None,
            "download_url": address,
            "status": "completed" if ready else "processing",
            "recording_type": file.recording_type,
            "deleted_time": stamp(file.deleted) if file.deleted else None,
        }
        return {name: value for name, value in said.items() if value is not None}


@dataclass(slots=True, kw_only=True, eq=False)
class Account:
    """A customer of Zoom; its Server-to-Server app is ``app``."""

    id: str
    limits: dict[str, Limit]
    users: list[User] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list, repr=False)
    app: App = field(init=False)

    @property
    def client_id(self) -> str:
        return self.app.client_id

    @property
    def client_secret(self) -> str:
        return self.app.client_secret

    @property
    def owner(self) -> User:
        return self.users[0]

    def add(self, meeting: Meeting) -> None:
        """Add a meeting; the newest is the first."""
        bisect.insort(self.meetings, meeting, key=lambda each: (-each.start.timestamp(), each.uuid))

    def between(self, begin: date, end: date) -> list[Meeting]:
        """Return the meetings that started on these days or between them."""
        before, after = (
            -datetime.combine(day, time(), UTC).timestamp() for day in (end + _DAY, begin)
        )
        first, last = (
            bisect.bisect_right(self.meetings, bound, key=lambda each: -each.start.timestamp())
            for bound in (before, after)
        )
        return self.meetings[first:last]

    def find_user(self, name: str) -> User | None:
        """Return the user of this id or address."""
        return first(u for u in self.users if not u.gone and name in (u.id, u.email))

    def find_meeting(self, name: str) -> Meeting | None:
        """Return the meeting of this uuid, or the latest recorded one of this number."""
        if name.isdigit():
            return first(m for m in self.meetings if str(m.id) == name and m.stands())
        return first(m for m in self.meetings if m.uuid == name and not m.gone)


def new_uuid(number: int) -> str:
    """Return a meeting's uuid as Zoom makes them; every fourth needs care in a path."""
    plain = base64.b64encode(hashlib.sha256(str(number).encode()).digest()[:16]).decode()
    return "/" + plain[1:] if number % 4 == 0 else plain


def stamp(at: datetime) -> str:
    """Return an instant, which is in UTC, as Zoom writes it."""
    return at.isoformat(timespec="seconds")[:19] + "Z"


def first(items: Iterable[_T]) -> _T | None:
    """Return the first item, or None."""
    return next(iter(items), None)
