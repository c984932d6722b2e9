"""What VK shows of many videos, cheaply, and in the shape of what they were given."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leap.domain.ports import Placed
from leap.providers.vk.note import end_of
from leap.providers.vk.values import moment

PARTS = ("metadata", "privacy", "albums", "thumbnail")


def quiet(share, message=""):
    """Take no notice of progress."""


@pytest.fixture
def look(opened):
    def looked(names, parts=PARTS, given=None):
        placed = [Placed(name, "") for name in names]
        return opened().look(placed, parts, quiet, given or {})

    return looked


def test_what_was_given_is_what_is_seen(vk, user, publish, lecture, look):
    """Without a change by people nothing differs, however the texts were cut."""
    vk.album(user.id, "ML")
    publication = lecture(" Trees  &\tforests ", "a\r\n\n\n\nb  \n", album=["ML"], repeat=True)
    receipt = publish(publication)
    name = receipt.external_id
    (seen,) = look([name], given={name: receipt.details}).values()
    assert "standing" == seen.state
    assert receipt.details == dict(seen.parts)
    assert "Trees & forests" == seen.parts["metadata"]["title"]


def test_what_people_changed_is_seen(vk, user, publish, lecture, look):
    """Title, description, openness and album, each by itself."""
    album = vk.album(user.id, "ML")
    receipt = publish(lecture(album=["ML"]))
    (video,) = vk.videos
    video.title, video.description, video.privacy = "By hand", "Other", "only_me"
    album.videos.clear()
    (seen,) = look([video.name], given={video.name: receipt.details}).values()
    assert {"title": "By hand", "description": "Other", "repeat": False} == seen.parts["metadata"]
    assert ("private", []) == (seen.parts["privacy"], seen.parts["albums"])


def test_albums_that_others_chose_are_no_difference(vk, user, publish, lecture, look):
    """Only those that it was put into are looked for."""
    vk.album(user.id, "ML")
    receipt = publish(lecture(album=["ML"]))
    (video,) = vk.videos
    vk.album(user.id, "By hand").videos.append(video.key)
    (seen,) = look([video.name], given={video.name: receipt.details}).values()
    assert receipt.details["albums"] == seen.parts["albums"]


@pytest.mark.parametrize(
    "change, state",
    [
        ({"deleted": True}, "missing"),
        ({"restricted": (5, "Removed  by\na court")}, "blocked"),
        ({"ready": None}, "processing"),
        ({}, "standing"),
    ],
)
def test_states(vk, user, look, change, state):
    """Gone, kept from people, not done with yet, or as it should be."""
    video = vk.video(user.id, "Lecture")
    for name, value in change.items():
        setattr(video, name, value)
    seen = look([video.name])[video.name]
    assert state == seen.state
    assert ("Removed by a court" if state == "blocked" else "") == seen.reason


def test_two_hundred_with_one_call(vk, group, user, look):
    """A thousand videos cost five calls, and a few for the albums that all are in."""
    album = vk.album(-group.id, "ML")
    videos = [vk.video(-group.id, f"Lecture {number}") for number in range(1000)]
    album.videos = [video.key for video in videos[:900]]
    given = {video.name: {"albums": [album.id]} for video in videos}
    found = look([video.name for video in videos], given=given)
    assert 1000 == len(found)
    held = [seen.parts["albums"] for seen in found.values()]
    assert (900, 100) == (held.count([album.id]), held.count([]))
    assert "public" == found[videos[0].name].parts["privacy"]
    assert 5 + 6 == len(vk.calls())


def test_an_album_that_is_gone_holds_nothing(vk, user, look):
    """Deleting an album is no reason to see nothing."""
    videos = [vk.video(user.id, "L") for _ in range(2)]
    found = look(
        [each.name for each in videos], given={each.name: {"albums": [9]} for each in videos}
    )
    assert [[], []] == [seen.parts["albums"] for seen in found.values()]


def test_what_is_published_is_listed_newest_first(vk, user, opened):
    """With its length, openness and marker; places without bytes only where they are ours."""
    for number in range(210):
        vk.video(user.id, f"Lecture {number}", privacy="by_link")
    vk.video(user.id, "Somebody's", empty=True)
    vk.video(user.id, "Ours", "leap-0123456789", empty=True)
    found = list(opened().videos(quiet))
    assert ["Ours", "Lecture 209"] == [each.title for each in found[:2]]
    assert 211 == len(found)
    assert ("leap-0123456789", None) == (found[0].marker, found[0].duration)
    assert ("", 3600.0, "unlisted") == (found[1].marker, found[1].duration, found[1].privacy)
    assert found[1].published_at.tzinfo is not None
    assert f"https://vk.com/video{found[1].placed.external_id}" == found[1].placed.url


@pytest.mark.parametrize("said", [10**12, 10**30, -(10**30), "soon", None])
def test_a_date_that_is_none_is_long_ago(said):
    """The list goes on."""
    assert moment({"date": said}) == datetime.fromtimestamp(0, UTC)


@pytest.mark.parametrize("said", ["inf", "nan", "1e30", "-1", "soon", ""])
def test_an_end_that_is_no_time_is_an_hour_away(said):
    """It is kept in the ledger, which knows no endless numbers."""
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert end_of(f"https://vk.example/upload?expires={said}", now) == now.timestamp() + 3600
