"""What VK's error codes mean: soon again, later, a person, or an error."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from leap.errors import DeferUntil, NeedsHuman, ProviderError, RetrySoon
from leap.providers.http import AnswerLost
from leap.providers.vk.refusals import BadRequest, Refused, TokenRefused, judged, outcome


def error(code, text="Something"):
    return {"error_code": code, "error_msg": text}


@pytest.mark.parametrize(
    "kind, codes",
    [
        (RetrySoon, [1, 6, 10, 22, 32, 36, 43]),
        (DeferUntil, [9, 29, 601]),
        (TokenRefused, [5, 27, 28, 1116, 1117]),
        (Refused, [7, 14, 15, 17, 18, 20, 23, 24, 25, 37, 42, 203, 204, 214, 219, 300, 302, 704]),
        (BadRequest, [3, 8, 100, 104, 113, 114, 125, 129, 801, 4711]),
    ],
)
def test_each_code_has_its_outcome(kind, codes):
    """Everything that is known of VK's errors has one of four outcomes, and the rest is an error."""
    assert [kind] * len(codes) == [type(outcome("video.get", error(code))) for code in codes]


def test_what_needs_a_person_says_what_to_do():
    """Whatever a person has to do first comes with a hint."""
    found = [outcome("video.get", error(code)) for code in (7, 14, 17, 24, 204, 302)]
    assert all(isinstance(each, NeedsHuman) and each.hint for each in found)


def test_a_flood_ends_in_an_hour_and_a_day_with_the_day():
    """Both are of the account; VK's own day is Moscow's."""
    now = datetime.now(UTC)
    flood, day = outcome("video.edit", error(9)), outcome("video.edit", error(29))
    assert (True, True) == (flood.for_account, day.for_account)
    assert timedelta(minutes=59) < flood.until - now <= timedelta(minutes=61)
    assert (21, 0) == (day.until.hour, day.until.minute)
    assert now < day.until <= now + timedelta(days=1)


@pytest.mark.parametrize("method", ["video.save", "video.addAlbum"])
@pytest.mark.parametrize("code", [1, 10, 22, 36])
def test_what_may_have_made_something_is_not_repeated(method, code):
    """A failing server may have made the video or the album nevertheless."""
    assert isinstance(outcome(method, error(code)), AnswerLost)


@pytest.mark.parametrize("method", ["video.save", "video.addAlbum"])
def test_what_was_not_looked_at_made_nothing(method):
    """Asking too quickly is no reason to look for what was made."""
    assert isinstance(outcome(method, error(6)), RetrySoon)


def test_a_token_of_another_network_is_for_a_person():
    """No renewal helps where VK ties a token to an address."""
    said = "User authorization failed: access_token was given to another ip address."
    found = outcome("video.get", error(5, said))
    assert isinstance(found, Refused)
    assert "network" in found.hint


def test_texts_of_vk_are_shown_on_one_line():
    """What VK says cannot move a cursor, nor fill a screen."""
    found = outcome("video.get", error(100, "No\x1b[2J\nsuch " + "word " * 200))
    assert "\x1b" not in found.message
    assert "\n" not in found.message
    assert len(found.message) < 300


def answer(status=200, **content):
    request = httpx.Request("POST", "https://api.vk.ru/method/video.get")
    return httpx.Response(status, request=request, **content)


def test_errors_come_with_200():
    """The status says nothing; an allowed code is no error."""
    refused = answer(json={"error": error(800)})
    assert isinstance(judged("video.addToAlbum", refused), BadRequest)
    assert judged("video.addToAlbum", refused, frozenset({800})) is None
    assert judged("video.get", answer(json={"response": 1})) is None


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_servers_trouble_is_passing(status):
    """Reading again is harmless; a place may have been given."""
    broken = answer(status, text="<html>Bad Gateway</html>")
    assert isinstance(judged("video.get", broken), RetrySoon)
    assert isinstance(judged("video.save", broken), AnswerLost)


def test_a_page_is_no_answer():
    """A log-in page of a network between is an error that says so."""
    with pytest.raises(ProviderError, match="web page"):
        judged("video.get", answer(html="<html>Log in</html>"))


@pytest.mark.parametrize("content", ['{"error": "text"}', '{"error": {"error_code": "5"}}', "[]"])
def test_any_json_has_an_outcome(content):
    """An answer of a shape that nobody has seen is none that fails LEAP."""
    found = judged("video.get", answer(text=content))
    assert found is None or isinstance(found, ProviderError)
