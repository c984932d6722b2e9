"""A small sound repository that tests add their own files to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

FILES = {
    "leap.yaml": "folders: [recordings]\nsites: [site]\n",
    "pipelines/lecture.yaml": (
        "stages: [download, trim, transcribe, topics, subtitles, publish]\n"
        "subtitles: {line_length: 40}\n"
    ),
    "pipelines/archive.yaml": "stages: [download, trim]\n",
    "tenants/acme/tenant.yaml": "title: Acme University\ntime_zone: Europe/Berlin\n",
    "tenants/acme/sources/recordings.yaml": "kind: folder\npath: recordings/acme\n",
    "tenants/acme/presets/site.yaml": "platform: site\npath: site/acme\naccount: links\n",
    "tenants/acme/presets/bare.yaml": "platform: site\npath: site/bare\n",
    "tenants/acme/templates/known.yaml": (
        "match: {keywords: [known course]}\npipeline: lecture\npublish:\n  site:\n"
    ),
    "tenants/acme/overrides/first.yaml": "for: {recording: 0a1b2c3d4e5f}\n",
}

Write = Callable[..., Path]


@pytest.fixture(scope="session")
def sound_files() -> dict[str, str]:
    """Return the text of every file of a sound repository."""
    return dict(FILES)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes a sound repository, with given files changed or added."""

    def write_repository(files: dict[str, str | bytes] | None = None) -> Path:
        root = tmp_path / "Лекции & more"
        for path, content in {**FILES, **(files or {})}.items():
            place = root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content if isinstance(content, bytes) else content.encode())
        return root

    return write_repository
