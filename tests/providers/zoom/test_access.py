"""Access tokens: as few as possible, and another one where Zoom does not take the first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leap.errors import NeedsHuman

TOKEN = "POST /oauth/token"
ALL = "GET /v2/accounts/me/recordings"
DAY = datetime(2026, 11, 3, 9, tzinfo=UTC)


class Watch:
    """A clock that stands where it is put."""

    def __init__(self, at):
        self.at = at

    def __call__(self):
        return self.at


def tokens(zoom):
    """Return what was asked of the token endpoint."""
    return [each.request.form["grant_type"] for each in zoom.journal.of(TOKEN)]


def look(source):
    """List once."""
    return source.list({}, DAY + timedelta(days=1), lambda share, message="": None)


# ── a Server-to-Server app ─────────────────────────────────────────────────


def test_one_token_is_used_until_a_minute_before_its_end(zoom, opened):
    """It lives an hour."""
    watch = Watch(datetime.now(UTC))
    source = opened(clock=watch)

    look(source)
    watch.at += timedelta(minutes=58)
    look(source)
    assert ["account_credentials"] == tokens(zoom)

    watch.at += timedelta(minutes=1, seconds=10)
    look(source)
    assert 2 * ["account_credentials"] == tokens(zoom)


def test_the_app_proves_itself_in_a_header(zoom, account, opened):
    """Neither secret nor account stands in an address."""
    look(opened())

    (asked,) = zoom.journal.of(TOKEN)
    assert (account.client_id, account.client_secret) == asked.request.basic
    assert {"grant_type": "account_credentials", "account_id": account.id} == asked.request.form
    assert "/oauth/token" == asked.request.target


def test_a_refused_token_is_replaced_once(zoom, opened):
    """As after somebody switched the app off and on."""
    source = opened()
    look(source)
    zoom.oauth.revoke()
    zoom.meeting(topic="Trees", start=DAY)

    assert ["Trees"] == [each.title for each in look(source).observed]
    assert 2 == len(tokens(zoom))


def test_a_second_refusal_is_for_a_person(zoom, opened):
    """And asks for no third token."""
    said = {"code": 124, "message": "Invalid access token."}
    zoom.fault(ALL, times=None, status=401, json=said)

    with pytest.raises(NeedsHuman, match="Invalid access token, although the token is new"):
        look(opened())
    assert 2 == len(tokens(zoom))


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_token_endpoint_that_is_busy_is_asked_again(zoom, opened, status):
    """It is a hiccup like any other."""
    zoom.fault(TOKEN, times=2, status=status)

    assert look(opened()).complete
    assert 3 == len(tokens(zoom))


def test_a_wrong_secret_is_for_a_person(opened, server):
    """With Zoom's number, and without the secret."""
    server.fields["client_secret"] = "hunter2"

    with pytest.raises(NeedsHuman, match="Zoom gave no token") as caught:
        look(opened(server))
    assert "hunter2" not in f"{caught.value!r} {caught.value}"


@pytest.mark.parametrize(
    "change, message",
    [
        ({"client_id": ""}, "the credential zoom-main lacks client_id"),
        ({"kind": "youtube"}, "the credential zoom-main is not one for Zoom"),
    ],
)
def test_a_credential_that_is_not_whole_is_named(zoom, opened, server, change, message):
    """Before anything is sent."""
    server.fields |= change

    with pytest.raises(NeedsHuman, match=message):
        look(opened(server))
    assert 0 == len(zoom.journal)


# ── a person's login ───────────────────────────────────────────────────────


@pytest.fixture
def ada(zoom, account):
    """Somebody with one recording."""
    ada = zoom.user("ada@example.org")
    zoom.meeting(topic="Trees", start=DAY, host=ada)
    return ada


def test_a_renewal_is_kept_before_it_is_used(zoom, opened, login, ada):
    """The old refresh token is worth nothing any more."""
    vault = login(ada)
    old = vault.fields["refresh_token"]

    assert ["Trees"] == [each.title for each in look(opened(vault)).observed]

    (renewal,) = vault.renewals
    assert not zoom.oauth.stands(old)
    assert zoom.oauth.stands(vault.fields["refresh_token"])
    assert renewal.expires_at > datetime.now(UTC) + timedelta(days=89)
    assert (
        zoom.journal.of("GET /v2/users/me/recordings")[0].request.bearer
        == (vault.fields["access_token"])
    )


def test_processes_share_the_access_token(zoom, opened, login, ada):
    """Who comes later finds it beside the refresh token, and renews nothing."""
    vault = login(ada)

    look(opened(vault))
    look(opened(vault))

    assert ["refresh_token"] == tokens(zoom)


def test_it_is_renewed_a_minute_before_its_end(zoom, opened, login, ada):
    """By the moment that was kept with it."""
    vault, watch = login(ada), Watch(datetime.now(UTC))
    source = opened(vault, watch)

    look(source)
    watch.at += timedelta(minutes=59, seconds=10)
    look(source)

    assert 2 * ["refresh_token"] == tokens(zoom)


def test_a_token_that_another_process_renewed_is_taken(zoom, opened, login, ada):
    """Ours was refused, and theirs is in the vault."""
    vault = login(ada)
    first, second = opened(vault), opened(vault)
    look(first)
    app = next(each for each in zoom.oauth.apps.values() if not each.server_to_server)
    for token in [t for t, held in zoom.oauth._access.items() if held.app is app]:
        del zoom.oauth._access[token]

    look(second)
    look(first)

    assert 2 * ["refresh_token"] == tokens(zoom)


def test_a_refresh_token_that_was_revoked_is_for_a_person(zoom, opened, login, ada):
    """Nobody else can log in."""
    vault = login(ada)
    zoom.oauth.revoke()

    with pytest.raises(NeedsHuman, match="Zoom gave no token"):
        look(opened(vault))
    assert [] == vault.renewals
