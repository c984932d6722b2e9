"""Who may watch: opened when it is processed, and looked at whether YouTube did it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leap.errors import DeferUntil, NeedsHuman

pytestmark = pytest.mark.usefixtures("small")


@pytest.mark.parametrize("privacy", ["public", "unlisted", "private"])
def test_a_video_is_as_open_as_declared(youtube, publish, saying, privacy):
    """It is uploaded private, and opened last."""
    receipt = publish(saying(privacy=privacy))

    assert privacy == youtube.live()[0].privacy(youtube.clock.now())
    assert privacy == receipt.details["privacy"]


def test_processing_is_awaited(youtube, publish):
    """Nobody is shown a video that does not play yet."""
    youtube.delays.processing = timedelta(seconds=40)
    seen = []
    youtube.after("PUT /youtube/v3/videos", lambda: seen.append(youtube.clock.now()))
    began = youtube.clock.now()
    publish()

    assert seen[0] - began >= timedelta(seconds=40)
    assert youtube.counts()["videos.list"] < 8


def test_long_processing_lets_others_go_first(youtube, publish):
    """Some minutes later it is looked at again; the account is not held."""
    youtube.delays.processing = timedelta(hours=1)
    with pytest.raises(DeferUntil, match="still processes") as caught:
        publish()
    assert (timedelta(minutes=5), False) == (
        caught.value.until - youtube.clock.now(),
        caught.value.for_account,
    )
    assert "private" == youtube.live()[0].privacy(youtube.clock.now())

    youtube.clock.forward(3600)
    publish()
    assert "unlisted" == youtube.live()[0].privacy(youtube.clock.now())


def test_a_private_video_need_not_be_awaited(youtube, publish, saying):
    """Nothing is opened."""
    youtube.delays.processing = timedelta(hours=1)
    before = youtube.clock.now()

    publish(saying(privacy="private"))
    assert before == youtube.clock.now()


@pytest.mark.parametrize(
    "how,reason,said",
    [
        ("fail", "codec", "could not process the video: it does not know the codec"),
        ("reject", "duplicate", "rejected the video: it has this video already"),
        ("reject", "copyright", "rejected the video: of copyright"),
        ("reject", "length", "verify the channel at youtube.com/verify"),
        ("reject", "newWord", "rejected the video: newWord"),
    ],
)
def test_what_youtube_does_not_take_is_for_a_person(youtube, publish, how, reason, said):
    """With YouTube's reason; the other parts are there."""
    youtube.after(
        "POST /upload/youtube/v3/thumbnails/set", lambda: getattr(youtube.live()[0], how)(reason)
    )

    with pytest.raises(NeedsHuman, match=said):
        publish()
    assert 1 == len(youtube.live()[0].captions)


def test_a_video_that_is_kept_private_is_for_a_person(youtube, channel, publish, checkpoint):
    """YouTube says no word about it."""
    channel.locked_private = True

    with pytest.raises(NeedsHuman, match="keeps the video private, although it was told unlisted"):
        publish()
    assert "privacy" not in checkpoint.applied
    assert "playlists" in checkpoint.applied


def test_opening_changes_nothing_else(youtube, publish, saying, apply):
    """What people have set in the meantime stays."""
    publish()
    (video,) = youtube.live()
    video.status |= {"publicStatsViewable": False, "embeddable": False}

    apply("privacy", saying(privacy="public"))
    assert ("public", False, False) == (
        video.status["privacyStatus"],
        video.status["publicStatsViewable"],
        video.status["embeddable"],
    )


# ── scheduled ──────────────────────────────────────────────────────────────


def in_a_day(youtube):
    return f"{youtube.clock.now() + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"


def test_a_scheduled_video_is_private_until_then(youtube, publish, saying, publisher, checkpoint):
    """What is applied, and what is seen, is that it is to be public: before and after."""
    receipt = publish(saying(privacy="public", publish_at=in_a_day(youtube)))
    (video,) = youtube.live()
    assert ("private", "public") == (
        video.privacy(youtube.clock.now()),
        receipt.details["privacy"],
    )

    def seen():
        found = publisher.look([checkpoint.placed], ["privacy"], lambda *_: None)
        return found[video.id].parts["privacy"]

    assert "public" == seen()
    youtube.clock.forward(timedelta(days=1, seconds=1))
    assert ("public", "public") == (video.privacy(youtube.clock.now()), seen())


def test_a_time_that_is_over_means_now(youtube, publish, saying):
    """A lecture that was recorded late."""
    at = f"{youtube.clock.now() - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    publish(saying(privacy="public", publish_at=at))

    assert "public" == youtube.live()[0].privacy(youtube.clock.now())


def test_what_is_public_already_is_not_hidden_again(youtube, publish, saying, apply):
    """Nor can it be: YouTube schedules no video that was public."""
    publish(saying(privacy="public"))

    assert "public" == apply("privacy", saying(privacy="public", publish_at=in_a_day(youtube)))
    assert "public" == youtube.live()[0].status["privacyStatus"]


def test_a_schedule_is_changed_and_given_up(youtube, publish, saying, apply):
    """Without being public in between."""
    publish(saying(privacy="public", publish_at=in_a_day(youtube)))
    (video,) = youtube.live()
    youtube.clock.forward(3600)
    later = in_a_day(youtube)

    apply("privacy", saying(privacy="public", publish_at=later))
    assert later[:19] == video.status["publishAt"][:19]
    apply("privacy", saying(privacy="private"))
    assert ("private", None) == (video.status["privacyStatus"], video.status.get("publishAt"))


def test_texts_of_a_scheduled_video_can_be_changed(youtube, publish, saying, apply):
    """It stays scheduled."""
    scheduled = saying(privacy="public", publish_at=in_a_day(youtube))
    publish(scheduled)
    (video,) = youtube.live()
    at = video.status["publishAt"]

    apply("metadata", saying(tags=["heaps"]))
    assert (at, ["leap-0123456789", "heaps"]) == (video.status["publishAt"], video.tags)
