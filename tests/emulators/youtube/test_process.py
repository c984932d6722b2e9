"""The emulated YouTube in a process of its own, as benchmarks and people use it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from emulators.process import started


@pytest.fixture
def said(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Start it; what it says of itself."""
    journal = tmp_path / "journal.jsonl"
    with started("youtube", "--units", "51", "--journal", journal) as said:
        yield said


def test_it_is_the_same_youtube(said, tmp_path):
    """It takes videos, can be told what to do, tells what it has, and keeps its journal."""
    names = ("client_id", "client_secret", "refresh_token")
    form = {"grant_type": "refresh_token", **{name: said[name] for name in names}}
    steer = said["control"]
    with httpx.Client(base_url=said["url"]) as web:
        token = web.post("/token", data=form).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        query = {"part": "snippet", "uploadType": "resumable"}
        body = {"snippet": {"title": "One", "tags": ["leap-1"]}}
        slip = {"how": "503"}
        assert 204 == web.post(f"{steer}/slips", json=slip).status_code

        opened = web.post("/upload/youtube/v3/videos", params=query, headers=headers, json=body)
        place = opened.headers["location"]
        span = {**headers, "Content-Range": "bytes 0-3/4"}
        assert [503, 200] == [
            web.put(place, headers=span, content=b"film").status_code for _ in range(2)
        ]
        (video,) = web.get(f"{steer}/videos").json()
        assert ("One", 4, "public", []) == (
            video["snippet"]["title"],
            video["size"],
            video["privacy"],
            video["captions"],
        )

        rule = {"pattern": "GET /youtube/v3/**", "status": 500, "content": "later"}
        web.post(f"{steer}/faults", json=rule)
        listing = {"part": "id", "id": video["id"]}
        assert [500, 200] == [
            web.get("/youtube/v3/videos", params=listing, headers=headers).status_code
            for _ in range(2)
        ]
        web.post(f"{steer}/clock", json={"forward": 3600})
        assert 401 == web.get("/youtube/v3/videos", params=listing, headers=headers).status_code
        calls = web.get(f"{steer}/calls").json()
        assert [("uploads", 1, 200), ("units", 1, 200), ("units", 0, 401)] == [
            (call["bucket"], call["cost"], call["status"]) for call in calls
        ]
        assert 7 == len(web.get(f"{steer}/methods").json())
        assert [] == web.get(f"{steer}/violations").json()
    assert 7 == len((tmp_path / "journal.jsonl").read_text(encoding="utf-8").splitlines())
