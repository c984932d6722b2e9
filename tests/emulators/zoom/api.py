"""The REST API below ``/v2``: which call needs which scope, and what it answers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Container
from dataclasses import dataclass, replace
from datetime import UTC
from urllib.parse import unquote

from emulators.clock import Clock
from emulators.messages import Answer, Request, as_json
from emulators.zoom.limits import Limits
from emulators.zoom.listing import Pages, Wanted, users
from emulators.zoom.oauth import Access, OAuth
from emulators.zoom.refusals import Refused, failed, invalid, lacks, no_recording
from emulators.zoom.world import Account, Meeting, RecordingFile, User

_LONGEST_TTL = 604_800
#: What chooses among a user's recordings.
_FIELDS = frozenset({"from", "to", "meeting_id", "trash", "trash_type"})


@dataclass(frozen=True, slots=True)
class _Call:
    """A request whose token and limits are checked."""

    request: Request
    access: Access
    #: What stood in the path where the route has ``*``, still percent-encoded.
    names: tuple[str, ...]

    @property
    def account(self) -> Account:
        return self.access.app.account


@dataclass(frozen=True, slots=True)
class _Route:
    path: tuple[str, ...]
    category: str
    #: Granular and classic name without ``:admin``.
    scope: str
    classic: str
    handle: Callable[[_Call], Answer]


class Api:
    """Answers requests to the API."""

    def __init__(self, oauth: OAuth, clock: Clock) -> None:
        self.oauth, self.clock = oauth, clock
        self.limits, self.pages = Limits(clock), Pages(clock)
        #: Whether a Server-to-Server app may say ``me`` for its owner: the documents say no, it
        #: was seen to work.
        self.me_for_apps = False
        #: What `address` gave out, and whose it is.
        self.addresses: dict[str, tuple[Meeting, RecordingFile]] = {}
        self.url = ""
        self._lock = threading.RLock()
        self._routes = {
            method: [
                _Route(tuple(path.split("/")), category, scope, classic, handle)
                for path, category, scope, classic, handle in routes
            ]
            for method, routes in {
                "GET": [
                    ("users", "medium", "user:read:list_users", "user:read", self._users),
                    ("users/*", "light", "user:read:user", "user:read", self._user),
                    ("users/*/recordings", "medium", _USERS, "recording:read", self._of_user),
                    ("accounts/*/recordings", "medium", _ACCOUNTS, "recording:read", self._all),
                    ("meetings/*/recordings", "light", _FILES, "recording:read", self._meeting),
                ],
                "DELETE": [
                    ("meetings/*/recordings", "light", _DELETE, "recording:write", self._delete),
                    (
                        "meetings/*/recordings/*",
                        "light",
                        "cloud_recording:delete:recording_file",
                        "recording:write",
                        self._delete_file,
                    ),
                ],
                "PUT": [
                    ("meetings/*/recordings/status", "light", _BACK, "recording:write", self._back),
                ],
            }.items()
        }

    def __call__(self, request: Request) -> Answer:
        """Answer a request below ``/v2``."""
        parts = tuple(request.path.split("/")[2:])
        for route in self._routes.get(request.method, []):
            if len(route.path) == len(parts) and all(
                want in ("*", part) for want, part in zip(route.path, parts, strict=True)
            ):
                names = tuple(
                    part for want, part in zip(route.path, parts, strict=True) if want == "*"
                )
                return self._called(route, request, names)
        return as_json({"code": 2300, "message": "This API endpoint is not recognized."}, 404)

    def address(self, meeting: Meeting, file: RecordingFile) -> str:
        """Return a file's ``download_url``."""
        self.addresses[file.key] = meeting, file
        return f"{self.url}/rec/download/{file.key}"

    def _called(self, route: _Route, request: Request, names: tuple[str, ...]) -> Answer:
        try:
            access = self.oauth.checked(request)
            told = self.limits.admit(access.app.account, route.category)
            with self._lock:
                call = _Call(request, access, names)
                _check_scope(route, call)
                answer = route.handle(call)
        except Refused as refused:
            return refused.answer
        return replace(answer, headers={**answer.headers, **told})

    def _users(self, call: _Call) -> Answer:
        found = users(call.request.query, call.account.users)
        return self.pages.answer(call.request, found, "users", User.as_json, page_number=1)

    def _user(self, call: _Call) -> Answer:
        return as_json(self._named(call).as_json())

    def _of_user(self, call: _Call) -> Answer:
        host = self._named(call)
        return self._list(call, lambda meeting: meeting.host is host)

    def _all(self, call: _Call) -> Answer:
        if call.names[0] not in ("me", call.account.id):
            raise failed(404, 2001, f"Account does not exist: {call.names[0]}.")
        # Of the fields that choose, the documents of this call have the range alone.
        return self._list(call, lambda _: True, {"from", "to"})

    def _list(
        self, call: _Call, of: Callable[[Meeting], bool], fields: Container[str] = _FIELDS
    ) -> Answer:
        now = self.clock.now()
        asked = {name: value for name, value in call.request.query.items() if name in fields}
        wanted = Wanted.of(asked, now.astimezone(UTC).date())
        near = wanted.near(call.account)
        found = [meeting for meeting in near if of(meeting) and wanted.fits(meeting, now)]
        return self.pages.answer(
            call.request,
            found,
            "meetings",
            lambda m: m.as_json(now, lambda f: self.address(m, f), trash=wanted.trash),
            **wanted.dates(),
        )

    def _meeting(self, call: _Call) -> Answer:
        meeting = self._asked(call)
        if not meeting.stands():
            raise no_recording()
        now = self.clock.now()
        said = meeting.as_json(now, lambda file: self.address(meeting, file))
        said |= {"password": meeting.passcode[:8], "participant_audio_files": []}
        ttl = call.request.query.get("ttl", str(_LONGEST_TTL))
        if not ttl.isdigit() or int(ttl) > _LONGEST_TTL:
            raise invalid("ttl")
        if "download_access_token" in call.request.query.get("include_fields", "").split(","):
            token = self.oauth.for_meeting(call.access, meeting, int(ttl))
            said["download_access_token"] = token
        return as_json(said)

    def _delete(self, call: _Call) -> Answer:
        meeting = self._asked(call)
        match _action(call.request):
            case "delete":
                meeting.gone = True
            case _ if not meeting.stands():
                raise no_recording()
            case _:
                meeting.trashed = self.clock.now()
        return Answer(204)

    def _delete_file(self, call: _Call) -> Answer:
        meeting = self._asked(call)
        found = [file for file in meeting.kept() if file.id == unquote(call.names[1])]
        if not meeting.stands() or not found:
            raise no_recording()
        if _action(call.request) == "delete":
            meeting.files.remove(found[0])
        else:
            found[0].deleted = self.clock.now()
        return Answer(204)

    def _back(self, call: _Call) -> Answer:
        meeting = self._asked(call)
        try:
            action = call.request.json["action"]
        except (ValueError, KeyError, TypeError):
            raise invalid("action") from None
        if action != "recover":
            raise invalid("action")
        if not meeting.in_trash(self.clock.now()):
            raise no_recording()
        meeting.trashed = None
        return Answer(204)

    def _named(self, call: _Call) -> User:
        """Return the user that a path names."""
        name = unquote(call.names[0])
        if name == "me":
            if call.access.user:
                return call.access.user
            if not self.me_for_apps:
                raise failed(400, 300, "This app cannot use me for a user.")
            return call.account.owner
        if user := call.account.find_user(name):
            return user
        raise failed(404, 1001, f"User does not exist: {name}.")

    def _asked(self, call: _Call) -> Meeting:
        """Return the meeting that a path names.

        What stands in front of the API decodes a path once. A uuid that begins
        with a slash, or has two of them side by side, is lost there unless it
        was encoded twice.
        """
        once = unquote(call.names[0])
        meeting = None
        if not once.startswith("/") and "//" not in once:
            meeting = call.account.find_meeting(unquote(once))
        if not meeting or call.access.user not in (None, meeting.host):
            raise no_recording()
        if meeting.trashed and not meeting.in_trash(self.clock.now()):
            raise no_recording()
        return meeting


_USERS = "cloud_recording:read:list_user_recordings"
_ACCOUNTS = "cloud_recording:read:list_account_recordings"
_FILES = "cloud_recording:read:list_recording_files"
_DELETE = "cloud_recording:delete:meeting_recording"
_BACK = "cloud_recording:update:recover_meeting_recordings"


def _check_scope(route: _Route, call: _Call) -> None:
    """Refuse a token that does not allow the call, and name what is missing."""
    kind, *_ = route.path
    if kind == "accounts":
        # A named account is a sub-account of somebody who holds many.
        level = ":admin" if call.names[0] == "me" else ":master"
        allowed = [route.scope + level]
    elif kind == "meetings" or call.names[:1] == ("me",):
        allowed = [route.scope, route.scope + ":admin"]
    else:
        allowed = [route.scope + ":admin"]
    levels = [name.removeprefix(route.scope) for name in allowed]
    granted = set(call.access.app.scopes)
    if granted.isdisjoint([*allowed, *(route.classic + level for level in levels)]):
        raise lacks(allowed)


def _action(request: Request) -> str:
    action = request.query.get("action", "trash")
    if action not in ("trash", "delete"):
        raise invalid("action")
    return action
