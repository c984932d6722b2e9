"""What YouTube shows of videos now, cheaply; and what there is to take over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from emulators.messages import as_json
from emulators.youtube import Caption

from leap.domain.ports import Placed
from leap.errors import ProviderError
from leap.providers.youtube.resources import video_of

MARKER = "leap-0123456789"


def tell_nobody(share, message=""):
    """Take progress, and do nothing with it."""


@pytest.fixture
def look(publisher):
    """Return a function that looks at videos, and gives what is seen of the first."""

    def looked(*videos, parts=("metadata", "privacy"), given=None):
        placed = [Placed(video.id, video.url) for video in videos]
        found = publisher.look(placed, parts, tell_nobody, given or {})
        assert {video.id for video in videos} == set(found)
        return found[videos[0].id]

    return looked


def test_fifty_videos_cost_a_unit(youtube, channel, look):
    """Titles, descriptions, tags, privacy, pictures, and whether they are there."""
    videos = [youtube.video(channel, f"Lecture {number}") for number in range(120)]

    look(*videos, parts=("metadata", "privacy", "thumbnail"))
    assert (3, 3) == (youtube.counts()["videos.list"], youtube.spent())


def test_a_video_stands_as_it_is(youtube, channel, look):
    """Whoever has changed it."""
    snippet = {"title": "Trees", "description": "", "categoryId": "27", "tags": [MARKER, "b", "a"]}
    seen = look(youtube.video(channel, "Trees", snippet=snippet))

    assert ("standing", "public") == (seen.state, seen.parts["privacy"])
    assert ("Trees", ["a", "b"]) == (
        seen.parts["metadata"]["title"],
        seen.parts["metadata"]["tags"],
    )


def test_a_deleted_video_is_missing(youtube, channel, look):
    """One that stands is told beside it."""
    gone = youtube.video(channel, "Trees")
    gone.deleted = True

    assert "missing" == look(gone, youtube.video(channel, "Graphs")).state


@pytest.mark.parametrize(
    "how,reason,said",
    [("reject", "copyright", "rejected the video: of copyright"), ("fail", "codec", "the codec")],
)
def test_a_blocked_video_says_why(youtube, channel, look, how, reason, said):
    """In YouTube's reason."""
    video = youtube.video(channel, "Trees")
    getattr(video, how)(reason)

    seen = look(video)
    assert "blocked" == seen.state
    assert said in seen.reason


@pytest.mark.parametrize(
    "restriction,said",
    [
        ({"blocked": ["DE"]}, "does not show the video in DE"),
        ({"blocked": ["A", "B", "C", "D", "E", "F", "G"]}, "in A, B, C, D, E and 2 more"),
        ({"allowed": ["US"]}, "only in US"),
        ({"allowed": []}, "only in no country"),
    ],
)
def test_a_video_that_some_countries_do_not_see_is_blocked(
    youtube, channel, look, restriction, said
):
    """As for music in it."""
    video = youtube.video(channel, "Trees")

    def then(_, answer):
        import json

        from emulators.messages import as_json

        body = json.loads(answer.body.content)
        body["items"][0]["contentDetails"]["regionRestriction"] = restriction
        return as_json(body)

    youtube.fault("GET /youtube/v3/videos", then=then)
    seen = look(video)
    assert "blocked" == seen.state
    assert said in seen.reason


def test_a_video_that_is_processed_still_is_told(youtube, channel, look):
    """It is not wrong, and not yet right."""
    later = youtube.clock.now() + timedelta(hours=1)

    assert "processing" == look(youtube.video(channel, "Trees", processed=later)).state


def test_where_no_track_was_given_none_is_looked_for(youtube, channel, look):
    """One that somebody else has added is no difference."""
    video = youtube.video(channel, "Trees")
    now = youtube.clock.now()
    theirs = Caption(video=video, language="fr", name="", content=b"-", updated=now, ready=now)
    video.captions.append(theirs)

    seen = look(video, parts=("captions",), given={video.id: {"captions": []}})
    assert {"captions": []} == seen.parts


