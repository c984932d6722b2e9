"""Google's logins: consent, codes, tokens, and how they end."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from emulators.youtube import FORCE_SSL, READONLY, UPLOAD, Person
from emulators.youtube.conftest import reason

BACK = "http://127.0.0.1:8713/"
VERIFIER = "a-verifier-of-forty-three-characters-or-more"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=")


@pytest.fixture
def consent(web, app, channel):
    """Open the page of consent, and follow no redirect."""

    def opened(**more: Any) -> Any:
        asked = {
            "client_id": app.client_id,
            "redirect_uri": BACK,
            "response_type": "code",
            "scope": FORCE_SSL,
            "state": "s",
            "access_type": "offline",
            "prompt": "consent",
            "code_challenge": CHALLENGE.decode(),
            "code_challenge_method": "S256",
        }
        return web.get("/o/oauth2/v2/auth", params=asked | more)

    return opened


@pytest.fixture
def token(web, app):
    """Ask the token endpoint."""

    def given(grant: str, **more: str) -> Any:
        form = {"client_id": app.client_id, "client_secret": app.client_secret}
        return web.post("/token", data={"grant_type": grant, **form, **more})

    return given


@pytest.fixture
def redeem(token):
    """Change what consent gave into tokens."""

    def redeemed(answer: Any, **more: str) -> Any:
        form = {"code": back(answer)["code"], "redirect_uri": BACK, "code_verifier": VERIFIER}
        return token("authorization_code", **(form | more))

    return redeemed


def back(answer: Any) -> dict[str, str]:
    """Return what the browser brings back to the app."""
    assert 302 == answer.status_code
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def said(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


def test_a_person_says_yes(youtube, consent, redeem, token, ask):
    """The browser comes back with a code, which gives tokens that work and last."""
    answer = consent()
    assert ("s", FORCE_SSL) == (back(answer)["state"], back(answer)["scope"])
    got = redeem(answer).json()
    assert (3599, "Bearer", FORCE_SSL) == (got["expires_in"], got["token_type"], got["scope"])
    again = token("refresh_token", refresh_token=got["refresh_token"]).json()
    assert again["access_token"] != got["access_token"]
    assert "refresh_token" not in again


def test_a_person_says_no(youtube, consent):
    """The app hears it; without anybody there the browser shows a page."""
    youtube.oauth.consents = False
    assert {"error": "access_denied", "state": "s"} == back(consent())
    youtube.oauth.visitor = None
    assert 200 == consent().status_code


def test_a_person_says_yes_to_some(youtube, consent, redeem):
    """Each scope can be left out, and the answer says which were given."""
    youtube.oauth.grants = frozenset({UPLOAD})
    assert UPLOAD == redeem(consent(scope=f"{UPLOAD} {FORCE_SSL}")).json()["scope"]


def test_a_refresh_token_comes_once(consent, redeem):
    """Again only where consent is asked for, and only where access is to be offline."""
    assert "refresh_token" in redeem(consent(prompt="")).json()
    assert "refresh_token" not in redeem(consent(prompt="")).json()
    assert "refresh_token" in redeem(consent()).json()
    assert "refresh_token" not in redeem(consent(access_type="online")).json()


def test_a_code_is_good_once(youtube, consent, redeem, app):
    """For its verifier, its address, and ten minutes."""
    answer = consent()
    redeem(answer)
    assert (400, "invalid_grant") == said(redeem(answer))
    assert (400, "invalid_grant") == said(redeem(consent(), code_verifier=""))
    assert (400, "invalid_grant") == said(redeem(consent(), code_verifier="another"))
    wrong = redeem(consent(), redirect_uri="http://127.0.0.1:1/")
    assert (400, "redirect_uri_mismatch") == said(wrong)
    answer = consent()
    youtube.clock.forward(600)
    assert (400, "invalid_grant") == said(redeem(answer))
    plain = consent(code_challenge=VERIFIER, code_challenge_method="plain")
    assert 200 == redeem(plain).status_code


@pytest.mark.parametrize(
    "asked",
    [
        {"client_id": "nobody"},
        {"redirect_uri": "http://example.org/"},
        {"response_type": "token"},
        {"scope": ""},
        {"scope": "https://www.googleapis.com/auth/everything"},
        {"code_challenge_method": "S1"},
    ],
)
def test_a_question_that_is_wrong(consent, asked):
    """It gets a page, and nobody is sent anywhere."""
    assert consent(**asked).status_code in (400, 401)


@pytest.mark.parametrize(
    "form, status, error",
    [
        ({"client_id": ""}, 400, "invalid_request"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"refresh_token": "unknown"}, 400, "invalid_grant"),
        ({"scope": f"{FORCE_SSL} {READONLY}"}, 400, "invalid_scope"),
    ],
)
def test_tokens_that_are_not_given(youtube, web, app, channel, form, status, error):
    """Each mistake has Google's word."""
    usual = {
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "grant_type": "refresh_token",
        "refresh_token": youtube.refresh_token(app, channel),
    }
    assert 200 == web.post("/token", data=usual).status_code
    assert (status, error) == said(web.post("/token", data=usual | form))


