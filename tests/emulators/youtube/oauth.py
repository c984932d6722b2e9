"""Google's logins: the page on which people say yes, and the endpoint that gives tokens.

https://developers.google.com/identity/protocols/oauth2/native-app
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from emulators.clock import Clock
from emulators.messages import Answer, Request, as_html, as_json, redirect
from emulators.youtube.refusals import Refused, refused
from emulators.youtube.scopes import KNOWN
from emulators.youtube.world import App, Person

#: An app for desktops may name any port and path of this machine.
_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/.*)?")
_TESTING = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Access:
    """What an access token stands for."""

    app: App
    person: Person
    scopes: frozenset[str]
    expires: datetime


@dataclass(frozen=True, slots=True)
class _Refresh:
    app: App
    person: Person
    scopes: tuple[str, ...]
    expires: datetime | None


@dataclass(frozen=True, slots=True)
class _Code:
    app: App
    person: Person
    scopes: tuple[str, ...]
    redirect: str
    challenge: str | None
    plain: bool
    lasting: bool
    expires: datetime


class OAuth:
    """Gives and knows tokens. Lifetimes may be changed at any time and hold for what is new."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.access_lives = timedelta(seconds=3599)
        self.code_lives = timedelta(minutes=10)
        self.apps: dict[str, App] = {}
        #: Who sits before the browser, and what they say: no, or yes to these scopes (None: to
        #: all that are asked for).
        self.visitor: Person | None = None
        self.consents = True
        self.grants: frozenset[str] | None = None
        self._lock = threading.RLock()
        self._access: dict[str, Access] = {}
        self._refresh: dict[str, _Refresh] = {}
        self._codes: dict[str, _Code] = {}
        self._consented: set[tuple[str, str]] = set()

    # What tests do

    def refresh_token(self, app: App, person: Person, scopes: Iterable[str]) -> str:
        """Return a new refresh token, as if the person had just consented."""
        expires = self.clock.now() + _TESTING if app.testing else None
        with self._lock:
            name = "1//0" + secrets.token_urlsafe(72)
            self._refresh[name] = _Refresh(app, person, tuple(scopes), expires)
            return name

    def access_token(self, app: App, person: Person, scopes: Iterable[str]) -> str:
        """Return a new access token without a request."""
        return str(self._grant(app, person, tuple(scopes))["access_token"])

    def revoke(self, app: App | None = None) -> None:
        """Make every token of ``app``, or of all, invalid, as a person does on Google's page."""
        with self._lock:
            for kept in (self._access, self._refresh):
                for name in [n for n, held in kept.items() if app in (None, held.app)]:
                    del kept[name]  # type: ignore[attr-defined]

    def remember(self, other: OAuth) -> None:
        """Know the apps and the tokens that another one knows, and its visitor."""
        self.apps, self.visitor = other.apps, other.visitor
        self._access, self._refresh = other._access, other._refresh

    # What the server does

    def checked(self, request: Request) -> Access:
        """Return what the token of a request stands for; refuses with 401."""
        name = request.bearer or request.query.get("access_token")
        if not name:
            raise refused("required")
        access = self._access.get(name)
        if not access or access.expires <= self.clock.now() or access.app.disabled:
            raise refused("authError")
        return access

    def authorize(self, request: Request) -> Answer:
        """Answer ``GET /o/oauth2/v2/auth`` as a browser with a person before it would be."""
        asked = request.query
        app = self.apps.get(asked.get("client_id", ""))
        if not app or app.disabled:
            return _page("invalid_client", "The OAuth client was not found.", 401)
        back = asked.get("redirect_uri", "")
        if not _LOOPBACK.fullmatch(back):
            return _page("redirect_uri_mismatch", "The redirect URI does not match.")
        if asked.get("response_type") != "code":
            return _page("invalid_request", "Required parameter is missing: response_type")
        wanted = tuple(asked.get("scope", "").split())
        if not wanted or set(wanted) - KNOWN:
            return _page("invalid_scope", "Some requested scopes were invalid.")
        method = asked.get("code_challenge_method", "plain")
        if method not in ("S256", "plain"):
            return _page("invalid_request", "Invalid parameter value: code_challenge_method")
        if not self.visitor:
            return as_html("<title>Sign in - Google Accounts</title><h1>Sign in</h1>")
        state = {"state": asked["state"]} if "state" in asked else {}
        granted = tuple(s for s in wanted if self.grants is None or s in self.grants)
        if not self.consents or not granted:
            return redirect(f"{back}?{urlencode({**state, 'error': 'access_denied'})}")
        key = (app.client_id, self.visitor.email)
        with self._lock:
            again = key in self._consented and "consent" not in asked.get("prompt", "").split()
            self._consented.add(key)
            code = "4/0A" + secrets.token_urlsafe(50)
            self._codes[code] = _Code(
                app,
                self.visitor,
                granted,
                back,
                asked.get("code_challenge"),
                method == "plain",
                # A refresh token comes once, unless consent is asked for again.
                asked.get("access_type") == "offline" and not again,
                self.clock.now() + self.code_lives,
            )
        return redirect(f"{back}?{urlencode({**state, 'code': code, 'scope': ' '.join(granted)})}")

    def token(self, request: Request) -> Answer:
        """Answer ``POST /token``."""
        asked = request.form
        with self._lock:
            app = self.apps.get(asked.get("client_id", ""))
            if not asked.get("client_id"):
                raise _no(400, "invalid_request", "Could not determine client ID from request.")
            if not app or app.disabled:
                raise _no(401, "invalid_client", "The OAuth client was not found.")
            if not secrets.compare_digest(app.client_secret, asked.get("client_secret", "")):
                raise _no(401, "invalid_client", "The provided client secret is invalid.")
            match asked.get("grant_type"):
                case "refresh_token":
                    return self._renewed(app, asked)
                case "authorization_code":
                    return self._redeemed(app, asked)
                case other:
                    raise _no(400, "unsupported_grant_type", f"Invalid grant_type: {other or ''}")

    def revoked(self, request: Request) -> Answer:
        """Answer ``POST /revoke``."""
        name = request.form.get("token") or request.query.get("token", "")
        with self._lock:
            held = self._refresh.pop(name, None) or self._access.pop(name, None)
        if not held:
            raise _no(400, "invalid_token", "Token expired or revoked")
        return as_json({})

    def _renewed(self, app: App, asked: Any) -> Answer:
        held = self._refresh.get(asked.get("refresh_token", ""))
        if not held or held.app is not app or (held.expires or _later(self)) <= self.clock.now():
            raise _no(400, "invalid_grant", "Token has been expired or revoked.")
        wanted = tuple(asked.get("scope", "").split()) or held.scopes
        if set(wanted) - set(held.scopes):
            raise _no(400, "invalid_scope", "Some requested scopes were invalid.")
        return as_json({**self._grant(app, held.person, wanted), **self._dies(held)})

    def _redeemed(self, app: App, asked: Any) -> Answer:
        code = self._codes.pop(asked.get("code", ""), None)
        if not code or code.app is not app:
            raise _no(400, "invalid_grant", "Malformed auth code.")
        if code.expires <= self.clock.now():
            raise _no(400, "invalid_grant", "Bad Request")
        if asked.get("redirect_uri") != code.redirect:
            raise _no(400, "redirect_uri_mismatch", "Bad Request")
        verifier = asked.get("code_verifier", "")
        if code.challenge is not None and not verifier:
            raise _no(400, "invalid_grant", "Missing code verifier.")
        if code.challenge is not None and code.challenge != (
            verifier if code.plain else _challenge(verifier)
        ):
            raise _no(400, "invalid_grant", "Invalid code verifier.")
        said = self._grant(app, code.person, code.scopes)
        if code.lasting:
            said["refresh_token"] = self.refresh_token(app, code.person, code.scopes)
            said |= self._dies(self._refresh[said["refresh_token"]])
        return as_json(said)

    def _grant(self, app: App, person: Person, scopes: tuple[str, ...]) -> dict[str, Any]:
        name = "ya29." + secrets.token_urlsafe(150)
        with self._lock:
            expires = self.clock.now() + self.access_lives
            self._access[name] = Access(app, person, frozenset(scopes), expires)
        return {
            "access_token": name,
            "expires_in": int(self.access_lives.total_seconds()),
            "scope": " ".join(scopes),
            "token_type": "Bearer",
        }

    def _dies(self, held: _Refresh) -> dict[str, int]:
        if held.expires is None:
            return {}
        left = held.expires - self.clock.now()
        return {"refresh_token_expires_in": int(left.total_seconds())}


def _later(oauth: OAuth) -> datetime:
    return oauth.clock.now() + timedelta(days=1)


def _no(status: int, error: str, description: str) -> Refused:
    said = {"error": error, "error_description": description}
    return Refused(as_json(said, status), error, description)


def _page(error: str, message: str, status: int = 400) -> Answer:
    return as_html(
        f"<title>Error {status}: {error}</title><h1>Error {status}: {error}</h1>{message}", status
    )


def _challenge(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636, section 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
