"""Videos: what they are told as, what is checked, what an update erases, how they end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from emulators.youtube.conftest import reason

PARTS = "snippet,status,contentDetails,processingDetails,fileDetails,recordingDetails,localizations"
SNIPPET = {"title": "One", "categoryId": "27"}


@pytest.fixture
def video(youtube, channel):
    return youtube.video(channel, "Лекция", seconds=3725.4)


@pytest.fixture
def show(ask, video):
    """Return parts of the video."""
    return lambda parts=PARTS: ask("videos", part=parts, id=video.id).json()["items"][0]


@pytest.fixture
def update(ask, video):
    """Replace parts of the video."""

    def updated(**parts):
        body = {"id": video.id, **parts}
        return ask("videos", method="PUT", json=body, part=",".join(parts))

    return updated


def test_what_is_said_of_a_video(youtube, show, video, channel):
    """All that its owner may know."""
    said = show()
    assert ("Лекция", channel.id, "2026-11-22T11:00:00Z", "22") == (
        said["snippet"]["title"],
        said["snippet"]["channelId"],
        said["snippet"]["publishedAt"],
        said["snippet"]["categoryId"],
    )
    assert ("processed", "public") == (
        said["status"]["uploadStatus"],
        said["status"]["privacyStatus"],
    )
    assert ("PT1H2M5S", "false", False) == (
        said["contentDetails"]["duration"],
        said["contentDetails"]["caption"],
        said["contentDetails"]["hasCustomThumbnail"],
    )
    assert ("3725400", "1") == (said["fileDetails"]["durationMs"], said["fileDetails"]["fileSize"])
    assert "succeeded" == said["processingDetails"]["processingStatus"]


def test_lists(youtube, channel, ask):
    """Fifty at once, those that stand; without ids there is nothing to list."""
    videos = [youtube.video(channel, str(number)) for number in range(3)]
    videos[0].deleted = True
    ids = ",".join([video.id for video in videos] + ["nothing"])
    found = ask("videos", part="snippet", id=ids).json()
    assert ["1", "2"] == [item["snippet"]["title"] for item in found["items"]]
    assert {"totalResults": 2, "resultsPerPage": 2} == found["pageInfo"]
    many = ",".join(f"{number:011}" for number in range(51))
    assert (400, "invalidFilters") == reason(ask("videos", part="id", id=many))
    assert (400, "missingRequiredParameter") == reason(ask("videos", part="id"))


def test_others_see_what_is_not_private(youtube, ask, video, channel):
    """And nothing of its file; they can change nothing."""
    other = youtube.channel("Other")
    assert 1 == len(ask("videos", part="id", id=video.id, owner=other).json()["items"])
    hidden = ask("videos", part="fileDetails", id=video.id, owner=other)
    assert (403, "forbidden") == reason(hidden)
    assert (403, "forbidden") == reason(ask("videos", method="DELETE", id=video.id, owner=other))
    video.status["privacyStatus"] = "private"
    assert [] == ask("videos", part="id", id=video.id, owner=other).json()["items"]
    body = {"id": video.id, "snippet": SNIPPET}
    answer = ask("videos", method="PUT", json=body, part="snippet", owner=other)
    assert (404, "videoNotFound") == reason(answer)


def test_an_update_erases_what_it_does_not_say(update, show):
    """Of the parts that it names; the others stay."""
    full = {"description": "Words", "tags": ["a"], "defaultAudioLanguage": "ru"}
    status = {"privacyStatus": "unlisted", "license": "creativeCommon", "embeddable": False}
    assert 200 == update(snippet=SNIPPET | full, status=status).status_code
    update(snippet=SNIPPET)
    said = show("snippet,status")
    assert ("", None, None) == (
        said["snippet"]["description"],
        said["snippet"].get("tags"),
        said["snippet"].get("defaultAudioLanguage"),
    )
    assert status == {name: said["status"][name] for name in status}
    update(status={"embeddable": True})
    assert ("public", "youtube") == (
        show("status")["status"]["privacyStatus"],
        show("status")["status"]["license"],
    )


def test_the_other_parts(update, show):
    """When it was recorded, and words in other languages, which need a language of its own."""
    update(recordingDetails={"recordingDate": "2026-11-03T08:00:00Z"})
    assert {"recordingDate": "2026-11-03T08:00:00Z"} == show("recordingDetails")["recordingDetails"]
    words = {"de": {"title": "Eins", "description": ""}}
    assert (400, "defaultLanguageNotSet") == reason(update(localizations=words))
    assert (
        200 == update(snippet=SNIPPET | {"defaultLanguage": "ru"}, localizations=words).status_code
    )
    assert words == show("localizations")["localizations"]


@pytest.mark.parametrize(
    "wrong, why",
    [
        ({"title": ""}, "invalidTitle"),
        ({"title": " "}, "invalidTitle"),
        ({"title": "x" * 101}, "invalidTitle"),
        ({"title": "a > b"}, "invalidTitle"),
        ({"description": "ы" * 2501}, "invalidDescription"),
        ({"description": "<b>"}, "invalidDescription"),
        ({"tags": ["x" * 501]}, "invalidTags"),
        ({"tags": ["x" * 249, "x" * 251]}, "invalidTags"),
        ({"tags": ["x " * 249 + "x"]}, "invalidTags"),
        ({"tags": ["<b>"]}, "invalidTags"),
        ({"categoryId": "99"}, "invalidCategoryId"),
        ({"defaultAudioLanguage": "по-русски"}, "invalidVideoMetadata"),
    ],
)
def test_words_that_youtube_refuses(update, video, wrong, why):
    """A hundred signs, five thousand bytes, five hundred signs of tags, nothing in angles."""
    assert (400, why) == reason(update(snippet=SNIPPET | wrong))
    assert "Лекция" == video.title


@pytest.mark.parametrize(
    "right",
    [
        {"title": "ы" * 100},
        {"description": "ы" * 2500},
        {"tags": ["x" * 249, "x" * 250]},
        {"tags": ["x " * 248 + "xx"]},
    ],
)
def test_words_that_just_fit(update, right):
    """The limits themselves are fine."""
    assert 200 == update(snippet=SNIPPET | right).status_code


def test_a_title_and_a_category_are_needed(update):
    """With each snippet that is replaced."""
    assert (400, "invalidTitle") == reason(update(snippet={"categoryId": "27"}))
    assert (400, "invalidCategoryId") == reason(update(snippet={"title": "One"}))


def test_a_schedule(youtube, update, show, video):
    """A private video becomes public when its time has come; no other can be scheduled."""
    video.status["privacyStatus"] = "private"
    at = "2026-11-23T12:00:00+03:00"
    for status in ({"privacyStatus": "unlisted", "publishAt": at}, {"publishAt": at}):
        assert (400, "invalidPublishAt") == reason(update(status=status))
    never = {"privacyStatus": "private", "publishAt": "tomorrow"}
    assert (400, "invalidPublishAt") == reason(update(status=never))
    update(status={"privacyStatus": "private", "publishAt": at})
    status = show("status")["status"]
    assert ("private", "2026-11-23T09:00:00Z") == (status["privacyStatus"], status["publishAt"])
    youtube.clock.forward(timedelta(hours=22))
    status = show("status")["status"]
    assert ("public", False) == (status["privacyStatus"], "publishAt" in status)
    again = {"privacyStatus": "private", "publishAt": "2026-11-29T12:00:00Z"}
    assert (400, "invalidPublishAt") == reason(update(status=again))


def test_a_schedule_in_the_past(update, video):
    """It is public at once."""
    video.status["privacyStatus"] = "private"
    update(status={"privacyStatus": "private", "publishAt": "2026-11-21T12:00:00Z"})
    assert "public" == video.status["privacyStatus"]


def test_processing_takes_time(youtube, channel, ask):
    """Until then there is no duration; then it is processed, failed or rejected."""
    soon = youtube.clock.now() + timedelta(minutes=5)
    first, second, third = (youtube.video(channel, str(n), processed=soon) for n in range(3))
    second.fail("codec")
    third.reject()
    ids = ",".join(video.id for video in (first, second, third))

    def told() -> list[tuple[str, str, str]]:
        parts = "status,processingDetails,contentDetails"
        items = ask("videos", part=parts, id=ids).json()["items"]
        return [
            (
                item["status"]["uploadStatus"],
                item["processingDetails"]["processingStatus"],
                item["status"].get("failureReason", item["status"].get("rejectionReason", "")),
            )
            for item in items
        ]

    assert [("uploaded", "processing", "")] * 3 == told()
    youtube.clock.forward(300)
    assert [
        ("processed", "succeeded", ""),
        ("failed", "failed", "codec"),
        ("rejected", "failed", "duplicate"),
    ] == told()


def test_lists_do_not_know_a_new_video(youtube, channel, ask):
    """For a while, which can be told."""
    later = youtube.clock.now() + timedelta(minutes=1)
    video = youtube.video(channel, "New", listed=later)
    assert [] == ask("videos", part="id", id=video.id).json()["items"]
    youtube.clock.forward(60)
    assert 1 == len(ask("videos", part="id", id=video.id).json()["items"])


def test_deleting(youtube, ask, video):
    """It is gone, and a second time not found."""
    assert 204 == ask("videos", method="DELETE", id=video.id).status_code
    assert [] == youtube.live()
    assert (404, "videoNotFound") == reason(ask("videos", method="DELETE", id=video.id))


def test_marked_videos(youtube, channel):
    """What tests look for: videos that stand with a tag, and those of them that all can see."""
    for privacy in ("public", "unlisted", "private"):
        snippet = {"title": privacy, "tags": ["leap-1"], "categoryId": "27"}
        youtube.video(channel, privacy, snippet=snippet, status={"privacyStatus": privacy})
    youtube.video(channel, "other")
    assert ["private", "unlisted", "public"] == [v.title for v in youtube.marked("leap-1")]
    assert ["unlisted", "public"] == [v.title for v in youtube.marked("leap-1", public=True)]
