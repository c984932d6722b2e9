"""What removing something from the repository does to published videos: nothing, but `withdraw`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from emulators.vk import Vk
from emulators.youtube import YouTube
from tasks.channels import Channels, founded

if TYPE_CHECKING:
    from conftest import University

TEMPLATE = "tenants/uni/templates/lectures.yaml"
OVERRIDE = "tenants/uni/overrides/guest.yaml"


@pytest.fixture
def channels(university: University) -> Iterator[Channels]:
    """Give a university with one lecture that is on both platforms."""
    with YouTube() as youtube, Vk() as vk:
        found = founded(university, youtube, vk)
        university.record("Lecture 1.mp4")
        university.reconcile("--accept", "fresh-ledger")
        yield found


def publications(university: University) -> dict[str, str]:
    (recording,) = university.status().values()
    return {each["preset"]: each["status"] for each in recording["publications"]}


def test_what_is_declared_no_more_stays_where_it_is(channels: Channels) -> None:
    """Without its preset, then without its template, and without its file at the source."""
    university = channels.university
    university.edit(TEMPLATE, "  vk: {album: ML 2026}\n", "")
    (university.root / "tenants/uni/presets/vk.yaml").unlink()

    (change,) = channels.plan()["changes"]
    assert ("remove", "vk is declared no more; what is published stays") == (
        change["action"],
        change["reason"],
    )
    university.reconcile()
    assert {"tube": "published", "vk": "unmanaged"} == publications(university)

    text = (university.root / TEMPLATE).read_text(encoding="utf-8")
    (university.root / TEMPLATE).unlink()
    university.reconcile()
    assert {"tube": "unmanaged", "vk": "unmanaged"} == publications(university)

    university.write(TEMPLATE, text)
    university.reconcile()
    (university.recordings / "Lecture 1.mp4").unlink()
    university.reconcile()
    assert {"tube": "published", "vk": "unmanaged"} == publications(university)

    assert not channels.on_youtube.deleted
    assert not channels.on_vk.deleted
    assert 0 == channels.youtube.counts()["videos.delete"]
    assert [] == channels.vk.calls("video.delete")


def test_a_published_lecture_keeps_its_template(channels: Channels) -> None:
    """One that would take it now takes new lectures; an edit of its own still reaches it."""
    university = channels.university
    university.write(
        "tenants/uni/templates/first.yaml",
        """
        match: {keywords: [lecture]}
        priority: 10
        pipeline: lecture
        metadata: {title: "Another {{ display_name }}"}
        publish: {tube: }
        """,
    )
    university.reconcile()
    assert "Lecture 1" == channels.on_youtube.title
    assert {"tube": "published", "vk": "published"} == publications(university)

    university.edit(TEMPLATE, '"{{ display_name }}"', '"{{ display_name }}, for all"')
    university.reconcile()

    assert "Lecture 1, for all" == channels.on_youtube.title == channels.on_vk.title
    assert 1 == channels.youtube.counts()["videos.insert"]


def test_only_withdraw_deletes_and_not_unasked(channels: Channels) -> None:
    """It takes both down, and without it a new video is made."""
    university = channels.university
    first = channels.on_youtube.id
    (recording,) = university.status().values()
    university.write(
        OVERRIDE,
        f"""
        for: {{recording: {recording["recording"]}}}
        withdraw: true
        reason: The guest asked for it.
        """,
    )
    refused = university.reconcile(expect=5)
    assert "--accept deletes" in " ".join(refused.out.split())
    assert first == channels.on_youtube.id

    university.reconcile("--accept", "deletes")
    assert ([], []) == (channels.youtube.live(), channels.vk.videos)
    assert {"tube": "withdrawn", "vk": "withdrawn"} == publications(university)

    (university.root / OVERRIDE).unlink()
    university.reconcile("--accept", "fresh-ledger")
    assert first != channels.on_youtube.id
    assert {"tube": "published", "vk": "published"} == publications(university)


def test_approval_is_given_by_an_override(channels: Channels) -> None:
    """The run that finds that it is missing exits with 4; what is published stays."""
    university = channels.university
    university.edit(TEMPLATE, "{playlist: ML 2026}", "{playlist: ML 2026, approval: required}")
    university.record("Lecture 2.mp4", "second")

    held = university.reconcile(expect=4)
    university.reconcile()

    assert "awaits approval: write `approve: true`" in " ".join(held.out.split())
    assert 1 == len(channels.youtube.live())
    assert 2 == len(channels.vk.videos)
    second = university.status()["Lecture 2"]
    assert ("gate", "awaits approval") == (
        second["hold"]["kind"],
        second["hold"]["reason"][: len("awaits approval")],
    )

    university.write(OVERRIDE, f"for: {{recording: {second['recording']}}}\napprove: true\n")
    university.reconcile()
    assert 2 == len(channels.youtube.live())


def test_new_media_waits_and_may_be_kept(channels: Channels) -> None:
    """Shown as -/+; the run that finds it exits with 4; with `keep` the texts follow alone."""
    university = channels.university
    before = channels.on_youtube.sha256
    text = (university.root / "tenants/uni/tenant.yaml").read_text(encoding="utf-8")
    university.write("tenants/uni/tenant.yaml", text.replace("0.5 s", "0.1 s"))

    plan = university.leap("plan").out
    university.reconcile(expect=4)
    university.reconcile()

    assert "-/+" in plan
    assert "needs replacement" in plan
    assert {"tube": "held", "vk": "held"} == publications(university)

    (recording,) = university.status().values()
    university.write(
        OVERRIDE,
        f"""
        for: {{recording: {recording["recording"]}}}
        metadata: {{title: "{{{{ display_name }}}}, kept"}}
        publish: {{tube: {{new_media: keep}}, vk: {{new_media: keep}}}}
        """,
    )
    university.reconcile()

    assert {"tube": "published", "vk": "published"} == publications(university)
    assert ("Lecture 1, kept", before) == (channels.on_youtube.title, channels.on_youtube.sha256)
    assert 1 == channels.youtube.counts()["videos.insert"]
