"""A resumable upload on the wire: opened, asked what it has, and sent the rest.

Google's library hides the session's address and sends a chunk twice without
being told, so this is our own.
https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx

from leap.errors import ProviderError, RetrySoon
from leap.providers.http import json_of
from leap.providers.youtube.film import Film
from leap.providers.youtube.refusals import TokenRefused, no_channel
from leap.providers.youtube.resources import section
from leap.providers.youtube.wire import Wire

#: Every chunk but the last is a multiple of this.
GRAIN = 256 * 1024
_RANGE = re.compile(r"bytes=0-(\d{1,18})", re.ASCII)
#: A chunk may take this long, and besides as long as at this speed (bytes per second).
_PATIENCE_SECONDS, _SLOWEST = 120.0, 10_000
_SHORT_ONLY = frozenset({"eligible", "disallowed"})
_GOOGLE = ".googleapis.com"


@dataclass(frozen=True, slots=True)
class Received:
    """The server has the first ``count`` bytes."""

    count: int


@dataclass(frozen=True, slots=True)
class Done:
    """The server has all of it, and made ``video``: a resource of the API."""

    video: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Gone:
    """The server knows nothing of the session any more."""


State = Received | Done | Gone


class Session:
    """One upload of one film.

    Attributes:
        address: opens the session to whoever has it: a secret.
        size: of the film that it was opened for, in bytes.
    """

    def __init__(self, wire: Wire, api: str, address: str, film: Film, size: int) -> None:
        self.address, self.size = address, size
        self._wire, self._film = wire, film
        self._is_ours, self._is_renewed = _same_owner(address, api), False

    def ask(self) -> State:
        """Return what the server has. Raises RetrySoon and other ProviderErrors."""
        headers = {"Content-Range": f"bytes */{self.size}"}
        return self._put(headers, lambda: b"", _PATIENCE_SECONDS)

    def send(self, start: int, end: int, tell: Callable[[int], None]) -> State:
        """Send the bytes from ``start`` up to ``end``; return what the server has then.

        It may have fewer than were sent. ``tell`` is told how many went off.
        Raises RetrySoon where the connection failed: ``ask`` then; and other
        ProviderErrors.
        """
        headers = {
            "Content-Range": f"bytes {start}-{end - 1}/{self.size}",
            "Content-Length": str(end - start),
            "Content-Type": self._film.kind,
        }

        def content() -> Iterator[bytes]:
            sent = start
            for block in self._film.blocks(start, end):
                yield block
                sent += len(block)
                tell(sent)

        return self._put(headers, content, _PATIENCE_SECONDS + (end - start) / _SLOWEST)

    def _put(
        self,
        headers: Mapping[str, str],
        content: Callable[[], Iterator[bytes] | bytes],
        seconds: float,
    ) -> State:
        token = self._wire.token() if self._is_ours else None
        answer = self._wire.put(self.address, headers, content(), token=token, seconds=seconds)
        if answer.status_code == HTTPStatus.UNAUTHORIZED and token and not self._is_renewed:
            self._is_renewed = True
            self._wire.token(refused=token)
            # A part of it may have been taken, so the server is asked first.
            raise RetrySoon("YouTube: the access token ended during the upload", after=0)
        state = self._state(answer)
        self._is_renewed = False
        return state

    def _state(self, answer: httpx.Response) -> State:
        status = answer.status_code
        if status == HTTPStatus.PERMANENT_REDIRECT:  # "Resume Incomplete", in Google's meaning
            found = _RANGE.fullmatch(answer.headers.get("Range", "").replace(" ", ""))
            return Received(int(found[1]) + 1 if found else 0)
        if status in {HTTPStatus.OK, HTTPStatus.CREATED}:
            video = json_of(answer)
            if isinstance(video, Mapping) and video.get("id"):
                return Done(video)
            raise RetrySoon("YouTube took the video without saying its id")
        if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            return Gone()
        problem = self._wire.judged("videos.insert", answer)
        if isinstance(problem, TokenRefused):
            raise self._wire.withdrawn(problem)
        raise problem or ProviderError(f"YouTube answered an upload with {status}")


def open_session(
    wire: Wire, api: str, film: Film, body: Mapping[str, Any], *, notify: bool
) -> Session:
    """Return a new session for ``film``; no video is made by that.

    ``body`` is the video as it shall be: the parts that it names. Raises
    DeferUntil where the day or the channel has no upload left, NeedsHuman where
    YouTube does not take what ``body`` says, and other ProviderErrors.
    """
    query = {
        "uploadType": "resumable",
        "part": ",".join(body),
        "notifySubscribers": "true" if notify else "false",
    }
    headers = {
        "Content-Type": "application/json; charset=UTF-8",
        "X-Upload-Content-Type": film.kind,
        "X-Upload-Content-Length": str(film.size),
    }
    answer = wire.call(
        "videos.insert",
        "POST",
        f"{api}/upload/youtube/v3/videos?{urlencode(query)}",
        headers=headers,
        content=json.dumps(body, ensure_ascii=False).encode(),
        # An answer that is lost leaves a session that nobody knows, and no video.
        repeatable=True,
    )
    address = answer.headers.get("Location", "")
    if not address:
        raise RetrySoon("YouTube began an upload without saying where it goes")
    return Session(wire, api, address, film, film.size)


def takes_long_videos(wire: Wire, api: str) -> bool:
    """Tell whether the channel takes videos of more than fifteen minutes.

    Asked without Google's library, which takes more memory than the upload.
    Raises NeedsHuman where there is no channel, and other ProviderErrors.
    """
    query = urlencode({"part": "status", "mine": "true"})
    answer = wire.call("channels.list", "GET", f"{api}/youtube/v3/channels?{query}", headers={})
    found = json_of(answer)
    channels = found.get("items") if isinstance(found, Mapping) else None
    if not channels:
        raise no_channel(wire.login)
    channel = channels[0] if isinstance(channels, list) else None
    if not isinstance(channel, Mapping):
        raise ProviderError("YouTube answered without what the channel may do")
    return section(channel, "status").get("longUploadsStatus") not in _SHORT_ONLY


def _same_owner(address: str, api: str) -> bool:
    """Tell whether a token for ``api`` may be shown at ``address``."""
    there, here = urlsplit(address), urlsplit(api)
    if (there.scheme, there.netloc) == (here.scheme, here.netloc):
        return True
    hosts = there.hostname or "", here.hostname or ""
    return there.scheme == "https" and all(host.endswith(_GOOGLE) for host in hosts)
