"""What others change about published videos is seen, told, and put right where it is ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from emulators.vk import Vk
from emulators.youtube import YouTube
from tasks.channels import Channels, founded

if TYPE_CHECKING:
    from conftest import University

PRESET = "tenants/uni/presets/tube.yaml"


@pytest.fixture
def channels(university: University) -> Iterator[Channels]:
    """Give a university with one lecture that is on both platforms."""
    with YouTube() as youtube, Vk() as vk:
        found = founded(university, youtube, vk)
        university.record("Lecture 1.mp4")
        university.reconcile("--accept", "fresh-ledger")
        yield found


def differences(drifts: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [
        (each["preset"], edit["field"], edit["given"], edit["found"], edit["repaired"])
        for each in drifts
        for edit in each["edits"]
    ]


def test_what_was_changed_there_is_shown_and_put_right(channels: Channels) -> None:
    """On both platforms; and without --drift nobody is asked."""
    there, here = channels.on_youtube, channels.on_vk
    assert [] == channels.plan("--drift")["drift"]

    there.snippet |= {"title": "Lecture one!!", "tags": [*there.tags, "x"]}
    there.status["privacyStatus"] = "public"
    here.title = "Лекция"
    asked = len(channels.youtube.calls)

    assert not channels.plan()["has_changes"]
    assert asked == len(channels.youtube.calls)
    plan = channels.plan("--drift")
    assert sorted(
        [
            ("tube", "title", "Lecture 1", "Lecture one!!", True),
            ("tube", "tags", ["machine learning"], ["machine learning", "x"], True),
            ("tube", "privacy", "unlisted", "public", True),
            ("vk", "title", "Lecture 1", "Лекция", True),
        ]
    ) == sorted(differences(plan["drift"]))
    (change,) = plan["changes"]
    reasons = {step["preset"]: step["reason"] for step in change["steps"]}
    assert {
        "tube": "metadata and privacy changed on YouTube",
        "vk": "metadata changed on VK",
    } == reasons
    assert "“Lecture 1” → “Lecture one!!”" in channels.university.leap("plan", "--drift").out
    assert "Lecture one!!" == there.title

    channels.university.reconcile("--drift")

    assert ("Lecture 1", "unlisted") == (there.title, there.status["privacyStatus"])
    assert "x" not in there.tags
    assert "Lecture 1" == here.title
    assert [] == channels.plan("--drift")["drift"]
    assert 1 == channels.youtube.counts()["videos.insert"]
    assert [] == [*channels.youtube.violations, *channels.vk.violations]


def test_what_somebody_has_hidden_is_not_opened_unasked(channels: Channels) -> None:
    """It is shown, and refused until a person accepts it."""
    there = channels.on_youtube
    there.status["privacyStatus"] = "private"

    refused = channels.university.reconcile("--drift", expect=5)

    assert "from private to unlisted" in " ".join(refused.out.split())
    assert "private" == there.status["privacyStatus"]
    channels.university.reconcile("--drift", "--accept", "privacy-widened")
    assert "unlisted" == there.status["privacyStatus"]


def test_what_the_preset_does_not_manage_is_left_to_people(channels: Channels) -> None:
    """It is shown, and stays, whatever else is put right."""
    university = channels.university
    text = (university.root / PRESET).read_text(encoding="utf-8")
    university.write(PRESET, text + "manage: [description, playlists]\n")
    university.reconcile()
    there = channels.on_youtube
    there.snippet |= {"title": "Theirs", "description": "Also theirs"}

    shown = differences(channels.plan("--drift")["drift"])
    text = university.leap("plan", "--drift").out
    university.reconcile("--drift")

    assert [("title", False), ("description", True)] == [
        (name, is_ours) for _, name, *_, is_ours in shown
    ]
    assert "(left as it is: not in `manage`)" in " ".join(text.split())
    assert "Theirs" == there.title
    assert there.description.startswith("Recorded ")


def test_a_deleted_video_is_held_for_a_person_and_never_uploaded_again(channels: Channels) -> None:
    """The run that finds it exits with 4, later ones with 0; if it comes back, all is well."""
    university, there = channels.university, channels.on_youtube
    there.deleted = True

    planned = channels.plan("--drift")
    assert [] == planned["changes"]
    assert ["missing"] == [each["state"] for each in planned["drift"]]
    found = university.reconcile("--drift", expect=4)
    university.reconcile()
    university.reconcile("--drift")
    university.reconcile("--strict", expect=4)

    assert "needs a person" in found.out
    assert "withdraw: true" in found.out
    (publication,) = [
        each
        for each in university.status()["Lecture 1"]["publications"]
        if each["preset"] == "tube"
    ]
    assert "held" == publication["status"]
    assert 1 == channels.youtube.counts()["videos.insert"]

    there.deleted = False
    assert "stands again" in university.reconcile("--drift").out
    assert "UPLOADED" == university.status()["Lecture 1"]["status"]


def test_a_blocked_video_is_held_for_a_person(channels: Channels) -> None:
    """Whatever YouTube has against it is told."""
    there = channels.on_youtube
    there.ended, there.reason = "rejected", "copyright"

    (held,) = channels.plan("--drift")["deferred"]
    channels.university.reconcile("--drift", expect=4)
    channels.university.reconcile("--drift")

    assert ("tube", "person") == (held["preset"], held["kind"])
    assert "copyright" in held["reason"]


def test_captions_are_looked_at_where_that_is_asked_for(channels: Channels) -> None:
    """They are dear: fifty units for each video."""
    channels.plan("--drift")
    without = channels.youtube.counts()["captions.list"]
    channels.plan("--drift=captions")

    assert (0, 1) == (without, channels.youtube.counts()["captions.list"])


def test_many_videos_are_looked_at_at_once(channels: Channels) -> None:
    """Fifty take a unit of quota."""
    channels.university.record("Lecture 2.mp4", "second")
    channels.university.reconcile()
    before = channels.youtube.counts()["videos.list"]

    channels.plan("--drift")

    assert 1 == channels.youtube.counts()["videos.list"] - before


def test_one_platform_that_fails_keeps_nothing_else_back(channels: Channels) -> None:
    """It is told as a problem; the other one is looked at and put right."""
    channels.on_vk.title = "Лекция"
    for app in channels.youtube.oauth.apps.values():
        app.disabled = True

    ran = channels.university.leap("reconcile", "--drift")

    assert 4 == ran.code
    assert "uni/tube" in ran.out
    assert "Lecture 1" == channels.on_vk.title


def test_a_plan_with_drift_is_not_saved(channels: Channels) -> None:
    """What is there may have changed again when it is carried out."""
    ran = channels.university.leap("plan", "--drift", "--out", "plan.json")

    assert 64 == ran.code
    assert "--drift: not together with --out" in ran.err
