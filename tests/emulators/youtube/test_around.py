"""What stands around a video: captions, its picture, playlists, the channel."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from emulators.youtube import READONLY, UPLOAD
from emulators.youtube.conftest import reason

VTT = b"WEBVTT\n\n00:00.000 --> 00:01.000\nhello\n"
PNG, JPEG = b"\x89PNG\r\n\x1a\n" + bytes(9), b"\xff\xd8\xff\xe0" + bytes(9)


@pytest.fixture
def video(youtube, channel):
    return youtube.video(channel, "One")


@pytest.fixture
def caption(ask, video):
    """Add a track of captions, or change one."""

    def sent(content: bytes = VTT, *, method: str = "POST", **body: Any) -> Any:
        snippet = {"videoId": video.id, "language": "ru", "name": ""}
        told = json.dumps(body if method == "PUT" else {"snippet": snippet | body}).encode()
        whole = b"--x\nContent-Type: application/json\n\n" + told
        whole += b"\n--x\nContent-Type: text/vtt\n\n" + content + b"\n--x--"
        kind = {"Content-Type": 'multipart/related; boundary="x"'}
        query = {"part": "snippet", "uploadType": "multipart"}
        at = "/upload/youtube/v3/captions"
        return ask(at, method=method, content=whole, headers=kind, **query)

    return sent


def test_a_track(youtube, caption, ask, video):
    """It is listed and served, and comes back as it was sent; the video has captions then."""
    name = caption().json()["id"]
    youtube.speak(video)
    listed = ask("captions", part="snippet", videoId=video.id).json()["items"]
    assert [("standard", "ru", "", "serving"), ("ASR", "en", "", "serving")] == [
        tuple(item["snippet"][key] for key in ("trackKind", "language", "name", "status"))
        for item in listed
    ]
    assert VTT == ask(f"captions/{name}").content
    assert (400, "couldNotConvert") == reason(ask(f"captions/{name}", tfmt="srt"))
    details = ask("videos", part="contentDetails", id=video.id).json()["items"][0]
    assert "true" == details["contentDetails"]["caption"]


def test_one_track_of_a_language_and_a_name(youtube, caption, video):
    """Another is refused; another name is another track, and so is what YouTube heard itself."""
    youtube.speak(video, "ru")
    assert 200 == caption().status_code
    assert (409, "captionExists") == reason(caption())
    assert 200 == caption(name="Transcript").status_code


@pytest.mark.parametrize(
    "body, why",
    [
        ({"language": "по-русски"}, (400, "invalidMetadata")),
        ({"name": "x" * 151}, (400, "nameTooLong")),
        ({"videoId": "nothing"}, (404, "videoNotFound")),
    ],
)
def test_tracks_that_are_refused(caption, body, why):
    """Each for its reason."""
    assert why == reason(caption(**body))
    assert (400, "contentRequired") == reason(caption(b""))


def test_a_track_takes_time(youtube, caption, ask, video):
    """It is synced first; what is no caption fails."""
    youtube.delays.captions = timedelta(minutes=1)
    assert "syncing" == caption().json()["snippet"]["status"]
    caption(b"no captions", language="en")
    youtube.clock.forward(60)
    items = ask("captions", part="snippet", videoId=video.id).json()["items"]
    assert [("serving", None), ("failed", "unknownFormat")] == [
        (item["snippet"]["status"], item["snippet"].get("failureReason")) for item in items
    ]


def test_a_track_is_changed_and_deleted(caption, ask, video):
    """With another file, as a draft; what is gone is not found."""
    name = caption().json()["id"]
    assert 200 == caption(VTT * 2, method="PUT", id=name).status_code
    body = {"id": name, "snippet": {"videoId": video.id, "language": "ru", "name": ""}}
    body["snippet"]["isDraft"] = True
    assert 200 == ask("captions", method="PUT", json=body, part="snippet").status_code
    (track,) = video.captions
    assert (VTT * 2, True) == (track.content, track.draft)
    assert 204 == ask("captions", method="DELETE", id=name).status_code
    assert (404, "captionNotFound") == reason(ask("captions", method="DELETE", id=name))


def test_captions_need_their_own_scope(ask, video):
    """To upload is not enough."""
    answer = ask("captions", part="id", videoId=video.id, scopes=(UPLOAD, READONLY))
    assert (403, "insufficientPermissions") == reason(answer)


@pytest.fixture
def picture(ask, video):
    """Set a picture."""

    def sent(content: bytes, kind: str = "image/png", name: str = video.id) -> Any:
        at, query = "/upload/youtube/v3/thumbnails/set", {"uploadType": "media", "videoId": name}
        return ask(at, method="POST", content=content, headers={"Content-Type": kind}, **query)

    return sent


def test_a_picture(picture, video):
    """A PNG or a JPEG; the last one stays."""
    assert 200 == picture(PNG).status_code
    assert 200 == picture(JPEG, "image/jpeg").status_code
    assert JPEG == video.thumbnail.content


def test_pictures_that_are_refused(youtube, picture, channel):
    """No picture, another type, too large, for no video, by a channel that nobody checked."""
    assert (400, "invalidImage") == reason(picture(b"GIF89a"))
    assert (400, "badContent") == reason(picture(PNG, "image/gif"))
    assert (400, "mediaBodyRequired") == reason(picture(b""))
    assert (404, "videoNotFound") == reason(picture(PNG, name="nothing"))
    assert 1 == len(youtube.violations)
    assert (413, "uploadTooLarge") == reason(picture(PNG + bytes(52_428_800)))
    channel.verified = False
    assert (403, "forbidden") == reason(picture(PNG))


@pytest.fixture
def playlist(youtube, channel):
    return youtube.playlist(channel, "Course")


@pytest.fixture
def add(ask, playlist, video):
    """Put the video into the playlist."""

    def added(name: str = video.id, to: str = playlist.id, **more: Any) -> Any:
        resource = {"kind": "youtube#video", "videoId": name}
        body = {"snippet": {"playlistId": to, "resourceId": resource, **more}}
        return ask("playlistItems", method="POST", json=body, part="snippet")

    return added


def test_playlists(youtube, ask):
    """They are made, listed, changed and deleted; an update erases what it does not say."""
    body = {"snippet": {"title": "Курс", "description": "Words"}}
    made = ask("playlists", method="POST", json=body, part="snippet,status").json()
    assert "public" == made["status"]["privacyStatus"]
    listed = ask("playlists", part="snippet,contentDetails", mine="true").json()["items"]
    assert [("Курс", 0)] == [
        (p["snippet"]["title"], p["contentDetails"]["itemCount"]) for p in listed
    ]
    body = {"id": made["id"], "snippet": {"title": "Course"}}
    changed = ask("playlists", method="PUT", json=body, part="snippet").json()
    assert ("Course", "") == (changed["snippet"]["title"], changed["snippet"]["description"])
    assert 204 == ask("playlists", method="DELETE", id=made["id"]).status_code
    assert (404, "playlistNotFound") == reason(ask("playlists", method="DELETE", id=made["id"]))
    assert [] == youtube.violations


@pytest.mark.parametrize(
    "title, why",
    [(" ", "playlistTitleRequired"), ("x" * 151, "invalidPlaylistSnippet"), ("<", None)],
)
def test_titles_of_playlists(ask, title, why):
    """One is needed, not longer than 150 signs."""
    body = {"snippet": {"title": title}}
    answer = ask("playlists", method="POST", json=body, part="snippet")
    assert (400, why or "invalidPlaylistSnippet") == reason(answer)


def test_many_playlists_come_in_pages(youtube, channel, ask):
    """Each page says how to get the next."""
    for number in range(5):
        youtube.playlist(channel, str(number))
    titles: list[str] = []
    more: dict[str, str] = {}
    while True:
        page = ask("playlists", part="snippet", mine="true", maxResults=2, **more).json()
        titles += [item["snippet"]["title"] for item in page["items"]]
        if "nextPageToken" not in page:
            break
        more = {"pageToken": page["nextPageToken"]}
    assert ["4", "3", "2", "1", "0"] == titles
    wrong = ask("playlists", part="id", mine="true", pageToken="x")
    assert (400, "invalidPageToken") == reason(wrong)


def test_the_order_of_a_playlist(youtube, channel, add, playlist):
    """What comes later comes last, unless it says where it stands."""
    names = [youtube.video(channel, str(number)).id for number in range(3)]
    for name in names[:2]:
        add(name)
    add(names[2], position=0)
    assert [names[2], names[0], names[1]] == playlist.videos


def test_a_video_twice_in_a_playlist(youtube, add, ask, playlist, video):
    """YouTube lets it be; a list can be asked for one video; each place can be taken away."""
    first = add().json()
    add()
    assert ["Course", "Course"] == youtube.playlists(video)
    query = {"part": "snippet", "playlistId": playlist.id, "videoId": video.id}
    assert 2 == len(ask("playlistItems", **query).json()["items"])
    assert 0 == len(ask("playlistItems", **(query | {"videoId": "other"})).json()["items"])
    assert 204 == ask("playlistItems", method="DELETE", id=first["id"]).status_code
    assert ["Course"] == youtube.playlists(video)
    gone = ask("playlistItems", method="DELETE", id=first["id"])
    assert (404, "playlistItemNotFound") == reason(gone)


@pytest.mark.parametrize("adds, times", [(False, 1), (True, 2)])
def test_a_playlist_does_not_know_a_new_video(youtube, channel, add, adds, times):
    """For a while it is not found there, and may be added all the same."""
    later = youtube.clock.now() + timedelta(minutes=1)
    video = youtube.video(channel, "New", placeable=later)
    youtube.api.items.adds_what_it_misses = adds
    assert (404, "videoNotFound") == reason(add(video.id))
    youtube.clock.forward(60)
    assert 200 == add(video.id).status_code
    assert times == len(youtube.playlists(video))


def test_what_cannot_be_added(youtube, add, channel):
    """To no playlist, to that of all uploads, to others' ones, and others' private videos."""
    other = youtube.channel("Other")
    hidden = youtube.video(other, "x", status={"privacyStatus": "private"})
    foreign = youtube.playlist(other, "Theirs")
    assert (404, "playlistNotFound") == reason(add(to="nothing"))
    assert (400, "playlistOperationUnsupported") == reason(add(to=channel.uploads))
    assert (403, "playlistItemsNotAccessible") == reason(add(to=foreign.id))
    assert (400, "failedPrecondition") == reason(add(hidden.id))
    assert (404, "videoNotFound") == reason(add("nothing"))


def test_a_deleted_video_leaves_its_place(add, ask, video, playlist):
    """The playlist says that it was deleted."""
    add()
    video.deleted = True
    (item,) = ask("playlistItems", part="snippet", playlistId=playlist.id).json()["items"]
    assert ("Deleted video", video.id) == (
        item["snippet"]["title"],
        item["snippet"]["resourceId"]["videoId"],
    )


def test_all_uploads_are_a_playlist(youtube, channel, ask, video):
    """Newest first, private ones too for their owner, once YouTube lists them."""
    later = youtube.clock.now() + timedelta(minutes=1)
    youtube.video(channel, "Two", status={"privacyStatus": "private"}, listed=later)
    youtube.video(channel, "Zero", created=video.created - timedelta(days=1))
    (own,) = ask("channels", part="contentDetails,snippet", mine="true").json()["items"]
    uploads = own["contentDetails"]["relatedPlaylists"]["uploads"]

    def titles(**more: Any) -> list[str]:
        query = {"part": "snippet", "playlistId": uploads} | more
        return [item["snippet"]["title"] for item in ask("playlistItems", **query).json()["items"]]

    assert ("University", ["One", "Zero"]) == (own["snippet"]["title"], titles())
    youtube.clock.forward(60)
    assert ["Two", "One", "Zero"] == titles()
    assert ["One", "Zero"] == titles(owner=youtube.channel("Other"))


def test_lists_need_a_filter(ask, channel):
    """What is listed must be said; others' playlists are seen where they are public."""
    for path in ("channels", "playlists", "playlistItems"):
        assert (400, "missingRequiredParameter") == reason(ask(path, part="id"))
    assert [] == ask("playlists", part="id", channelId=channel.id).json()["items"]
    assert (404, "playlistNotFound") == reason(ask("playlistItems", part="id", playlistId="x"))
