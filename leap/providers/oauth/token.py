"""A code, or a refresh token, becomes an access token.

https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from leap.domain.accounts import moment_of
from leap.domain.ports import Renewal
from leap.errors import LeapError, NeedsHuman, ProviderError
from leap.providers.http import Client, Outcome, call, client, json_of, outcome_of_status
from leap.providers.oauth.attempt import Answer, Attempt
from leap.providers.oauth.vendor import Vendor

_SECONDS = 60.0
#: Answers that say nothing about the request itself, so that it may be sent again.
_PASSING = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class App:
    """An app as it is registered with a vendor."""

    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Granted:
    """What a token endpoint gave.

    Attributes:
        refresh_token: gives the next access token; ``""`` where there is none.
        expires_at: when the access token ends, if that was said (aware, UTC).
        dies_at: when the refresh token ends if nobody uses it, if that is known.
        ends_at: when the credential ends, used or not, if that is known.
        scopes: what is allowed with it; empty where that was not said.
        more: the rest of the answer.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_at: datetime | None = None
    dies_at: datetime | None = None
    ends_at: datetime | None = None
    scopes: frozenset[str] = frozenset()
    more: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def fields(self) -> dict[str, str]:
        """Return it as fields of a credential; times are ISO 8601."""
        found = {
            "access_token": self.access_token,
            "refresh_token": self.refresh_token,
            "access_token_expires_at": self.expires_at.isoformat() if self.expires_at else "",
            "expires_at": self.dies_at.isoformat() if self.dies_at else "",
            "ends_at": self.ends_at.isoformat() if self.ends_at else "",
            "scopes": " ".join(sorted(self.scopes)),
        }
        return {name: value for name, value in found.items() if value}


def exchange(
    app: App, attempt: Attempt, answer: Answer, *, allow_insecure: bool = False
) -> Granted:
    """Return the tokens for an answer of a vendor.

    Raises what the vendor's ``refusal`` makes of a no, and ProviderError.
    """
    vendor = attempt.vendor
    if vendor.response == "token":
        # Nothing is asked for: the address had it.
        return _granted(vendor, answer.fields)
    form = {
        "grant_type": "authorization_code",
        "code": answer.fields["code"],
        "redirect_uri": attempt.redirect_uri,
        "code_verifier": attempt.verifier,
        **{name: answer.fields[name] for name in vendor.echoed if name in answer.fields},
    }
    with client(vendor.name, allow_insecure=allow_insecure) as http:
        return request(http, vendor, app, form)


def require_all(vendor: Vendor, granted: Granted) -> None:
    """Raise NeedsHuman where less was allowed than was asked for, or only for an hour."""
    lacking = sorted(set(vendor.scopes) - granted.scopes) if granted.scopes else []
    if lacking:
        message = f"{vendor.name}: the login does not allow {', '.join(lacking)}"
        raise NeedsHuman(message, hint=vendor.if_less)
    if vendor.response == "code" and not granted.refresh_token:
        message = f"{vendor.name} gave no refresh token, so that the login would end within hours"
        raise NeedsHuman(message, hint=vendor.if_less)


def refresh(
    http: Client,
    vendor: Vendor,
    app: App,
    refresh_token: str,
    echoed: Mapping[str, str] | None = None,
) -> Granted:
    """Return new tokens for ``refresh_token``, which may be worth nothing afterwards.

    ``echoed`` are the vendor's own fields (``Vendor.echoed``). Raises as ``exchange``.
    """
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token, **(echoed or {})}
    return request(http, vendor, app, form)


def renewal_of(vendor: Vendor, fields: Mapping[str, str], granted: Granted) -> Renewal:
    """Return ``granted`` as what takes the place of the credential ``fields``.

    A refresh token that stays is among its fields nevertheless, so that one
    that a person writes down later is told from it. An end that no use puts
    off stays as well.
    """
    again = granted.refresh_token or fields["refresh_token"]
    dies_at = datetime.now(UTC) + vendor.unused if vendor.unused else granted.dies_at
    ends_at = granted.ends_at or moment_of(fields.get("ends_at"))
    renewed = replace(granted, refresh_token=again, dies_at=dies_at, ends_at=ends_at)
    return Renewal(renewed.fields(), ends_at or dies_at)


def request(http: Client, vendor: Vendor, app: App, form: Mapping[str, str]) -> Granted:
    """Return the tokens that the vendor gives for ``form``. Raises as ``exchange``."""
    data, auth = dict(form), None
    if vendor.authentication == "basic":
        auth = httpx.BasicAuth(app.id, app.secret)
    else:
        data["client_id"] = app.id
    if vendor.authentication == "form":
        data["client_secret"] = app.secret
    asked = http.build_request(
        "POST", vendor.token_url, data=data, headers={"Accept": "application/json"}
    )
    if auth is not None:
        asked = next(auth.sync_auth_flow(asked))
    # Where the answer got lost, the vendor takes the token once more, or it is gone anyhow.
    response = call(
        http, asked, outcome=_judge(vendor, form["grant_type"]), deadline=_SECONDS, repeatable=True
    )
    return _granted(vendor, _mapping(json_of(response)))


def _judge(vendor: Vendor, grant: str) -> Outcome:
    def outcome(response: httpx.Response) -> LeapError | None:
        if response.status_code in _PASSING:
            return outcome_of_status(response)
        if response.is_redirect:
            return None
        try:
            body = _mapping(json_of(response))
        except ProviderError:
            body = {}
        # Some say no with a 200.
        if response.is_success and not body.get("error"):
            return None
        return vendor.refusal(grant, max(response.status_code, 400), body)

    return outcome


def _granted(vendor: Vendor, body: Mapping[str, Any]) -> Granted:
    token, again = body.get("access_token"), body.get("refresh_token")
    if not isinstance(token, str) or not token:
        raise ProviderError(f"{vendor.name} answered without an access token")
    now = datetime.now(UTC)
    has_refresh = isinstance(again, str) and bool(again)
    expires_at = _after(now, body.get("expires_in"))
    # Google says so of apps that are in testing, and of a consent for a limited time.
    ends_at = _after(now, body.get("refresh_token_expires_in"))
    return Granted(
        token,
        str(again) if has_refresh else "",
        expires_at,
        now + vendor.unused if vendor.unused and has_refresh else None,
        expires_at if vendor.response == "token" else ends_at,
        frozenset(str(body.get("scope") or "").replace(",", " ").split()),
        body,
    )


def _after(now: datetime, value: Any) -> datetime | None:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return None
    # A year at most: what is longer was meant otherwise, as milliseconds or as a moment.
    return now + timedelta(seconds=seconds) if 0 < seconds <= 366 * 86_400 else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
