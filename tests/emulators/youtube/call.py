"""A request whose token, quota, scopes and parameters are checked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from emulators.messages import Answer, Request, as_json
from emulators.youtube import contract
from emulators.youtube.contract import Asked, Method
from emulators.youtube.oauth import Access
from emulators.youtube.refusals import Refused, failed, malformed, refused
from emulators.youtube.world import Channel, token

_BOUNDARY = re.compile(r'boundary="?([^";]+)"?')
_KIND = re.compile(rb"content-type:\s*([^\r\n;]+)", re.IGNORECASE)
_MOST_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Media:
    """What came along: the metadata, as JSON was sent, and the bytes of a file."""

    metadata: bytes
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a method; ``broken`` notes what is against the contract."""

    request: Request
    method: Method
    access: Access
    params: Asked
    now: datetime
    broken: Callable[[str], None]

    @property
    def channel(self) -> Channel:
        """The channel of who is logged in; refuses with 401 where there is none."""
        if self.access.person.channel is None:
            raise refused("youtubeSignupRequired")
        return self.access.person.channel

    @property
    def parts(self) -> list[str]:
        return self.params.many("part")

    def body(self, said: bytes | None = None) -> dict[str, Any]:
        """Return the JSON that was sent, ``said`` or the whole body; refuses what is wrong with it."""
        try:
            try:
                value = json.loads(self.request.body if said is None else said)
            except ValueError:
                raise malformed("Invalid JSON payload received. Parse Error") from None
            return contract.check_body(self.method, self.parts, value)
        except Refused as refusal:
            self.broken(refusal.message)
            raise

    def media(self) -> Media | None:
        """Return what came along in one request, or None at an address without upload."""
        if not self.method.upload:
            return None
        kind = self.request.headers.get("content-type", "")
        match self.params.get("uploadType"):
            case "media":
                media = Media(b"{}", kind.partition(";")[0], self.request.body)
            case "multipart":
                media = self._related(kind)
            case other:
                self.broken(f"uploadType={other} is not emulated for {self.method.name}")
                raise malformed(f"Unknown uploadType: {other}")
        self.check_kind(media.kind)
        return media

    def check_kind(self, kind: str) -> None:
        """Refuse media of a type that the method does not take."""
        if any(fnmatchcase(kind, accepted) for accepted in self.method.accepts):
            return
        valid = ", ".join(self.method.accepts)
        message = f"Media type '{kind}' is not supported. Valid media types: [{valid}]"
        self.broken(message)
        raise failed(400, "badContent", message)

    def page(self, found: Sequence[Any], render: Callable[[Any], dict[str, Any]]) -> Answer:
        """Return one page of a list."""
        size = self.params.number("maxResults", 5) or 5
        at = self.params.get("pageToken", "CAA0")
        if not re.fullmatch(r"CAA\d+", at) or int(at[3:]) > len(found):
            message = "The request specifies an invalid page token."
            raise failed(400, "invalidPageToken", message, domain="youtube.parameter")
        start = int(at[3:])
        return self.listed(
            [render(each) for each in found[start : start + size]],
            total=len(found),
            size=size,
            **({"nextPageToken": f"CAA{start + size}"} if start + size < len(found) else {}),
            **({"prevPageToken": f"CAA{max(0, start - size)}"} if start else {}),
        )

    def listed(
        self, items: list[dict[str, Any]], *, total: int, size: int | None = None, **more: str
    ) -> Answer:
        """Return a list."""
        kind = self.method.said["response"]["$ref"]
        said = {
            "kind": f"youtube#{kind[0].lower()}{kind[1:]}",
            "etag": token(27),
            **more,
            "items": items,
        }
        if size is not None:
            said["pageInfo"] = {"totalResults": total, "resultsPerPage": size}
        return as_json(said)

    def ids(self) -> list[str]:
        """Return the parameter ``id`` of a list; refuses more than are allowed at once."""
        found = self.params.many("id")
        if len(found) > _MOST_AT_ONCE:
            message = "The request specifies an invalid filter parameter."
            raise failed(400, "invalidFilters", message, domain="youtube.parameter", location="id")
        return found

    def _related(self, kind: str) -> Media:
        boundary = _BOUNDARY.search(kind)
        if not kind.startswith("multipart/related") or not boundary:
            self.broken(f"uploadType=multipart with Content-Type {kind}")
            raise malformed("Missing multipart boundary")
        mark = re.compile(rb"(?:^|\r?\n)--" + re.escape(boundary[1].encode()))
        parts = mark.split(self.request.body)[1:]
        whole = len(parts) == 3 and parts[-1].startswith(b"--")
        if not whole:
            self.broken("a multipart/related body that has not two parts")
            raise malformed("Malformed multipart body.", reason="badContent")
        (head, _, metadata), (told, _, content) = map(_split, parts[:-1])
        if b"application/json" not in head.lower():
            self.broken("a multipart/related body that does not begin with JSON")
            raise malformed("Malformed multipart body.", reason="badContent")
        found = _KIND.search(told)
        return Media(metadata, found[1].decode().strip() if found else "", content)


def _split(part: bytes) -> tuple[bytes, bytes, bytes]:
    """Return the headers of a part and its content; Python's library ends lines with LF alone."""
    mark = re.search(rb"\r?\n\r?\n", part)
    return (part[: mark.start()], b"", part[mark.end() :]) if mark else (part, b"", b"")
