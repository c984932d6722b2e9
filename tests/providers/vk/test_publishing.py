"""A lecture on VK: uploaded hidden, described, put into albums, opened last."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from leap.domain.ports import Placed
from leap.errors import NeedsHuman, ProviderError


def test_a_profile_gets_one_whole_video(vk, user, publish, lecture):
    """Its bytes, title, description, picture and album are as declared, and people may watch it."""
    vk.album(user.id, "ML 2026")
    publication = lecture("Trees", "About trees.", album=["ML 2026"], thumbnail=True, repeat=True)
    receipt = publish(publication)

    (video,) = vk.videos
    content = publication.files["video"].read_bytes()
    assert hashlib.sha256(content).hexdigest() == video.sha256
    assert ("Trees", "About trees.") == (video.title, video.description)
    assert ("all", True, 1) == (video.privacy, video.repeat, video.uploads)
    assert {"ML 2026": [video.name]} == vk.albums(user.id)
    picture = publication.files["thumbnail"].read_bytes()
    assert hashlib.sha256(picture).hexdigest() == video.thumb
    assert (video.name, f"https://vk.com/video{video.name}") == (receipt.external_id, receipt.url)
    assert publication.wanted == receipt.applied
    assert [] == vk.placeholders


def test_nobody_sees_it_before_it_is_whole(vk, publish, lecture):
    """It is its owner's alone until the very last request."""
    publish(lecture())
    assert "only_me" == vk.calls("video.save")[0]["privacy_view"]
    *before, last = vk.calls("video.edit")
    assert "all" == last["privacy_view"]
    assert not any("privacy_view" in each for each in before)
    assert last == vk.calls()[-1]


def test_a_community_shows_it_from_the_first_moment(vk, group, publish, lecture):
    """VK cannot hide it there, so that nothing is said of privacy, and it is called public."""
    receipt = publish(lecture(comments="none"), group)
    (video,) = vk.videos
    assert (-group.id, True) == (video.owner_id, video.no_comments)
    assert not any("privacy_view" in each for each in vk.calls())
    assert "public" == receipt.details["privacy"]


def test_what_editors_keep_from_people_is_for_them(vk, group, publish, lecture):
    """On its page at VK a community's video can be restricted; the API cannot undo that."""
    publish(lecture(), group)
    vk.videos[0].privacy = "members"
    with pytest.raises(NeedsHuman, match="kept from people"):
        publish(lecture(wanted={"privacy": "p2"}), group)


@pytest.mark.parametrize("privacy", ["unlisted", "friends", "private"])
def test_a_community_hides_nothing(vk, group, publish, lecture, privacy):
    """What shall be hidden there is not even begun."""
    with pytest.raises(NeedsHuman, match=f"cannot be {privacy}"):
        publish(lecture(privacy=privacy), group)
    assert [] == vk.calls()


@pytest.mark.parametrize(
    "privacy, theirs, told",
    [
        ("public", "all", "public"),
        ("unlisted", "by_link", "unlisted"),
        ("friends", "friends", "private"),
        ("private", "only_me", "private"),
    ],
)
def test_privacy_in_vks_words(vk, publish, lecture, privacy, theirs, told):
    """Who may watch is said in VK's words, and told in three of ours."""
    receipt = publish(lecture(privacy=privacy))
    (video,) = vk.videos
    assert (theirs, told) == (video.privacy, receipt.details["privacy"])


def test_a_link_that_opens_it_has_its_key(vk, publish, lecture):
    """An unlisted video is watched by whoever has the link that the receipt names."""
    receipt = publish(lecture(privacy="unlisted"))
    (video,) = vk.videos
    assert f"https://vk.com/video{video.name}?list={video.access_key}" == receipt.url


@pytest.mark.parametrize(
    "comments, theirs", [("all", "all"), ("friends", "friends"), ("none", "only_me")]
)
def test_comments_in_vks_words(vk, publish, lecture, comments, theirs):
    """In a profile, who may comment has words like who may watch."""
    publish(lecture(comments=comments))
    assert theirs == vk.videos[0].comments


def test_the_marker_is_seen_for_a_moment_only(vk, publish, lecture):
    """While it is placed its description ends with the marker; then it is what people wrote."""
    publication = lecture(description="About trees.")
    publish(publication)
    assert f"About trees.\n\n{publication.marker}" == vk.calls("video.save")[0]["description"]
    assert [] == vk.marked(publication.marker)


