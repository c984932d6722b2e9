"""What YouTube says when it does not do what was asked, and what helps.

Status and reason together decide: a used up quota is a 403, a 429 or a 400.
https://developers.google.com/youtube/v3/docs/errors
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, NamedTuple

import httpx

from leap.errors import DeferUntil, LeapError, NeedsHuman, ProviderError, RetrySoon
from leap.providers.http import json_of, outcome_of_status, retry_after
from leap.providers.oauth.attempt import readable
from leap.providers.youtube.login import LOGIN

_STUDIO = "studio.youtube.com"
#: What a channel may be sent within 24 hours is nowhere told; it is free again after them.
_CHANNEL_LIMIT = timedelta(hours=24)
_TAG = re.compile(r"<[^>]*>")

_QUOTA = frozenset({"quotaExceeded", "dailyLimitExceeded"})
_SPEED = frozenset({"rateLimitExceeded", "userRateLimitExceeded"})
#: A 429 that is about a day: "The user has exceeded the number of Video Uploads per day."
_PER_DAY = re.compile(r"\bper day\b|\bdaily\b", re.IGNORECASE)

#: A reason → what a person can do; ``{login}`` is the command that logs in. Those of a 400
#: need no entry to be for a person.
_HINTS: Mapping[str, str] = MappingProxyType(
    {
        "insufficientPermissions": "log in again and allow everything that is asked for: {login}",
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT": (
            "log in again and allow everything that is asked for: {login}"
        ),
        "accessNotConfigured": (
            "switch the YouTube Data API v3 on for the app's project at console.cloud.google.com"
        ),
        "SERVICE_DISABLED": (
            "switch the YouTube Data API v3 on for the app's project at console.cloud.google.com"
        ),
        "youtubeSignupRequired": (
            "make a channel at youtube.com with this Google account, or log in with another: {login}"
        ),
        "forbidden": f"is the channel the right one, and in good standing? see {_STUDIO}",
        "invalidTags": "shorten or drop tags of the preset or template",
        "invalidCategoryId": "`category` is the number of a category that YouTube has, such as 27",
        "invalidPublishAt": "`publish_at` has to be later, and the video not public yet",
    }
)


class TokenRefused(ProviderError):
    """The access token is not, or no longer, accepted; another one may be."""


class QuotaUsedUp(ProviderError):
    """The app may not ask for more today."""


class Missing(ProviderError):
    """What was asked for is not there, or not there yet; ``reason`` is YouTube's word."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class Conflict(ProviderError):
    """It is there already, or not in a state that allows this; ``reason`` is YouTube's word."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class Said(NamedTuple):
    """YouTube's word for what is wrong, and its sentence; empty where it said neither."""

    reason: str
    text: str


def judged(response: httpx.Response, login: str = LOGIN) -> LeapError | None:
    """Return what an answer of the API means, None where it is as hoped.

    ``login`` is the command that logs in anew, which messages name.

    A TokenRefused, QuotaUsedUp, Missing or Conflict, which whoever asked makes
    something of; else RetrySoon, DeferUntil, NeedsHuman or ProviderError.
    """
    if response.status_code < HTTPStatus.BAD_REQUEST:
        return None
    status, said = response.status_code, _said(response)
    told = _told(status, said)
    if said.reason in _SPEED and not _PER_DAY.search(said.text):
        return RetrySoon(told, after=_after(response))
    if said.reason in _QUOTA or (
        status == HTTPStatus.TOO_MANY_REQUESTS and _PER_DAY.search(said.text)
    ):
        return QuotaUsedUp(told)
    if said.reason == "uploadLimitExceeded":
        until = datetime.now(UTC) + _CHANNEL_LIMIT
        message = "YouTube: the channel has taken as many videos as it may within a day"
        # What is there already can still be changed, and opened.
        return DeferUntil(message, until=until)
    if status == HTTPStatus.UNAUTHORIZED and said.reason != "youtubeSignupRequired":
        return TokenRefused("YouTube does not take the access token")
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return Missing(told, said.reason)
    if status == HTTPStatus.CONFLICT and said.reason == "captionExists":
        return Conflict(told, said.reason)
    if status == HTTPStatus.CONFLICT:
        return RetrySoon(told)  # two changes of one playlist at once
    if status == HTTPStatus.BAD_REQUEST and said.reason == "failedPrecondition":
        return Conflict(told, said.reason)
    if status in {400, 401, 403, 413}:
        hint = _HINTS.get(said.reason)
        return NeedsHuman(told, hint=hint.format(login=login) if hint else None)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return RetrySoon(told, after=_after(response))
    # A time-out, or what nobody has met yet.
    return outcome_of_status(response)


def no_channel(login: str) -> NeedsHuman:
    """Return what it means that an account has no channel; ``login`` logs in with another."""
    hint = f"make one at youtube.com, or log in with another account: {login}"
    return NeedsHuman("YouTube: this Google account has no channel", hint=hint)


def _told(status: int, said: Said) -> str:
    words = ", ".join(filter(None, (said.text.rstrip("."), said.reason)))
    return f"YouTube: {words}" if words else f"YouTube answered {status}"


def _after(response: httpx.Response) -> float | None:
    now = datetime.now(UTC)
    moment = retry_after(response.headers, now)
    return (moment - now).total_seconds() if moment else None


def _said(response: httpx.Response) -> Said:
    try:
        body: Any = json_of(response)
    except ProviderError:
        return Said("", "")
    error = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(error, Mapping):
        return Said("", "")
    first = _first(error.get("errors"))
    reason = first.get("reason") or _first(error.get("details")).get("reason")
    text = error.get("message") or first.get("message")
    return Said(
        readable(reason) if isinstance(reason, str) else "",
        readable(_TAG.sub("", text)) if isinstance(text, str) else "",
    )


def _first(values: Any) -> Mapping[str, Any]:
    found = values[0] if isinstance(values, list) and values else None
    return found if isinstance(found, Mapping) else {}
