"""In which albums a video is: by title or id, made where that is wanted, and left again."""

from __future__ import annotations

import pytest

from leap.errors import NeedsHuman


def test_albums_by_title_and_by_id(vk, group, publish, lecture):
    """Either names the same album; in both of two it is once."""
    first, second = vk.album(-group.id, "ML 2026"), vk.album(-group.id, "All lectures")
    receipt = publish(lecture(album=["ML 2026", str(second.id), str(first.id)]), group)
    name = receipt.external_id
    assert {"ML 2026": [name], "All lectures": [name]} == vk.albums(-group.id)
    assert [first.id, second.id] == receipt.details["albums"]


def test_an_album_may_be_on_a_later_page(vk, user, publish, lecture):
    """All albums are looked through, however many there are."""
    album = vk.album(user.id, "ML 2026")
    for number in range(130):
        vk.album(user.id, f"Course {number}")
    publish(lecture(album=["ML 2026"]))
    assert 1 == len(album.videos)


def test_an_album_that_is_not_there_is_for_a_person(vk, user, publish, lecture):
    """A misspelt title makes no new album; the message says which was meant."""
    vk.album(user.id, "ML 2026")
    with pytest.raises(NeedsHuman, match="no album 'ML 206'") as raised:
        publish(lecture(album=["ML 206"]))
    assert "did you mean 'ML 2026'?" in raised.value.hint
    assert "create_album: true" in raised.value.hint
    assert ["ML 2026"] == list(vk.albums(user.id))
    # It is open nevertheless: who looks for it finds it.
    assert "all" == vk.videos[0].privacy


def test_an_album_is_made_where_that_is_declared(vk, group, publish, lecture):
    """Once, for whoever comes first."""
    publication = lecture(album=["ML 2026"], create_album=True)
    publish(publication, group)
    publish(lecture(album=["ML 2026"], create_album=True, wanted={"albums": "a2"}), group)
    assert {"ML 2026": [vk.videos[0].name]} == vk.albums(-group.id)


def test_of_two_that_made_one_at_once_one_stays(vk, user, publish, lecture):
    """Another runner's album of the same title is older: ours goes again."""
    vk.after("POST /method/video.getAlbums", lambda: vk.album(user.id, "ML"))
    publish(lecture(album=["ML"], create_album=True))
    (album,) = vk.api.albums.all(user.id)
    assert (1, [vk.videos[0].key]) == (album.id, album.videos)
    assert 1 == len(vk.calls("video.deleteAlbum"))


def test_what_is_declared_no_more_is_left(vk, user, publish, lecture):
    """An album that LEAP put it into loses it; one that a person chose does not."""
    vk.album(user.id, "Old")
    theirs = vk.album(user.id, "By hand")
    publish(lecture(album=["Old"]))
    (video,) = vk.videos
    theirs.videos.append(video.key)
    vk.album(user.id, "New")
    publish(lecture(album=["New"], wanted={"albums": "a2"}))
    assert {"Old": [], "New": [video.name], "By hand": [video.name]} == vk.albums(user.id)
    publish(lecture(album=[], wanted={"albums": "a3"}))
    assert {"Old": [], "New": [], "By hand": [video.name]} == vk.albums(user.id)


def test_an_album_where_it_is_already_is_no_error(vk, user, publish, lecture):
    """A person, or an earlier run whose answer was lost, has put it there."""
    album = vk.album(user.id, "ML")
    vk.refuse("video.getAlbumsByVideo", 10)
    vk.after("POST /upload.do", lambda: album.videos.append(vk.videos[0].key))
    publish(lecture(album=["ML"]))
    assert 1 == len(album.videos)


def test_a_new_video_is_offered_a_few_times(vk, user, publish, lecture, waited):
    """For a moment VK refuses what it has just got."""
    vk.album(user.id, "ML")
    vk.refuse("video.addToAlbum", 204, times=2)
    vk.refuse("video.saveUploadedThumb", 100)
    publish(lecture(album=["ML"], thumbnail=True))
    assert [1.0, 1.0, 2.0] == sorted(waited)
    assert {"ML": [vk.videos[0].name]} == vk.albums(user.id)


@pytest.mark.parametrize("limit, word", [("capacity", "full"), ("most", "limit")])
def test_limits_are_for_a_person(vk, user, publish, lecture, limit, word):
    """An album that is full, and a profile with too many albums."""
    setattr(vk.api.albums, limit, 0)
    if limit == "capacity":
        vk.album(user.id, "ML")
    with pytest.raises(NeedsHuman, match=word):
        publish(lecture(album=["ML"], create_album=True))
    assert "all" == vk.videos[0].privacy
