"""Where bytes go: videos as a stream of which nothing is kept but number and hash, and pictures."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from emulators.bodies import Bytes
from emulators.clock import Clock
from emulators.messages import Answer, Request, Wire, as_html, as_json
from emulators.vk.refusals import TOO_FAST, Refused, of_upload
from emulators.vk.world import Video

_BOUNDARY = re.compile(r'boundary="?([^";]+)"?')
_NAME = re.compile(rb'[ ;]name="([^"]*)"')
_FILE = re.compile(rb'filename="([^"]*)"')
_LONGEST_HEAD = 64 * 1024
_LARGEST_PICTURE = 5 * 1024 * 1024
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n")


@dataclass(frozen=True)
class Part:
    """The one file of a form, as it was when it came whole."""

    field: str
    filename: str
    size: int
    sha256: str
    start: bytes


class Uploads:
    """The upload servers; ``find`` returns the video that a ticket stands for.

    Attributes:
        processing: how long a video is processed once its bytes came.
        duration: how many seconds videos last, which nobody finds out here.
        repeatable: whether bytes may be sent again where not all of them came.
        too_fast: how many uploads are told that they were.
        cuts: the connection of one upload each ends after so many bytes.
    """

    def __init__(self, find: Callable[[str], Video | None], clock: Clock) -> None:
        self.find, self.clock = find, clock
        self.url = ""
        self.processing = timedelta(0)
        self.duration = 3600
        self.repeatable = True
        self.too_fast = 0
        self.cuts: list[int] = []
        self._begun: set[str] = set()
        self._thumbs: dict[tuple[int, str], str] = {}
        self._lock = threading.Lock()

    def address(self, video: Video) -> str:
        """Return where the bytes of a video go."""
        said = {
            "act": "add_video",
            "vkVideoId": video.name,
            "expires": int(video.expires.timestamp() * 1000),
            "sig": video.ticket,
        }
        return f"{self.url}/upload.do?{urlencode(said)}"

    def thumb_address(self, owner: int) -> str:
        """Return where a picture of an owner's video goes."""
        return f"{self.url}/thumb?{urlencode({'owner': owner, 'sig': secrets.token_hex(8)})}"

    def streams(self, request: Request) -> bool:
        """Tell whether a body is left to `video`; what comes in chunks is refused anyhow."""
        return request.path == "/upload.do" and "content-length" in request.headers

    def video(self, request: Request) -> Answer:
        """Answer ``POST /upload.do``."""
        if request.incoming is None:
            return as_html("<html><h1>411 Length Required</h1></html>", 411)
        with self._lock:
            video = self.find(request.query.get("sig", ""))
            again = video is not None and video.ticket in self._begun
            cut = self.cuts.pop(0) if self.cuts else None
            if self.too_fast:
                self.too_fast -= 1
                return of_upload(TOO_FAST, "too fast")
            if video is None or video.deleted or video.expires <= self.clock.now():
                return of_upload(-5, "upload url is expired")
            if again and (not self.repeatable or not video.is_empty):
                return of_upload(-3, "video is already uploaded")
            self._begun.add(video.ticket)
        if cut is not None:
            for _ in request.incoming.pieces(cut):
                pass
            return Answer(wire=Wire(lost=True))
        part = read_part(request, request.incoming.pieces())
        if part is None or part.field != "video_file" or not part.size:
            return of_upload(-1, "video_file is missing")
        with self._lock:
            video.size, video.sha256, video.filename = part.size, part.sha256, part.filename
            video.duration = self.duration
            video.ready = self.clock.now() + self.processing
            video.uploads += 1
        said = {"video_hash": secrets.token_hex(9), "size": video.size, "direct_link": ""}
        return as_json({**said, "owner_id": video.owner_id, "video_id": video.id})

    def picture(self, request: Request) -> Answer:
        """Answer ``POST /thumb``."""
        part = read_part(request, iter([request.body]))
        if part is None or part.field != "file":
            return of_upload(-1, "file is missing")
        if part.size > _LARGEST_PICTURE or not part.start.startswith(_PICTURES):
            return of_upload(-2, "the picture is too large, or none")
        said = {
            "omid": secrets.token_hex(12),
            "sha": part.sha256[:8],
            "meta": {"w": 1280, "h": 720},
        }
        # Spaces where nobody would put them: the text has to come back as it is.
        text = json.dumps(said, separators=(" , ", " : "))
        self._thumbs[int(request.query.get("owner", 0)), text] = part.sha256
        return Answer(body=Bytes(text.encode()))

    def thumb(self, owner: int, text: str) -> str:
        """Return the SHA-256 of the picture that was answered so; refuses with 129."""
        digest = self._thumbs.get((owner, text))
        if digest is None:
            raise Refused(129)
        return digest


def read_part(request: Request, pieces: Iterator[bytes]) -> Part | None:
    """Return the one part of a ``multipart/form-data`` body, None where there is no such."""
    boundary = _BOUNDARY.search(request.headers.get("content-type", ""))
    if boundary is None:
        return None
    mark = b"--" + boundary[1].encode()
    head = b""
    while b"\r\n\r\n" not in head:
        piece = next(pieces, b"")
        if not piece or len(head) > _LONGEST_HEAD:
            return None
        head += piece
    lines, _, held = head.partition(b"\r\n\r\n")
    name, filename = _NAME.search(lines), _FILE.search(lines)
    if not lines.startswith(mark) or name is None or filename is None:
        return None
    # The last bytes are held back: the form ends in them.
    end, digest, size, start = b"\r\n" + mark + b"--", hashlib.sha256(), 0, held[:16]
    for piece in pieces:
        held += piece
        start = start or held[:16]
        ready, held = held[: -len(end) - 2], held[-len(end) - 2 :]
        digest.update(ready)
        size += len(ready)
    last, found, _ = held.partition(end)
    if not found:
        return None
    digest.update(last)
    return Part(name[1].decode(), filename[1].decode(), size + len(last), digest.hexdigest(), start)
