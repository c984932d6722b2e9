"""The emulated VK in a process of its own, as benchmarks and people use it."""

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
    with started("vk", "--rate", "0", "--journal", journal) as said:
        yield said


def test_it_is_the_same_vk(said, tmp_path):
    """It takes videos, can be told what to do, and keeps its journal on disk."""
    with httpx.Client() as web:

        def ask(method, **fields):
            form = {"access_token": said["access_token"], "v": "5.199", **fields}
            return web.post(f"{said['url']}/method/{method}", data=form).json()

        def told(path, **query):
            return web.get(f"{said['control']}/{path}", params=query).json()

        def tell(path, **what):
            assert web.post(f"{said['control']}/{path}", json=what).status_code < 300

        tell("faults", method="video.save", code=9)
        assert 9 == ask("video.save", name="L")["error"]["error_code"]
        saved = ask("video.save", name="L", group_id=said["group"])["response"]
        tell("uploads", too_fast=1, processing=60)
        for code in (-12, None):
            sent = web.post(saved["upload_url"], files={"video_file": b"bytes"})
            assert code == sent.json().get("error_code")
        (video,) = told("videos")
        assert ("L", False, 5, 1) == tuple(
            video[key] for key in ("title", "empty", "size", "uploads")
        )
        tell("clock", forward=24 * 3600)
        assert 1117 == ask("video.get")["error"]["error_code"]
        assert [] == told("violations")
        assert {} == told("albums", owner=-said["group"])
        assert 2 == len(told("journal", pattern="POST /upload.do"))
    assert 5 == len((tmp_path / "journal.jsonl").read_text(encoding="utf-8").splitlines())
