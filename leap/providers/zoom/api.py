"""Zoom's API on the wire: the four calls that LEAP makes, paced, with a token that lives.

https://developers.zoom.us/docs/api/meetings/#tag/cloud-recording
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from urllib.parse import quote

import httpx

from leap.errors import NeedsHuman, ProviderError
from leap.providers.http import REAL_TIME, Client, Pace, Timer, call, json_of
from leap.providers.zoom.access import Access
from leap.providers.zoom.meetings import Meeting, read_meeting
from leap.providers.zoom.refusals import Missing, TokenRefused, judged

Plan = Literal["free", "pro", "business"]
#: Zoom's name for how much a call costs.
Weight = Literal["light", "medium"]

#: Calls per second and account, which all apps of the account share; so a
#: little less is used. https://developers.zoom.us/docs/api/rate-limits/
_RATES: Mapping[Plan, Mapping[Weight, float]] = {
    "free": {"light": 4, "medium": 2},
    "pro": {"light": 30, "medium": 20},
    "business": {"light": 80, "medium": 60},
}
_USED = 0.9
_PAGE_SIZE = 300
#: Seconds for which the token that comes with one recording opens its files.
_TTL = 24 * 3600

_paces: dict[tuple[str, str, Plan, Weight], Pace] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list. ``next`` is empty on the last; ``total`` is None where it is not told."""

    entries: tuple[Any, ...]
    next: str
    total: int | None


class Api:
    """Calls for one account. Every method raises ProviderError, and SecretError.

    Args:
        http: open for as long as this is used.
        endpoint: where the API is, such as ``https://api.zoom.us``.
        access: tokens for the account.
        plan: decides how often Zoom may be asked.
        timer: for waits.
    """

    def __init__(
        self, http: Client, endpoint: str, access: Access, plan: Plan, timer: Timer = REAL_TIME
    ) -> None:
        self._http, self._endpoint, self._access = http, endpoint, access
        self._plan, self._timer = plan, timer

    def recordings(self, owner: str | None, first: date, last: date, page: str) -> Page:
        """Return a page of what was recorded in these days (UTC), by ``owner`` or by anybody.

        ``owner`` is an e-mail address, a user's id, or ``me``; ``page`` is the
        token of the page, empty for the first. Raises PageExpired.
        """
        span = {"from": f"{first:%Y-%m-%d}", "to": f"{last:%Y-%m-%d}"}
        return self._page(_recordings_of(owner), "meetings", span, page)

    def trash(self, owner: str, page: str) -> Page:
        """Return a page of what ``owner`` has in the trash. Raises PageExpired."""
        query = {"trash": "true", "trash_type": "meeting_recordings"}
        return self._page(_recordings_of(owner), "meetings", query, page)

    def users(self, status: Literal["active", "inactive"], page: str) -> Page:
        """Return a page of the account's users. Raises PageExpired."""
        return self._page("/v2/users", "users", {"status": status}, page)

    def recording(self, uuid: str) -> Meeting:
        """Return one recording, with a token that opens its files. Raises Missing."""
        query = {"include_fields": "download_access_token", "ttl": str(_TTL)}
        found = read_meeting(self._json(f"/v2/meetings/{in_path(uuid)}/recordings", query, "light"))
        if found is None:
            raise ProviderError("Zoom described a recording without its uuid")
        return found

    def to_trash(self, uuid: str, file: str | None = None) -> None:
        """Put a recording, or one file of it, into the trash; it may be there already."""
        path = f"/v2/meetings/{in_path(uuid)}/recordings"
        if file is not None:
            path += f"/{quote(file, safe='')}"
        try:
            self._call("DELETE", path, {"action": "trash"}, "light")
        except Missing:
            return

    def bearer(self) -> str:
        """Return an access token, for a download."""
        return self._access.token(self._http)

    def _page(self, path: str, key: str, query: Mapping[str, str], page: str) -> Page:
        asked = {**query, "page_size": str(_PAGE_SIZE)}
        if page:
            asked["next_page_token"] = page
        body = self._json(path, asked, "medium")
        entries, token, total = (
            body.get(key),
            body.get("next_page_token"),
            body.get("total_records"),
        )
        return Page(
            entries=tuple(entries) if isinstance(entries, list) else (),
            next=token if isinstance(token, str) else "",
            total=total if isinstance(total, int) else None,
        )

    def _json(self, path: str, query: Mapping[str, str], weight: Weight) -> Mapping[str, Any]:
        body = json_of(self._call("GET", path, query, weight))
        if not isinstance(body, Mapping):
            raise ProviderError("Zoom answered with something else than it documents")
        return body

    def _call(
        self, method: str, path: str, query: Mapping[str, str], weight: Weight
    ) -> httpx.Response:
        token = self._access.token(self._http)
        try:
            return self._send(method, path, query, weight, token)
        except TokenRefused:
            token = self._access.another(self._http, token)
        try:
            return self._send(method, path, query, weight, token)
        except TokenRefused as error:
            message = f"{error.message}, although the token is new"
            hint = (
                f"is the app of the account {self._access.account} active? see docs/setup/zoom.md"
            )
            raise NeedsHuman(message, hint=hint) from None

    def _send(
        self, method: str, path: str, query: Mapping[str, str], weight: Weight, token: str
    ) -> httpx.Response:
        request = self._http.build_request(
            method,
            f"{self._endpoint}{path}",
            params=query,
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
        )
        pace = _pace(self._endpoint, self._access.account, self._plan, weight)
        return call(self._http, request, outcome=judged, pace=pace, timer=self._timer)


def in_path(uuid: str) -> str:
    """Return a meeting's uuid as one part of a path.

    One that begins with a slash, or has two in a row, is encoded twice: that is
    how Zoom finds out where it ends. Any other is encoded once.
    """
    once = quote(uuid, safe="")
    return quote(once, safe="") if uuid.startswith("/") or "//" in uuid else once


def _recordings_of(owner: str | None) -> str:
    if owner is None:
        return "/v2/accounts/me/recordings"
    return f"/v2/users/{quote(owner, safe='')}/recordings"


def _pace(endpoint: str, account: str, plan: Plan, weight: Weight) -> Pace:
    """Return the one pace that all threads keep towards an account."""
    with _lock:
        name = endpoint, account, plan, weight
        if name not in _paces:
            rate = _RATES[plan][weight]
            _paces[name] = Pace(_USED * rate, burst=max(1, int(rate / 4)))
        return _paces[name]
