"""Google's own library finds in the emulator what it knows from YouTube."""

from __future__ import annotations

import copy
import hashlib
from pathlib import Path
from typing import Any

import google.auth.exceptions
import pytest
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build_from_document
from googleapiclient.errors import HttpError
from googleapiclient.http import MediaFileUpload, MediaInMemoryUpload

from emulators.youtube import App, Channel, YouTube
from emulators.youtube.contract import document

GRAIN = 256 * 1024
VTT = b"WEBVTT\n\n00:00.000 --> 00:01.000\nhello\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


@pytest.fixture
def library(youtube: YouTube, channel: Channel, app: App) -> Any:
    """The library, told to ask the emulator instead."""
    told = copy.deepcopy(document())
    told["rootUrl"] = told["baseUrl"] = f"{youtube.url}/"
    credentials = Credentials(
        None,
        refresh_token=youtube.refresh_token(app, channel),
        token_uri=f"{youtube.url}/token",
        client_id=app.client_id,
        client_secret=app.client_secret,
    )
    with build_from_document(told, credentials=credentials) as service:
        yield service


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(bytes(range(256)) * (GRAIN // 256 * 2) + b"the end")
    return path


def insertion(library: Any, film: Path, **status: Any) -> Any:
    snippet = {"title": "Лекция 1", "categoryId": "27", "tags": ["leap-0123456789"]}
    body = {"snippet": snippet, "status": {"privacyStatus": "private", **status}}
    media = MediaFileUpload(film, mimetype="video/mp4", chunksize=GRAIN, resumable=True)
    return library.videos().insert(part="snippet,status", body=body, media_body=media)


def test_a_video_goes_up_in_chunks(youtube, library, film):
    """It is the file, privately, and three requests brought it."""
    said = insertion(library, film).execute()
    (video,) = youtube.live()
    assert hashlib.sha256(film.read_bytes()).hexdigest() == video.sha256
    assert (video.id, "private") == (said["id"], said["status"]["privacyStatus"])
    assert ["token", "videos.insert", *["upload.chunk"] * 3] == youtube.methods()
    assert ([], 1, 0) == (youtube.violations, youtube.spent("uploads"), youtube.spent())


def test_a_broken_upload_is_continued(youtube, library, film):
    """A chunk is lost, another one only seems to be; the library asks, and there is one video."""
    youtube.slip("503", chunk=1, keep=0)
    youtube.slip("503")
    request = insertion(library, film)
    for _ in range(2):
        with pytest.raises(HttpError):
            request.execute()
    said = request.execute()
    assert [said["id"]] == [video.id for video in youtube.live()]
    assert [] == youtube.violations


def test_everything_else(youtube, library, film):
    """Metadata, captions, a picture, playlists, and the end."""
    name = insertion(library, film).execute()["id"]
    body = {"id": name, "snippet": {"title": "New", "categoryId": "27"}}
    library.videos().update(part="snippet", body=body).execute()
    track = {"snippet": {"videoId": name, "language": "ru", "name": ""}}
    media = MediaInMemoryUpload(VTT, mimetype="text/vtt")
    caption = library.captions().insert(part="snippet", body=track, media_body=media).execute()
    assert VTT == library.captions().download(id=caption["id"]).execute()
    again = MediaInMemoryUpload(VTT + b"\n", mimetype="text/vtt")
    body = {"id": caption["id"]}
    library.captions().update(part="id", body=body, media_body=again).execute()
    picture = MediaInMemoryUpload(PNG, mimetype="image/png")
    library.thumbnails().set(videoId=name, media_body=picture).execute()
    body = {"snippet": {"title": "Course"}, "status": {"privacyStatus": "unlisted"}}
    playlist = library.playlists().insert(part="snippet,status", body=body).execute()["id"]
    resource = {"kind": "youtube#video", "videoId": name}
    body = {"snippet": {"playlistId": playlist, "resourceId": resource}}
    library.playlistItems().insert(part="snippet", body=body).execute()
    items = library.playlistItems().list(part="snippet", playlistId=playlist).execute()["items"]
    (video,) = youtube.live()
    assert ("New", [VTT + b"\n"], PNG, ["Course"], name) == (
        video.title,
        [track.content for track in video.captions],
        video.thumbnail.content,
        youtube.playlists(video),
        items[0]["snippet"]["resourceId"]["videoId"],
    )
    own = library.channels().list(part="contentDetails", mine=True).execute()["items"]
    assert [video.channel.id] == [channel["id"] for channel in own]
    library.videos().delete(id=name).execute()
    assert ([], []) == (youtube.live(), youtube.violations)


def test_an_access_token_that_expired_is_renewed(youtube, library, film):
    """The library hears 401 and asks for another; a login that was revoked ends it."""
    library.channels().list(part="id", mine=True).execute()
    youtube.clock.forward(3600)
    library.channels().list(part="id", mine=True).execute()
    assert [401, 200] == [call.status for call in youtube.calls][1:]
    youtube.oauth.revoke()
    with pytest.raises(google.auth.exceptions.RefreshError, match="invalid_grant"):
        library.channels().list(part="id", mine=True).execute()
