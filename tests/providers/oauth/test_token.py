"""A code, or a refresh token, becomes an access token: what each vendor wants to be sent."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from emulators.messages import Answer, Request, as_json
from emulators.serving import Server

from leap.errors import NeedsHuman, ProviderError
from leap.providers.http import client
from leap.providers.oauth.attempt import Answer as Redirected
from leap.providers.oauth.attempt import begin
from leap.providers.oauth.token import App, exchange, refresh, renewal_of, require_all
from leap.providers.oauth.vendor import Vendor

APP = App("an app", "canary:secret/ü")
GIVEN = {"access_token": "canary-access", "refresh_token": "canary-refresh", "expires_in": 3600}


class Endpoint:
    """A token endpoint that says what it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.says: Any = GIVEN
        self.status = 200
        self.asked: list[Request] = []
        self.server = Server(self.answer)

    def answer(self, request: Request) -> Answer:
        """Answer a token request."""
        self.asked.append(request)
        return as_json(self.says, self.status)

    def vendor(self, vendor: Vendor, **more: Any) -> Vendor:
        """Return ``vendor`` with its token endpoint here."""
        return dataclasses.replace(vendor, token_url=f"{self.server.url}/token", **more)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """Give a token endpoint."""
    made = Endpoint()
    with made.server:
        yield made


def redeem(vendor: Vendor, **fields: str) -> Any:
    """Exchange a code."""
    attempt = begin(vendor, APP.id, "http://127.0.0.1:8713/uni")
    answer = Redirected({"code": "c", "state": attempt.state, **fields})
    return attempt, exchange(APP, attempt, answer, allow_insecure=True)


def test_a_code_is_exchanged_with_its_proof(endpoint: Endpoint, vendor: Vendor) -> None:
    """The verifier and the very address of the login go along; the app proves itself in a header."""
    attempt, granted = redeem(endpoint.vendor(vendor, unused=timedelta(days=90)))

    (asked,) = endpoint.asked
    assert {
        "grant_type": "authorization_code",
        "code": "c",
        "redirect_uri": attempt.redirect_uri,
        "code_verifier": attempt.verifier,
    } == asked.form
    assert (APP.id, APP.secret) == asked.basic
    assert ("canary-access", "canary-refresh") == (granted.access_token, granted.refresh_token)
    left = granted.expires_at - datetime.now(UTC)
    assert timedelta(minutes=59) < left <= timedelta(hours=1)
    assert granted.dies_at - granted.expires_at > timedelta(days=89)


@pytest.mark.parametrize(
    "authentication, sent",
    [("form", {"client_id": APP.id, "client_secret": APP.secret}), ("none", {"client_id": APP.id})],
)
def test_an_app_proves_itself_as_the_vendor_wants(
    endpoint: Endpoint, vendor: Vendor, authentication: str, sent: dict[str, str]
) -> None:
    """In a header, in the form, or not at all; never in two places."""
    redeem(endpoint.vendor(vendor, authentication=authentication))

    (asked,) = endpoint.asked
    assert sent == {name: text for name, text in asked.form.items() if name.startswith("client")}
    assert "authorization" not in asked.headers


def test_what_the_vendor_wants_back_goes_back(endpoint: Endpoint, vendor: Vendor) -> None:
    """VK ID names a device in its answer, and wants to hear of it with each request."""
    own = endpoint.vendor(vendor, echoed=("device_id",))
    redeem(own, device_id="d", other="o")
    with client("Uni Cloud", allow_insecure=True) as http:
        refresh(http, own, APP, "old", {"device_id": "d"})

    exchanged, refreshed = endpoint.asked
    assert ("d", False) == (exchanged.form["device_id"], "other" in exchanged.form)
    assert {"grant_type": "refresh_token", "refresh_token": "old", "device_id": "d"} == (
        refreshed.form
    )


def test_an_implicit_answer_is_the_token(implicit: Vendor) -> None:
    """Nothing is asked of anybody; with the token the whole login ends."""
    attempt = begin(implicit, "7", "https://old.example/blank.html")
    answer = attempt.read(
        f"https://old.example/blank.html#access_token=t&expires_in=86400&state={attempt.state}"
    )

    granted = exchange(App("7", ""), attempt, answer)

    assert ("t", "") == (granted.access_token, granted.refresh_token)
    assert {"access_token", "access_token_expires_at", "ends_at"} == set(granted.fields())
    assert granted.expires_at == granted.ends_at


