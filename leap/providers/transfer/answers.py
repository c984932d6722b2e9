"""What a server's answer to a request for bytes means, before any of them is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus

import httpx

from leap.errors import ProviderError, RetrySoon
from leap.media.sniff import describe, sniff
from leap.providers.http import outcome_of_status
from leap.providers.http.failures import said
from leap.providers.transfer.values import Refused

#: So many first bytes tell a web page from a video.
HEAD = 512
_CONTENT_RANGE = re.compile(r"bytes +([0-9]+)-([0-9]+)/([0-9]+|\*)")
_UNSATISFIED = re.compile(r"bytes +\*/([0-9]+)")
_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_ENOUGH_ELSEWHERE = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


class Crowded(RetrySoon):
    """The server did not take one connection more."""


class BeginAnew(RetrySoon):
    """What was fetched so far does not belong to what the server would send now.

    ``ranges`` tells whether it may be asked for parts of the file again.
    """

    def __init__(self, message: str, *, ranges: bool) -> None:
        super().__init__(message)
        self.ranges = ranges


@dataclass(frozen=True, slots=True)
class Head:
    """Which bytes an answer brings.

    They begin at ``start`` of the file and end before ``end``, which is None
    where only the end of the answer tells. ``size`` is that of the whole file,
    or None. ``ranged`` is False for an answer that brings the whole although a
    part was asked for. ``framed`` tells whether an answer that is cut off can be
    told from one that is whole.
    """

    start: int
    end: int | None
    size: int | None
    etag: str
    modified: str
    ranged: bool
    framed: bool


def read_head(response: httpx.Response, start: int, end: int | None) -> Head:
    """Return what ``response`` brings of the bytes ``start`` up to ``end`` that were asked for.

    Raises Refused where a fresh URL may help, RetrySoon (Crowded where it was
    one connection too many), BeginAnew, or another ProviderError.
    """
    host = response.request.url.host
    coding = response.headers.get("Content-Encoding", "").strip().lower()
    match response.status_code:
        case HTTPStatus.OK | HTTPStatus.PARTIAL_CONTENT if coding not in {"", "identity"}:
            raise ProviderError(f"{host} packs the file, which nobody asked for")
        case HTTPStatus.OK:
            length = _length(response)
            return _head(response, 0, length, length, ranged=False)
        case HTTPStatus.PARTIAL_CONTENT:
            return _part(response, start, end)
        case HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return _nothing(response, start)
    raise _refusal(response)


def _part(response: httpx.Response, start: int, end: int | None) -> Head:
    found = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
    if found:
        first, after = int(found[1]), int(found[2]) + 1
        size = None if found[3] == "*" else int(found[3])
        if first == start < after and (size is None or after <= size):
            return _head(response, first, after, size, ranged=True)
    wanted = f"bytes {start:,} to {end:,}" if end else f"bytes from {start:,} on"
    message = f"{response.request.url.host} sends other bytes than the {wanted} that were asked for"
    raise RetrySoon(message)


def _nothing(response: httpx.Response, start: int) -> Head:
    """Return the head of an empty file; else there is nothing at ``start``, or no such thing."""
    found = _UNSATISFIED.fullmatch(response.headers.get("Content-Range", "").strip())
    size = int(found[1]) if found else None
    if size == 0 == start:
        return _head(response, 0, 0, 0, ranged=True)
    host = response.request.url.host
    if size is not None and size <= start:
        raise BeginAnew(f"the file at {host} became shorter: {size:,} bytes", ranges=True)
    raise BeginAnew(f"{host} does not send parts of the file", ranges=False)


def _head(
    response: httpx.Response, start: int, end: int | None, size: int | None, *, ranged: bool
) -> Head:
    headers = response.headers
    chunked = "chunked" in headers.get("Transfer-Encoding", "").lower()
    return Head(
        start=start,
        end=end,
        size=size,
        etag=headers.get("ETag", "").strip(),
        modified=headers.get("Last-Modified", "").strip(),
        ranged=ranged,
        framed=chunked or _length(response) is not None,
    )


def _length(response: httpx.Response) -> int | None:
    text = response.headers.get("Content-Length", "")
    return int(text) if text.isascii() and text.isdigit() else None


def _refusal(response: httpx.Response) -> ProviderError:
    status = response.status_code
    outcome = outcome_of_status(response)
    if isinstance(outcome, RetrySoon):
        if status in _ENOUGH_ELSEWHERE:
            return Crowded(outcome.message, after=outcome.after)
        return outcome
    return Refused(f"{response.request.url.host} answered {said(response)}", status=status)


def page_instead(kind: str, head: bytes) -> str:
    """Say what begins with ``head`` and was sent as ``kind`` where it is no file but a page.

    ``kind`` is the Content-Type. The empty text for everything that may be a
    recording: what its first bytes are counts more than what it is called.
    """
    if sniff(head):
        return ""
    kind = kind.partition(";")[0].strip().lower()
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if kind in _PAGES or describe(head) == "it is a web page":
        return "a web page"
    if kind == "application/json" or kind.endswith("+json"):
        return "a JSON answer"
    if kind in {"application/xml", "text/xml"} or text.startswith(b"<?xml"):
        return "an XML answer"
    return ""
