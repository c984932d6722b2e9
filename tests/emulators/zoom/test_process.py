"""The emulated Zoom in a process of its own, as benchmarks and people use it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from emulators.process import started


@pytest.fixture
def said(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Start it with ten meetings; what it says of itself."""
    journal = tmp_path / "journal.jsonl"
    with started("zoom", "--meetings", "10", "--journal", journal) as said:
        yield said


def test_it_is_the_same_zoom(said, tmp_path):
    """It has meetings, can be told what to do, and keeps its journal on disk."""
    pair = (said["client_id"], said["client_secret"])
    fields = {"grant_type": "account_credentials", "account_id": said["account_id"]}
    with httpx.Client() as web:
        token = web.post(f"{said['url']}/oauth/token", data=fields, auth=pair).json()
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        today = datetime.now(UTC).date()
        days = {"from": str(today - timedelta(days=5)), "to": str(today)}

        def listed() -> httpx.Response:
            path = f"{said['url']}/v2/accounts/me/recordings"
            return web.get(path, params=days, headers=headers)

        assert 10 == listed().json()["total_records"]
        rule = {"pattern": "GET /v2/**", "status": 503, "content": "later"}
        assert 204 == web.post(f"{said['control']}/faults", json=rule).status_code
        refused = listed()
        assert (503, "later") == (refused.status_code, refused.text)
        lecture = {"topic": "New", "start": f"{today}T00:00:00Z", "files": [1000]}
        assert 201 == web.post(f"{said['control']}/meetings", json=lecture).status_code
        assert "New" == listed().json()["meetings"][0]["topic"]
        web.post(f"{said['control']}/clock", json={"forward": 3600})
        assert 401 == listed().status_code
        journal = web.get(f"{said['control']}/journal", params={"pattern": "GET /v2/**"}).json()
    assert [200, 503, 200, 401] == [each["status"] for each in journal]
    assert 5 == len((tmp_path / "journal.jsonl").read_text(encoding="utf-8").splitlines())
