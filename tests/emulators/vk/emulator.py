"""Two origins that together are VK."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, Self

from emulators.clock import Clock
from emulators.faults import Fault, Faults
from emulators.journal import Journal
from emulators.messages import Answer, Request, as_html
from emulators.serving import Pipe, Server
from emulators.vk.contract import Contract, schema_folder
from emulators.vk.limits import Limits
from emulators.vk.methods import Methods
from emulators.vk.oauth import App, OAuth, blank
from emulators.vk.refusals import refusal
from emulators.vk.uploads import Uploads
from emulators.vk.world import Album, Group, User, Video


class Vk:
    """VK between ``with`` and the end of its block.

    ``url`` is at once ``https://api.vk.ru``, ``https://id.vk.ru`` and
    ``https://oauth.vk.com``; ``storage`` is the host that takes bytes.
    ``journal`` is a file for the journal's lines; ``intake`` limits the bytes
    that come in, per second. ``schema`` is a folder with VK's schema; what
    breaks it stands in ``violations``.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        journal: Path | None = None,
        seed: int = 0,
        port: int = 0,
        intake: Pipe | None = None,
        schema: Path | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self.journal = Journal(journal)
        self.faults = Faults(seed)
        self.oauth = OAuth(self.clock)
        self.limits = Limits()
        self.contract = Contract(schema or schema_folder())
        self.uploads = Uploads(self._of_ticket, self.clock)
        self.api = Methods(self.oauth, self.uploads, self.contract, self.limits, self.clock)
        self._numbers = count(1)
        shared: dict[str, Any] = {
            "journal": self.journal,
            "faults": self.faults,
            "clock": self.clock,
        }
        self.front = Server(self._answer, name="vk", port=port, **shared)
        self.back = Server(
            self._stored,
            name="upload",
            host="localhost",
            intake=intake,
            streams=self.uploads.streams,
            **shared,
        )
        self.url, self.storage = self.front.url, self.back.url
        self.uploads.url = self.storage
        self.oauth.blank = f"{self.url}/blank.html"
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._open.callback(self.journal.close)
        self._open.enter_context(self.front)
        self._open.enter_context(self.back)
        return self

    def __exit__(self, *failure: object) -> None:
        self._open.__exit__(*failure)

    def anew(self) -> Vk:
        """Return one without videos, at the same address, for when this one is closed.

        It knows the same people, communities and logins.
        """
        new = Vk(port=self.front.port)
        new.oauth.remember(self.oauth)
        new.api.users, new.api.groups = self.api.users, self.api.groups
        return new

    # ── what there is ───────────────────────────────────────────────────────

    def user(self, name: str = "Ada Lovelace") -> User:
        """Add somebody; the first one is who sits before the browser."""
        user = User(1_000_000 + next(self._numbers), name)
        self.api.users[user.id] = user
        self.oauth.visitor = self.oauth.visitor or user
        return user

    def group(self, title: str = "Faculty", *managers: User) -> Group:
        """Add a community."""
        group = Group(200_000_000 + next(self._numbers), title, list(managers))
        self.api.groups[group.id] = group
        return group

    def app(self, *redirects: str, scopes: Iterable[str] = ("video", "groups", "wall")) -> App:
        """Add an app; ``redirects`` are the addresses that it may name at VK ID."""
        app = App(str(50_000_000 + next(self._numbers)), redirects, tuple(scopes))
        self.oauth.apps[app.client_id] = app
        return app

    def token(
        self, user: User, lives: timedelta | None = None, *, scopes: Iterable[str] | None = None
    ) -> str:
        """Return an access token for ``user``, by default for a day."""
        app = self.app(scopes=scopes) if scopes is not None else self.app()
        return self.oauth.access_token(app, user, lives)

    def video(self, owner: int, title: str, description: str = "", **more: Any) -> Video:
        """Add a video that somebody made; with ``empty=True`` only its placeholder."""
        empty = more.pop("empty", False)
        now = self.clock.now()
        video = Video(
            id=next(self.api._numbers),
            owner_id=owner,
            user_id=abs(owner),
            title=title,
            description=description,
            **{"created": now, "expires": now + self.api.upload_lives, **more},
        )
        if not empty:
            video.ready, video.duration, video.uploads = now, self.uploads.duration, 1
            video.sha256 = video.sha256 or secrets.token_hex(32)
        self.api.videos.append(video)
        return video

    def album(self, owner: int, title: str) -> Album:
        """Add an album."""
        return self.api.albums.add(owner, title)

    # ── what goes wrong ─────────────────────────────────────────────────────

    def fault(self, pattern: str, **what: Any) -> Fault:
        """Let something go wrong; see `faults.Faults.add`.

        Paths: ``/method/<name>``, ``/authorize``, ``/oauth2/auth`` and, at the
        storage, ``/upload.do`` and ``/thumb``.
        """
        return self.faults.add(pattern, **what)

    def refuse(self, method: str, code: int, **when: Any) -> Fault:
        """Let a method say no with VK's ``code``; ``when`` are fields of `faults.Fault`."""

        def then(request: Request, _: Answer) -> Answer:
            return refusal(request, code)

        return self.faults.add(f"POST /method/{method}", status=200, then=then, **when)

    def after(self, pattern: str, act: Callable[[], Any], *, skip: int = 0) -> Fault:
        """Do something once such a request was handled, before its answer goes."""

        def then(_: Request, answer: Answer) -> Answer:
            act()
            return answer

        return self.faults.add(pattern, then=then, skip=skip)

    # ── what became of it ───────────────────────────────────────────────────

    @property
    def violations(self) -> list[str]:
        """What in the requests so far breaks VK's schema."""
        return self.contract.violations

    @property
    def videos(self) -> list[Video]:
        """Every video that stands and has its bytes, oldest first."""
        return [each for each in self.api.videos if not each.deleted and not each.is_empty]

    @property
    def placeholders(self) -> list[Video]:
        """Every video that stands and got no bytes."""
        return [each for each in self.api.videos if not each.deleted and each.is_empty]

    def titled(self, title: str) -> list[Video]:
        """Return the videos with a title."""
        return [each for each in self.videos if each.title == title]

    def marked(self, marker: str) -> list[Video]:
        """Return the videos, placeholders too, with a marker in their description."""
        standing = [each for each in self.api.videos if not each.deleted]
        return [each for each in standing if marker in each.description]

    def albums(self, owner: int) -> dict[str, list[str]]:
        """Return the names of the videos in each of an owner's albums, by its title."""
        return {
            album.title: [f"{key[0]}_{key[1]}" for key in album.videos]
            for album in reversed(self.api.albums.all(owner))
        }

    def calls(self, method: str = "*") -> list[dict[str, str]]:
        """Return what such a method was called with, each time."""
        return [dict(each.request.form) for each in self.journal.of(f"POST /method/{method}")]

    def _of_ticket(self, ticket: str) -> Video | None:
        return next((each for each in self.api.videos if each.ticket == ticket), None)

    def _answer(self, request: Request) -> Answer:
        match request.method, request.segments:
            case _, ("method", _):
                return self.api(request)
            case "GET", ("authorize",):
                return self.oauth.authorize(request)
            case "POST", ("oauth2", "auth"):
                return self.oauth.token(request)
            case "GET", ("blank.html",):
                return blank()
        return as_html("<html><h1>404 Not Found</h1></html>", 404)

    def _stored(self, request: Request) -> Answer:
        match request.method, request.path:
            case "POST", "/upload.do":
                return self.uploads.video(request)
            case "POST", "/thumb":
                return self.uploads.picture(request)
        return as_html("<html><h1>404 Not Found</h1></html>", 404)
