"""Logins of the emulated VK: VK ID with PKCE, and the older flow for a day."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

BACK = "http://localhost"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=")


@pytest.fixture
def app(vk, user):
    return vk.app(BACK)


@pytest.fixture
def said_yes(web, app):
    """The parameters that the browser is sent back with."""
    asked = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": BACK,
        "state": "s",
        "code_challenge": CHALLENGE.decode(),
        "code_challenge_method": "S256",
    }
    location = web.get("/authorize", params=asked).headers["Location"]
    assert location.startswith(f"{BACK}?")
    return dict(parse_qsl(urlsplit(location).query))


@pytest.fixture
def redeem(web, app, said_yes):
    def redeemed(**changed):
        form = {
            "grant_type": "authorization_code",
            "code": said_yes["code"],
            "device_id": said_yes["device_id"],
            "code_verifier": VERIFIER,
            "redirect_uri": BACK,
            "client_id": app.client_id,
            "state": "s",
        }
        return web.post("/oauth2/auth", data=form | changed)

    return redeemed


def test_a_code_becomes_tokens(vk, ask, said_yes, redeem):
    """The answer has code, device and state; the tokens live an hour, and half a year."""
    assert "s" == said_yes["state"]
    given = redeem().json()
    assert (3600, "s") == (given["expires_in"], given["state"])
    assert "items" in ask("video.get", token=given["access_token"])
    assert "invalid_grant" == redeem().json()["error"]


@pytest.mark.parametrize(
    "changed",
    [{"device_id": "other"}, {"code_verifier": "w" * 43}, {"redirect_uri": "http://evil"}],
)
def test_what_does_not_belong_together_is_refused(redeem, changed):
    """Code, device, verifier and address are of one login."""
    assert 400 == redeem(**changed).status_code


def test_refresh_tokens_are_good_once(vk, web, app, redeem, said_yes):
    """Each renewal ends the token that it was asked with, and wants the device."""
    old = redeem().json()["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": old, "client_id": app.client_id}
    assert "invalid_request" == web.post("/oauth2/auth", data=form).json()["error"]
    form["device_id"] = said_yes["device_id"]
    new = web.post("/oauth2/auth", data=form).json()["refresh_token"]
    assert (False, True) == (vk.oauth.stands(old), vk.oauth.stands(new))
    vk.oauth.refuses_with = 200
    refused = web.post("/oauth2/auth", data=form)
    assert (200, "invalid_grant") == (refused.status_code, refused.json()["error"])


def test_the_older_flow_ends_on_a_page(vk, web, ask, app, user):
    """The token is in the address of a blank page, behind the hash, and lives for a day."""
    asked = {
        "response_type": "token",
        "client_id": app.client_id,
        "redirect_uri": f"{vk.url}/blank.html",
        "scope": "video,groups,wall",
        "state": "s",
    }
    location = web.get("/authorize", params=asked).headers["Location"]
    fields = dict(parse_qsl(urlsplit(location).fragment))
    assert ("86400", str(user.id)) == (fields["expires_in"], fields["user_id"])
    assert 200 == web.get(location.partition("#")[0]).status_code
    assert "items" in ask("video.get", token=fields["access_token"])
    vk.clock.forward(timedelta(days=1))
    assert 1117 == ask("video.get", token=fields["access_token"])["error_code"]


def test_people_say_no(vk, web, app):
    """A person who declines, and an address that the app did not name."""
    vk.oauth.consents = False
    asked = {"response_type": "code", "client_id": app.client_id, "redirect_uri": BACK}
    location = web.get("/authorize", params=asked).headers["Location"]
    assert "error=access_denied" in location
    asked["redirect_uri"] = "http://evil"
    assert 400 == web.get("/authorize", params=asked).status_code
