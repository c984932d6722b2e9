"""How Zoom gives access: to a person's app by a login, to a Server-to-Server app by its id.

https://developers.zoom.us/docs/integrations/oauth/
https://developers.zoom.us/docs/internal-apps/s2s-oauth/
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from leap.config.endpoints import ZoomEndpoints
from leap.domain.ports import Renewal
from leap.providers.http import Client
from leap.providers.oauth.refusing import require_whole
from leap.providers.oauth.token import App, Granted, refresh, request
from leap.providers.oauth.vendor import Vendor
from leap.providers.zoom.token_errors import LOGIN, SERVER_FLAG, SERVER_GRANT, token_refusal

#: A credential that a person's login gave; its tokens rotate.
USER = "zoom"
#: A credential of a Server-to-Server app, which never changes.
SERVER = "zoom_s2s"

#: What a credential of each kind must have.
FIELDS: Mapping[str, tuple[str, ...]] = {
    USER: ("client_id", "client_secret", "refresh_token"),
    SERVER: ("account_id", "client_id", "client_secret"),
}
_PORT = 8713
#: Zoom's pages speak of 90 days, and elsewhere of 15 years; the shorter is planned with.
_UNUSED = timedelta(days=90)


def vendor(endpoints: ZoomEndpoints, *, login: str = LOGIN) -> Vendor:
    """Return Zoom's OAuth; ``login`` is the command that messages tell people to run."""
    return Vendor(
        "Zoom",
        USER,
        f"{endpoints.oauth}/oauth/authorize",
        f"{endpoints.oauth}/oauth/token",
        partial(token_refusal, login=login),
        port=_PORT,
        unused=_UNUSED,
    )


def require(account: str, fields: Mapping[str, str]) -> None:
    """Raise NeedsHuman where the credential ``account`` is none of Zoom's, or not whole."""
    more = SERVER_FLAG if fields.get("kind") == SERVER else ""
    require_whole("Zoom", FIELDS, account, fields, f"{LOGIN}{more} --account {account}")


def server_token(http: Client, zoom: Vendor, fields: Mapping[str, str]) -> Granted:
    """Return a new token of a Server-to-Server app; those before it stay valid.

    ``fields`` are a whole credential of the kind SERVER. Raises NeedsHuman,
    RetrySoon and other ProviderErrors.
    """
    form = {"grant_type": SERVER_GRANT, "account_id": fields["account_id"]}
    return request(http, zoom, _app(fields), form)


def renewal(http: Client, zoom: Vendor, fields: Mapping[str, str]) -> Renewal:
    """Return new tokens for a person's login, whose refresh token is worth nothing then.

    ``fields`` are a whole credential of the kind USER. Raises as ``server_token``.
    """
    granted = refresh(http, zoom, _app(fields), fields["refresh_token"])
    return Renewal(granted.fields(), granted.dies_at)


def _app(fields: Mapping[str, str]) -> App:
    return App(fields["client_id"], fields["client_secret"])
