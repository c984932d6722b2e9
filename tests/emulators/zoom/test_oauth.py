"""Tokens of the emulated Zoom: who gets one, for how long, and who does not."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from emulators.zoom import App, User, Zoom, refused_token

BACK = "http://127.0.0.1:8099/callback"
VERIFIER = "v" * 64
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)


@pytest.fixture
def app(zoom: Zoom) -> App:
    return zoom.app(BACK)


@pytest.fixture
def user(zoom: Zoom, app: App) -> User:
    zoom.oauth.visitor = zoom.user("ada@example.org")
    return zoom.oauth.visitor


def asked(web: httpx.Client, app: App, **fields: Any) -> httpx.Response:
    """Ask the token endpoint."""
    return web.post("/oauth/token", data=fields, auth=(app.client_id, app.client_secret))


def consented(web: httpx.Client, app: App, **changed: Any) -> dict[str, str]:
    """Visit the page on which users consent; return what the app is told."""
    fields = {"response_type": "code", "client_id": app.client_id, "redirect_uri": BACK}
    answer = web.get("/oauth/authorize", params=fields | {"state": "s+1"} | changed)
    assert answer.status_code == 302
    parts = urlsplit(answer.headers["location"])
    assert BACK == f"{parts.scheme}://{parts.netloc}{parts.path}"
    return {name: value for name, (value,) in parse_qs(parts.query).items()}


def code(web: httpx.Client, app: App, **changed: Any) -> str:
    return consented(web, app, **changed)["code"]


def test_an_account_gets_a_token(zoom, account, web, ask):
    """Client id, secret and account id give a token of an hour, with the app's scopes."""
    answer = asked(web, account.app, grant_type="account_credentials", account_id=account.id)
    said = answer.json()
    assert {"access_token", "token_type", "expires_in", "scope", "api_url"} == said.keys()
    assert (3600, "bearer") == (said["expires_in"], said["token_type"])
    assert account.app.scopes == tuple(said["scope"].split())
    headers = {"Authorization": f"Bearer {said['access_token']}"}
    assert web.get("/v2/users", headers=headers).status_code == 200
    zoom.clock.forward(timedelta(hours=1))
    late = web.get("/v2/users", headers=headers)
    assert (401, "Access token is expired.") == (late.status_code, late.json()["message"])


def test_fields_may_stand_in_the_query(account, web):
    """Some clients put the fields into the address; several tokens are good at once."""
    query = {"grant_type": "account_credentials", "account_id": account.id}
    pair = (account.client_id, account.client_secret)
    tokens = [
        web.post("/oauth/token", params=query, auth=pair).json()["access_token"] for _ in range(2)
    ]
    assert [200, 200] == [
        web.get("/v2/users", headers={"Authorization": f"Bearer {token}"}).status_code
        for token in tokens
    ]


def test_lifetimes_can_be_short(zoom, account, web):
    """A token may live two seconds, so that renewing is tried."""
    zoom.oauth.access_lives = timedelta(seconds=2)
    said = asked(web, account.app, grant_type="account_credentials", account_id=account.id).json()
    assert said["expires_in"] == 2


@pytest.mark.parametrize(
    "change, status, error",
    [
        ({"client_id": "nobody"}, 400, "invalid_client"),
        ({"client_secret": "wrong"}, 400, "invalid_client"),
        ({"disabled": True}, 400, "invalid_client"),
        ({"forbidden": True}, 400, "invalid_client"),
        ({"scopes": ()}, 401, "invalid_request"),
    ],
)
def test_apps_that_get_no_token(account, web, change, status, error):
    """A wrong id or secret, an app that is switched off or has no scope."""
    pair = {"client_id": account.client_id, "client_secret": account.client_secret}
    pair |= {name: value for name, value in change.items() if name in pair}
    for name in change.keys() - pair.keys():
        setattr(account.app, name, change[name])
    fields = {"grant_type": "account_credentials", "account_id": account.id}
    answer = web.post("/oauth/token", data=fields, auth=tuple(pair.values()))
    assert (status, error) == (answer.status_code, answer.json()["error"])
    assert answer.json()["reason"]


@pytest.mark.parametrize(
    "fields, error",
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({}, "invalid_request"),
        ({"grant_type": "account_credentials", "account_id": "other"}, "invalid_client"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "unsupported_grant_type"),
        ({"grant_type": "account_credentials", "scope": "x"}, "invalid_scope"),
    ],
)
def test_requests_for_no_token(account, web, fields, error):
    """Another kind of grant, none, another account, a scope that the app lacks."""
    answer = asked(web, account.app, **fields)
    assert (400, error) == (answer.status_code, answer.json()["error"])


@pytest.mark.parametrize("number", [4700, 4702, 4706, 4711, 4717, 4733, 4735, 4738, 4740, 4741])
def test_any_documented_refusal_can_be_put_in(zoom, account, web, number):
    """A rule refuses with a number of the documents, in either of the two bodies."""
    zoom.fault("POST /oauth/token", **refused_token(number))
    zoom.fault("POST /oauth/token", **refused_token(number, numbered=True, reason=""))
    plain, numbered = (asked(web, account.app, grant_type="account_credentials") for _ in "12")
    assert {"reason", "error"} == plain.json().keys()
    assert {"code": number, "message": ""} == numbered.json()


