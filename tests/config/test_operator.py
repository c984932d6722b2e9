"""The operator's file: limits of what stages use up."""

from __future__ import annotations

from leap.config import load


def test_what_is_not_limited_keeps_its_limit(write, sound_files):
    """A line about one resource says nothing of the others."""
    root = write({"leap.yaml": sound_files["leap.yaml"] + "resources: {ffmpeg: 4, site: 1}\n"})

    limits = load(root).operator.limits

    assert {"ffmpeg": 4, "site": 1} == {name: limits.pop(name) for name in ("ffmpeg", "site")}
    others = {"whisper": 1, "transcribe": 2, "topics": 4, "zoom": 2, "youtube": 2, "vk": 1}
    assert others == limits
