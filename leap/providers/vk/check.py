"""Asking VK whether a token works, what it allows, and where it may publish.

https://dev.vk.com/ru/method/account.getAppPermissions
https://dev.vk.com/ru/method/groups.getById
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx

from leap.config.endpoints import VkEndpoints
from leap.domain.accounts import lives_a_day, moment_of
from leap.domain.ports import Renewal, Tokens
from leap.errors import LeapError, NeedsHuman
from leap.providers.http import Client, Pace, call_json, client
from leap.providers.oauth.attempt import readable
from leap.providers.oauth.checked import Checked, Missing
from leap.providers.vk.login import VERSION, is_renewable, renewal, require, vendor
from leap.providers.vk.refusals import TokenRefused, judged

#: The bits of `account.getAppPermissions` that matter here.
#: https://dev.vk.com/ru/reference/access-rights
_VIDEO, _GROUPS, _WALL = 1 << 4, 1 << 18, 1 << 13
_BITS = {"video": _VIDEO, "groups": _GROUPS, "wall": _WALL}
_EDITOR = 2
_PER_SECOND = 3


def check(
    tokens: Tokens,
    groups: Sequence[int],
    endpoints: VkEndpoints,
    *,
    login: str,
    allow_insecure: bool = False,
) -> Checked:
    """Return what VK says about the account of ``tokens`` and its part in ``groups``.

    A login by VK ID is renewed on the way, and so outlives another 180 days.
    ``login`` is the command that logs in anew. Raises NeedsHuman where somebody
    has to act, other ProviderErrors, SecretError and LedgerError.
    """
    vk = vendor(endpoints, login=login)
    fields = tokens.current()
    require(tokens.account, fields, login=login)
    require_alive(tokens.account, fields, login)
    with client(vk.name, allow_insecure=allow_insecure) as http:

        def renew(newest: Mapping[str, str]) -> Renewal:
            return renewal(http, vk, newest)

        found = tokens.renewed(fields, renew) if is_renewable(fields) else fields
        ask = _Asking(http, endpoints.api, found["access_token"], login)
        whose = _whose(ask.method("users.get"))
        mask = ask.method("account.getAppPermissions")
        limits = [said for group in groups if (said := _limit(ask, group))]
    scopes = frozenset(name for name, bit in _BITS.items() if isinstance(mask, int) and mask & bit)
    ends_at = moment_of(found.get("access_token_expires_at")) if lives_a_day(found) else None
    return Checked(
        whose,
        scopes,
        () if "video" in scopes else (Missing("publish videos", "video"),),
        ends_at or moment_of(found.get("expires_at")),
        ends_anyhow=ends_at is not None,
        limits=tuple(limits),
    )


def require_alive(account: str, fields: Mapping[str, str], login: str) -> None:
    """Raise NeedsHuman where a token for a day has ended; ``login`` gives another one."""
    ends = moment_of(fields.get("access_token_expires_at")) if lives_a_day(fields) else None
    if ends is not None and ends <= datetime.now(UTC):
        message = f"the token of {account}, which lives a day, has ended"
        raise NeedsHuman(message, hint=f"log in again: {login}")


class _Asking:
    """Calls of methods with one token."""

    def __init__(self, http: Client, api: str, access_token: str, login: str) -> None:
        self._http, self._api, self._token, self._login = http, api, access_token, login
        self._pace = Pace(_PER_SECOND)

    def method(self, name: str, **parameters: str) -> Any:
        """Return what VK responds. Raises NeedsHuman, other ProviderErrors."""
        form = {**parameters, "access_token": self._token, "v": VERSION}
        request = self._http.build_request("POST", f"{self._api}/method/{name}", data=form)
        body = call_json(
            self._http,
            request,
            outcome=lambda answer: self._judged(name, answer),
            attempts=3,
            repeatable=True,
            pace=self._pace,
        )
        return body.get("response") if isinstance(body, dict) else None

    def _judged(self, method: str, answer: httpx.Response) -> LeapError | None:
        problem = judged(method, answer)
        if isinstance(problem, TokenRefused):
            return NeedsHuman(problem.message, hint=f"log in again: {self._login}")
        return problem


def _whose(found: Any) -> str:
    user = found[0] if isinstance(found, list) and found else {}
    names = (user.get(key) for key in ("first_name", "last_name"))
    return " ".join(name for name in names if isinstance(name, str) and name)


def _limit(ask: _Asking, group: int) -> str | None:
    """Return what the account may not do in a community, or None where it may publish."""
    found = ask.method("groups.getById", group_id=str(group), fields="can_upload_video")
    # Newer versions wrap the list.
    groups = found.get("groups") if isinstance(found, dict) else found
    about: Mapping[str, Any] = groups[0] if isinstance(groups, list) and groups else {}
    if about.get("can_upload_video") == 1 or int(about.get("admin_level") or 0) >= _EDITOR:
        return None
    name = readable(str(about.get("name") or group))
    return f"the community {name} ({group}) lets it publish no videos: make it an editor there"
