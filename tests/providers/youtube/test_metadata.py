"""What is said of a video: within YouTube's limits, and over nothing that is somebody else's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leap.errors import NeedsHuman
from leap.providers.youtube.metadata import changed_video, metadata_of, new_video

MARKER = "leap-0123456789"


def told(publication):
    """Return the video as YouTube would tell it after it was made from ``publication``."""
    body = new_video(publication)
    read_only = {
        "publishedAt": "2026-11-22T11:00:00Z",
        "channelId": "UC1",
        "localized": {"title": "T"},
        "thumbnails": {},
    }
    status = {"uploadStatus": "processed", "madeForKids": False, "publicStatsViewable": True}
    return {
        "id": "v1",
        "snippet": body["snippet"] | read_only,
        "status": body["status"] | status,
    }


# ── limits ─────────────────────────────────────────────────────────────────


def test_a_long_title_ends_after_a_word(publication):
    """At a hundred characters."""
    title = new_video(replace(publication, title="Graphs and trees " * 9))["snippet"]["title"]

    assert "Graphs and trees " * 5 + "Graphs and…" == title


def test_a_long_description_keeps_its_chapters(publication):
    """Russian letters are two bytes each, of which there are 5000."""
    chapters = "\n".join(f"{minute}:00 Глава {minute}" for minute in range(40))
    lecture = replace(publication, description=f"{'О деревьях. ' * 400}\n\n{chapters}")

    description = new_video(lecture)["snippet"]["description"]
    assert len(description.encode()) <= 5000
    assert description.endswith(chapters)


@pytest.mark.parametrize("unknown", ["", "und"])
def test_a_language_that_nobody_knows_is_not_told(publication, saying, unknown):
    """Neither of the sound nor of the texts, but for one that was declared."""
    snippet = new_video(replace(publication, language=unknown))["snippet"]
    assert {"defaultLanguage", "defaultAudioLanguage"}.isdisjoint(snippet)

    declared = replace(saying(language="de"), language=unknown)
    snippet = new_video(declared)["snippet"]
    assert ("de", False) == (snippet["defaultLanguage"], "defaultAudioLanguage" in snippet)


def test_angle_brackets_are_replaced_by_what_looks_like_them(publication, saying):
    """YouTube refuses them everywhere."""
    lecture = replace(saying(tags=["a<b"]), title="std::vector<int>", description="<b>\x00")

    snippet = new_video(lecture)["snippet"]
    assert ("std::vector＜int＞", "＜b＞", [MARKER, "a＜b"]) == (
        snippet["title"],
        snippet["description"],
        snippet["tags"],
    )


def test_the_marker_is_there_however_many_tags(saying):
    """Without it a video would not be found again."""
    tags = new_video(saying(tags=[f"a tag of some length {i}" for i in range(100)]))["snippet"][
        "tags"
    ]

    assert MARKER == tags[0]
    assert len(tags) < 30


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(min_size=1), st.text(), st.lists(st.text(), max_size=30))
def test_youtube_takes_whatever_a_lecture_is_called(youtube, publication, title, description, tags):
    """The emulator checks as YouTube does."""
    from emulators.youtube.text import check_snippet

    lecture = replace(publication, title=title, description=description)
    snippet = new_video(replace(lecture, settings={"tags": tags}))["snippet"]
    if snippet["title"]:
        check_snippet(snippet)


def test_a_title_of_nothing_is_for_a_person(youtube, publish, publication, small):
    """Nothing is asked: a session is one upload of the day, whether it is taken or not."""
    with pytest.raises(NeedsHuman, match="no video without a title"):
        publish(replace(publication, title="\x07 \u202e"))
    assert [] == youtube.methods()


# ── read, modify, write ────────────────────────────────────────────────────


def test_what_is_there_already_is_not_written(publication):
    """An update costs fifty units."""
    assert {} == changed_video(publication, told(publication))


def test_an_update_sends_back_what_it_has_no_word_for(publication, saying):
    """An update replaces its parts whole: what is left out is erased."""
    found = told(publication)
    found["snippet"] |= {"defaultAudioLanguage": "pl", "fromTheFuture": "kept"}
    found["status"] |= {"publicStatsViewable": False, "containsSyntheticMedia": True}

    changed = changed_video(replace(saying(embeddable=False), title="Heaps"), found)
    assert ("Heaps", "pl", "kept") == tuple(
        changed["snippet"][name] for name in ("title", "defaultAudioLanguage", "fromTheFuture")
    )
    assert (False, False, True, "private") == tuple(
        changed["status"][name]
        for name in ("embeddable", "publicStatsViewable", "containsSyntheticMedia", "privacyStatus")
    )
    assert not {"publishedAt", "channelId", "localized", "thumbnails"} & set(changed["snippet"])
    assert not {"uploadStatus", "madeForKids"} & set(changed["status"])


def test_a_part_that_stays_is_not_sent(publication):
    """What somebody changes in it at this moment is not undone."""
    assert ["snippet"] == list(
        changed_video(replace(publication, title="Heaps"), told(publication))
    )


def test_what_is_not_managed_is_left_to_people(publication, saying):
    """A teacher has found a better title."""
    found = told(publication)
    found["snippet"] |= {"title": "Trees at last", "tags": ["mine"], "categoryId": "28"}

    wanted = replace(saying(manage=("description",), category=24), description="Of trees.")
    snippet = changed_video(wanted, found)["snippet"]
    assert ("Trees at last", "Of trees.", ["mine"], "28") == (
        snippet["title"],
        snippet["description"],
        snippet["tags"],
        snippet["categoryId"],
    )


def test_tags_are_compared_without_their_order(publication):
    """And without LEAP's own."""
    found = told(publication)
    found["snippet"]["tags"] = found["snippet"]["tags"][::-1]

    assert ["graph theory", "trees"] == metadata_of(found)["tags"]


def test_an_edit_changes_one_thing_on_youtube(youtube, publish, publication, apply, small):
    """And nothing that people have done there."""
    publish()
    (video,) = youtube.live()
    video.snippet["defaultAudioLanguage"] = "de"
    video.localizations = {"de": {"title": "Bäume", "description": ""}}
    video.status["publicStatsViewable"] = False
    before = len(youtube.methods())

    details = apply("metadata", replace(publication, title="Heaps"))
    assert ["videos.list", "videos.update"] == youtube.methods()[before:]
    assert ("Heaps", "Heaps") == (video.title, details["title"])
    assert ("de", {"de": {"title": "Bäume", "description": ""}}, False, "unlisted") == (
        video.snippet["defaultAudioLanguage"],
        video.localizations,
        video.status["publicStatsViewable"],
        video.status["privacyStatus"],
    )


def test_a_video_that_somebody_deleted_is_for_a_person(youtube, publish, publication, apply, small):
    """It is not waited for: it was there once."""
    publish()
    youtube.live()[0].deleted = True
    before = youtube.clock.now()

    with pytest.raises(NeedsHuman, match="does not show the video"):
        apply("metadata", publication)
    assert before == youtube.clock.now()
