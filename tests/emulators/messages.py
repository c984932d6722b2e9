"""A request as it came, an answer as it shall go, and how it goes over the wire."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote

from emulators.bodies import Body, Bytes
from emulators.incoming import Incoming


@dataclass(frozen=True)
class Request:
    """What a client sent: ``target`` is the path with its query, exactly as on the wire."""

    at: datetime
    origin: str
    method: str
    target: str
    #: Names in lower case.
    headers: Mapping[str, str]
    body: bytes = b""
    #: The body instead, where the server streams it.
    incoming: Incoming | None = None

    @cached_property
    def path(self) -> str:
        """The path, still percent-encoded."""
        return self.target.partition("?")[0]

    @cached_property
    def segments(self) -> tuple[str, ...]:
        """The parts of the path between its slashes, each decoded once."""
        return tuple(unquote(part) for part in self.path.strip("/").split("/"))

    @cached_property
    def query(self) -> Mapping[str, str]:
        """The query's fields, decoded; of a field that is given twice the last."""
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))

    @cached_property
    def form(self) -> Mapping[str, str]:
        """The fields of a body that is an URL-encoded form, else none."""
        if not self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return {}
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    @property
    def json(self) -> Any:
        """The body as JSON; raises ValueError where it is none."""
        return json.loads(self.body)

    @property
    def bearer(self) -> str | None:
        """The token of ``Authorization: Bearer``."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None

    @property
    def basic(self) -> tuple[str, str] | None:
        """The name and password of ``Authorization: Basic``."""
        scheme, _, pair = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            name, colon, password = base64.b64decode(pair, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return (name, password) if colon else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """How an answer is sent; by default as it should be."""

    #: Seconds before the status line.
    delay: float = 0.0
    #: Bytes of the body per second on this connection.
    rate: float | None = None
    #: The connection ends after so many bytes of the body.
    cut: int | None = None
    #: A cut, or a lost answer, is a reset (RST) rather than an orderly close.
    reset: bool = False
    #: After so many bytes of the body nothing comes for ``pause`` seconds; by default ever.
    stall: int | None = None
    pause: float | None = None
    #: What Content-Length says: the truth, nothing (the connection's end is the body's), another
    #: number; or the body comes in chunks.
    length: Literal["right", "omitted", "chunked"] | int = "right"
    #: The request was handled, and the connection is closed without an answer.
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server says; ``offset`` and ``count`` choose the part of ``body`` that is sent."""

    status: int = 200
    body: Body = field(default_factory=lambda: Bytes(b""))
    headers: Mapping[str, str] = field(default_factory=dict)
    wire: Wire = Wire()
    offset: int = 0
    count: int | None = None

    @property
    def length(self) -> int:
        """How many bytes of the body are to be sent."""
        return self.body.size - self.offset if self.count is None else self.count


def as_json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Return an answer that says ``value`` as JSON."""
    content = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    kind = {"Content-Type": "application/json;charset=UTF-8"}
    return Answer(status, Bytes(content), kind | dict(headers or {}))


def as_html(text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Return an answer that is a page."""
    kind = {"Content-Type": "text/html;charset=utf-8"}
    return Answer(status, Bytes(text.encode()), kind | dict(headers or {}))


def redirect(location: str, status: int = 302) -> Answer:
    """Return an answer that sends the client elsewhere."""
    return Answer(status, headers={"Location": location})


class Pattern:
    """Which requests are meant: ``GET /v2/users/*/recordings``.

    ``*`` is any part of one segment of the path, ``**`` any number of segments;
    the path is compared as it was sent, percent-encoded and without its query.
    A method of ``*``, or none, is any.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        method, _, path = text.rpartition(" ")
        self._method = method or "*"
        pieces = (re.escape(piece) for piece in re.split(r"(\*\*|\*)", path))
        wild = {re.escape("**"): ".*", re.escape("*"): "[^/]*"}
        self._path = re.compile("".join(wild.get(piece, piece) for piece in pieces))

    def fits(self, request: Request) -> bool:
        """Return whether ``request`` is meant."""
        if self._method not in ("*", request.method):
            return False
        return self._path.fullmatch(request.path) is not None