def test_texts_fit(vk, publish, lecture):
    """Titles of 128 characters and descriptions of 5000, cut between words, marker and all."""
    publication = lecture("Lecture " * 40, "\n".join(["00:00 Begin", "word " * 3000]))
    publish(publication)
    save = vk.calls("video.save")[0]
    assert save["description"].endswith(publication.marker)
    (video,) = vk.videos
    assert 100 < len(video.title) <= 128
    assert video.title.endswith("Lecture…")
    assert 4000 < len(video.description) <= 5000
    assert video.description.startswith("00:00 Begin")


def test_what_is_done_is_not_done_again(vk, publish, lecture):
    """A second run asks VK nothing at all."""
    publish(lecture())
    before = len(vk.journal)
    publish(lecture())
    assert before == len(vk.journal)


def test_only_what_changed_is_asked_for(vk, publish, lecture):
    """A new title is one call."""
    publish(lecture("Old"))
    before = len(vk.journal)
    publish(lecture("New", wanted={"metadata": "d2"}))
    assert 1 == len(vk.journal) - before
    assert "New" == vk.videos[0].title


def test_what_is_not_managed_is_left_to_people(vk, publish, lecture):
    """A description that the preset does not manage stays as somebody wrote it, once it is there."""
    publish(lecture("Old", "First"))
    vk.videos[0].description, vk.videos[0].repeat = "By hand", True
    new = lecture("New", "Second", manage=["title"], wanted={"metadata": "d2"})
    receipt = publish(new)
    (video,) = vk.videos
    assert ("New", "By hand", True) == (video.title, video.description, video.repeat)
    assert {"title": "New", "description": "By hand", "repeat": True} == receipt.details["metadata"]


def test_what_is_not_managed_is_written_once(vk, publish, lecture):
    """A new video has its description, without the marker, whoever manages it later."""
    publish(lecture("New", "Described", manage=["title"]))
    assert ("New", "Described") == (vk.videos[0].title, vk.videos[0].description)


def test_options_of_the_upload(vk, group, publish, lecture):
    """A post on the wall and VK's compression are said as 1 and 0, which VK understands."""
    publish(lecture(wallpost=True), group)
    save = vk.calls("video.save")[0]
    assert ("1", "0") == (save["wallpost"], save["compression"])
    assert vk.videos[0].wallpost


def test_a_failed_picture_keeps_nothing_else_back(vk, publish, lecture):
    """The video is described and opened all the same; the next run only sets the picture."""
    vk.fault("POST /thumb", status=403, times=None)
    with pytest.raises(ProviderError, match="thumbnail"):
        publish(lecture(thumbnail=True))
    assert ("all", None) == (vk.videos[0].privacy, vk.videos[0].thumb)
    vk.faults.clear()
    before = len(vk.journal)
    publish(lecture(thumbnail=True))
    assert 3 == len(vk.journal) - before
    assert vk.videos[0].thumb
    assert 1 == vk.videos[0].uploads


def test_a_picture_that_is_too_large_is_for_a_person(vk, publish, lecture):
    """VK takes five megabytes; nothing larger is sent."""
    publication = lecture(thumbnail=True)
    publication.files["thumbnail"].write_bytes(b"\xff\xd8\xff" + bytes(6 << 20))
    with pytest.raises(NeedsHuman, match=r"6\.3 MB"):
        publish(publication)
    assert 0 == vk.journal.count("POST /thumb")


def test_processing_is_no_reason_to_wait(vk, publish, lecture, waited):
    """A video that VK still processes is described, and put where it belongs."""
    vk.uploads.processing = timedelta(hours=1)
    publish(lecture())
    assert "all" == vk.videos[0].privacy
    assert [] == waited


def test_a_video_is_taken_down_once(vk, opened, publish, lecture):
    """Deleting what is gone already is no error; what belongs to others is one."""
    receipt = publish(lecture())
    placed = Placed(receipt.external_id, receipt.url)
    opened().take_down(placed)
    opened().take_down(placed)
    assert [] == vk.videos
    other = vk.user("Bob")
    video = vk.video(other.id, "Theirs")
    with pytest.raises(NeedsHuman, match="does not let"):
        opened().take_down(replace(placed, external_id=video.name))
    assert [video] == vk.videos


def test_a_video_that_somebody_deleted_is_told_so(vk, publish, lecture):
    """VK only says that access is denied; what is wrong is found out."""
    publish(lecture("Old"))
    vk.videos[0].deleted = True
    with pytest.raises(NeedsHuman, match="is not there any more") as raised:
        publish(lecture("New", wanted={"metadata": "d2"}))
    assert "withdraw" in raised.value.hint
