"""What Google says when it gives no token becomes a cause and the next command."""

from __future__ import annotations

from typing import Any

import pytest

from leap.config.endpoints import YouTubeEndpoints
from leap.errors import LeapError, NeedsHuman, ProviderError, RetrySoon
from leap.providers.youtube.login import SCOPES, require, vendor

LOGIN = "leap auth login youtube --tenant acme --account youtube-main"
WHOLE = {"kind": "youtube", "client_id": "i", "client_secret": "s", "refresh_token": "r"}


def refused(status: int, **body: Any) -> LeapError:
    """Return what a refusal of the token endpoint becomes."""
    google = vendor(YouTubeEndpoints(), login=LOGIN)
    return google.refusal("refresh_token", status, body)


@pytest.mark.parametrize(
    "status, body, cause",
    [
        (400, {"error": "invalid_grant"}, "the login has ended or was revoked"),
        (
            400,
            {"error": "invalid_grant", "error_subtype": "invalid_rapt"},
            "the organisation's rules end logins after a time",
        ),
        (
            400,
            {"error": "invalid_grant", "error_subtype": "new_one"},
            "the login has ended or was revoked",
        ),
        (401, {"error": "invalid_client"}, "it does not know this client id"),
        (401, {"error": "unauthorized_client"}, "the client is of another kind"),
        (403, {"error": "org_internal"}, "the app is for people of one organisation only"),
        (400, {"error": "something_new"}, "HTTP 400"),
        (400, {}, "HTTP 400"),
    ],
)
def test_a_refusal_says_what_a_person_can_do(status: int, body: Any, cause: str) -> None:
    """Each cause has its own way out, which names the whole command where one helps."""
    found = refused(status, **body)

    assert isinstance(found, NeedsHuman)
    assert found.message.startswith(f"YouTube: Google gave no token: {cause}")
    assert LOGIN in (found.hint or "")


def test_what_google_says_is_one_harmless_line() -> None:
    """It may hold anything."""
    found = refused(400, error="invalid_grant", error_description="Bad\x1b[31m\nRequest")

    assert "(Google says: Bad [31m Request)" in found.message


@pytest.mark.parametrize("status, body", [(500, {}), (400, {"error": "internal_failure"})])
def test_a_fault_of_googles_passes(status: int, body: Any) -> None:
    """Nobody has to do anything about it."""
    assert isinstance(refused(status, **body), RetrySoon)


def test_an_answer_that_nobody_has_met_is_no_case_for_a_person() -> None:
    """It may be a proxy's."""
    found = refused(418)

    assert (True, False) == (isinstance(found, ProviderError), isinstance(found, NeedsHuman))


def test_a_login_asks_for_one_scope_and_for_a_token_that_lasts() -> None:
    """Of one scope Google asks one question; without these two there is no refresh token."""
    google = vendor(YouTubeEndpoints())

    assert 1 == len(SCOPES) == len(google.scopes)
    assert {"access_type": "offline", "prompt": "consent"} == google.extra


@pytest.mark.parametrize(
    "fields, said",
    [
        ({**WHOLE, "kind": "zoom"}, "is not one for YouTube (its kind is zoom)"),
        ({}, "is not one for YouTube (its kind is not said)"),
        ({**WHOLE, "refresh_token": ""}, "lacks refresh_token"),
    ],
)
def test_a_credential_that_is_none_of_youtubes_is_told(fields: dict[str, str], said: str) -> None:
    """Before anybody is asked."""
    with pytest.raises(NeedsHuman) as caught:
        require("youtube-main", fields, login=LOGIN)

    assert said in caught.value.message
    assert f"log in: {LOGIN}" == caught.value.hint