def test_a_login_of_a_test_lives_for_a_week(youtube, app, channel, token):
    """Its answer says so; a token that was given in Testing dies even after publishing."""
    app.testing = True
    short = youtube.refresh_token(app, channel)
    assert 604800 == token("refresh_token", refresh_token=short).json()["refresh_token_expires_in"]
    app.testing = False
    long = youtube.refresh_token(app, channel)
    youtube.clock.forward(timedelta(days=7))
    assert (400, "invalid_grant") == said(token("refresh_token", refresh_token=short))
    assert 200 == token("refresh_token", refresh_token=long).status_code


def test_logins_are_taken_back(youtube, web, app, channel, token):
    """By the app, or by the person, who ends all of them."""
    first, second = (youtube.refresh_token(app, channel) for _ in range(2))
    assert 200 == web.post("/revoke", data={"token": first}).status_code
    assert 400 == web.post("/revoke", data={"token": first}).status_code
    assert (400, "invalid_grant") == said(token("refresh_token", refresh_token=first))
    assert 200 == token("refresh_token", refresh_token=second).status_code
    youtube.oauth.revoke(app)
    assert (400, "invalid_grant") == said(token("refresh_token", refresh_token=second))


def test_short_lives(youtube, app, channel, token, web):
    """How long an access token lives can be told; what expired is refused with 401."""
    youtube.oauth.access_lives = timedelta(seconds=60)
    got = token("refresh_token", refresh_token=youtube.refresh_token(app, channel)).json()
    assert 60 == got["expires_in"]
    headers = {"Authorization": f"Bearer {got['access_token']}"}
    query = {"part": "id", "mine": "true"}
    assert 200 == web.get("/youtube/v3/channels", params=query, headers=headers).status_code
    youtube.clock.forward(60)
    refused = web.get("/youtube/v3/channels", params=query, headers=headers)
    assert (401, "authError") == reason(refused)
    assert (401, "required") == reason(web.get("/youtube/v3/channels", params=query))


def test_google_is_out(youtube, app, channel, token):
    """A fault answers instead, so often as told."""
    youtube.fault("POST /token", status=503, times=2)
    name = youtube.refresh_token(app, channel)
    answers = [token("refresh_token", refresh_token=name).status_code for _ in range(3)]
    assert [503, 503, 200] == answers


def test_a_person_without_a_channel(ask):
    """There is no channel to list, and nothing can be put there."""
    person = Person(email="guest@example.org")
    assert [] == ask("channels", part="id", mine="true", owner=person).json()["items"]
    body = {"snippet": {"title": "Course"}}
    refused = ask("playlists", method="POST", json=body, part="snippet", owner=person)
    assert (401, "youtubeSignupRequired") == reason(refused)
