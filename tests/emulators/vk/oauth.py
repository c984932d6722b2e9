"""Tokens of VK: VK ID with its refresh tokens, and the older flow whose tokens live for a day.

https://id.vk.com/about/business/go/docs/ru/vkid/latest/vk-id/connection/api-integration/api-description
https://dev.vk.com/ru/api/access-token/implicit-flow-user
"""

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
from emulators.messages import Answer, Request, as_html, as_json, redirect
from emulators.vk.refusals import Refused
from emulators.vk.world import User

_PAGE = "<!doctype html><html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"


@dataclass(eq=False)
class App:
    """An app that people let act for them; ``redirects`` are the addresses it may name."""

    client_id: str
    redirects: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ("video", "groups", "wall")
    disabled: bool = False


@dataclass(frozen=True)
class Access:
    """What an access token stands for; ``expires`` is None for one that lives for ever."""

    app: App
    user: User
    expires: datetime | None
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class _Code:
    app: App
    user: User
    redirect: str
    challenge: str
    device: str
    expires: datetime


@dataclass(frozen=True)
class _Refresh:
    app: App
    user: User
    device: str
    expires: datetime


class OAuth:
    """Gives and knows tokens. Lifetimes may be changed at any time and hold for what is new."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.access_lives = timedelta(hours=1)
        self.implicit_lives = timedelta(hours=24)
        self.refresh_lives = timedelta(days=180)
        self.code_lives = timedelta(minutes=10)
        #: With which status the token endpoint refuses.
        self.refuses_with = 400
        #: Who sits before the browser, and what they say when asked.
        self.visitor: User | None = None
        self.consents = True
        #: Where the page is to which an implicit token is sent.
        self.blank = ""
        self.apps: dict[str, App] = {}
        self._lock = threading.RLock()
        self._access: dict[str, Access] = {}
        self._codes: dict[str, _Code] = {}
        self._refresh: dict[str, _Refresh] = {}

    # What tests do

    def access_token(
        self, app: App, user: User, lives: timedelta | None = None, *, offline: bool = False
    ) -> str:
        """Return a new access token without a request, by default for a day."""
        with self._lock:
            token = f"vk1.a.{secrets.token_urlsafe(60)}"
            ends = None if offline else self.clock.now() + (lives or self.implicit_lives)
            self._access[token] = Access(app, user, ends, app.scopes)
            return token

    def refresh_token(self, app: App, user: User, device: str) -> str:
        """Return a new refresh token, as if the user had just consented."""
        with self._lock:
            token = f"vk2.a.{secrets.token_urlsafe(60)}"
            ends = self.clock.now() + self.refresh_lives
            self._refresh[token] = _Refresh(app, user, device, ends)
            return token

    def stands(self, refresh_token: str) -> bool:
        """Return whether a refresh token could still be used."""
        return refresh_token in self._refresh

    def revoke(self) -> None:
        """Make every token invalid at once."""
        with self._lock:
            self._access.clear()
            self._refresh.clear()

    def remember(self, other: OAuth) -> None:
        """Know the apps and the tokens that another one knows, and its visitor."""
        self.apps, self.visitor = other.apps, other.visitor
        self._access, self._refresh = other._access, other._refresh

    # What the servers do

    def checked(self, token: str) -> Access:
        """Return what a token stands for; refuses with 5, or 1117 where it has ended."""
        access = self._access.get(token)
        if access is None:
            raise Refused(5)
        if access.expires is not None and access.expires <= self.clock.now():
            raise Refused(1117)
        if access.app.disabled:
            raise Refused(2)
        if access.user.banned:
            raise Refused(18)
        return access

    def authorize(self, request: Request) -> Answer:
        """Answer ``GET /authorize`` of both flows."""
        asked = request.query
        app, back = self.apps.get(asked.get("client_id", "")), asked.get("redirect_uri", "")
        implicit = asked.get("response_type") == "token"
        if app is None:
            return as_html(_PAGE.format("Selected sign-in method not available for app"), 400)
        if back not in ((self.blank,) if implicit else app.redirects):
            return as_html(_PAGE.format("redirect_uri is incorrect"), 400)
        sign = "#" if implicit else "?"
        state = {"state": asked["state"]} if "state" in asked else {}
        if not self.visitor or not self.consents:
            said = {"error": "access_denied", "error_description": "User denied your request"}
            return redirect(f"{back}{sign}{urlencode({**said, **state})}")
        if implicit:
            seconds = int(self.implicit_lives.total_seconds())
            given = {"access_token": self.access_token(app, self.visitor), "expires_in": seconds}
            return redirect(f"{back}#{urlencode({**given, 'user_id': self.visitor.id, **state})}")
        if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
            said = {"error": "invalid_request", "error_description": "code_challenge is missing"}
            return redirect(f"{back}?{urlencode({**said, **state})}")
        given = self._code(app, self.visitor, back, asked["code_challenge"])
        return redirect(f"{back}?{urlencode({**given, **state, 'type': 'code_v2'})}")

    def _code(self, app: App, user: User, back: str, challenge: str) -> dict[str, Any]:
        with self._lock:
            code, device = f"vk2.a.{secrets.token_urlsafe(24)}", secrets.token_urlsafe(24)
            ends = self.clock.now() + self.code_lives
            self._codes[code] = _Code(app, user, back, challenge, device, ends)
        return {"code": code, "device_id": device, "expires_in": 600}

    def token(self, request: Request) -> Answer:
        """Answer ``POST /oauth2/auth``."""
        asked = request.form
        with self._lock:
            app = self.apps.get(asked.get("client_id", ""))
            if app is None or app.disabled:
                return self._no(asked, "invalid_client", "client_id is incorrect")
            match asked.get("grant_type"):
                case "authorization_code":
                    return self._redeem(app, asked)
                case "refresh_token":
                    return self._renew(app, asked)
            return self._no(asked, "invalid_request", "grant_type is incorrect")

    def _redeem(self, app: App, asked: Any) -> Answer:
        code = self._codes.pop(asked.get("code", ""), None)
        if code is None or code.app is not app or code.expires <= self.clock.now():
            return self._no(asked, "invalid_grant", "code is expired or invalid")
        if asked.get("redirect_uri") != code.redirect:
            return self._no(asked, "invalid_request", "redirect_uri is incorrect")
        if asked.get("device_id") != code.device:
            return self._no(asked, "invalid_request", "device_id is incorrect")
        if _challenge(asked.get("code_verifier", "")) != code.challenge:
            return self._no(asked, "invalid_grant", "code_verifier is incorrect")
        return self._grant(app, code.user, code.device, asked)

    def _renew(self, app: App, asked: Any) -> Answer:
        old = self._refresh.get(asked.get("refresh_token", ""))
        if old is None or old.app is not app or old.expires <= self.clock.now():
            return self._no(asked, "invalid_grant", "refresh_token is expired or invalid")
        if asked.get("device_id") != old.device:
            return self._no(asked, "invalid_request", "device_id is incorrect")
        del self._refresh[asked["refresh_token"]]
        return self._grant(app, old.user, old.device, asked)

    def _grant(self, app: App, user: User, device: str, asked: Any) -> Answer:
        return as_json(
            {
                "access_token": self.access_token(app, user, self.access_lives),
                "refresh_token": self.refresh_token(app, user, device),
                "id_token": secrets.token_urlsafe(40),
                "token_type": "Bearer",
                "expires_in": int(self.access_lives.total_seconds()),
                "user_id": user.id,
                "state": asked.get("state", ""),
                "scope": " ".join(app.scopes),
            }
        )

    def _no(self, asked: Any, error: str, description: str) -> Answer:
        said = {"error": error, "error_description": description, "state": asked.get("state", "")}
        return as_json(said, self.refuses_with)


def blank() -> Answer:
    """Return the page on which an implicit login ends."""
    return as_html(_PAGE.format("Please do not copy data from the address bar"))


def _challenge(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636, section 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
