"""What Zoom's API says when it does not do what was asked, and what helps.

https://developers.zoom.us/docs/api/errors/ and …/rate-limits/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import httpx

from leap.errors import DeferUntil, LeapError, NeedsHuman, ProviderError, RetrySoon
from leap.providers.http import json_of, outcome_of_status, retry_after

_VALIDATION = 300
_NO_SCOPE = frozenset({4700, 4711})
#: Granular scopes, ``cloud_recording:read:list_account_recordings:admin``, and
#: classic ones, ``recording:read:admin``.
_SCOPE = re.compile(r"\b[a-z_]+(?::[a-z_]+){1,3}\b")
_LONGEST = 200


class TokenRefused(ProviderError):
    """The access token is not, or no longer, accepted; another one may be."""


class Missing(ProviderError):
    """What was asked for is not there: a recording, or a user."""


class PageExpired(ProviderError):
    """The token of the next page is too old; the list begins anew."""


def judged(response: httpx.Response) -> LeapError | None:
    """Return what an answer of the API means, None where it is as hoped.

    Of a 404 a Missing, of a refused token a TokenRefused, of a page token that
    is too old a PageExpired; else RetrySoon, DeferUntil, NeedsHuman or
    ProviderError.
    """
    if response.is_success or response.is_redirect:
        return None
    status, (code, said) = response.status_code, _said(response)
    told = f"Zoom: {said}" if said else f"Zoom answered {status}"
    if code in _NO_SCOPE and status in {400, 401, 403}:
        return _without_scope(said)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return _too_many(response, said)
    if status == HTTPStatus.UNAUTHORIZED:
        return TokenRefused(told)
    if status == HTTPStatus.NOT_FOUND:
        return Missing(told)
    if status == HTTPStatus.FORBIDDEN:
        hint = "whoever installed the app needs a role that may read cloud recordings"
        return NeedsHuman(told, hint=hint)
    if status == HTTPStatus.BAD_REQUEST:
        if code == _VALIDATION and "next_page_token" in response.request.url.params:
            return PageExpired(told)
        return ProviderError(told)
    # A server's fault, a time-out, or what nobody has met yet.
    return outcome_of_status(response)


def _without_scope(said: str) -> NeedsHuman:
    scopes = ", ".join(f"`{scope}`" for scope in dict.fromkeys(_SCOPE.findall(said)))
    message = f"Zoom: the app lacks the scope {scopes}" if scopes else f"Zoom: {said or 'no scope'}"
    hint = "add it to the app at marketplace.zoom.us under Scopes; docs/setup/zoom.md lists them"
    return NeedsHuman(message, hint=hint)


def _too_many(response: httpx.Response, said: str) -> ProviderError:
    now = datetime.now(UTC)
    asked = retry_after(response.headers, now)
    kind = response.headers.get("X-RateLimit-Type", "")
    if "daily" in f"{kind} {said}".lower():
        tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return DeferUntil(
            "Zoom: the account's daily limit is used up", until=asked or tomorrow, for_account=True
        )
    after = (asked - now).total_seconds() if asked else None
    return RetrySoon("Zoom is asked more often than it allows", after=after)


def _said(response: httpx.Response) -> tuple[int | None, str]:
    """Return Zoom's code and message, as one short line, of an answer in JSON."""
    try:
        body: Any = json_of(response)
    except ProviderError:
        return None, ""
    if not isinstance(body, Mapping):
        return None, ""
    code, errors = body.get("code"), body.get("errors")
    texts: list[Any] = [body.get("message")]
    if isinstance(errors, list):
        texts += [
            f"{each.get('field')}: {each.get('message')}"
            for each in errors[:3]
            if isinstance(each, Mapping)
        ]
    text = "; ".join(each.strip().rstrip(".") for each in texts if isinstance(each, str))
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    number = code if isinstance(code, int) else None
    return number, line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
