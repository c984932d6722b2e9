"""Access tokens: as few as possible, and another one where YouTube does not take the first."""

from __future__ import annotations

import pytest
from emulators.youtube import Person, refusal

from leap.errors import NeedsHuman

CALLS = "GET /youtube/v3/channels"


@pytest.fixture
def ask(publisher):
    """Return a function that asks for all videos."""
    return lambda: list(publisher.videos(lambda *_: None))


def test_one_token_is_used_until_a_minute_before_its_end(youtube, ask, vault):
    """It lives an hour."""
    ask()
    youtube.clock.forward(58 * 60)
    ask()
    assert 1 == vault.renewals

    youtube.clock.forward(110)
    ask()
    assert 1 < vault.renewals


def test_a_refused_token_is_replaced_once(youtube, ask, vault):
    """As after somebody has withdrawn it."""
    ask()
    youtube.fault(CALLS, **refusal("authError"))
    ask()

    assert 2 == vault.renewals


def test_a_second_refusal_is_for_a_person(youtube, ask, vault):
    """No loop."""
    youtube.fault(CALLS, times=None, **refusal("authError"))

    with pytest.raises(NeedsHuman, match="although it is new") as caught:
        ask()
    assert "youtube-main" in caught.value.hint
    assert 2 == vault.renewals


def test_a_login_that_has_ended_says_how_to_log_in(youtube, ask):
    """It is the commonest end: of an app in testing it comes after a week."""
    youtube.oauth.revoke()

    with pytest.raises(NeedsHuman, match="the login has ended") as caught:
        ask()
    assert "leap auth login youtube" in caught.value.hint


def test_a_credential_of_another_kind_is_refused_before_anything_is_asked(youtube, ask, vault):
    """It would tell a secret to the wrong vendor."""
    vault.fields["kind"] = "zoom"

    with pytest.raises(NeedsHuman, match="not one for YouTube"):
        ask()
    assert [] == youtube.methods()


def test_no_token_and_no_secret_is_in_a_message(youtube, ask, vault, caplog):
    """Nor in a log."""
    caplog.set_level("DEBUG")
    youtube.fault("POST /token", times=None, **refusal("insufficientPermissions"))

    with pytest.raises(NeedsHuman) as caught:
        ask()
    said = f"{caught.value!r} {caught.value} {caplog.text}"
    for name in ("client_secret", "refresh_token"):
        assert vault.fields[name] not in said


def test_an_account_without_a_channel_is_for_a_person(youtube, ask, app, vault):
    """Any Google account can log in."""
    vault.fields["refresh_token"] = youtube.refresh_token(app, Person(email="new@example.org"))

    with pytest.raises(NeedsHuman, match=r"no channel|Unauthorized"):
        ask()
