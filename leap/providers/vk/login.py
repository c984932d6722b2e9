"""How VK gives access: by VK ID, whose tokens renew themselves, or to older apps for a day.

https://id.vk.com/about/business/go/docs/ru/vkid/latest/vk-id/connection/api-integration/api-description
https://dev.vk.com/ru/api/access-token/implicit-flow-user
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from types import MappingProxyType
from typing import Any

from leap.config.endpoints import VkEndpoints
from leap.domain.ports import Renewal
from leap.errors import LeapError, RetrySoon
from leap.providers.http import Client
from leap.providers.oauth.attempt import readable
from leap.providers.oauth.refusing import Reason, no_token, require_whole
from leap.providers.oauth.token import App, refresh, renewal_of
from leap.providers.oauth.vendor import Vendor

KIND = "vk"
#: What a credential must have; ``refresh_token`` and ``device_id`` are VK ID's alone.
FIELDS = ("access_token",)
#: Videos, the communities that they belong to, and a post on a wall where that is wanted.
SCOPES = ("video", "groups", "wall")
#: What logs a person in; who knows tenant and account gives a whole one.
LOGIN, IMPLICIT_FLAG = "leap auth login vk", " --implicit"
#: The version of VK's API that is spoken.
VERSION = "5.199"

#: The only address of one's own machine that VK ID lets an app register has no port, and
#: port 80 is not for everybody to listen at: a person pastes what the browser ends at.
_LANDS_AT = "http://localhost"
_UNUSED = timedelta(days=180)
#: VK ID's word → the cause, and what helps; ``{login}`` is the command that logs in.
_REASONS: Mapping[str, Reason] = MappingProxyType(
    {
        "invalid_grant": (
            "the login has ended, was revoked, or is used by another program",
            "log in again: {login}",
        ),
        "invalid_token": (
            "the login has ended, was revoked, or is used by another program",
            "log in again: {login}",
        ),
        "invalid_client": (
            "it does not know this client id",
            "copy the app's ID again from id.vk.com: {login}",
        ),
        "invalid_scope": (
            "the app may not do everything that LEAP needs",
            "see docs/setup/vk.md for which apps may; then: {login}",
        ),
        "access_denied": ("it was declined", "log in again, and allow what is asked for: {login}"),
        "invalid_request": (
            "the request is not what the app allows",
            "compare the app's trusted redirect URL with the one that LEAP shows: {login}",
        ),
    }
)


def vendor(endpoints: VkEndpoints, *, login: str = LOGIN) -> Vendor:
    """Return VK ID's OAuth; ``login`` is the command that messages tell people to run."""
    return Vendor(
        "VK",
        KIND,
        f"{endpoints.login}/authorize",
        f"{endpoints.login}/oauth2/auth",
        partial(_refusal, login=login),
        lands_at=_LANDS_AT,
        authentication="none",
        scopes=SCOPES,
        echoed=("device_id", "state"),
        unused=_UNUSED,
        if_less="this app may not publish videos: docs/setup/vk.md says which apps may, and about "
        f"`{login}{IMPLICIT_FLAG}`",
    )


def implicit(endpoints: VkEndpoints, *, login: str = LOGIN) -> Vendor:
    """Return the flow of older apps: a token for a day, which nothing renews."""
    return Vendor(
        "VK",
        KIND,
        f"{endpoints.implicit}/authorize",
        "",
        partial(_refusal, login=login),
        lands_at=f"{endpoints.implicit}/blank.html",
        response="token",
        authentication="none",
        extra={"scope": ",".join(SCOPES), "display": "page", "v": VERSION},
    )


def is_renewable(fields: Mapping[str, str]) -> bool:
    """Tell whether a credential is VK ID's, whose tokens can be renewed."""
    return bool(fields.get("refresh_token"))


def require(account: str, fields: Mapping[str, str], *, login: str = LOGIN) -> None:
    """Raise NeedsHuman where the credential ``account`` is none of VK's, or not whole."""
    wanted = (*FIELDS, "client_id", "device_id") if is_renewable(fields) else FIELDS
    require_whole("VK", {KIND: wanted}, account, fields, login)


def renewal(http: Client, vk: Vendor, fields: Mapping[str, str]) -> Renewal:
    """Return new tokens for a login by VK ID, whose refresh token is worth nothing then.

    ``fields`` are a whole credential that ``is_renewable``. Raises NeedsHuman
    where the login does not count any more, RetrySoon and other ProviderErrors.
    """
    # Any text will do for the state of a renewal, which no browser brings back.
    echoed = {"device_id": fields["device_id"], "state": fields["device_id"]}
    granted = refresh(http, vk, App(fields["client_id"], ""), fields["refresh_token"], echoed)
    return renewal_of(vk, fields, granted)


def _refusal(grant: str, status: int, body: Mapping[str, Any], *, login: str = LOGIN) -> LeapError:
    del grant
    word = str(body.get("error") or "")
    if status >= 500 or word in ("server_error", "temporarily_unavailable"):  # noqa: PLR2004
        return RetrySoon(f"VK gave no token (HTTP {status})")
    if word == "slow_down":
        return RetrySoon("VK is asked for tokens more often than it allows", after=10.0)
    said = readable(str(body.get("error_description") or word))
    return no_token("VK", _REASONS.get(word), status, said, login)
