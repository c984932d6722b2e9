"""The bytes of a video, and of a picture: one form, read from disk while it is sent.

https://dev.vk.com/en/api/upload/video-in-profile
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import httpx

from leap.domain.ports import Progress
from leap.errors import LeapError, ProviderError, RetrySoon, StageError
from leap.providers.http import json_of, outcome_of_status
from leap.providers.oauth.attempt import readable
from leap.providers.transfer.reporting import Meter, report
from leap.providers.vk.wire import Api

#: "Too fast": the same bytes may be sent there a moment later.
_TOO_FAST, _PAUSE = -12, 3.0
_PIECE = 1024 * 1024
#: Seconds that an upload may take: these, and what the bytes take over a slow line.
_AT_LEAST, _SLOW_LINE = 600.0, 250_000
#: Seconds without progress: a server thinks longer about the last byte than about others.
_STALLED, _THINKING, _CONNECT = 60.0, 300.0, 10.0


class UploadRefused(ProviderError):
    """VK does not take bytes at this address, or not these."""


def seconds_for(size: int) -> float:
    """Return how long ``size`` bytes may take at most."""
    return _AT_LEAST + size / _SLOW_LINE


def send_video(api: Api, address: str, path: Path, progress: Progress) -> Mapping[str, Any]:
    """Send the video at ``path``; return what VK says of it.

    Raises UploadRefused where the address is of no use, RetrySoon where it is
    and VK took nothing or tells of trouble, AnswerLost where nobody knows what
    was taken, and StageError where the file cannot be read.
    """
    response = _sent(api, address, "video_file", path, progress)
    said = json_of(response)
    return said if isinstance(said, Mapping) else {}


def send_picture(api: Api, address: str, path: Path, progress: Progress) -> str:
    """Send a picture; return VK's answer as it is, which `video.saveUploadedThumb` wants back.

    Raises as ``send_video``.
    """
    return _sent(api, address, "file", path, progress).text


def _sent(api: Api, address: str, name: str, path: Path, progress: Progress) -> httpx.Response:
    boundary = secrets.token_hex(16)
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; '
        f'filename="{name}{path.suffix}"\r\nContent-Type: application/octet-stream\r\n\r\n'
    ).encode()
    tail = f"\r\n--{boundary}--\r\n".encode()
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            response = api.post(
                address,
                {
                    "Content-Type": f"multipart/form-data; boundary={boundary}",
                    # Without it the body would be sent in chunks, which VK refuses.
                    "Content-Length": str(len(head) + size + len(tail)),
                },
                _form(head, file, size, tail, progress),
                timeout=httpx.Timeout(_STALLED, read=_THINKING, connect=_CONNECT),
                seconds=seconds_for(size),
            )
    except OSError as error:
        raise StageError(f"{path}: {error.strerror or 'cannot be read'}") from error
    problem = _judged(response)
    if problem is not None:
        raise problem
    return response


def _form(
    head: bytes, file: BinaryIO, size: int, tail: bytes, progress: Progress
) -> Iterator[bytes]:
    """Yield the form. Raises StageError where the file is not as long any more as it was."""
    yield head
    meter, sent = Meter(time.monotonic()), 0
    while sent < size:
        piece = file.read(min(_PIECE, size - sent))
        if not piece:
            raise StageError("the video became shorter while it was sent")
        yield piece
        sent += len(piece)
        speed = meter.update(time.monotonic(), sent)
        report(progress, present=sent, size=size, speed=speed, connections=1)
    yield tail


def _judged(response: httpx.Response) -> LeapError | None:
    problem = outcome_of_status(response)
    if isinstance(problem, RetrySoon):
        return problem
    if problem is not None:
        return UploadRefused(problem.message)
    body = json_of(response)
    code = body.get("error_code") if isinstance(body, Mapping) else None
    if not isinstance(body, Mapping) or code is None:
        return None
    said = readable(str(body.get("error_msg") or body.get("error") or code))
    if code == _TOO_FAST:
        return RetrySoon(f"VK: {said} (upload, code {code})", after=_PAUSE)
    return UploadRefused(f"VK does not take what is sent: {said} (upload, code {code})")