def test_captions_are_looked_at_only_when_asked(youtube, channel, look):
    """They cost fifty units a video."""
    video = youtube.video(channel, "Trees")
    youtube.speak(video)

    assert "captions" not in look(video).parts
    assert (
        []
        == look(video, parts=("captions",), given={video.id: {"captions": ["en"]}}).parts[
            "captions"
        ]
    )
    assert 1 == youtube.counts()["captions.list"]


def test_a_playlist_is_read_once_for_all_videos(youtube, channel, look):
    """And only those that videos were put into."""
    from emulators.youtube import Item

    now = youtube.clock.now()
    shelf, other = youtube.playlist(channel, "ML"), youtube.playlist(channel, "Other")
    videos = [youtube.video(channel, f"Lecture {number}") for number in range(60)]
    for video in videos[:55]:
        shelf.items.append(Item(playlist=shelf, video=video, added=now))
    other.items.append(Item(playlist=other, video=videos[0], added=now))

    given = {video.id: {"playlists": [shelf.id]} for video in videos}
    assert [shelf.id] == look(*videos, parts=("playlists",), given=given).parts["playlists"]
    assert [] == look(*videos[::-1], parts=("playlists",), given=given).parts["playlists"]
    assert 2 * 2 == youtube.counts()["playlistItems.list"]


def test_a_playlist_that_is_gone_holds_nothing(youtube, channel, look):
    """So the difference shows."""
    video = youtube.video(channel, "Trees")
    given = {video.id: {"playlists": ["PLgone"]}}

    assert [] == look(video, parts=("playlists",), given=given).parts["playlists"]


# ── all that there is ──────────────────────────────────────────────────────


def test_all_videos_come_newest_first(youtube, channel, publisher):
    """Whoever uploaded them; fifty cost two units."""
    now = youtube.clock.now()
    for number in range(70):
        created = now - timedelta(days=100 - number)
        youtube.video(channel, f"Lecture {number}", created=created, seconds=3723)

    found = list(publisher.videos(tell_nobody))
    assert ["Lecture 69", "Lecture 0"] == [found[0].title, found[-1].title]
    assert (70, 3723.0, "public", "") == (
        len(found),
        found[0].duration,
        found[0].privacy,
        found[0].marker,
    )
    assert 5 == youtube.spent()


def test_our_own_videos_are_known_by_their_marker(publish, publisher, small):
    """Also private ones."""
    publish()

    (video,) = publisher.videos(tell_nobody)
    assert MARKER == video.marker


def test_a_channel_without_videos_has_none(youtube, channel, publisher):
    """A new one has not even the list of uploads."""
    no = {"error": {"code": 404, "errors": [{"reason": "playlistNotFound"}], "message": "No."}}
    youtube.fault("GET /youtube/v3/playlistItems", status=404, json=no)

    assert [] == list(publisher.videos(tell_nobody))
    assert [] == list(publisher.videos(tell_nobody))


@pytest.mark.parametrize(
    "text,seconds",
    [
        ("PT1H2M3S", 3723.0),
        ("PT45S", 45.0),
        ("P1DT1S", 86_401.0),
        ("P1W", 604_800.0),
        ("P0D", None),
        (f"PT{'9' * 5000}S", None),
        ("", None),
        (None, None),
        ("PT", None),
    ],
)
def test_lengths_are_read_as_iso_8601_has_them(text, seconds):
    """Of a video that is processed still YouTube knows none."""
    resource = {"id": "v", "contentDetails": {"duration": text}}

    assert seconds == video_of(resource).duration


def test_a_video_with_half_of_its_data_is_read(youtube):
    """Whatever YouTube leaves out."""
    video = video_of({"id": "v", "snippet": {"tags": "none"}, "status": None})

    assert ("v", "", "", "", datetime.fromtimestamp(0, UTC)) == (
        video.placed.external_id,
        video.title,
        video.privacy,
        video.marker,
        video.published_at,
    )


@pytest.mark.parametrize("items", [[{"id": "UC1"}], [{"id": "UC1", "contentDetails": 7}], ["UC1"]])
def test_a_channel_of_which_nothing_is_told_is_an_error_in_a_line(
    youtube, channel, publisher, items
):
    """Not a traceback."""
    youtube.fault(
        "GET /youtube/v3/channels", then=lambda *_: as_json({"kind": "x", "items": items})
    )
    with pytest.raises(ProviderError):
        list(publisher.videos(tell_nobody))
