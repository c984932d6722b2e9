"""Resumable uploads: sessions that take a video's bytes in any number of requests.

https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol
"""

from __future__ import annotations

import hashlib
import io
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from emulators.clock import Clock
from emulators.incoming import Incoming
from emulators.messages import Answer, Request, Wire, as_json
from emulators.youtube.call import Call
from emulators.youtube.oauth import OAuth
from emulators.youtube.refusals import Refused, failed, refused
from emulators.youtube.world import App, Channel, Video, token

#: Parts of a file are multiples of this, but the last.
GRAIN = 256 * 1024
#: Larger files are hashed and counted, and not kept.
_KEPT = 64 << 20
_MOST = 274_877_906_944
_RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)")


@dataclass(slots=True)
class Slip:
    """What goes wrong with one request that brings bytes.

    ``chunk`` counts such requests from 0 on since the slip was told; None is
    the one that brings a file's last byte. Of its bytes ``keep`` are stored, by
    default all, rounded down to 256 KiB. Then the answer is 308 with what is
    stored, 503, or none: ``cut`` ends the connection at once, ``lost`` when all
    was read.
    """

    how: Literal["308", "503", "cut", "lost"]
    chunk: int | None = None
    keep: int | None = None
    seen: int = 0
    done: bool = False


@dataclass(slots=True, eq=False)
class Session:
    """One upload; it is over when its video is there."""

    app: App
    channel: Channel
    metadata: dict[str, Any]
    notify: bool
    size: int | None
    filename: str
    parts: tuple[str, ...]
    expires: datetime
    id: str = field(default_factory=lambda: "A" + token(80))
    #: Bytes that are stored, and how many came a second time.
    stored: int = 0
    again: int = 0
    requests: int = 0
    video: Video | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    _hash: Any = field(default_factory=hashlib.sha256)
    _content: bytearray | None = field(default_factory=bytearray)

    @property
    def sha256(self) -> str:
        return str(self._hash.hexdigest())

    @property
    def content(self) -> bytes | None:
        """What is stored, where it is short."""
        return None if self._content is None else bytes(self._content)

    def store(self, piece: bytes | bytearray) -> None:
        """Take bytes for good."""
        self._hash.update(piece)
        self.stored += len(piece)
        if self._content is not None:
            self._content += piece
            if len(self._content) > _KEPT:
                self._content = None

    def seconds(self) -> float | None:
        """Return how long the video lasts, where its file was kept and can be read."""
        import av

        if not self._content:
            return None
        try:
            with av.open(io.BytesIO(self._content)) as file:
                return file.duration / av.time_base if file.duration else None
        except av.FFmpegError:
            return None


