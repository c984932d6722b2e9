"""From Zoom to published pages, with the real program and an emulated Zoom."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from emulators.journal import Exchange
from emulators.zoom import Account, RecordingFile, Zoom, chat, timeline, video, words

from leap import secrets

#: In this month, so that all of it is in one window of a month.
TODAY = datetime.now(UTC)
CANARY = "zoom-canary-5d1e8f"


def lecture(path: Path) -> RecordingFile:
    """Return one of the prepared videos, whose length Zoom knows."""
    return video(path, lasts=timedelta(seconds=15))


@pytest.fixture
def zoom(tmp_path) -> Iterator[Zoom]:
    with Zoom() as zoom:
        zoom.api.pages.most = 20
        yield zoom


@pytest.fixture
def account(zoom: Zoom) -> Account:
    account = zoom.account(plan="business")
    account.app.client_secret = CANARY
    return account


@pytest.fixture
def college(university, zoom, account):
    """Give a university that records with Zoom."""
    university.write(
        "leap.yaml",
        f"""
        sites: [state/site]
        workers: 3
        resources: {{ffmpeg: 2, whisper: 1, zoom: 2}}
        endpoints: {{zoom: {{api: "{zoom.url}", oauth: "{zoom.url}"}}}}
        allow_insecure_endpoints: true
        """,
    )
    since = TODAY - timedelta(days=20)
    university.write(
        "tenants/uni/sources/zoom.yaml",
        f"""
        kind: zoom
        account: zoom-main
        since: {since:%Y-%m-%d}
        plan: business
        """,
    )
    (university.root / "tenants/uni/sources/folder.yaml").unlink()
    (university.root / ".sops.yaml").write_text("stores: {yaml: {indent: 2}}\ncreation_rules: []\n")
    secrets.keygen(university.root, "uni")
    secrets.set_credential(
        university.root,
        "uni",
        "zoom-main",
        {
            "kind": "zoom_s2s",
            "account_id": account.id,
            "client_id": account.client_id,
            "client_secret": account.client_secret,
        },
    )
    return university


def test_forty_meetings_over_two_pages_become_pages_once(college, zoom, videos):
    """Those that match are published, and a second run asks for the list alone."""
    for number in range(40):
        is_lecture = number in (0, 19, 20, 39)
        zoom.meeting(
            topic=f"Lecture {number}" if is_lecture else f"Faculty meeting {number}",
            start=TODAY - timedelta(hours=10 + 10 * number),
            files=[lecture(videos["lecture" if number % 2 else "second"]), chat(), timeline()],
        )

    first = college.reconcile()
    pages = college.pages()
    requests = list(zoom.journal)
    second = college.reconcile()

    assert 4 == len(pages) == len(college.pages())
    assert "Done" in first.out
    assert second.out.startswith("Nothing to do")
    listed = [r for r in requests if r.request.path == "/v2/accounts/me/recordings"]
    downloads = Counter(
        r.request.path for r in requests if r.request.path.startswith("/rec/download/")
    )
    assert 2 == len(listed)
    assert 4 == len(downloads)
    assert not [r for r in list(zoom.journal)[len(requests) :] if "/rec/" in r.request.path]
    everything = first.out + first.err + second.out + second.err
    logs = "".join(
        path.read_text(errors="replace")
        for path in (college.root / "state" / "logs").rglob("*.log")
    )
    assert CANARY not in everything + logs


def test_a_recording_goes_to_zooms_trash_once_it_is_published_and_never_before(
    college, zoom, videos
):
    """A person who recovers it has the last word."""
    college.edit("tenants/uni/sources/zoom.yaml", "plan: business", "after_publication: trash")
    meeting = zoom.meeting(
        topic="Lecture 1", start=TODAY - timedelta(hours=10), files=[lecture(videos["lecture"])]
    )
    site = college.root / "state" / "site"
    site.parent.mkdir(exist_ok=True)
    site.write_text("in the way")

    failed = college.reconcile(expect=4)
    kept = meeting.trashed
    site.unlink()
    college.reconcile()
    [trash] = deletions(zoom)
    again = college.reconcile()
    meeting.trashed = None
    recovered = college.reconcile()

    assert "discard" in failed.out
    assert kept is None
    assert "action=trash" in trash.request.target
    assert again.out.startswith("Nothing to do")
    assert recovered.out.startswith("Nothing to do")
    assert [trash] == deletions(zoom)
    assert 1 == len(college.pages())


def deletions(zoom: Zoom) -> list[Exchange]:
    return [each for each in zoom.journal if each.request.method == "DELETE"]


def test_what_zoom_still_works_on_is_held_and_comes_with_a_later_run(college, zoom, videos):
    meeting = zoom.meeting(
        topic="Lecture 1",
        start=TODAY - timedelta(hours=2),
        files=[lecture(videos["lecture"])],
        processing=True,
    )

    college.reconcile()
    waiting = college.status()["Lecture 1"]
    meeting.complete()
    college.reconcile()

    assert "INITIALIZED" == waiting["status"]
    assert "source" == waiting["hold"]["kind"]
    assert "Zoom is still processing it" in waiting["hold"]["reason"]
    assert "UPLOADED" == college.status()["Lecture 1"]["status"]


def test_what_was_withdrawn_stays_so_whatever_zoom_lists(college, zoom, videos):
    meeting = zoom.meeting(
        topic="Lecture 1", start=TODAY - timedelta(hours=10), files=[lecture(videos["lecture"])]
    )
    college.reconcile()
    recording = college.status()["Lecture 1"]["recording"]
    college.write(
        "tenants/uni/overrides/withdrawn.yaml",
        f"""
        for: {{recording: {recording}}}
        withdraw: true
        reason: asked to
        """,
    )
    college.reconcile("--accept", "deletes")
    meeting.topic = "Lecture 1, named anew"
    college.reconcile()

    assert [] == college.pages()
    assert "SKIPPED" == college.status()["Lecture 1, named anew"]["status"]


def test_a_source_that_is_renamed_publishes_nothing_twice(college, zoom, videos):
    """A meeting is the same one, whichever file of YAML lists it."""
    zoom.meeting(
        topic="Lecture 1", start=TODAY - timedelta(hours=10), files=[lecture(videos["lecture"])]
    )
    college.reconcile()
    before = college.pages()
    sources = college.root / "tenants/uni/sources"
    (sources / "zoom.yaml").rename(sources / "cloud.yaml")

    college.reconcile()

    assert before == college.pages()
    assert 1 == sum("/rec/download/" in each.request.path for each in zoom.journal)
    assert "cloud" == college.status()["Lecture 1"]["source"]


def test_zooms_own_transcript_is_taken_where_there_is_one(college, zoom, videos):
    """Where there is none, the lecture is listened to here."""
    college.write(
        "tenants/uni/tenant.yaml",
        """
        title: Университет
        time_zone: Europe/Moscow
        defaults:
          blank: {shorter_than: 4 s, smaller_than: 5 KB}
          transcribe: {with: zoom, beam: 1}
        """,
    )
    written = b"WEBVTT\n\n00:00:03.500 --> 00:00:09.000\nZoom heard: every word of it.\n"
    zoom.meeting(
        topic="Lecture 1",
        start=TODAY - timedelta(hours=10),
        files=[lecture(videos["lecture"]), words(written, lasts=timedelta(seconds=15))],
    )
    zoom.meeting(
        topic="Lecture 2", start=TODAY - timedelta(hours=5), files=[lecture(videos["second"])]
    )

    college.reconcile()
    again = college.reconcile()

    masters = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in college.targets.glob("uni/*/transcribe/*/*/master.json")
    ]
    models = {each["model"] for each in masters}
    assert {"zoom transcript", "whisper tiny.en"} == models
    [zooms] = [each for each in masters if each["model"] == "zoom transcript"]
    assert "Zoom heard: every word of it." == " ".join(each["word"] for each in zooms["words"])
    assert again.out.startswith("Nothing to do")
    assert 2 == len(college.pages())
