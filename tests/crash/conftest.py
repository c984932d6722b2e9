"""One faculty per process of the test run; every case begins with nothing published."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from crash.faculty import Faculty, Orders


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Faculty, Orders]]:
    """Make a lecture that is ready to be published, and a runner that publishes it."""
    root = tmp_path_factory.mktemp("факультет")
    # A shared Postgres keeps what other tests left.
    with Faculty(root, f"uni-{uuid.uuid4().hex[:12]}") as faculty:
        faculty.record()
        made = faculty.leap("reconcile", "--until", "subtitles", "--accept", "fresh-ledger")
        assert made.returncode == 0, made.stdout + made.stderr
        with faculty.runner() as order:
            yield faculty, order


@pytest.fixture
def faculty(ready: tuple[Faculty, Orders]) -> Faculty:
    """Give the faculty, with platforms on which nothing was published."""
    return ready[0]


@pytest.fixture
def order(ready: tuple[Faculty, Orders]) -> Orders:
    """Give what takes orders to publish."""
    return ready[1]


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Faculty]:
    """Give a faculty to one test, for whole runs of the program; it makes no words."""
    with Faculty(tmp_path, f"uni-{uuid.uuid4().hex[:12]}", "[download, trim, publish]") as faculty:
        faculty.record()
        yield faculty
