"""Asking Zoom whether a credential works, and what it allows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from leap.config.endpoints import ZoomEndpoints
from leap.config.source import ZoomSource
from leap.domain.ports import Renewal, Tokens
from leap.errors import ProviderError
from leap.providers.http import Client, call, client, json_of, outcome_of_status
from leap.providers.oauth.checked import Checked
from leap.providers.oauth.vendor import Vendor
from leap.providers.zoom.login import SERVER, renewal, require, server_token, vendor
from leap.providers.zoom.scopes import missing

#: Any of these lets a login ask who it is.
_ASKS_WHO = frozenset(
    f"{name}{level}" for name in ("user:read:user", "user:read") for level in ("", ":admin")
)
#: So much of an account's id tells it from others, and no more of it is shown.
_TAIL = 4


def check(
    tokens: Tokens,
    sources: Collection[ZoomSource],
    endpoints: ZoomEndpoints,
    *,
    login: str,
    allow_insecure: bool = False,
) -> Checked:
    """Return what Zoom says about the account of ``tokens``.

    A Server-to-Server app gets a token; a person's login is renewed, and so
    outlives another 90 days. ``sources`` are those that use the account, and
    ``login`` is the command that logs in anew. Raises NeedsHuman where somebody
    has to act, other ProviderErrors, SecretError and LedgerError.
    """
    zoom = vendor(endpoints, login=login)
    fields = tokens.current()
    require(tokens.account, fields)
    with client(zoom.name, allow_insecure=allow_insecure) as http:
        if fields["kind"] == SERVER:
            scopes = server_token(http, zoom, fields).scopes
            lacking = missing(scopes, sources, personal=False)
            return Checked(f"the account …{fields['account_id'][-_TAIL:]}", scopes, lacking)
        return _login(http, zoom, tokens, fields, sources, endpoints)


def _login(
    http: Client,
    zoom: Vendor,
    tokens: Tokens,
    fields: Mapping[str, str],
    sources: Collection[ZoomSource],
    endpoints: ZoomEndpoints,
) -> Checked:
    def renew(newest: Mapping[str, str]) -> Renewal:
        return renewal(http, zoom, newest)

    found = tokens.renewed(fields, renew)
    scopes = frozenset(found.get("scopes", "").split())
    lacking = missing(scopes, sources, personal=True)
    dies_at = found.get("expires_at")
    return Checked(
        whose(http, endpoints, found["access_token"], scopes),
        scopes,
        lacking,
        datetime.fromisoformat(dies_at) if dies_at else None,
    )


def whose(
    http: Client, endpoints: ZoomEndpoints, access_token: str, scopes: Collection[str]
) -> str:
    """Return who logged in, where the app may ask that; else ``""``."""
    if not _ASKS_WHO.intersection(scopes):
        return ""
    headers = {"Authorization": f"Bearer {access_token}"}
    try:
        request = http.build_request("GET", f"{endpoints.api}/v2/users/me", headers=headers)
        email = json_of(call(http, request, outcome=outcome_of_status, attempts=2)).get("email")
    except (ProviderError, AttributeError):
        return ""
    return email if isinstance(email, str) and email.isprintable() else ""
