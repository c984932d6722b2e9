"""Videos of the emulated VK: reserved, sent, seen, changed, deleted."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import httpx
import pytest

VIDEO = bytes(range(256)) * 5000


def test_a_video_is_reserved_before_its_bytes_come(vk, ask, send, group):
    """`video.save` makes a placeholder with its id; its bytes make a video of it."""
    saved = ask("video.save", name="Lecture", description="About", group_id=group.id)
    assert -group.id == saved["owner_id"]
    (placeholder,) = vk.placeholders
    assert [] == vk.videos

    answered = send(saved["upload_url"], VIDEO)

    assert (saved["video_id"], len(VIDEO)) == (answered["video_id"], answered["size"])
    (video,) = vk.videos
    assert placeholder is video
    assert hashlib.sha256(VIDEO).hexdigest() == video.sha256
    assert 1 == video.uploads
    assert [] == vk.violations


def test_a_placeholder_is_told_from_a_video(vk, ask, send):
    """One has no player and no length, one that is processed says so, one that is ready has both."""
    vk.uploads.processing = timedelta(minutes=5)
    saved = ask("video.save", name="Lecture")
    name = f"{saved['owner_id']}_{saved['video_id']}"

    def seen():
        (item,) = ask("video.get", videos=name)["items"]
        return "processing" in item, "player" in item, item["duration"]

    assert (False, False, 0) == seen()
    send(saved["upload_url"], VIDEO)
    assert (True, False, 0) == seen()
    vk.clock.forward(300)
    assert (False, True, 3600) == seen()


@pytest.mark.parametrize("field", ["file", "video"])
def test_the_field_has_one_name(ask, send, field):
    """The file of a form that is called otherwise is not found."""
    saved = ask("video.save", name="Lecture")
    assert -1 == send(saved["upload_url"], VIDEO, field)["error_code"]


def test_chunks_are_refused(vk, ask, web):
    """An upload has to say how long it is."""
    saved = ask("video.save", name="Lecture")
    answered = web.post(saved["upload_url"], content=iter([b"--x\r\n"]))
    assert 411 == answered.status_code
    assert [] == vk.videos


def test_an_address_ends(vk, ask, send):
    """Bytes that come too late are not taken, and those of a deleted placeholder neither."""
    saved, other = ask("video.save", name="Lecture"), ask("video.save", name="Other")
    ask("video.delete", owner_id=other["owner_id"], video_id=other["video_id"])
    assert -5 == send(other["upload_url"], VIDEO)["error_code"]
    vk.clock.forward(timedelta(hours=3))
    assert -5 == send(saved["upload_url"], VIDEO)["error_code"]


def test_uploads_go_wrong_as_told(vk, ask, send):
    """Too fast, cut in the middle, a page of an error, an answer that is lost."""
    saved = ask("video.save", name="Lecture")
    vk.uploads.too_fast = 1
    assert {"error": "too fast", "error_code": -12} == send(saved["upload_url"], VIDEO)
    vk.uploads.cuts = [100_000]
    with pytest.raises(httpx.HTTPError):
        send(saved["upload_url"], VIDEO)
    vk.fault("POST /upload.do", status=502, content=b"<html>Bad Gateway</html>")
    with pytest.raises(ValueError, match="Expecting"):
        send(saved["upload_url"], VIDEO)
    assert [] == vk.videos
    vk.fault("POST /upload.do", lost=True)
    with pytest.raises(httpx.HTTPError):
        send(saved["upload_url"], VIDEO)
    assert 1 == len(vk.videos)
    assert -3 == send(saved["upload_url"], VIDEO)["error_code"]


def test_only_what_is_given_is_changed(vk, ask, user):
    """`video.edit` leaves alone what it is not told."""
    video = vk.video(user.id, "Old", "Text")
    ask("video.edit", owner_id=user.id, video_id=video.id, name="New", privacy_view="by_link")
    assert ("New", "Text", "by_link") == (video.title, video.description, video.privacy)


def test_community_videos_cannot_be_hidden(vk, ask, group):
    """Privacy is of profiles: for a community it is ignored, in both calls."""
    saved = ask("video.save", name="L", group_id=group.id, privacy_view="only_me")
    ask("video.edit", owner_id=-group.id, video_id=saved["video_id"], privacy_view="only_me")
    assert "all" == vk.placeholders[0].privacy


def test_what_belongs_to_others_is_refused(vk, ask, user):
    """Nobody changes the videos of others, saves into their community, or sees their private ones."""
    other = vk.user("Bob")
    theirs = vk.group("Theirs", other)
    video = vk.video(other.id, "Secret", privacy="only_me")
    for method, fields in {
        "video.save": {"group_id": theirs.id},
        "video.edit": {"owner_id": other.id, "video_id": video.id},
        "video.delete": {"owner_id": other.id, "video_id": video.id},
    }.items():
        assert 204 == ask(method, **fields)["error_code"]
    assert [] == ask("video.get", videos=video.name)["items"]
    assert 204 == ask("video.get", owner_id=77)["error_code"]


def test_lists_are_paged_newest_first(vk, ask, group):
    """At most 200 at once; deleted ones are gone."""
    videos = [vk.video(-group.id, f"Lecture {number}") for number in range(205)]
    videos[3].deleted = True
    page = ask("video.get", owner_id=-group.id, count=200)
    assert (204, 200) == (page["count"], len(page["items"]))
    assert "Lecture 204" == page["items"][0]["title"]
    rest = ask("video.get", owner_id=-group.id, count=200, offset=200)
    assert ["Lecture 2", "Lecture 1", "Lecture 0"] == [each["title"] for each in rest["items"][1:]]
    assert 100 == ask("video.get", owner_id=-group.id, count=201)["error_code"]


def test_the_word_false_is_true(vk, ask):
    """What Python writes for False switches on, and is a breach of the contract."""
    ask("video.save", name="Lecture", wallpost="False")
    assert vk.placeholders[0].wallpost
    assert ["video.save: wallpost: 'False' is no boolean"] == vk.violations
