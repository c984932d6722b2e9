"""Two origins that together are Zoom."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, Self

from emulators.clock import Clock
from emulators.faults import Fault, Faults
from emulators.journal import Journal
from emulators.messages import Answer, Request
from emulators.serving import Pipe, Server
from emulators.zoom.api import Api
from emulators.zoom.downloads import Downloads
from emulators.zoom.files import Content, RecordingFile, as_file
from emulators.zoom.oauth import OAuth
from emulators.zoom.refusals import Refused, page
from emulators.zoom.world import (
    ADMIN_SCOPES,
    PLANS,
    USER_SCOPES,
    Account,
    App,
    Meeting,
    User,
    new_uuid,
)

#: Later than any clock gets.
_NEVER = datetime.max.replace(tzinfo=UTC)


class Zoom:
    """Zoom between ``with`` and the end of its block.

    ``url`` is at once ``https://zoom.us`` and ``https://api.zoom.us``;
    ``storage`` is the host to which downloads are redirected. ``journal`` is a
    file for the journal's lines; ``rate`` (per connection) and ``pipe`` (all
    together) limit the storage, in bytes per second.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        journal: Path | None = None,
        seed: int = 0,
        port: int = 0,
        rate: float | None = None,
        pipe: Pipe | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self.journal = Journal(journal)
        self.faults = Faults(seed)
        self.oauth = OAuth(self.clock)
        self.api = Api(self.oauth, self.clock)
        self.downloads = Downloads(self.api, self.oauth, self.clock)
        self.accounts: list[Account] = []
        self._numbers = count(1)
        shared: dict[str, Any] = {
            "journal": self.journal,
            "faults": self.faults,
            "clock": self.clock,
        }
        self.front = Server(self._answer, name="zoom", port=port, **shared)
        self.back = Server(
            self._stored, name="storage", host="localhost", rate=rate, pipe=pipe, **shared
        )
        self.url, self.storage = self.front.url, self.back.url
        self.api.url = self.oauth.api_url = self.url
        self.downloads.storage = self.storage
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._open.callback(self.journal.close)
        self._open.enter_context(self.front)
        self._open.enter_context(self.back)
        return self

    def __exit__(self, *failure: object) -> None:
        self._open.__exit__(*failure)

    def account(self, *, plan: str = "business", scopes: Iterable[str] = ADMIN_SCOPES) -> Account:
        """Add a customer with an owner and a Server-to-Server app.

        Plans are free, pro, business, and unlimited, which knows no limits.
        """
        account = Account(id=secrets.token_urlsafe(16), limits=dict(PLANS[plan]))
        account.app = App(account=account, scopes=tuple(scopes))
        self.oauth.apps[account.client_id] = account.app
        self.accounts.append(account)
        self.user(f"owner-{len(self.accounts)}@example.org", account=account, type=2)
        return account

    def app(
        self,
        *redirects: str,
        account: Account | None = None,
        scopes: Iterable[str] = USER_SCOPES,
    ) -> App:
        """Add an app to which users consent; ``redirects`` are the addresses it may name."""
        owner = account or self._account()
        app = App(account=owner, scopes=tuple(scopes), server_to_server=False, redirects=redirects)
        self.oauth.apps[app.client_id] = app
        if not self.oauth.visitor:
            self.oauth.visitor = owner.owner
        return app

    def user(
        self, email: str, *, name: str = "Ada Lovelace", account: Account | None = None, **more: Any
    ) -> User:
        """Add a user of an account, by default of the first one."""
        account = account or self._account()
        given, _, family = name.partition(" ")
        said = {"id": secrets.token_urlsafe(16), "first_name": given, "last_name": family} | more
        user = User(account=account, email=email, **said)
        account.users.append(user)
        return user

    def meeting(
        self,
        *,
        topic: str,
        start: datetime,
        files: Iterable[RecordingFile | Content] | None = None,
        host: User | None = None,
        minutes: int = 60,
        uuid: str | None = None,
        id: int | None = None,  # noqa: A002 -- Zoom's own word
        processing: bool = False,
        **more: Any,
    ) -> Meeting:
        """Add a recorded meeting, by default of the first account's owner, with one video.

        ``files`` are made by `files.video` and its like; a bare path, bytes or
        a number of bytes is a video. With ``processing`` nothing is ready before
        `Meeting.complete`, with ``ready`` before that instant.
        """
        number = next(self._numbers)
        meeting = Meeting(
            host=host or self._account().owner,
            uuid=uuid or new_uuid(number),
            id=id or 80_000_000_000 + number,
            topic=topic,
            start=start.astimezone(UTC),
            minutes=minutes,
            files=[as_file(each) for each in (files if files is not None else [64_000])],
            **({"ready": _NEVER} if processing else {}),
            **more,
        )
        meeting.account.add(meeting)
        return meeting

    def fault(self, pattern: str, **what: Any) -> Fault:
        """Let something go wrong; see `faults.Faults.add`.

        Paths: ``/oauth/token``, ``/v2/…``, ``/rec/download/*`` and, at the
        storage, ``/replay/*``.
        """
        return self.faults.add(pattern, **what)

    def after(self, pattern: str, act: Callable[[], Any], *, skip: int = 0) -> Fault:
        """Do something once such a request was handled, before its answer goes."""

        def then(_: Request, answer: Answer) -> Answer:
            act()
            return answer

        return self.faults.add(pattern, then=then, skip=skip)

    def address(self, meeting: Meeting, file: int = 0) -> str:
        """Return the ``download_url`` of one of a meeting's files."""
        return self.api.address(meeting, meeting.files[file])

    def _account(self) -> Account:
        return self.accounts[0] if self.accounts else self.account()

    def _answer(self, request: Request) -> Answer:
        try:
            match request.method, request.segments[:2]:
                case _, ("v2", *_):
                    return self.api(request)
                case "POST", ("oauth", "token"):
                    return self.oauth.token(request)
                case "GET", ("oauth", "authorize"):
                    return self.oauth.authorize(request)
                case (("GET" | "HEAD"), ("rec", "download")):
                    return self.downloads.door(request)
        except Refused as refused:
            return refused.answer
        return page("This page does not exist", 404)

    def _stored(self, request: Request) -> Answer:
        if request.method in ("GET", "HEAD") and request.segments[0] == "replay":
            return self.downloads.file(request)
        return page("This page does not exist", 404)
