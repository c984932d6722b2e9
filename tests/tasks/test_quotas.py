"""A platform's day is used up to its end and not further; what does not fit waits as a whole."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from emulators.vk import Vk
from emulators.youtube import YouTube
from tasks.channels import Channels, founded

from leap.ledger import open_ledger

if TYPE_CHECKING:
    from conftest import University

PACIFIC = ZoneInfo("America/Los_Angeles")
TEMPLATE = "tenants/uni/templates/lectures.yaml"
FIRST = ("--accept", "fresh-ledger")


@pytest.fixture
def channels(university: University) -> Iterator[Channels]:
    """Give a university with two lectures that shall be on both platforms, in no playlist."""
    with YouTube() as youtube, Vk() as vk:
        found = founded(university, youtube, vk)
        university.edit(TEMPLATE, "tube: {playlist: ML 2026}", "tube:")
        university.record("2026-11-03 Lecture 1.mp4")
        university.record("2026-11-04 Lecture 2.mp4", "second")
        yield found


def day_of(channels: Channels, quota: str) -> None:
    """Say in leap.yaml how long the app's day is."""
    path = channels.university.root / "leap.yaml"
    lines = [line for line in path.read_text().splitlines() if not line.startswith("quotas:")]
    path.write_text("\n".join([*lines, f"quotas: {{youtube: {quota}}}"]) + "\n")


def holds(channels: Channels) -> list[dict[str, Any]]:
    """Return what is put off, as `leap plan` tells it."""
    return [each for each in channels.plan()["deferred"] if each["kind"] == "deferred"]


def used_today(channels: Channels) -> Mapping[str, int]:
    """Return what the ledger has counted of the app's day."""
    database = os.environ.get("LEAP_DATABASE_URL", "embedded")
    with open_ledger(database, channels.university.root / "state") as ledger:
        (day,) = ledger.app_days("uni", "America/Los_Angeles")
        return day.used


def midnight() -> datetime:
    """Return when the next day begins in California."""
    tomorrow = (datetime.now(PACIFIC) + timedelta(days=1)).date()
    return datetime(*tomorrow.timetuple()[:3], tzinfo=PACIFIC).astimezone(UTC)


def test_an_upload_is_not_begun_that_the_day_is_too_short_for(channels: Channels) -> None:
    """Of two, the older one is complete, and the other one waits with nothing done; VK goes on."""
    day_of(channels, "{units: 150}")

    planned = channels.university.leap("plan", *FIRST)
    first = channels.university.reconcile("--workers", "1", *FIRST, expect=4)
    asked = len(channels.youtube.calls)
    second = channels.university.reconcile()

    assert "YouTube: 226 of 150 units, 2 of 100 uploads: 2 days." in planned.out
    assert ["Lecture 1"] == [each.title for each in channels.youtube.live()]
    assert "unlisted" == channels.on_youtube.status["privacyStatus"]
    assert {"Lecture 1", "Lecture 2"} == {each.title for each in channels.vk.videos}
    (held,) = holds(channels)
    assert ("Lecture 2", "tube") == (held["title"].rsplit("04 ")[-1], held["preset"])
    assert midnight() == datetime.fromisoformat(held["until"])
    assert held["reason"].startswith("YouTube quota: ")
    assert held["reason"].endswith(" of 150 units of today are used, and this takes 113")
    assert "deferred until" in first.out
    assert asked == len(channels.youtube.calls)
    assert "Deferred" in second.out
    spent = channels.youtube.spent()
    assert {"units": spent, "uploads": 1} == used_today(channels)
    assert (
        f"YouTube today (uni channel): {spent} of 150 units, 1 of 100 uploads."
        in channels.university.leap("usage").out
    )

    day_of(channels, "{units: 10000}")
    channels.university.leap("retry", held["recording"])
    channels.university.reconcile()
    assert 2 == len(channels.youtube.live())


def test_what_the_platform_calls_used_up_is_used_up_for_all(channels: Channels) -> None:
    """A neighbour of the same project has used the day: it is asked once, and VK goes on."""
    (app,) = channels.youtube.oauth.apps.values()
    channels.youtube.api.quota.use(app, "units", 10_000)

    channels.university.reconcile("--workers", "1", *FIRST, expect=4)

    assert ["quotaExceeded"] == [each.reason for each in channels.youtube.calls if each.reason]
    assert {midnight()} == {datetime.fromisoformat(each["until"]) for each in holds(channels)}
    assert ["tube", "tube"] == [each["preset"] for each in holds(channels)]
    assert 2 == len(channels.vk.videos)


def test_vk_waits_and_youtube_goes_on(channels: Channels) -> None:
    """A flood is the account's: nothing else is asked of it."""
    channels.vk.refuse("video.save", 9)

    channels.university.reconcile("--workers", "1", *FIRST, expect=4)

    assert 1 == len(channels.vk.calls("video.save"))
    assert ["vk", "vk"] == [each["preset"] for each in holds(channels)]
    assert 2 == len(channels.youtube.live())


def test_new_lectures_go_before_changes_of_published_ones(channels: Channels) -> None:
    """Those have a share of the day; when it is used up, new lectures still go."""
    day_of(channels, "{units: 1000, refreshes: 11 %}")
    channels.university.reconcile(*FIRST)
    channels.university.edit(TEMPLATE, '"{{ display_name }}"', '"{{ display_name }}!"')
    channels.university.reconcile()
    channels.university.record("2026-11-05 Lecture 3.mp4", "third")
    channels.university.edit(TEMPLATE, '"{{ display_name }}!"', '"{{ display_name }}?"')

    ran = channels.university.reconcile("--workers", "1", expect=4)

    told = ran.err.splitlines()
    last, first = (
        next(number for number, line in enumerate(told) if line.startswith(words))
        for words in ("uni · Lecture 3: publish to vk: done", "uni · Lecture 1: publish to vk")
    )
    assert last < first
    assert ["Lecture 1!", "Lecture 2!", "Lecture 3?"] == sorted(
        each.title for each in channels.youtube.live()
    )
    assert {"Lecture 1?", "Lecture 2?", "Lecture 3?"} == {each.title for each in channels.vk.videos}
    assert 2 == len(holds(channels))
    assert all("the rest of the day is for new lectures" in h["reason"] for h in holds(channels))
    for held in holds(channels):
        channels.university.leap("retry", held["recording"])
    day_of(channels, "{units: 1000}")
    channels.university.reconcile()
    assert {"Lecture 1?", "Lecture 2?", "Lecture 3?"} == {
        each.title for each in channels.youtube.live()
    }


def test_a_killed_run_counts_too_much_rather_than_too_little(channels: Channels) -> None:
    """What it had taken for the whole publication stays taken; the platform counted less."""
    killed = channels.university.leap(
        "reconcile", "--workers", "1", *FIRST, LEAP_FAULT="youtube.request.after@2:killgroup"
    )
    after = used_today(channels)
    units, uploads = channels.youtube.spent(), channels.youtube.spent("uploads")
    channels.university.reconcile()

    assert killed.code < 0
    assert {"units": 113, "uploads": 1} == after
    assert units <= 113
    assert uploads <= 1
    assert 2 == len(channels.youtube.live())
    assert used_today(channels)["units"] >= channels.youtube.spent()
    assert used_today(channels)["uploads"] >= channels.youtube.spent("uploads")
