"""How Google gives access to a YouTube channel: a person's yes, and tokens of an hour from then on.

https://developers.google.com/identity/protocols/oauth2/native-app
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from types import MappingProxyType
from typing import Any

from leap.config.endpoints import YouTubeEndpoints
from leap.domain.ports import Renewal
from leap.errors import LeapError, RetrySoon
from leap.providers.http import Client
from leap.providers.oauth.attempt import readable
from leap.providers.oauth.refusing import Reason, no_token, require_whole
from leap.providers.oauth.token import App, refresh, renewal_of
from leap.providers.oauth.vendor import Vendor

KIND = "youtube"
#: What a credential must have.
FIELDS = ("client_id", "client_secret", "refresh_token")
#: The one scope that every call of publishing accepts, captions among them. Of a
#: single scope Google asks a single question, of which nothing can be unticked.
SCOPES = ("https://www.googleapis.com/auth/youtube.force-ssl",)
#: What logs a person in; who knows tenant and account gives a whole one.
LOGIN = "leap auth login youtube"

#: https://developers.google.com/identity/protocols/oauth2#expiration
_UNUSED, _TESTING = timedelta(days=180), timedelta(days=7)
_CONSOLE = "console.cloud.google.com"
#: Google's word → the cause, and what helps; ``{login}`` is the command that logs in.
_REASONS: Mapping[str, Reason] = MappingProxyType(
    {
        "invalid_grant": (
            "the login has ended or was revoked",
            f"log in again: {{login}}; if it ends every week, publish the app at {_CONSOLE} first",
        ),
        "invalid_rapt": (
            "the organisation's rules end logins after a time",
            "have the app trusted in the organisation's Google Workspace, then: {login}",
        ),
        "invalid_client": (
            "it does not know this client id, or the secret is another one",
            f"copy both again from the desktop client at {_CONSOLE}: {{login}}",
        ),
        "deleted_client": (
            "the client was deleted",
            f"make another at {_CONSOLE}, then: {{login}}",
        ),
        "disabled_client": ("the client is switched off", f"see to it at {_CONSOLE}"),
        "unauthorized_client": (
            "the client is of another kind",
            f"make one of the type Desktop app at {_CONSOLE}, then: {{login}}",
        ),
        "redirect_uri_mismatch": (
            "the client does not allow the address that the browser comes back to",
            f"make one of the type Desktop app at {_CONSOLE}, then: {{login}}",
        ),
        "admin_policy_enforced": (
            "an administrator of the organisation has forbidden the app",
            "have it allowed in the organisation's Google Workspace, then: {login}",
        ),
        "org_internal": (
            "the app is for people of one organisation only",
            "let somebody of it log in, or make the app External: {login}",
        ),
        "invalid_scope": (
            "the login does not allow what LEAP needs",
            "log in again, and allow everything that is asked for: {login}",
        ),
    }
)


def vendor(endpoints: YouTubeEndpoints, *, login: str = LOGIN) -> Vendor:
    """Return Google's OAuth; ``login`` is the command that messages tell people to run."""
    return Vendor(
        "YouTube",
        KIND,
        f"{endpoints.login}/o/oauth2/v2/auth",
        f"{endpoints.token}/token",
        partial(_refusal, login=login),
        authentication="form",
        scopes=SCOPES,
        # Without these Google gives no refresh token, or only the first time.
        extra={"access_type": "offline", "prompt": "consent"},
        unused=_UNUSED,
        testing=_TESTING,
        if_less=f"log in again, and allow everything that is asked for: {login}",
    )


def require(account: str, fields: Mapping[str, str], *, login: str = LOGIN) -> None:
    """Raise NeedsHuman where the credential ``account`` is none of YouTube's, or not whole."""
    require_whole("YouTube", {KIND: FIELDS}, account, fields, login)


def renewal(http: Client, google: Vendor, fields: Mapping[str, str]) -> Renewal:
    """Return an access token for another hour; ``fields`` are a whole credential.

    Raises NeedsHuman where the login does not count any more, RetrySoon and
    other ProviderErrors.
    """
    app = App(fields["client_id"], fields["client_secret"])
    granted = refresh(http, google, app, fields["refresh_token"])
    return renewal_of(google, fields, granted)


def _refusal(grant: str, status: int, body: Mapping[str, Any], *, login: str = LOGIN) -> LeapError:
    del grant
    word = str(body.get("error_subtype") or body.get("error") or "")
    if status >= 500 or word == "internal_failure":  # noqa: PLR2004 -- a server's fault
        return RetrySoon(f"YouTube: Google gave no token (HTTP {status})")
    reason = _REASONS.get(word) or _REASONS.get(str(body.get("error") or ""))
    said = readable(str(body.get("error_description") or word))
    return no_token("YouTube: Google", reason, status, said, login)
