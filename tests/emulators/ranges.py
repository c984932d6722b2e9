"""A file over HTTP: the whole, or the part that a Range header asks for (RFC 9110, section 14)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from emulators.bodies import Body
from emulators.messages import Answer, Request

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def served(
    request: Request,
    body: Body,
    *,
    etag: str | None = None,
    kind: str = "video/mp4",
    ranges: bool = True,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Return 200 with the whole, 206 with one part, or 416.

    ``ranges=False`` is a server that knows no ranges and answers 200. An
    ``If-Range`` that names another ``etag`` gets the whole.
    """
    size = body.size
    said = {"Content-Type": kind, **(headers or {})}
    if etag:
        said["ETag"] = etag
    if not ranges:
        return Answer(200, body, said)
    said["Accept-Ranges"] = "bytes"
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    if not asked or request.headers.get("if-range", etag) != etag or not any(asked.groups()):
        return Answer(200, body, said)
    first, last = asked.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last) + 1 if first and last else size, size)
    if start >= size or end <= start:
        return Answer(416, headers={"Content-Range": f"bytes */{size}"})
    said["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return Answer(206, body, said, offset=start, count=end - start)
