"""Tokens at work: renewed where that can be, and never begun with what ends too soon."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from leap.errors import DeferUntil, NeedsHuman


def ending(vault, vk, **left):
    """Let an account's token end after so long."""
    ends = vk.clock.now() + timedelta(**left)
    vault.fields["access_token_expires_at"] = ends.isoformat()


def test_a_token_that_ends_too_soon_begins_nothing(vk, vault, publish, lecture):
    """A lecture that would outlive the token is held before VK hears of it."""
    ending(vault, vk, minutes=5)
    with pytest.raises(NeedsHuman, match="too soon for the upload") as raised:
        publish(lecture())
    assert "leap auth login vk --account vk-main --implicit" in str(raised.value)
    assert [] == vk.calls("video.save")


def test_how_long_is_long_enough_goes_by_the_size(vk, vault, publish, lecture, tmp_path):
    """Half an hour is enough for a small video, and not for a large one."""
    ending(vault, vk, minutes=30)
    publish(lecture())
    large = tmp_path / "large.mp4"
    with large.open("wb") as file:
        file.truncate(2 << 30)
    again = lecture()
    (tmp_path / "checkpoint.json").unlink()
    with pytest.raises(NeedsHuman, match="too soon"):
        publish(replace(again, files={"video": large}))


def test_what_is_uploaded_is_finished_with_little_time(vk, vault, publish, lecture):
    """A new title needs no hour."""
    publish(lecture("Old"))
    ending(vault, vk, minutes=5)
    publish(lecture("New", wanted={"metadata": "d2"}))
    assert "New" == vk.videos[0].title


def test_a_token_that_has_ended_is_not_sent(vk, vault, publish, lecture):
    """Nobody asks VK to find out."""
    ending(vault, vk, seconds=-1)
    with pytest.raises(NeedsHuman, match="has ended at") as raised:
        publish(lecture())
    assert "leap auth login vk" in raised.value.hint
    assert [] == vk.calls()


def test_a_token_that_vk_does_not_take_is_for_a_person(vk, publish, lecture):
    """Nothing renews the token of an older app."""
    vk.oauth.revoke()
    with pytest.raises(NeedsHuman, match="not accepted any more"):
        publish(lecture())
    assert 1 == len(vk.calls())


def test_vk_id_renews_itself(vk, login, publish, lecture):
    """A token that has ended is exchanged, with the device it was given to, and the new one kept."""
    old = login.fields["refresh_token"]
    publish(lecture(), tokens=login)
    assert 1 == vk.journal.count("POST /oauth2/auth", status=200)
    (form,) = [each.request.form for each in vk.journal.of("POST /oauth2/auth")]
    assert ("device", old) == (form["device_id"], form["refresh_token"])
    new = login.fields["refresh_token"]
    assert (False, True) == (vk.oauth.stands(old), vk.oauth.stands(new))
    assert {login.fields["access_token"]} == {each["access_token"] for each in vk.calls()}


def test_an_hour_is_no_reason_to_wait(vk, login, publish, lecture, tmp_path):
    """A login that renews itself may begin what takes longer than its token lives."""
    vk.oauth.access_lives = timedelta(minutes=5)
    publish(lecture(), tokens=login)
    assert 1 == len(vk.videos)


def test_a_refused_token_is_renewed_once(vk, login, publish, lecture):
    """VK may end a token before its time; another one is asked for, and no more than one."""
    vk.refuse("users.get", 5)
    publish(lecture(), tokens=login)
    assert 2 == vk.journal.count("POST /oauth2/auth")
    vk.refuse("video.edit", 5, times=None)
    with pytest.raises(NeedsHuman, match="although the token is new"):
        publish(lecture("New", wanted={"metadata": "d2"}), tokens=login)


def test_a_login_that_is_over_is_for_a_person(vk, login, publish, lecture):
    """A refresh token that does not count any more."""
    vk.oauth.revoke()
    with pytest.raises(NeedsHuman, match="VK gave no token"):
        publish(lecture(), tokens=login)


def test_a_day_that_is_used_up_is_waited_for(vk, publish, lecture):
    """VK's limit of a day puts the account off; the video of before is left where it was."""
    vk.refuse("video.save", 29)
    with pytest.raises(DeferUntil) as raised:
        publish(lecture())
    assert raised.value.for_account
    publish(lecture())
    assert (1, []) == (len(vk.videos), vk.placeholders)


def test_too_quick_is_asked_again(vk, publish, lecture, waited):
    """One of other programs with the same token: a second later it works, and nothing is made twice."""
    vk.refuse("video.save", 6, times=2)
    publish(lecture())
    assert 2 == len([seconds for seconds in waited if seconds >= 1.0])
    assert (1, []) == (len(vk.videos), vk.placeholders)


def test_a_captcha_is_for_a_person(vk, publish, lecture):
    """Nobody here can solve one; the number and the picture are not worth telling."""
    vk.refuse("video.save", 14)
    with pytest.raises(NeedsHuman, match="Captcha needed") as raised:
        publish(lecture())
    assert "browser" in raised.value.hint


def test_tokens_are_never_shown(vk, vault, publish, lecture, caplog):
    """Neither in what is raised nor in what is logged, and the address for the bytes neither."""
    caplog.set_level("DEBUG")
    vk.refuse("video.save", 204)
    with pytest.raises(NeedsHuman) as raised:
        publish(lecture())
    publish(lecture())
    ticket = vk.videos[0].ticket
    said = f"{raised.value} {caplog.text}"
    assert vault.fields["access_token"] not in said
    assert ticket not in said
