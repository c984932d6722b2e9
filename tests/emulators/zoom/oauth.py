"""Tokens: the endpoint that gives them, the page on which users consent, and what they allow."""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from emulators.clock import Clock
from emulators.messages import Answer, Request, as_json, redirect
from emulators.zoom.refusals import Refused, failed, page, refused_token
from emulators.zoom.world import App, Meeting, User


@dataclass(frozen=True, slots=True)
class Access:
    """What an access token stands for; with a ``meeting`` only its files can be fetched."""

    app: App
    user: User | None
    expires: datetime
    meeting: Meeting | None = None


@dataclass(frozen=True, slots=True)
class _Code:
    app: App
    user: User
    redirect: str
    challenge: str | None
    plain: bool
    expires: datetime


@dataclass(frozen=True, slots=True)
class _Refresh:
    app: App
    user: User
    expires: datetime


class OAuth:
    """Gives and knows tokens. Lifetimes may be changed at any time and hold for what is new."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.access_lives = timedelta(hours=1)
        self.refresh_lives = timedelta(days=90)
        self.code_lives = timedelta(minutes=5)
        #: What ``api_url`` of an answer says.
        self.api_url = ""
        #: Who sits before the browser, and what they say when asked.
        self.visitor: User | None = None
        self.consents = True
        self.apps: dict[str, App] = {}
        self._lock = threading.RLock()
        self._access: dict[str, Access] = {}
        self._codes: dict[str, _Code] = {}
        self._refresh: dict[str, _Refresh] = {}

    # What tests do

    def revoke(self, app: App | None = None) -> None:
        """Make every token of ``app``, or of all, invalid at once."""
        with self._lock:
            for kept in (self._access, self._refresh):
                for token in [t for t, held in kept.items() if app in (None, held.app)]:
                    del kept[token]

    def refresh_token(self, app: App, user: User) -> str:
        """Return a new refresh token, as if the user had just consented."""
        with self._lock:
            token = _new()
            self._refresh[token] = _Refresh(app, user, self.clock.now() + self.refresh_lives)
            return token

    def access_token(self, app: App, user: User | None = None) -> str:
        """Return a new access token without a request."""
        return self._grant(app, user)["access_token"]

    def stands(self, refresh_token: str) -> bool:
        """Return whether a refresh token could still be used."""
        return refresh_token in self._refresh

    # What the servers do

    def for_meeting(self, access: Access, meeting: Meeting, seconds: int) -> str:
        """Return a token with which the files of one meeting can be fetched."""
        with self._lock:
            token = _new()
            expires = self.clock.now() + timedelta(seconds=seconds)
            self._access[token] = Access(access.app, access.user, expires, meeting)
            return token

    def known(self, token: str | None) -> Access | None:
        """Return what a token stands for, if it is good."""
        with self._lock:
            access = self._access.get(token or "")
        if not access or access.app.disabled or access.expires <= self.clock.now():
            return None
        return access

    def checked(self, request: Request) -> Access:
        """Return what the token of a request to the API stands for; refuses with 401."""
        if access := self.known(request.bearer):
            if access.meeting is None:
                return access
        elif request.bearer in self._access:
            raise failed(401, 124, "Access token is expired.")
        raise failed(401, 124, "Invalid access token.")

    def authorize(self, request: Request) -> Answer:
        """Answer ``GET /oauth/authorize``: to the app with a code, or a page that says what is wrong."""
        asked = request.query
        app = self.apps.get(asked.get("client_id", ""))
        if not app or app.server_to_server:
            return page("Invalid client_id: (4,702)", 400)
        if asked.get("redirect_uri") not in app.redirects:
            return page("Invalid redirect url (4,709)", 400)
        back = asked["redirect_uri"]
        state = {"state": asked["state"]} if "state" in asked else {}
        method = asked.get("code_challenge_method", "plain")
        if asked.get("response_type") != "code" or method not in ("S256", "plain"):
            return redirect(f"{back}?{urlencode({'error': 'invalid_request', **state})}")
        if not self.visitor:
            return page("Sign In")
        if not self.consents:
            return redirect(f"{back}?{urlencode({'error': 'access_denied', **state})}")
        code = _new()
        with self._lock:
            self._codes[code] = _Code(
                app,
                self.visitor,
                back,
                asked.get("code_challenge"),
                method == "plain",
                self.clock.now() + self.code_lives,
            )
        return redirect(f"{back}?{urlencode({'code': code, **state})}")

    def token(self, request: Request) -> Answer:
        """Answer ``POST /oauth/token``; the fields may stand in the body or in the query."""
        asked = {**request.query, **request.form}
        with self._lock:
            app = self._app(request, asked)
            match asked.get("grant_type"):
                case None:
                    raise _no(4706)
                case "account_credentials" if app.server_to_server:
                    if asked.get("account_id") != app.account.id:
                        raise _no(4702, "Bad Request")
                    return as_json(self._grant(app, None))
                case "authorization_code" if not app.server_to_server:
                    return self._with_refresh(app, self._redeem(app, asked))
                case "refresh_token" if not app.server_to_server:
                    return self._with_refresh(app, self._renew(app, asked))
            raise _no(4705)

    def _app(self, request: Request, asked: dict[str, str]) -> App:
        pair = request.basic or (asked.get("client_id", ""), asked.get("client_secret", ""))
        if not pair[0]:
            raise _no(4706)
        app = self.apps.get(pair[0])
        if not app:
            raise _no(4702)
        if not secrets.compare_digest(app.client_secret.encode(), pair[1].encode()):
            raise _no(4704)
        if app.disabled:
            raise _no(4717)
        if app.forbidden:
            raise _no(4738)
        if not app.scopes:
            raise _no(4700)
        if set(asked.get("scope", "").split()) - set(app.scopes):
            raise _no(4711)
        return app

    def _redeem(self, app: App, asked: dict[str, str]) -> User:
        """Return who consented; a code is good once, for its app, its address and its verifier."""
        code = self._codes.pop(asked.get("code", ""), None)
        if not code or code.app is not app:
            raise _no(4734)
        if code.expires <= self.clock.now():
            raise _no(4733)
        if asked.get("redirect_uri") != code.redirect:
            raise _no(4709)
        verifier = asked.get("code_verifier", "")
        if code.challenge is not None and code.challenge != (
            verifier if code.plain else _challenge(verifier)
        ):
            raise _no(4734, "Invalid code verifier")
        return code.user

    def _renew(self, app: App, asked: dict[str, str]) -> User:
        """Return whose token it is, and make it invalid."""
        old = self._refresh.get(asked.get("refresh_token", ""))
        if not old or old.app is not app:
            raise _no(4741)
        if old.expires <= self.clock.now():
            raise _no(4740)
        if old.user.gone:
            raise _no(4735)
        del self._refresh[asked["refresh_token"]]
        return old.user

    def _with_refresh(self, app: App, user: User) -> Answer:
        return as_json({**self._grant(app, user), "refresh_token": self.refresh_token(app, user)})

    def _grant(self, app: App, user: User | None) -> dict[str, Any]:
        with self._lock:
            token = _new()
            self._access[token] = Access(app, user, self.clock.now() + self.access_lives)
        return {
            "access_token": token,
            "token_type": "bearer",
            "expires_in": int(self.access_lives.total_seconds()),
            "scope": " ".join(app.scopes),
            "api_url": self.api_url,
        }


def _no(code: int, reason: str | None = None) -> Refused:
    said = refused_token(code, reason=reason)
    return Refused(as_json(said["json"], said["status"]))


def _new() -> str:
    """Return a token that looks like Zoom's, which begin as JSON in base64 does."""
    return "eyJ" + secrets.token_urlsafe(60)


def _challenge(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636, section 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
