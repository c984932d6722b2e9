"""What the commands look at: a repository with a real ledger and a real store."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leap.config import load
from leap.domain.manifest import TargetName
from leap.domain.ports import Receipt
from leap.domain.snapshot import RecordingRow, Skip, Wanted
from leap.domain.stage import Stage
from leap.ledger import open_ledger
from leap.store import Store

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DIGESTS = {"media": "m1"}
URL = "https://lectures.example/descent/"

DESCENT = "2026-11-20-1a2b3c4d5e6f"
BROKEN = "2026-11-20-0f9e8d7c6b5a"
NOTES = "2026-11-13-00000000000a"


@dataclass(frozen=True)
class Repository:
    """A repository of one tenant, with three recordings in its ledger and one target."""

    root: Path
    tenant: str


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give one ledger to all repositories of a file, and keep its server running."""
    folder = tmp_path_factory.mktemp("state")
    with open_ledger(os.environ.get("LEAP_DATABASE_URL", "embedded"), folder, migrate=True):
        yield folder


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    """Give one repository to all tests that only look; its lines are 80 columns wide."""
    root = tmp_path_factory.mktemp("репозиторий с пробелом")
    tenant = f"t{uuid.uuid4().hex[:12]}"  # a shared Postgres keeps what other tests left
    (root / "leap.yaml").write_text("state: state\n")
    (root / "pipelines").mkdir()
    (root / "tenants" / tenant).mkdir(parents=True)
    (root / "tenants" / tenant / "tenant.yaml").write_text("title: Test University\n")
    _fill(root, tenant)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "80")
        yield Repository(root, tenant)


def _fill(root: Path, tenant: str) -> None:
    operator = load(root).operator
    store = Store(operator.state / "targets")
    with open_ledger(operator.database, operator.state, migrate=True) as ledger:
        wanted = Wanted("lecture", {Stage.DOWNLOAD: "d" * 16, Stage.TRIM: "7" * 16},
                        {"site": DIGESTS})  # fmt: skip
        rows = [
            _row(DESCENT, "Gradient descent", wanted=wanted, template="ml"),
            _row(BROKEN, "Сломанная 💥", wanted=wanted, template="ml"),
            _row(NOTES, "notes", skip=Skip.NO_TEMPLATE, reason="no template matches its title"),
        ]
        ledger.admit(tenant, rows, {})
        _commit(store, TargetName(tenant, DESCENT, Stage.TRIM, "7" * 16))
        for stage, key in wanted.stages.items():
            ledger.stage_done(tenant, DESCENT, stage, key, seconds=1.5, facts={}, at=NOON)
        ledger.publication_applied(
            tenant, DESCENT, "site", Receipt("site", "descent", URL, DIGESTS), 1, NOON
        )
        ledger.stage_failed(
            tenant, BROKEN, Stage.DOWNLOAD, "d" * 16,
            reason="broken.mp4: the file is truncated", permanent=True, at=NOON,
        )  # fmt: skip
        ledger.event(tenant, DESCENT, "published", "site: made a page")


def _row(
    identity: str,
    title: str,
    *,
    wanted: Wanted | None = None,
    template: str | None = None,
    skip: Skip | None = None,
    reason: str = "",
) -> RecordingRow:
    return RecordingRow(
        id=identity, source="lectures", source_kind="folder", account="",
        external_id=f"{title}.mp4", locator=f"{title}.mp4", revision="ab" * 32, title=title,
        started_at=NOON, size=12_345_678, duration=3720.0, template=template, skip=skip,
        reason=reason, settled_at=None, listed=True, wanted=wanted, since=NOON,
    )  # fmt: skip


def _commit(store: Store, name: TargetName) -> None:
    with store.scratch() as out:
        (out / "video.mp4").write_bytes(b"a video")
        store.commit(
            name, out, settings={}, upstream={}, source={}, versions={"ffmpeg": "7.1"}, facts={},
            started_at=NOON, finished_at=NOON,
        )  # fmt: skip
