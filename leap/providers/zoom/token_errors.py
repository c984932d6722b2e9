"""What Zoom says when it gives no token, and what a person can do about it.

https://developers.zoom.us/docs/integrations/oauth/#error-codes
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from leap.errors import LeapError, NeedsHuman, ProviderError, RetrySoon

#: What logs a person in; callers that know tenant and account give a whole one.
LOGIN = "leap auth login zoom"

_LONGEST = 200
_EMPTY = 4700
_CODE = re.compile(r"\b(47\d\d)\b")

#: Zoom's code → the cause, and what helps; ``{login}`` is the command that logs in.
_REASONS: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        4700: (
            "the app may not do this: it lacks scopes",
            "add them in the app's Scopes at marketplace.zoom.us, then: {login}",
        ),
        4702: (
            "it does not know this client id, or the secret is another one",
            "copy both from the app at marketplace.zoom.us: {login}",
        ),
        4704: (
            "it does not know this client id, or the secret is another one",
            "copy both from the app at marketplace.zoom.us: {login}",
        ),
        4705: (
            "the app is of another kind than this credential",
            "for a Server-to-Server app add --server-to-server: {login}",
        ),
        4706: ("the client id or its secret is missing", "set both: {login}"),
        4709: (
            "the app does not allow the address that the browser comes back to",
            "add it in the app at marketplace.zoom.us as redirect URL and to the allow list",
        ),
        4711: (
            "the scopes asked for are not those of the app",
            "choose them in the app's Scopes at marketplace.zoom.us, then: {login}",
        ),
        4717: (
            "the app is disabled",
            "activate it at marketplace.zoom.us",
        ),
        4733: ("the login took longer than five minutes", "log in again: {login}"),
        4734: ("the login was used already, or is another app's", "log in again: {login}"),
        4735: (
            "who logged in does not exist at Zoom any more",
            "log in as somebody who does: {login}",
        ),
        4738: (
            "an administrator of the Zoom account has disabled the app",
            "ask them to allow it at marketplace.zoom.us, then: {login}",
        ),
        4740: (
            "the login was renewed too often with one refresh token",
            "log in again: {login}",
        ),
        4741: (
            "the login was revoked, or renewed by another program",
            "log in again: {login}",
        ),
    }
)
#: OAuth's own word → the code of Zoom that means the same.
#: https://www.rfc-editor.org/rfc/rfc6749#section-5.2
_WORDS: Mapping[str, int] = MappingProxyType(
    {
        "invalid_client": 4702,
        "unauthorized_client": 4705,
        "unsupported_grant_type": 4705,
        "invalid_scope": 4711,
        "invalid_grant": 4741,
    }
)


def token_refusal(status: int, body: Mapping[str, Any], *, login: str = LOGIN) -> LeapError:
    """Return why Zoom's token endpoint answered ``status`` with ``body``.

    RetrySoon where Zoom is at fault, NeedsHuman where a person has to act.
    """
    code, said = _code(body), _said(body)
    if status >= 500 or (code == _EMPTY and not said):  # noqa: PLR2004 -- a server's fault
        return RetrySoon(f"Zoom gave no token (HTTP {status})")
    if code is not None and code in _REASONS:
        cause, help_ = _REASONS[code]
        return NeedsHuman(f"Zoom gave no token: {cause} ({code})", hint=help_.format(login=login))
    if status in (400, 401, 403):
        words = f": {said}" if said else ""
        message = f"Zoom gave no token (HTTP {status}){words}"
        return NeedsHuman(message, hint=f"log in again: {login}")
    return ProviderError(f"Zoom gave no token (HTTP {status})")


def _code(body: Mapping[str, Any]) -> int | None:
    """Return the number in either form of Zoom's answers, or that of OAuth's own word."""
    number = body.get("code", body.get("errorCode"))
    if isinstance(number, int):
        return number
    found = _CODE.search(f"{number or ''} {body.get('reason') or ''}")
    if found:
        return int(found.group(1))
    return _WORDS.get(str(body.get("error", "")))


def _said(body: Mapping[str, Any]) -> str:
    for key in ("message", "reason", "errorMessage", "error"):
        text = body.get(key)
        if isinstance(text, str) and text.strip():
            line = "".join(sign if sign.isprintable() else " " for sign in text[:_LONGEST])
            return " ".join(line.split())
    return ""
