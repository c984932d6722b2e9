"""What VK ID says when it gives no token, and which credentials are VK's."""

from __future__ import annotations

from typing import Any

import pytest

from leap.config.endpoints import VkEndpoints
from leap.errors import LeapError, NeedsHuman, ProviderError, RetrySoon
from leap.providers.oauth.attempt import begin
from leap.providers.vk.login import implicit, is_renewable, require, vendor

LOGIN = "leap auth login vk --tenant acme --account vk-main"
WHOLE = {"kind": "vk", "access_token": "a"}


def refused(status: int, **body: Any) -> LeapError:
    """Return what a refusal of the token endpoint becomes."""
    return vendor(VkEndpoints(), login=LOGIN).refusal("refresh_token", status, body)


@pytest.mark.parametrize(
    "error, cause",
    [
        ("invalid_grant", "the login has ended, was revoked, or is used by another program"),
        ("invalid_token", "the login has ended, was revoked, or is used by another program"),
        ("invalid_client", "it does not know this client id"),
        ("invalid_scope", "the app may not do everything that LEAP needs"),
        ("invalid_request", "the request is not what the app allows"),
        ("something_new", "HTTP 400"),
    ],
)
def test_a_refusal_says_what_a_person_can_do(error: str, cause: str) -> None:
    """With the whole command."""
    found = refused(400, error=error, error_description="so it is")

    assert isinstance(found, NeedsHuman)
    assert f"VK gave no token: {cause} (VK says: so it is)" == found.message
    assert LOGIN in (found.hint or "")


@pytest.mark.parametrize(
    "status, body",
    [(503, {}), (400, {"error": "temporarily_unavailable"}), (400, {"error": "slow_down"})],
)
def test_what_passes_is_tried_again(status: int, body: Any) -> None:
    """Nobody has to do anything about it."""
    assert isinstance(refused(status, **body), RetrySoon)


def test_an_answer_that_nobody_has_met_is_no_case_for_a_person() -> None:
    """It may be a proxy's."""
    found = refused(418)

    assert (True, False) == (isinstance(found, ProviderError), isinstance(found, NeedsHuman))


def test_the_older_flow_ends_at_vks_own_page() -> None:
    """It wants its rights with commas, and no proof, since no code is exchanged."""
    attempt = begin(implicit(VkEndpoints()), "7", "https://oauth.vk.com/blank.html")

    assert attempt.vendor.lands_at == attempt.redirect_uri
    assert "scope=video%2Cgroups%2Cwall" in attempt.address
    assert "response_type=token" in attempt.address
    assert "code_challenge" not in attempt.address


@pytest.mark.parametrize(
    "fields, said",
    [
        ({"kind": "site"}, "is not one for VK (its kind is site)"),
        ({"kind": "vk"}, "lacks access_token"),
        ({**WHOLE, "refresh_token": "r", "client_id": "7"}, "lacks device_id"),
    ],
)
def test_a_credential_that_is_none_of_vks_is_told(fields: dict[str, str], said: str) -> None:
    """VK ID renews nothing without the device."""
    with pytest.raises(NeedsHuman, match="vk-main") as caught:
        require("vk-main", fields, login=LOGIN)

    assert said in caught.value.message


def test_a_bare_token_is_whole_and_cannot_be_renewed() -> None:
    """It is all that older apps get."""
    require("vk-main", WHOLE)

    assert not is_renewable(WHOLE)
    assert is_renewable({**WHOLE, "refresh_token": "r"})
