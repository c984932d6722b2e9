"""Albums and thumbnails of the emulated VK."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

JPEG = b"\xff\xd8\xff\xe0" + bytes(1000)


def test_albums_are_made_and_listed_in_pages(vk, ask, group):
    """At most a hundred at once, newest first, with numbers of their own."""
    for number in range(120):
        ask("video.addAlbum", group_id=group.id, title=f"Course {number}")
    page = ask("video.getAlbums", owner_id=-group.id, count=100)
    rest = ask("video.getAlbums", owner_id=-group.id, count=100, offset=100)
    assert (120, 100, 20) == (page["count"], len(page["items"]), len(rest["items"]))
    assert "Course 119" == page["items"][0]["title"]
    assert [] == vk.violations


def test_a_video_goes_into_albums_of_who_is_named(vk, ask, group):
    """Without a target the album is looked for in one's own profile."""
    video, album = vk.video(-group.id, "L"), vk.album(-group.id, "ML 2026")
    where = {"owner_id": -group.id, "video_id": video.id}
    assert 114 == ask("video.addToAlbum", **where, album_id=album.id)["error_code"]
    where["target_id"] = -group.id
    assert 1 == ask("video.addToAlbum", **where, album_id=album.id)
    assert 800 == ask("video.addToAlbum", **where, album_id=album.id)["error_code"]
    assert [-1, album.id] == ask("video.getAlbumsByVideo", **where)
    assert {"ML 2026": [video.name]} == vk.albums(-group.id)
    assert 1 == ask("video.removeFromAlbum", **where, album_id=album.id)
    assert {"ML 2026": []} == vk.albums(-group.id)
    other = vk.album(-group.id, "All")
    both = f"{album.id},{other.id}"
    assert [album.id, other.id] == ask("video.addToAlbum", **where, album_ids=both)


def test_an_album_is_deleted_without_its_videos(vk, ask, group):
    """The list goes, and what was in it stays."""
    video, album = vk.video(-group.id, "L"), vk.album(-group.id, "A")
    album.videos.append(video.key)
    assert 1 == ask("video.deleteAlbum", group_id=group.id, album_id=album.id)
    assert ({}, [video]) == (vk.albums(-group.id), vk.videos)
    assert 114 == ask("video.deleteAlbum", group_id=group.id, album_id=album.id)["error_code"]


def test_there_are_limits(vk, ask, user):
    """An owner has so many albums, and one holds so many videos."""
    vk.api.albums.most, vk.api.albums.capacity = 1, 0
    ask("video.addAlbum", title="One")
    assert 302 == ask("video.addAlbum", title="Two")["error_code"]
    video, (album,) = vk.video(user.id, "L"), vk.api.albums.all(user.id)
    where = {"owner_id": user.id, "video_id": video.id, "album_id": album.id}
    assert 300 == ask("video.addToAlbum", **where)["error_code"]


def test_a_new_video_is_not_taken_at_once(vk, ask, user):
    """For a while after its bytes came, an album refuses it."""
    vk.api.albums.settles = timedelta(seconds=2)
    video, album = vk.video(user.id, "L"), vk.album(user.id, "A")
    where = {"owner_id": user.id, "video_id": video.id, "album_id": album.id}
    assert 204 == ask("video.addToAlbum", **where)["error_code"]
    vk.clock.forward(2)
    assert 1 == ask("video.addToAlbum", **where)


def test_a_picture_becomes_the_thumbnail(vk, ask, web, group):
    """What the upload server answers is handed back as it is, to the letter."""
    video = vk.video(-group.id, "L")
    address = ask("video.getThumbUploadUrl", owner_id=-group.id)["upload_url"]
    said = web.post(address, files={"file": ("t.jpg", JPEG)}).text
    fields = {"owner_id": -group.id, "video_id": video.id, "set_thumb": 1}
    again = said.replace(" ", "")
    assert 129 == ask("video.saveUploadedThumb", **fields, thumb_json=again)["error_code"]
    assert "photo_id" in ask("video.saveUploadedThumb", **fields, thumb_json=said)
    assert hashlib.sha256(JPEG).hexdigest() == video.thumb


@pytest.mark.parametrize("content", [b"GIF89a" + bytes(100), JPEG + bytes(5 << 20)])
def test_not_every_picture_will_do(ask, web, user, content):
    """JPEG and PNG of at most 5 MB are pictures."""
    address = ask("video.getThumbUploadUrl", owner_id=user.id)["upload_url"]
    assert "error_code" in web.post(address, files={"file": ("t", content)}).json()