@pytest.mark.parametrize(
    "says",
    [{}, [], None, {"access_token": ""}, {"access_token": 7}, {"access_token": None}, "text"],
    ids=json.dumps,
)
def test_an_answer_without_a_token_is_none(endpoint: Endpoint, vendor: Vendor, says: Any) -> None:
    """Whatever else is in it."""
    endpoint.says = says

    with pytest.raises(ProviderError, match="Uni Cloud answered without an access token"):
        redeem(endpoint.vendor(vendor))


@pytest.mark.parametrize("says", [None, "soon", -1, 0, 1e12, "nan", [], {}], ids=json.dumps)
def test_a_life_that_is_none_is_not_believed(endpoint: Endpoint, vendor: Vendor, says: Any) -> None:
    """The token is taken, its end is unknown."""
    endpoint.says = {**GIVEN, "expires_in": says}

    _, granted = redeem(endpoint.vendor(vendor))

    assert granted.expires_at is None


def test_a_no_is_the_vendors_own(endpoint: Endpoint, vendor: Vendor) -> None:
    """Each vendor says how its errors read."""
    endpoint.status, endpoint.says = 400, {"error": "invalid_grant"}

    with pytest.raises(NeedsHuman, match=r"no token for authorization_code \(400\): invalid_grant"):
        redeem(endpoint.vendor(vendor))


def test_nothing_secret_is_in_what_is_printed(endpoint: Endpoint, vendor: Vendor) -> None:
    """Neither tokens nor the app's secret."""
    _, granted = redeem(endpoint.vendor(vendor))

    assert "canary" not in repr(granted) + repr(APP)


# ── how long a login lives ─────────────────────────────────────────────────


def test_an_end_that_no_use_puts_off_is_told_apart(endpoint: Endpoint, vendor: Vendor) -> None:
    """Google tells the end of a refresh token of an app in testing, whatever becomes of it."""
    endpoint.says = {**GIVEN, "refresh_token_expires_in": 604_799}

    _, granted = redeem(endpoint.vendor(vendor, unused=timedelta(days=180)))

    now = datetime.now(UTC)
    assert timedelta(days=6) < granted.ends_at - now < timedelta(days=7)
    assert granted.dies_at - now > timedelta(days=179)
    assert {"ends_at", "expires_at"} < set(granted.fields())


def test_a_refresh_token_that_stays_is_kept_beside_what_is_new(
    endpoint: Endpoint, vendor: Vendor
) -> None:
    """Each use puts the end off, but for the end that no use puts off."""
    endpoint.says = {"access_token": "canary-next", "expires_in": 3600}
    own = endpoint.vendor(vendor, unused=timedelta(days=180))
    ends = datetime(2026, 11, 29, tzinfo=UTC)
    with client("Uni Cloud", allow_insecure=True) as http:
        granted = refresh(http, own, APP, "old")

    renewed = renewal_of(own, {"refresh_token": "old"}, granted)
    testing = renewal_of(own, {"refresh_token": "old", "ends_at": ends.isoformat()}, granted)

    assert ("canary-next", "old") == (
        renewed.fields["access_token"],
        renewed.fields["refresh_token"],
    )
    assert renewed.expires_at is not None
    assert renewed.expires_at - datetime.now(UTC) > timedelta(days=179)
    assert ends == testing.expires_at


@pytest.mark.parametrize(
    "says, said",
    [
        ({**GIVEN, "scope": "see"}, "Uni Cloud: the login does not allow write"),
        ({**GIVEN, "scope": "see write", "refresh_token": ""}, "Uni Cloud gave no refresh token"),
    ],
)
def test_less_than_was_asked_for_is_no_login(
    endpoint: Endpoint, vendor: Vendor, says: Any, said: str
) -> None:
    """Boxes can be left unticked; what can be done about it is the vendor's to say."""
    own = endpoint.vendor(vendor, scopes=("see", "write"), if_less="tick every box")
    endpoint.says = says
    _, granted = redeem(own)

    with pytest.raises(NeedsHuman, match=said) as caught:
        require_all(own, granted)

    assert "tick every box" == caught.value.hint


@pytest.mark.parametrize("scope", ["write see", "see,write,more", None])
def test_what_was_asked_for_is_a_login(
    endpoint: Endpoint, vendor: Vendor, scope: str | None
) -> None:
    """More does no harm, and who does not say what is allowed is believed."""
    own = endpoint.vendor(vendor, scopes=("see", "write"))
    endpoint.says = {**GIVEN, "scope": scope}
    _, granted = redeem(own)

    require_all(own, granted)


def test_a_no_with_a_200_is_a_no(endpoint: Endpoint, vendor: Vendor) -> None:
    """The body decides, not the status."""
    endpoint.says = {"error": "invalid_grant"}

    with pytest.raises(NeedsHuman):
        redeem(endpoint.vendor(vendor))
