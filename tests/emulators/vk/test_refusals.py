"""How the emulated VK says no, and what it finds wrong with requests."""

from __future__ import annotations

from datetime import timedelta

import pytest

from emulators.vk.contract import KNOWN, Contract, published, schema_folder
from emulators.vk.refusals import ERRORS


@pytest.mark.parametrize("code", sorted(ERRORS))
def test_any_error_can_be_had(vk, ask, code):
    """A rule makes a method refuse with each code; the request is told back, but for the token."""
    vk.refuse("video.get", code)
    said = ask("video.get", token="secret-token", count=3)
    assert (code, ERRORS[code]) == (said["error_code"], said["error_msg"])
    told = {each["key"]: each["value"] for each in said["request_params"]}
    assert ("video.get", "3") == (told["method"], told["count"])
    assert "access_token" not in told


def test_a_captcha_says_where_it_is(vk, ask):
    """With 14 come a number, a picture and a page."""
    vk.refuse("video.save", 14)
    assert {"captcha_sid", "captcha_img", "redirect_uri"} <= ask("video.save").keys()
    assert [] == vk.placeholders


def test_three_in_a_second(vk, ask, user):
    """Each token has its own three; the fourth within a second is refused with 6."""
    vk.limits.per_second = 3
    other = vk.token(user)
    codes = [said.get("error_code") for said in [ask("video.get") for _ in range(12)]]
    assert 6 in codes
    assert None in codes
    assert "items" in ask("video.get", token=other)


def test_tokens_end(vk, ask, user):
    """After its time a token is refused with 1117; one that never was, with 5."""
    token = vk.token(user, timedelta(hours=1))
    assert "items" in ask("video.get", token=token)
    vk.clock.forward(timedelta(hours=1))
    assert 1117 == ask("video.get", token=token)["error_code"]
    assert 5 == ask("video.get", token="made-up")["error_code"]


def test_a_token_allows_what_it_was_given_for(vk, ask, user):
    """Without the scope of videos nothing is saved; what is allowed can be asked for."""
    token = vk.token(user, scopes=["groups"])
    assert 15 == ask("video.save", token=token)["error_code"]
    assert 1 << 18 == ask("account.getAppPermissions", token=token)


def test_people_and_communities_can_be_asked_for(vk, ask, user, group):
    """Who one is, and which communities one manages."""
    (me,) = ask("users.get")
    assert (user.id, "Ada", "Lovelace") == (me["id"], me["first_name"], me["last_name"])
    (found,) = ask("groups.getById", group_id=group.id)["groups"]
    assert ("Faculty", 1) == (found["name"], found["is_admin"])
    assert [group.id] == ask("groups.get", filter="editor")["items"]
    assert 100 == ask("groups.getById", group_id=5)["error_code"]


@pytest.mark.parametrize(
    "method, fields, found",
    [
        ("video.puzzle", {}, "video.puzzle: is no method that is known"),
        ("video.get", {"colour": "red"}, "video.get: colour is no parameter"),
        ("video.get", {"count": "201"}, "video.get: count: 201 is more than 200"),
        ("video.get", {"offset": "-1"}, "video.get: offset: -1 is less than 0"),
        ("video.get", {"count": "many"}, "video.get: count: 'many' is no integer"),
        ("video.get", {"sort_album": "7"}, "video.get: sort_album: 7 is none of 0, 1"),
        ("video.save", {"repeat": "True"}, "video.save: repeat: 'True' is no boolean"),
        ("video.addAlbum", {"privacy": "9"}, "video.addAlbum: privacy: '9' is none of 0, 1, 2, 3"),
        ("video.delete", {}, "video.delete: video_id is missing"),
        ("video.delete", {"video_id": "99999999999"}, "does not fit into 32 bits"),
        ("video.get", {"v": "six"}, "video.get: v is no version"),
    ],
)
def test_breaches_are_found(vk, ask, method, fields, found):
    """What VK's schema does not know, or forbids, is noted, whatever VK makes of it."""
    ask(method, **fields)
    assert found in vk.violations[0]


def test_the_table_is_the_schema():
    """Where the published schema is at hand, the table for elsewhere says the same."""
    folder = schema_folder()
    if folder is None:
        pytest.skip("VK's schema is not on this machine")
    methods = published(folder)
    assert dict(KNOWN) == {name: methods[name] for name in KNOWN}
    assert [] == Contract(folder).judge("video.get", {"v": "5.199"})
