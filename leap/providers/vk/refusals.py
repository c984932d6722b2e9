"""What VK says when it does not do what was asked, and what helps.

Errors come with the status 200; their code decides.
https://dev.vk.com/en/reference/errors
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

import httpx

from leap.errors import DeferUntil, LeapError, NeedsHuman, ProviderError, RetrySoon
from leap.providers.http import AnswerLost, json_of, outcome_of_status
from leap.providers.oauth.attempt import readable

#: Methods that make something, so that asking twice makes two.
MAKERS = frozenset({"video.save", "video.addAlbum"})

#: A video, a community or an album that is not there, or not the account's.
NO_ACCESS, BAD_PARAMETER, NOT_FOUND = 204, 100, 104
NO_ALBUM, ALBUM_FULL, TOO_MANY_ALBUMS, IN_ALBUM = 114, 300, 302, 800

#: VK's own trouble. What was asked for may have been done nevertheless.
_PASSING = frozenset({1, 10, 22, 36, 43})
#: It was not even looked at → seconds to wait.
_TOO_QUICK: Mapping[int, float] = MappingProxyType({6: 1.0, 32: 2.0})
_TOKEN = frozenset({5, 27, 28, 1114, 1116, 1117, 1118})
#: "Minutes to hours": nobody says when it ends.
_FLOOD, _FLOOD_LASTS = 9, timedelta(hours=1)
#: What may be done so often in a day. VK does not say whose; its own is Moscow's.
_DAILY = frozenset({29, 601})
_MOSCOW = timezone(timedelta(hours=3))

_IN_BROWSER = "open vk.com in a browser as this user, do what it asks for, then `leap retry`"
_APP = "see the app's settings at dev.vk.com; docs/setup/vk.md says what it needs"
_OWN = "is the account an administrator of the community that the preset names?"
#: VK's code → what a person can do.
_HUMAN: Mapping[int, str] = MappingProxyType(
    {
        2: _APP,
        7: "log in again and allow everything that is asked for",
        11: _APP,
        14: _IN_BROWSER,
        15: _OWN,
        17: _IN_BROWSER,
        18: "the page was deleted or banned: log in with another account",
        20: _APP,
        21: _APP,
        23: _APP,
        24: _IN_BROWSER,
        25: _IN_BROWSER,
        37: "the account is banned: log in with another one",
        41: _IN_BROWSER,
        42: "VK ties a token to the network that it was given to: log in on this one",
        101: _APP,
        203: _OWN,
        NO_ACCESS: _OWN,
        214: "posts on this wall are not allowed: write `wallpost: false`",
        219: "an advertisement stands on the wall: write `wallpost: false`, or wait",
        ALBUM_FULL: "name another album in the preset or template",
        TOO_MANY_ALBUMS: "delete an album at vk.com, or name one that is there",
        703: "switch on two-factor login for this account at id.vk.com",
        704: "switch on two-factor login for this account at id.vk.com",
    }
)


class TokenRefused(ProviderError):
    """The access token is not, or no longer, accepted; another one may be."""


class Refused(NeedsHuman):
    """VK said no with a ``code`` that nothing but a person's action changes."""

    def __init__(self, message: str, code: int, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.code = code


class BadRequest(ProviderError):
    """VK said that what was asked is wrong or not there, with a ``code``."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def judged(
    method: str, response: httpx.Response, allowed: frozenset[int] = frozenset()
) -> LeapError | None:
    """Return what an answer to ``method`` means, None where it is as hoped or ``allowed``.

    Raises ProviderError where it is no JSON.
    """
    problem: ProviderError | None = outcome_of_status(response)
    if problem is None:
        error = error_of(json_of(response))
        if not error or error.get("error_code") in allowed:
            return None
        return outcome(method, error)
    if isinstance(problem, RetrySoon) and method in MAKERS:
        return AnswerLost(problem.message)
    return problem


def error_of(body: Any) -> Mapping[str, Any]:
    """Return the error in an answer, empty where it has none."""
    error = body.get("error") if isinstance(body, Mapping) else None
    return error if isinstance(error, Mapping) else {}


def outcome(method: str, error: Mapping[str, Any]) -> LeapError:
    """Return what an error of ``method`` means.

    TokenRefused, Refused or BadRequest; else RetrySoon, DeferUntil, or
    AnswerLost where something may have been made in spite of it.
    """
    code = error.get("error_code")
    code = code if isinstance(code, int) else 1
    said = readable(str(error.get("error_msg") or "")).rstrip(".")
    told = f"VK: {said or 'an error'} ({method}, code {code})"
    now = datetime.now(UTC)
    if code in _TOO_QUICK:
        return RetrySoon(told, after=_TOO_QUICK[code])
    if code in _PASSING:
        return AnswerLost(told) if method in MAKERS else RetrySoon(told)
    if code == _FLOOD:
        return DeferUntil(told, until=now + _FLOOD_LASTS, for_account=True)
    if code in _DAILY:
        return DeferUntil(told, until=_tomorrow(now), for_account=True)
    if code in _TOKEN:
        return _of_token(told, said, code)
    if code in _HUMAN:
        return Refused(told, code, hint=_HUMAN[code])
    return BadRequest(told, code)


def _of_token(told: str, said: str, code: int) -> LeapError:
    # In words alone: the code is that of any other refused token.
    if "ip address" in said.lower():
        return Refused(told, code, hint=_HUMAN[42])
    return TokenRefused(told)


def _tomorrow(now: datetime) -> datetime:
    midnight = now.astimezone(_MOSCOW).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight + timedelta(days=1)).astimezone(UTC)
