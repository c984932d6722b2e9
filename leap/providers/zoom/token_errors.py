"""What Zoom says when it gives no token, and what a person can do about it.

https://developers.zoom.us/docs/integrations/oauth/#error-codes
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from leap.errors import LeapError, RetrySoon
from leap.providers.oauth.refusing import Reason, no_token

#: What logs a person in; who knows tenant and account gives a whole one.
LOGIN = "leap auth login zoom"
#: How a Server-to-Server app asks, and what its login has besides.
SERVER_GRANT, SERVER_FLAG = "account_credentials", " --server-to-server"

_LONGEST = 200
_EMPTY = 4700
_CODE = re.compile(r"\b47\d\d\b")

_PAIR = (
    "it does not know this client id, or the secret is another one",
    "copy both again from the app at marketplace.zoom.us: {login}",
)
#: Zoom's code → the cause, and what helps; ``{login}`` is the command that logs in.
_REASONS: Mapping[int, Reason] = MappingProxyType(
    {
        4700: (
            "the app lacks scopes",
            "add them in the app at marketplace.zoom.us under Scopes, then: {login}",
        ),
        4702: _PAIR,
        4704: _PAIR,
        4705: (
            "the app is of another kind than this credential",
            "a Server-to-Server app wants --server-to-server, any other app does not",
        ),
        4706: ("the client id or its secret is missing", "give both: {login}"),
        4709: (
            "the app does not allow the address that the browser comes back to",
            "in the app at marketplace.zoom.us, make it a redirect URL and put it on the allow list",
        ),
        4711: (
            "the scopes asked for are not the app's",
            "add them in the app at marketplace.zoom.us under Scopes, then: {login}",
        ),
        4717: ("the app is switched off", "activate it at marketplace.zoom.us"),
        4733: ("the login took longer than five minutes", "log in again: {login}"),
        4734: ("the login was used before, or is another app's", "log in again: {login}"),
        4735: ("whoever logged in is not at Zoom any more", "let somebody else log in: {login}"),
        4738: (
            "an administrator of the Zoom account has forbidden the app",
            "have it allowed at marketplace.zoom.us, then: {login}",
        ),
        4740: ("the login was not used for too long", "log in again: {login}"),
        4741: ("the login was revoked, or is used by another program", "log in again: {login}"),
    }
)
_NO_ACCOUNT = (
    "it does not know this account id, or the app is another account's",
    "copy all three values again from the app at marketplace.zoom.us: {login}",
)
#: Where Zoom gives no number: what its reason has in it → the number.
_TEXTS = (
    (re.compile(r"disabled.*admin|admin.*disabled", re.IGNORECASE), 4738),
    (re.compile(r"disabled|deactivated", re.IGNORECASE), 4717),
    (re.compile(r"redirect", re.IGNORECASE), 4709),
    (re.compile(r"code.*expired|expired.*code", re.IGNORECASE), 4733),
    (re.compile(r"authorization code|code verifier|invalid code", re.IGNORECASE), 4734),
    (re.compile(r"owner|user does not exist", re.IGNORECASE), 4735),
    (re.compile(r"tolerance", re.IGNORECASE), 4740),
    (re.compile(r"scope", re.IGNORECASE), 4711),
    (re.compile(r"client.*missing|missing.*client", re.IGNORECASE), 4706),
    (re.compile(r"client_id|client_secret", re.IGNORECASE), 4702),
    (re.compile(r"grant type", re.IGNORECASE), 4705),
    (re.compile(r"invalid token|token.*revoked", re.IGNORECASE), 4741),
)
#: Where that says nothing either: OAuth's own word → the number.
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


def token_refusal(
    grant: str, status: int, body: Mapping[str, Any], *, login: str = LOGIN
) -> LeapError:
    """Return why Zoom gave no token: RetrySoon where Zoom is at fault, else NeedsHuman.

    Args:
        grant: the ``grant_type`` that was asked with.
        status: the HTTP status of the answer.
        body: its JSON; empty where it had none.
        login: the command that logs in anew.
    """
    number, said = _number(body), _said(body)
    if status >= 500 or (number == _EMPTY and not said):  # noqa: PLR2004 -- a server's fault
        return RetrySoon(f"Zoom gave no token (HTTP {status})")
    if grant == SERVER_GRANT:
        login += SERVER_FLAG
    reason = _REASONS.get(number or _meant(said, body))
    if grant == SERVER_GRANT and number is None and said.lower() == "bad request":
        reason = _NO_ACCOUNT
    words = ", ".join(filter(None, (said, str(number or ""))))
    return no_token("Zoom", reason, status, words, login)


def _number(body: Mapping[str, Any]) -> int | None:
    """Return the number in an answer of Zoom, which has several forms."""
    for key in ("code", "errorCode", "reason", "message"):
        found = _CODE.search(str(body.get(key) or ""))
        if found:
            return int(found.group())
    return None


def _meant(said: str, body: Mapping[str, Any]) -> int:
    texts = (number for pattern, number in _TEXTS if pattern.search(said))
    return next(texts, _WORDS.get(str(body.get("error", "")), 0))


def _said(body: Mapping[str, Any]) -> str:
    for key in ("message", "reason", "errorMessage"):
        text = body.get(key)
        if isinstance(text, str) and text.strip():
            line = "".join(sign if sign.isprintable() else " " for sign in text[:_LONGEST])
            return " ".join(line.split())
    return ""
