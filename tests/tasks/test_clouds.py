"""From Zoom to YouTube and VK over five clouds, with the real program: one video on each, once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from emulators.deepseek import DeepSeek
from emulators.fireworks import Fireworks, Text
from emulators.vk import Group, User, Vk
from emulators.youtube import App, Channel, YouTube
from emulators.zoom import Zoom, video

from leap import secrets

if TYPE_CHECKING:
    from conftest import Ran, University
    from emulators.s3 import S3
    from emulators.vk import Video as VkVideo
    from emulators.youtube import Video

TODAY = datetime.now(UTC)
#: None of these may ever be seen.
CANARIES = {
    "zoom": "zoom-canary-40cd1e",
    "fireworks": "fw-canary-40cd1e",
    "youtube": "GOCSPX-canary-40cd1e",
}


#: A ledger that knows of no video yet wants a word before the first one.
FIRST = ("--accept", "fresh-ledger")


@dataclass
class Faculty:
    """A university that records with Zoom and publishes to YouTube and VK."""

    university: University
    zoom: Zoom
    fireworks: Fireworks
    deepseek: DeepSeek
    youtube: YouTube
    vk: Vk
    channel: Channel
    app: App
    user: User
    group: Group
    film: Path

    def lecture(self, topic: str, *, hours: int = 10) -> None:
        """Let Zoom have recorded a lecture some hours ago."""
        file = video(self.film, lasts=timedelta(minutes=1))
        self.zoom.meeting(topic=topic, start=TODAY - timedelta(hours=hours), files=[file])

    def reconcile(self, *arguments: str, expect: int = 0, **environment: str) -> Ran:
        return self.university.reconcile(*arguments, expect=expect, **environment)

    @property
    def on_youtube(self) -> Video:
        """The one video of the channel."""
        (found,) = self.youtube.live()
        return found

    @property
    def on_vk(self) -> VkVideo:
        """The one video of the community."""
        (found,) = self.vk.videos
        return found

    def paid(self) -> tuple[int, int]:
        """Return how many calls the clouds of words and of topics have to be paid for."""
        return self.fireworks.requests, len(self.deepseek.requests)

    def seen_by_people(self) -> str:
        """Return everything that is written where people look: logs, targets but media."""
        state = self.university.root / "state"
        texts = [
            path.read_text(errors="replace")
            for path in (*state.rglob("*.log"), *state.rglob("*.json"), *state.rglob("*.txt"))
        ]
        return "".join(texts)


@pytest.fixture
def clouds(spoken: str) -> Iterator[dict[str, Any]]:
    with ExitStack() as stack:
        yield {
            "zoom": stack.enter_context(Zoom()),
            "fireworks": stack.enter_context(
                Fireworks(heard=Text(spoken), key=CANARIES["fireworks"])
            ),
            "deepseek": stack.enter_context(DeepSeek()),
            "youtube": stack.enter_context(YouTube()),
            "vk": stack.enter_context(Vk()),
        }


@pytest.fixture
def faculty(university: University, clouds: dict[str, Any], minute: Path) -> Faculty:
    """Give a faculty whose every step is in a cloud but the trimming."""
    zoom, youtube, vk = clouds["zoom"], clouds["youtube"], clouds["vk"]
    channel, app, user = youtube.channel("Faculty"), youtube.app(), vk.user()
    app.client_secret = CANARIES["youtube"]
    found = Faculty(
        university,
        channel=channel,
        app=app,
        user=user,
        group=vk.group("Faculty", user),
        film=minute,
        **clouds,
    )
    _declare(found)
    (university.root / "tenants/uni/sources/folder.yaml").unlink()
    (university.root / "tenants/uni/presets/site.yaml").unlink()
    (university.root / ".sops.yaml").write_text("stores: {yaml: {indent: 2}}\ncreation_rules: []\n")
    secrets.keygen(university.root, "uni")
    account = zoom.account(plan="business")
    account.app.client_secret = CANARIES["zoom"]
    _give(
        found,
        zoom={
            "kind": "zoom_s2s",
            "account_id": account.id,
            "client_id": account.client_id,
            "client_secret": account.client_secret,
        },
        speech={"kind": "fireworks", "api_key": CANARIES["fireworks"]},
        chat={"kind": "deepseek", "api_key": found.deepseek.key()},
        channel={
            "kind": "youtube",
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "refresh_token": youtube.refresh_token(app, channel),
        },
        community={
            "kind": "vk",
            "client_id": "51000001",
            "access_token": vk.token(user),
            "access_token_expires_at": (TODAY + timedelta(hours=23)).isoformat(),
        },
    )
    return found


def _declare(faculty: Faculty) -> None:
    write = faculty.university.write
    endpoints = {
        "zoom": {"api": faculty.zoom.url, "oauth": faculty.zoom.url},
        "speech": {"fireworks": {"models": faculty.fireworks.urls}},
        "chat": {"deepseek": {"url": faculty.deepseek.url}},
        "youtube": dict.fromkeys(("api", "token", "login"), faculty.youtube.url),
        "vk": dict.fromkeys(("api", "login", "implicit"), faculty.vk.url),
    }
    write(
        "leap.yaml",
        f"""
        workers: 3
        endpoints: {json.dumps(endpoints)}
        allow_insecure_endpoints: true
        """,
    )
    write(
        "tenants/uni/tenant.yaml",
        """
        title: Faculty
        time_zone: Europe/Moscow
        defaults:
          blank: {shorter_than: 4 s, smaller_than: 5 KB}
          transcribe: {with: fireworks, account: speech, language: en}
          topics: {with: deepseek, account: chat, chapter_every: 15 s}
        """,
    )
    write(
        "tenants/uni/sources/zoom.yaml",
        f"""
        kind: zoom
        account: zoom
        since: {TODAY - timedelta(days=20):%Y-%m-%d}
        plan: business
        """,
    )
    write(
        "tenants/uni/presets/youtube-main.yaml",
        """
        platform: youtube
        account: channel
        privacy: unlisted
        tags: [machine learning, lectures]
        thumbnail: {frame: 50 %}
        create_playlist: true
        """,
    )
    write(
        "tenants/uni/presets/vk-faculty.yaml",
        f"""
        platform: vk
        account: community
        group: {faculty.group.id}
        thumbnail: {{frame: 50 %}}
        create_album: true
        """,
    )
    write(
        "tenants/uni/templates/lectures.yaml",
        """
        match: {keywords: [lecture]}
        pipeline: lecture
        metadata:
          title: "{{ display_name }} | {{ topic }}"
          description: "{{ summary }}\\n\\n{{ chapters }}"
        publish:
          youtube-main: {playlist: [ML 2026, All lectures]}
          vk-faculty: {album: ML 2026}
        """,
    )


def _give(faculty: Faculty, **accounts: dict[str, str]) -> None:
    for name, fields in accounts.items():
        secrets.set_credential(faculty.university.root, "uni", name, fields)


def complete(faculty: Faculty) -> None:
    """Assert that there is one video on each platform, with all that is declared."""
    there, here = faculty.on_youtube, faculty.on_vk
    (recording,) = faculty.university.status().values()
    topics = json.loads(
        next(faculty.university.targets.glob("*/*/topics/*/*/topics.json")).read_text()
    )
    assert "UPLOADED" == recording["status"]
    title = there.title
    assert title.startswith("Lecture 3 | ")
    assert len(title) > len("Lecture 3 | ")
    assert title == here.title
    summary = topics["versions"][-1]["summary"]
    assert summary
    for description in (there.description, here.description):
        assert summary in description
        assert "0:00 " in description
    assert "unlisted" == there.status["privacyStatus"]
    assert {"machine learning", "lectures"} < set(there.tags)
    assert ["en"] == [track.language for track in there.captions]
    assert b"Gradient descent" in there.captions[0].content
    assert there.thumbnail is not None
    assert here.thumb is not None
    assert ["All lectures", "ML 2026"] == sorted(faculty.youtube.playlists(there))
    assert [here.name] == faculty.vk.albums(faculty.group.owner_id)["ML 2026"]
    assert "leap-" not in here.description
    assert [] == faculty.vk.placeholders
    assert [] == faculty.youtube.violations
    assert [] == faculty.vk.violations


def test_a_lecture_goes_from_zoom_to_one_video_on_each_platform(faculty):
    """It has title, description, chapters, captions, thumbnail, playlists and album as declared."""
    faculty.lecture("Lecture 3")

    first = faculty.reconcile(*FIRST)
    second = faculty.reconcile()

    complete(faculty)
    assert second.out.startswith("Nothing to do")
    assert (1, 1) == faculty.paid()
    assert 1 == faculty.youtube.counts()["videos.insert"]
    assert 1 == len(faculty.vk.calls("video.save"))
    everything = first.out + first.err + second.out + second.err + faculty.seen_by_people()
    for canary in CANARIES.values():
        assert canary not in everything


def test_captions_that_somebody_took_away_are_put_back_where_they_are_looked_at(faculty):
    """They are made anew from what is kept: nothing is paid for, and no video is sent."""
    faculty.lecture("Lecture 3")
    faculty.reconcile(*FIRST)
    (track,) = faculty.on_youtube.captions
    faculty.on_youtube.captions.clear()

    assert "Nothing to do" in faculty.reconcile("--drift").out
    assert "captions: en → nothing" in faculty.reconcile("--drift=captions").out

    assert [track.content] == [each.content for each in faculty.on_youtube.captions]
    assert "Nothing to do" in faculty.reconcile("--drift=captions").out
    assert (1, 1) == faculty.paid()
    assert 1 == faculty.youtube.counts()["videos.insert"]


@pytest.mark.parametrize(
    "place",
    [
        "youtube.request.after@2",
        "vk.request.after@1",
        "publish.applied@1",
    ],
)
def test_killed_anywhere_and_run_again_it_is_still_one_of_each(faculty, place):
    """Nothing is uploaded or paid for twice; the census of all places is in tests/crash."""
    faculty.lecture("Lecture 3")

    killed = faculty.university.leap("reconcile", *FIRST, LEAP_FAULT=f"{place}:killgroup")
    faculty.reconcile()
    faculty.reconcile()

    assert killed.code < 0
    complete(faculty)
    assert (1, 1) == faculty.paid()
    assert 1 == len(faculty.youtube.world.videos)


def test_a_hosted_runner_begins_with_an_empty_disk_each_time(faculty, s3, database_url):
    """It remembers in a bucket and a Postgres; a new title brings no video there and back."""
    _host(faculty, s3, database_url)
    faculty.lecture("Lecture 3")

    _on_an_empty_disk(faculty, *FIRST)
    assert "Nothing to do" in _on_an_empty_disk(faculty)
    template = "tenants/uni/templates/lectures.yaml"
    faculty.university.edit(template, "{{ display_name }} |", "Gradients |")
    s3.journal.clear()
    _on_an_empty_disk(faculty)

    assert faculty.on_youtube.title.startswith("Gradients | ")
    assert faculty.on_youtube.title == faculty.on_vk.title
    assert (1, 1) == faculty.paid()
    assert 1 == faculty.youtube.counts()["videos.insert"]
    assert [] == [each for each in s3.journal if "video." in each]


def _host(faculty: Faculty, s3: S3, database_url: str) -> None:
    """Have a faculty remember in a bucket and a Postgres, with its key in the environment."""
    from emulators.s3 import ENVIRONMENT

    university = faculty.university
    university.edit("leap.yaml", "workers: 3", f"workers: 3\nstate: s3://{s3.new_bucket()}/uni")
    place = json.dumps({"url": s3.url})
    university.edit("leap.yaml", '"youtube": {', f'"s3": {place}, "youtube": {{')
    key = (university.root / "state" / "keys" / "uni.agekey").read_text()
    hosted = {"CI": "true", "SOPS_AGE_KEY": key, "LEAP_DATABASE_URL": database_url}
    university.environment = {**ENVIRONMENT, **hosted}
    assert 0 == university.leap("ledger", "migrate").code


def _on_an_empty_disk(faculty: Faculty, *arguments: str) -> str:
    """Run once and return what was said; nothing that people see has the bucket's key."""
    from emulators.s3 import SECRET

    shutil.rmtree(faculty.university.root / "state", ignore_errors=True)
    ran = faculty.reconcile(*arguments)
    assert SECRET not in ran.out + ran.err + faculty.seen_by_people()
    return ran.out