def test_a_user_consents(zoom, app, user, web, ask):
    """A code with PKCE becomes tokens; with them the user's own recordings are read."""
    told = consented(web, app, code_challenge=CHALLENGE, code_challenge_method="S256")
    assert told["state"] == "s+1"
    fields = {"grant_type": "authorization_code", "code": told["code"], "redirect_uri": BACK}
    said = asked(web, app, **fields, code_verifier=VERIFIER).json()
    headers = {"Authorization": f"Bearer {said['access_token']}"}
    assert web.get("/v2/users/me", headers=headers).json()["email"] == user.email
    assert zoom.oauth.stands(said["refresh_token"])
    again = asked(web, app, **fields, code_verifier=VERIFIER)
    assert (400, "Invalid authorization code") == (again.status_code, again.json()["reason"])


@pytest.mark.parametrize(
    "changed, reason",
    [
        ({"code_verifier": "other"}, "Invalid code verifier"),
        ({"redirect_uri": "http://127.0.0.1:1/callback"}, "Redirect URI mismatch."),
        ({"code": "other"}, "Invalid authorization code"),
    ],
)
def test_codes_are_good_for_whom_they_were_given(app, user, web, changed, reason):
    """Without the verifier, or with another address, a code is worth nothing."""
    given = code(web, app, code_challenge=CHALLENGE, code_challenge_method="S256")
    fields = {"code": given, "redirect_uri": BACK, "code_verifier": VERIFIER} | changed
    answer = asked(web, app, grant_type="authorization_code", **fields)
    assert (400, reason) == (answer.status_code, answer.json()["reason"])


def test_codes_live_five_minutes(zoom, app, user, web):
    """After that a code is refused as expired."""
    given = code(web, app)
    zoom.clock.forward(timedelta(minutes=5))
    answer = asked(web, app, grant_type="authorization_code", code=given, redirect_uri=BACK)
    assert (400, "Code is expired") == (answer.status_code, answer.json()["reason"])


def test_users_may_refuse(zoom, app, user, web):
    """Then the app is told so, and gets no code; somebody unknown signs in first."""
    zoom.oauth.consents = False
    assert {"error": "access_denied", "state": "s+1"} == consented(web, app)
    assert {"error": "invalid_request", "state": "s+1"} == consented(web, app, response_type="x")
    zoom.oauth.visitor = None
    fields = {"response_type": "code", "client_id": app.client_id, "redirect_uri": BACK}
    assert "Sign In" in web.get("/oauth/authorize", params=fields).text


@pytest.mark.parametrize("changed", [{"client_id": "x"}, {"redirect_uri": "https://evil.test/"}])
def test_nobody_is_sent_to_an_unknown_address(app, user, web, changed):
    """A wrong app or address is told on a page, not to that address."""
    fields = {"response_type": "code", "client_id": app.client_id, "redirect_uri": BACK}
    answer = web.get("/oauth/authorize", params=fields | changed)
    assert (400, None) == (answer.status_code, answer.headers.get("location"))


def test_refresh_tokens_rotate(zoom, app, user, web):
    """Each is good once; the one that came instead goes on."""
    first = zoom.oauth.refresh_token(app, user)
    second = asked(web, app, grant_type="refresh_token", refresh_token=first).json()
    again = asked(web, app, grant_type="refresh_token", refresh_token=first)
    assert (400, "Invalid Token!", "invalid_grant") == (again.status_code, *again.json().values())
    assert second["refresh_token"] != first
    third = asked(web, app, grant_type="refresh_token", refresh_token=second["refresh_token"])
    assert third.status_code == 200


def test_refresh_tokens_end(zoom, app, user, web):
    """After ninety days, when they are revoked, and when their user is gone."""
    old, orphan, revoked = (zoom.oauth.refresh_token(app, user) for _ in range(3))
    zoom.oauth.revoke()
    assert not zoom.oauth.stands(revoked)
    old = zoom.oauth.refresh_token(app, user)
    zoom.clock.forward(timedelta(days=90))
    orphan = zoom.oauth.refresh_token(app, user)
    user.gone = True
    assert [
        "Invalid Token!",
        "The refresh token is over the tolerance",
        "The owner of the token does not exist",
    ] == [
        asked(web, app, grant_type="refresh_token", refresh_token=token).json()["reason"]
        for token in (revoked, old, orphan)
    ]


def test_tokens_end_with_their_app(zoom, account, web):
    """An app that is switched off takes its tokens with it."""
    headers = {"Authorization": f"Bearer {zoom.oauth.access_token(account.app)}"}
    account.app.disabled = True
    assert 401 == web.get("/v2/users", headers=headers).status_code


def test_revoked_access_is_noticed_at_the_next_call(zoom, account, web):
    """A token may end before its time."""
    headers = {"Authorization": f"Bearer {zoom.oauth.access_token(account.app)}"}
    assert web.get("/v2/users", headers=headers).status_code == 200
    zoom.oauth.revoke(account.app)
    answer = web.get("/v2/users", headers=headers)
    assert (401, {"code": 124, "message": "Invalid access token."}) == (
        answer.status_code,
        answer.json(),
    )