class Uploads:
    """Opens sessions and takes bytes. Its settings may be changed at any time."""

    def __init__(
        self,
        clock: Clock,
        oauth: OAuth,
        finished: Callable[[Session], Video],
        broken: Callable[[str], None],
    ) -> None:
        self._clock, self._oauth = clock, oauth
        self._finished, self._broken = finished, broken
        self.session_lives = timedelta(days=7)
        #: What is said of a session that is over: 404, or 410.
        self.expired_status = 404
        #: Whether each request needs the token that the documents show.
        self.token_wanted = True
        #: How a finished video is told; set by the API.
        self.render: Callable[[Video, tuple[str, ...]], dict[str, Any]] = lambda _, __: {}
        self.sessions: dict[str, Session] = {}
        self.slips: list[Slip] = []

    def expire(self) -> None:
        """End every session now, whether its video is there or not."""
        self.sessions.clear()

    def open(self, call: Call, metadata: dict[str, Any]) -> Answer:
        """Return the answer that says where the bytes go."""
        headers = call.request.headers
        call.check_kind(headers.get("x-upload-content-type", "application/octet-stream"))
        told = headers.get("x-upload-content-length")
        if told is not None and (not told.isdigit() or not 0 < int(told) <= _MOST):
            raise failed(400, "badRequest", "Invalid X-Upload-Content-Length.")
        session = Session(
            app=call.access.app,
            channel=call.channel,
            metadata=metadata,
            notify=call.params.true("notifySubscribers", default=True),
            size=int(told) if told else None,
            filename=headers.get("slug", ""),
            parts=tuple(call.parts),
            expires=call.now + self.session_lives,
        )
        self.sessions[session.id] = session
        address = f"http://{headers['host']}{call.request.target}&upload_id={session.id}"
        return Answer(200, headers={"Location": address, "X-GUploader-UploadID": session.id})

    def put(self, request: Request) -> Answer:
        """Take bytes for a session, or say how many it has."""
        session = self.sessions.get(request.query.get("upload_id", ""))
        try:
            if self.token_wanted:
                self._oauth.checked(request)
            if not session or session.expires <= self._clock.now():
                raise failed(self.expired_status, "notFound", "Not Found", domain="global")
            with session.lock:
                session.requests += 1
                return self._taken(session, request)
        except Refused as refusal:
            return refusal.answer

    def _taken(self, session: Session, request: Request) -> Answer:
        assert request.incoming is not None
        length = int(request.headers.get("content-length", "0"))
        told = request.headers.get("content-range")
        if told is None:
            first, last, total = 0, length - 1, str(length)
        elif found := _RANGE.fullmatch(told):
            total = found[3]
            if found[1] is None:
                return self._asked(session, total, length)
            first, last = int(found[1]), int(found[2])
        else:
            raise self._wrong(f"Failed to parse Content-Range header: {told}")
        if last - first + 1 != length:
            raise self._wrong(f"Content-Length {length} does not fit Content-Range {told}.")
        self._check_total(session, total)
        if session.video:
            return self._done(session)
        end = None if session.size is None else session.size - 1
        if first > session.stored or (end is not None and last > end):
            raise self._wrong(
                f"According to the Content-Range header, the upload offset is {first} byte(s), "
                f"which exceeds already uploaded size of {session.stored} byte(s)."
            )
        final = last == end
        if not final and length % GRAIN:
            note = f"{length} bytes, no multiple of {GRAIN}, and not the last ones"
            self._broken(f"videos.insert: {note}")
            if length < GRAIN:
                raise failed(400, "badRequest", f"Invalid request. {note}.")
        return self._stored(session, request.incoming, first, length, final=final)

    def _stored(
        self, session: Session, incoming: Incoming, first: int, length: int, *, final: bool
    ) -> Answer:
        slip = self._slip(final=final)
        over = min(session.stored - first, length)
        session.again += over
        for _ in incoming.pieces(over):
            pass
        keep = None if slip is None else slip.keep
        whole = keep is None or keep >= length
        most = length - over if whole or keep is None else max(0, keep - over)
        held = bytearray()
        for piece in incoming.pieces(most):
            held += piece
            if len(held) >= GRAIN:
                count = len(held) // GRAIN * GRAIN
                session.store(held[:count])
                del held[:count]
        if final and whole:
            session.store(held)
            session.video = self._finished(session)
        if slip and slip.how in ("cut", "lost"):
            if slip.how == "lost":
                incoming.drain()
            return Answer(200, wire=Wire(lost=True))
        if slip and slip.how == "503":
            return refused("backendError").answer
        return self._done(session) if session.video else _so_far(session)

    def _asked(self, session: Session, total: str, length: int) -> Answer:
        if length:
            raise self._wrong("A query of the state has no body.")
        self._check_total(session, total)
        return self._done(session) if session.video else _so_far(session)

    def _check_total(self, session: Session, total: str) -> None:
        if total == "*":
            return
        if session.size is None:
            session.size = int(total)
        if int(total) != session.size:
            raise self._wrong(f"The size was {session.size} byte(s), and is now {total}.")

    def _done(self, session: Session) -> Answer:
        assert session.video is not None
        return as_json(self.render(session.video, session.parts))

    def _slip(self, *, final: bool) -> Slip | None:
        """Return what shall go wrong with this request, and count it."""
        chosen = None
        for slip in self.slips:
            fits = final if slip.chunk is None else slip.seen == slip.chunk
            slip.seen += 1
            if fits and not slip.done and chosen is None:
                chosen, slip.done = slip, True
        return chosen

    def _wrong(self, message: str) -> Refused:
        self._broken(f"videos.insert: {message}")
        return failed(400, "badRequest", f"Invalid request. {message}")


def _so_far(session: Session) -> Answer:
    """Return how many bytes are stored; nothing says that none are."""
    told = {"Range": f"bytes=0-{session.stored - 1}"} if session.stored else {}
    return Answer(308, headers={**told, "X-GUploader-UploadID": session.id})
