"""The playlists that a video is in: each once, and no other touched."""

from __future__ import annotations

from datetime import timedelta

import pytest
from emulators.youtube import Item, refusal

from leap.errors import NeedsHuman, RetrySoon

pytestmark = pytest.mark.usefixtures("small")
INSERT = "POST /youtube/v3/playlistItems"


@pytest.fixture
def shelf(youtube, channel):
    """Three playlists that are there."""
    return {title: youtube.playlist(channel, title) for title in ("ML 2026", "All", "Best of")}


def test_several_playlists_by_title_and_by_id(youtube, publish, saying, shelf):
    """As they are declared; they are listed once."""
    receipt = publish(saying(playlist=("ML 2026", shelf["All"].id)))

    assert {"ML 2026", "All"} == set(youtube.playlists(youtube.live()[0]))
    assert sorted([shelf["ML 2026"].id, shelf["All"].id]) == receipt.details["playlists"]
    assert 1 == youtube.counts()["playlists.list"]


def test_many_playlists_are_listed_page_by_page(youtube, channel, publish, saying):
    """Fifty at a time."""
    wanted = youtube.playlist(channel, "The first of them")
    for number in range(60):
        youtube.playlist(channel, f"Course {number}")

    publish(saying(playlist=("The first of them",), create_playlist=False))
    assert [youtube.live()[0].id] == wanted.videos


def test_a_title_may_hold_what_youtube_forbids(youtube, channel, publish, saying):
    """It is compared as it would be made."""
    shelf = youtube.playlist(channel, "C＜int＞")

    publish(saying(playlist=("C<int>",), create_playlist=False))
    assert [youtube.live()[0].id] == shelf.videos


def test_a_playlist_is_made_once_and_private(youtube, publish, apply, publication):
    """Later changes go into the same."""
    publish()
    apply("playlists", publication)

    (made,) = youtube.world.playlists.values()
    assert ("Algorithms 2026", "private") == (made.title, made.status["privacyStatus"])


def test_a_playlist_that_is_not_there_is_for_a_person(youtube, publish, saying, checkpoint):
    """A mistyped title should make no new playlist."""
    with pytest.raises(NeedsHuman, match="the channel has no playlist “ML 2027”") as caught:
        publish(saying(playlist=("ML 2027",), create_playlist=False))

    assert "create_playlist: true" in caught.value.hint
    assert {} == youtube.world.playlists
    assert "privacy" in checkpoint.applied


def test_two_playlists_of_one_title_are_for_a_person(youtube, channel, publish, saying):
    """Its id tells them apart."""
    ids = sorted(youtube.playlist(channel, "ML 2026").id for _ in range(2))

    with pytest.raises(NeedsHuman, match="2 playlists “ML 2026”") as caught:
        publish(saying(playlist=("ML 2026",)))
    assert ", ".join(ids) in caught.value.hint


def test_a_playlist_made_since_the_last_look_is_found(youtube, channel, publish, saying, apply):
    """They are listed again before one is missed."""
    publish()
    youtube.playlist(channel, "New")

    apply("playlists", saying(playlist=("New",), create_playlist=False))
    assert ["New"] == youtube.playlists(youtube.live()[0])


def test_a_video_moves_with_the_declaration(youtube, publish, saying, apply, shelf):
    """Out of where LEAP had put it; where somebody else has put it, it stays."""
    publish(saying(playlist=("ML 2026", "All")))
    (video,) = youtube.live()
    best = shelf["Best of"]
    best.items.append(Item(playlist=best, video=video, added=youtube.clock.now()))

    assert [shelf["All"].id] == apply("playlists", saying(playlist=("All",)))
    assert {"All", "Best of"} == set(youtube.playlists(video))


def test_a_video_that_is_there_already_is_not_added(youtube, publish, saying, apply, shelf):
    """YouTube would add it once more."""
    publish(saying(playlist=("All",)))
    apply("playlists", saying(playlist=("All",)))

    assert 1 == youtube.counts()["playlistItems.insert"]


def test_a_lost_answer_adds_no_second_time(youtube, publish, saying, shelf):
    """It is looked for."""
    youtube.fault(INSERT, lost=True)
    publish(saying(playlist=("All",)))

    assert [youtube.live()[0].id] == shelf["All"].videos
    assert 1 == youtube.counts()["playlistItems.insert"]


def test_a_list_that_is_behind_adds_no_second_time(youtube, publish, saying, shelf):
    """Neither in this run nor in the next one, which knows what was asked for."""
    youtube.fault(INSERT, lost=True)
    youtube.fault("GET /youtube/v3/playlistItems", skip=1, times=4, status=200, json={"items": []})
    with pytest.raises(RetrySoon):
        publish(saying(playlist=("All",)))

    publish(saying(playlist=("All",)))
    assert [youtube.live()[0].id] == shelf["All"].videos
    assert 1 == youtube.counts()["playlistItems.insert"]


def test_a_request_that_got_lost_is_made_again_later(youtube, publish, saying, shelf):
    """Once the list is sure not to have it."""
    youtube.fault(INSERT, drop=True)
    with pytest.raises(RetrySoon):
        publish(saying(playlist=("All",)))

    publish(saying(playlist=("All",)))
    assert [youtube.live()[0].id] == shelf["All"].videos


def test_a_second_place_in_a_playlist_is_taken_away(youtube, publish, saying, apply, shelf):
    """A lecture stands in a playlist once."""
    publish(saying(playlist=("All",)))
    shelf["All"].items *= 2

    apply("playlists", saying(playlist=("All",)))
    assert [youtube.live()[0].id] == shelf["All"].videos


@pytest.mark.parametrize("adds", [False, True])
def test_a_new_video_is_waited_for(youtube, publish, saying, shelf, adds):
    """Some minutes; YouTube may even add it while it says that it does not know it."""
    youtube.delays.playlists = timedelta(seconds=50)
    youtube.api.items.adds_what_it_misses = adds
    publish(saying(playlist=("All",)))

    assert [youtube.live()[0].id] == shelf["All"].videos
    assert youtube.counts()["playlistItems.insert"] <= 6


def test_two_changes_at_once_are_made_one_after_the_other(youtube, publish, saying, shelf):
    """YouTube refuses one of them."""
    youtube.fault(INSERT, **refusal("aborted"))
    publish(saying(playlist=("All",)))

    assert [youtube.live()[0].id] == shelf["All"].videos


def test_a_playlist_that_is_gone_by_now_is_for_a_person(youtube, publish, saying, shelf):
    """It was listed a moment ago."""
    youtube.after("GET /youtube/v3/playlistItems", youtube.world.playlists.clear)

    with pytest.raises(NeedsHuman, match="is gone"):
        publish(saying(playlist=("All",)))


def test_no_playlist_is_none(youtube, publish, saying):
    """And costs nothing."""
    receipt = publish(saying(playlist=()))

    assert [] == receipt.details["playlists"]
    assert 0 == youtube.counts()["playlists.list"]
