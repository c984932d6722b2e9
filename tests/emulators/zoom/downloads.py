"""Where files come from: an address that wants a token, and the host behind it that wants none."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from urllib.parse import urlencode

from emulators.bodies import Bytes
from emulators.clock import Clock
from emulators.messages import Answer, Request, redirect
from emulators.ranges import served
from emulators.zoom.api import Api
from emulators.zoom.oauth import Access, OAuth
from emulators.zoom.refusals import page
from emulators.zoom.world import Meeting, RecordingFile

_KINDS = {"MP4": "video/mp4", "M4A": "audio/mp4", "JSON": "application/json", "JPG": "image/jpeg"}


class Downloads:
    """Answers ``/rec/download/<key>`` with the way to ``/replay/<key>`` at the other host."""

    def __init__(self, api: Api, oauth: OAuth, clock: Clock) -> None:
        self.api, self.oauth, self.clock = api, oauth, clock
        self.signature_lives = timedelta(hours=1)
        #: The other host.
        self.storage = ""
        self._secret = secrets.token_bytes(32)

    def door(self, request: Request) -> Answer:
        """Send whoever has a token to the file, everybody else to a page, which is no error."""
        access = self.oauth.known(request.bearer or request.query.get("access_token"))
        key = request.segments[-1]
        meeting, file = self.api.addresses.get(key, (None, None))
        if not access:
            return page("Sign In")
        if not meeting or not file or file.key != key:
            return page("This recording does not exist", 404)
        if not meeting.stands() or file.deleted or not _allowed(access, meeting):
            return page("This recording does not exist", 404)
        path = f"/replay/{key}"
        expires = str(int((self.clock.now() + self.signature_lives).timestamp()))
        fields = {"Expires": expires, "Signature": self._sign(path, expires), "Key-Pair-Id": "K1"}
        return redirect(f"{self.storage}{path}?{urlencode(fields)}")

    def file(self, request: Request) -> Answer:
        """Give a file to whoever has a signature that holds, and says nothing else of themselves."""
        if "authorization" in request.headers:
            return _denied(400, "InvalidArgument", "Only one auth mechanism allowed")
        expires = request.query.get("Expires", "0")
        good = self._sign(request.path, expires)
        if not hmac.compare_digest(good, request.query.get("Signature", "")):
            return _denied(403, "SignatureDoesNotMatch", "The signature does not match")
        if int(expires) <= self.clock.now().timestamp():
            return _denied(403, "AccessDenied", "Request has expired")
        meeting, file = self.api.addresses.get(request.segments[-1], (None, None))
        if not meeting or not file or meeting.gone:
            return _denied(404, "NoSuchKey", "The specified key does not exist.")
        return served(request, file.body, etag=file.etag, kind=_kind(file), ranges=file.ranges)

    def _sign(self, path: str, expires: str) -> str:
        return hmac.new(self._secret, f"{path}?{expires}".encode(), hashlib.sha256).hexdigest()


def _allowed(access: Access, meeting: Meeting) -> bool:
    if access.meeting:
        return access.meeting is meeting
    return access.app.account is meeting.account and access.user in (None, meeting.host)


def _kind(file: RecordingFile) -> str:
    return _KINDS.get(file.extension, "application/octet-stream")


def _denied(status: int, code: str, message: str) -> Answer:
    text = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return Answer(status, Bytes(text.encode()), {"Content-Type": "application/xml"})
