"""One origin that is YouTube's API, its upload server, and Google's logins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from emulators.clock import Clock
from emulators.faults import Fault, Faults
from emulators.journal import Journal
from emulators.messages import Answer, Request, as_html
from emulators.serving import Pipe, Server
from emulators.youtube import contract
from emulators.youtube.api import Api, Called
from emulators.youtube.oauth import OAuth
from emulators.youtube.refusals import Refused
from emulators.youtube.scopes import FORCE_SSL
from emulators.youtube.uploads import Slip
from emulators.youtube.videos import Delays
from emulators.youtube.world import App, Caption, Channel, Person, Playlist, Video, World

#: What requests are that are no calls of the API, by method and path.
_OTHERS = {
    ("POST", "/token"): "token",
    ("POST", "/revoke"): "revoke",
    ("GET", "/o/oauth2/v2/auth"): "authorize",
}


class YouTube:
    """YouTube between ``with`` and the end of its block.

    ``url`` is at once ``https://youtube.googleapis.com``,
    ``https://oauth2.googleapis.com`` and ``https://accounts.google.com``.
    ``journal`` is a file for the journal's lines; ``intake`` limits uploads, all
    together, in bytes per second.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        journal: Path | None = None,
        seed: int = 0,
        port: int = 0,
        intake: Pipe | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self.journal, self.faults = Journal(journal), Faults(seed)
        self.world, self.oauth = World(), OAuth(self.clock)
        self.api = Api(self.world, self.oauth, self.clock)
        self.server = Server(
            self._answer,
            name="youtube",
            port=port,
            journal=self.journal,
            faults=self.faults,
            clock=self.clock,
            intake=intake,
            streams=_is_chunk,
        )
        self.url = self.server.url
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._open.callback(self.journal.close)
        self._open.enter_context(self.server)
        return self

    def __exit__(self, *failure: object) -> None:
        self._open.__exit__(*failure)

    def anew(self) -> YouTube:
        """Return one without videos, at the same address, for when this one is closed.

        It knows the same channels and logins.
        """
        new = YouTube(port=self.server.port)
        new.oauth.remember(self.oauth)
        new.world.channels = self.world.channels
        return new

    # Who there is

    def app(self, **what: Any) -> App:
        """Add an OAuth client; ``what`` are fields of `App`."""
        app = App(**what)
        self.oauth.apps[app.client_id] = app
        return app

    def channel(self, title: str = "University", **what: Any) -> Channel:
        """Add a channel with its owner, who is the one before the browser if nobody is."""
        channel = Channel(title=title, **what)
        self.world.channels[channel.id] = channel
        self.oauth.visitor = self.oauth.visitor or channel.owner
        return channel

    def refresh_token(
        self, app: App, owner: Channel | Person, scopes: Iterable[str] = (FORCE_SSL,)
    ) -> str:
        """Return a refresh token, as if the owner had consented just now."""
        return self.oauth.refresh_token(app, _person(owner), scopes)

    def access_token(
        self, app: App, owner: Channel | Person, scopes: Iterable[str] = (FORCE_SSL,)
    ) -> str:
        """Return an access token without a request."""
        return self.oauth.access_token(app, _person(owner), scopes)

    def playlist(self, channel: Channel, title: str, privacy: str = "public") -> Playlist:
        """Add a playlist, as a person does on YouTube's page."""
        playlist = Playlist(
            channel=channel,
            snippet={"title": title, "description": ""},
            status={"privacyStatus": privacy},
            created=self.clock.now(),
        )
        self.world.playlists[playlist.id] = playlist
        return playlist

    def video(self, channel: Channel, title: str, *, seconds: float = 60.0, **what: Any) -> Video:
        """Add a video, as a person does on YouTube's page; ``what`` are fields of `Video`."""
        now = self.clock.now()
        said: dict[str, Any] = {
            "created": now,
            "processed": now,
            "listed": now,
            "placeable": now,
            "snippet": {"title": title, "description": "", "categoryId": "22"},
            "status": {"privacyStatus": "public", "license": "youtube", "embeddable": True},
            "size": 1,
            "sha256": "0" * 64,
        }
        video = Video(channel=channel, seconds=seconds, **(said | what))
        self.world.videos[video.id] = video
        return video

    def speak(self, video: Video, language: str = "en") -> Caption:
        """Let YouTube recognize the speech of a video, which makes a track of captions."""
        now = self.clock.now()
        content = b"WEBVTT\n\n00:00.000 --> 00:01.000\nhello\n"
        track = Caption(
            video=video,
            language=language,
            name="",
            content=content,
            updated=now,
            ready=now,
            kind="ASR",
        )
        video.captions.append(track)
        return track

    # What goes wrong

    def fault(self, pattern: str, **what: Any) -> Fault:
        """Let something go wrong; see `faults.Faults.add`, and `refusal` for YouTube's words.

        Paths: ``/token``, ``/o/oauth2/v2/auth``, ``/youtube/v3/…``,
        ``/upload/youtube/v3/…``. A fault that answers instead is before the
        request, one with ``lost`` after it. Chunks also know `slip`.
        """
        return self.faults.add(pattern, **what)

    def slip(self, how: Any, *, chunk: int | None = None, keep: int | None = None) -> Slip:
        """Let a request that brings bytes go wrong; see `Slip`."""
        slip = Slip(how, chunk, keep)
        self.api.uploads.slips.append(slip)
        return slip

    def after(self, pattern: str, act: Callable[[], Any], *, skip: int = 0) -> Fault:
        """Do something once such a request was handled, before its answer goes."""

        def then(_: Request, answer: Answer) -> Answer:
            act()
            return answer

        return self.faults.add(pattern, then=then, skip=skip)

    @property
    def delays(self) -> Delays:
        """How long things take; may be changed at any time and holds for what is new."""
        return self.api.delays

    # What there is

    @property
    def violations(self) -> list[str]:
        """What clients did against the contract; a good one leaves this empty."""
        return self.api.violations

    @property
    def calls(self) -> list[Called]:
        """The calls of the API that were handled, in their order."""
        return self.api.calls

    def live(self, channel: Channel | None = None) -> list[Video]:
        """Return the videos that stand, newest first."""
        return self.world.live(channel)

    def marked(self, tag: str, *, public: bool = False) -> list[Video]:
        """Return the videos that stand with this tag; with ``public`` those that all can see."""
        found = [video for video in self.live() if tag in video.tags]
        now = self.clock.now()
        return [video for video in found if not public or video.privacy(now) != "private"]

    def playlists(self, video: Video) -> list[str]:
        """Return the titles of the playlists in which a video stands, twice if it does so twice."""
        return [item.playlist.title for item in self.world.playlist_items() if item.video is video]

    def spent(self, bucket: str = "units", *, method: str | None = None) -> int:
        """Return what all calls so far cost, of ``units`` or ``uploads``."""
        return sum(
            call.cost
            for call in self.calls
            if call.bucket == bucket and method in (None, call.method)
        )

    def methods(self) -> list[str]:
        """Return what every request of the journal was, those too that a fault kept from us.

        Calls have their names, as ``videos.insert``; bytes for an upload are
        ``upload.chunk``, questions about it ``upload.query``; logins ``token``,
        ``revoke`` and ``authorize``; what nobody knows is ``unknown``.
        """
        return [_name(exchange.request) for exchange in self.journal]

    def counts(self) -> Counter[str]:
        """Return how often each came; see `methods`."""
        return Counter(self.methods())

    def _answer(self, request: Request) -> Answer:
        try:
            match request.method, request.path:
                case "POST", "/token":
                    return self.oauth.token(request)
                case "POST", "/revoke":
                    return self.oauth.revoked(request)
                case "GET", "/o/oauth2/v2/auth":
                    return self.oauth.authorize(request)
        except Refused as refusal:
            return refusal.answer
        if request.segments[0] in ("youtube", "upload", "resumable"):
            return self.api(request)
        return as_html("<title>Error 404 (Not Found)</title>", 404)


def _is_chunk(request: Request) -> bool:
    return request.method == "PUT" and "upload_id" in request.query


def _name(request: Request) -> str:
    if _is_chunk(request):
        asks = request.headers.get("content-range", "").startswith("bytes */")
        return "upload.query" if asks else "upload.chunk"
    if found := contract.method(request.method, request.path):
        return found.name
    return _OTHERS.get((request.method, request.path), "unknown")


def _person(owner: Channel | Person) -> Person:
    return owner.owner if isinstance(owner, Channel) else owner
