"""From Zoom to published pages, with the real program and an emulated Zoom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from emulators.zoom import Account, RecordingFile, Zoom, chat, timeline, video

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
