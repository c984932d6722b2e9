"""Asking YouTube whether a login works, whose channel it is, and what that channel may not do.

https://developers.google.com/youtube/v3/docs/channels/list
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from leap.config.endpoints import YouTubeEndpoints
from leap.domain.accounts import moment_of
from leap.domain.ports import Renewal, Tokens
from leap.errors import LeapError, NeedsHuman, ProviderError
from leap.providers.http import Client, call_json, client
from leap.providers.oauth.checked import Checked, Missing
from leap.providers.youtube.login import SCOPES, renewal, require, vendor
from leap.providers.youtube.refusals import QuotaUsedUp, TokenRefused, judged

#: The channel's word for videos longer than 15 minutes → what is said of it.
#: https://support.google.com/youtube/answer/71673
_UNVERIFIED = (
    "the channel may have no videos longer than 15 minutes and no thumbnails of its own: "
    "confirm it by phone at youtube.com/verify"
)
_LONG_UPLOADS = {"eligible": _UNVERIFIED, "disallowed": _UNVERIFIED}
_ABILITY = "publish videos, captions and playlists"


def check(
    tokens: Tokens, endpoints: YouTubeEndpoints, *, login: str, allow_insecure: bool = False
) -> Checked:
    """Return what YouTube says about the account of ``tokens``, for one unit of its quota.

    The login is renewed on the way, and so outlives another six months, unless
    its app is in testing. ``login`` is the command that logs in anew. Raises
    NeedsHuman where somebody has to act, other ProviderErrors, SecretError and
    LedgerError.
    """
    google = vendor(endpoints, login=login)
    fields = tokens.current()
    require(tokens.account, fields, login=login)
    with client(google.name, allow_insecure=allow_insecure) as http:

        def renew(newest: Mapping[str, str]) -> Renewal:
            return renewal(http, google, newest)

        found = tokens.renewed(fields, renew)
        scopes = frozenset(found.get("scopes", "").split())
        lacking = [] if not scopes else sorted(set(SCOPES) - scopes)
        channel = _channel(http, endpoints, found["access_token"], login)
    limit = _LONG_UPLOADS.get(str(_section(channel, "status").get("longUploadsStatus")))
    ends_at = moment_of(found.get("ends_at"))
    return Checked(
        _title(channel),
        scopes,
        tuple(Missing(_ABILITY, scope) for scope in lacking),
        ends_at or moment_of(found.get("expires_at")),
        ends_anyhow=ends_at is not None,
        limits=(limit,) if limit else (),
    )


def _channel(
    http: Client, endpoints: YouTubeEndpoints, access_token: str, login: str
) -> Mapping[str, Any]:
    request = http.build_request(
        "GET",
        f"{endpoints.api}/youtube/v3/channels",
        params={"part": "snippet,status", "mine": "true"},
        headers={"Authorization": f"Bearer {access_token}"},
    )
    body = call_json(http, request, outcome=lambda answer: _judged(answer, login), attempts=3)
    items = body.get("items") if isinstance(body, dict) else None
    if not items or not isinstance(items[0], dict):
        message = "YouTube: whoever logged in has no channel"
        hint = f"make one at youtube.com, or choose another one when it asks: {login}"
        raise NeedsHuman(message, hint=hint)
    return dict(items[0])


def _judged(answer: httpx.Response, login: str) -> LeapError | None:
    problem = judged(answer, login)
    match problem:
        case TokenRefused():
            return NeedsHuman(problem.message, hint=f"log in again: {login}")
        case QuotaUsedUp():
            return ProviderError(problem.message, hint="ask again after midnight in California")
    return problem


def _title(channel: Mapping[str, Any]) -> str:
    title = _section(channel, "snippet").get("title")
    identity = str(channel.get("id", ""))
    return f"the channel {title}" if isinstance(title, str) and title else identity


def _section(channel: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = channel.get(name)
    return found if isinstance(found, dict) else {}
