"""The REST API: tokens, quotas, scopes and the contract first, then what the methods do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from emulators.clock import Clock
from emulators.messages import Answer, Request
from emulators.youtube import contract
from emulators.youtube.call import Call
from emulators.youtube.captions import Captions, Thumbnails
from emulators.youtube.oauth import Access, OAuth
from emulators.youtube.playlists import Channels, PlaylistItems, Playlists
from emulators.youtube.quota import Quota
from emulators.youtube.refusals import Refused, failed, refused
from emulators.youtube.uploads import Uploads
from emulators.youtube.videos import Delays, Videos
from emulators.youtube.world import World


@dataclass(frozen=True, slots=True)
class Called:
    """A call of a method, as the journal of the API has it."""

    at: datetime
    method: str
    client_id: str
    #: What it cost, and of which bucket: ``uploads`` or ``units``.
    bucket: str
    cost: int
    status: int
    #: YouTube's word for why it was refused.
    reason: str
    request: Request


class Api:
    """Answers requests to the API."""

    def __init__(self, world: World, oauth: OAuth, clock: Clock) -> None:
        self._oauth, self._clock = oauth, clock
        self.quota, self.delays = Quota(clock), Delays()
        self.videos = Videos(world, clock, self.delays)
        self.uploads = Uploads(clock, oauth, self.videos.finished, self.broken)
        self.videos.uploads = self.uploads
        self.uploads.render = lambda video, parts: self.videos.told(video, parts, clock.now())
        captions, thumbnails = Captions(world, self.videos, self.delays), Thumbnails(self.videos)
        playlists, self.items = Playlists(world), PlaylistItems(world)
        #: What was against the contract; a client that does well leaves it empty.
        self.violations: list[str] = []
        self.calls: list[Called] = []
        self._lock = threading.RLock()
        self._methods: dict[str, Callable[[Call], Answer]] = {
            "channels.list": Channels(world).list,
            "videos.insert": self.videos.insert,
            "videos.list": self.videos.list,
            "videos.update": self.videos.update,
            "videos.delete": self.videos.delete,
            "captions.list": captions.list,
            "captions.insert": captions.insert,
            "captions.update": captions.update,
            "captions.delete": captions.delete,
            "captions.download": captions.download,
            "thumbnails.set": thumbnails.set,
            "playlists.list": playlists.list,
            "playlists.insert": playlists.insert,
            "playlists.update": playlists.update,
            "playlists.delete": playlists.delete,
            "playlistItems.list": self.items.list,
            "playlistItems.insert": self.items.insert,
            "playlistItems.delete": self.items.delete,
        }

    def __call__(self, request: Request) -> Answer:
        """Answer a request to the API."""
        if request.incoming:
            return self.uploads.put(request)
        method = contract.method(request.method, request.path)
        if not method or method.name not in self._methods:
            what = f"{method.name} is not emulated" if method else "Method not found."
            self.broken(f"{request.method} {request.path}: {what}")
            return failed(404, "notFound", what, state="NOT_FOUND").answer
        with self._lock:
            return self._called(method, request)

    def broken(self, what: str) -> None:
        """Note something that is against the contract."""
        self.violations.append(what)

    def _called(self, method: contract.Method, request: Request) -> Answer:
        now, client, bucket, cost, reason = self._clock.now(), "", "units", 0, ""
        try:
            access = self._oauth.checked(request)
            client = access.app.client_id
            bucket, cost = self.quota.spend(access.app, method.name)
            try:
                answer = self._allowed(method, request, access, now)
            except Refused:
                cost = self.quota.give_back(access.app, method.name, (bucket, cost))
                bucket = "units"
                raise
        except Refused as refusal:
            answer, reason = refusal.answer, refusal.reason
        self.calls.append(
            Called(now, method.name, client, bucket, cost, answer.status, reason, request)
        )
        return answer

    def _allowed(
        self, method: contract.Method, request: Request, access: Access, now: datetime
    ) -> Answer:
        if not access.scopes & method.scopes:
            raise refused("insufficientPermissions")

        def noted(what: str) -> None:
            self.broken(f"{method.name}: {what}")

        try:
            params = contract.asked(method, request)
        except Refused as refusal:
            noted(refusal.message)
            raise
        return self._methods[method.name](Call(request, method, access, params, now, noted))
