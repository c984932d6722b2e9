"""Reading an answer whole: never for ever, never larger than allowed, never blindly."""

from __future__ import annotations

import json
import re
import zlib
from typing import Any, NoReturn

import httpx

from leap.errors import ProviderError, RetrySoon
from leap.providers.http.failures import said

_PLAIN = frozenset({"", "identity"})
_ZIPPED = frozenset({"gzip", "x-gzip"})
# Makes zlib read the header of gzip.
_GZIP = 16
# True of the packed bytes, no more of what they hold.
_OF_THE_WIRE = frozenset({b"content-encoding", b"content-length", b"transfer-encoding"})
_LONE = re.compile(rb"\\u[dD][89a-fA-F]")


def read_whole(response: httpx.Response, largest: int) -> httpx.Response:
    """Return a streamed ``response`` with its body read and unpacked.

    At most ``largest`` bytes are kept in memory, however small they were packed.
    Raises ProviderError, and httpx's errors of the connection.
    """
    coding = response.headers.get("Content-Encoding", "").strip().lower()
    if coding not in _PLAIN | _ZIPPED:
        # Nobody asked for it; and each further layer multiplies what a bomb holds.
        raise ProviderError(f"{_where(response)} is packed in a way that was not asked for")
    unpack = zlib.decompressobj(zlib.MAX_WBITS | _GZIP) if coding in _ZIPPED else None
    content, received = bytearray(), 0
    for part in response.iter_raw():
        received += len(part)
        room = largest + 1 - len(content)
        content += part if unpack is None else _unpacked(unpack, part, room)
        # What follows the end of a packed answer counts too, since zlib keeps it.
        if max(received, len(content)) > largest:
            raise ProviderError(f"{_where(response)} is larger than {largest:,} bytes")
    if unpack and received and not unpack.eof:
        raise httpx.RemoteProtocolError("the packed answer broke off")
    headers = [
        (name, value) for name, value in response.headers.raw if name.lower() not in _OF_THE_WIRE
    ]
    return httpx.Response(
        response.status_code, headers=headers, content=bytes(content), request=response.request
    )


def _unpacked(unpack: zlib._Decompress, part: bytes, room: int) -> bytes:
    try:
        return unpack.decompress(part, room)
    except zlib.error:
        raise httpx.RemoteProtocolError("the answer cannot be unpacked") from None


def json_of(response: httpx.Response) -> Any:
    """Return the JSON of a whole answer.

    A web page instead is a ProviderError; an answer that was cut off or garbled
    on the way is a RetrySoon. Half surrogate pairs, which no database takes,
    become U+FFFD. The text of the answer is never shown.
    """
    problem: ProviderError | None = None
    try:
        return _loaded(response.content)
    except (ValueError, RecursionError):
        problem = _no_json(response)
    raise problem


def _loaded(content: bytes) -> Any:
    value = json.loads(content.decode("utf-8-sig"), parse_constant=_refused)
    if _LONE.search(content):
        text = json.dumps(value, ensure_ascii=False).encode("utf-16", "surrogatepass")
        value = json.loads(text.decode("utf-16", "replace"))
    return value


def _refused(name: str) -> NoReturn:
    message = f"{name} is no JSON"
    raise ValueError(message)


def _no_json(response: httpx.Response) -> ProviderError:
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    start = response.content[:64].lstrip().lower()
    if kind in {"text/html", "application/xhtml+xml"} or start.startswith((b"<!doctype", b"<html")):
        hint = "is the address in leap.yaml right, and does no proxy or log-in page stand between?"
        return ProviderError(f"{_where(response)} is a web page instead of JSON", hint=hint)
    if not start:
        return RetrySoon(f"{_where(response)} is empty instead of JSON")
    return RetrySoon(f"{_where(response)} is no JSON, or only a part of it")


def _where(response: httpx.Response) -> str:
    return f"the answer of {response.request.url.host} ({said(response)})"
