"""What was finished when, for times and amounts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from leap.domain.history import StageRun
from leap.domain.snapshot import RecordingRow
from leap.domain.stage import Stage
from leap.ledger import PostgresLedger

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_finished_stages_come_with_their_time_and_the_recordings_length(
    ledger: PostgresLedger, recording: Callable[..., RecordingRow]
) -> None:
    """In order of time, since a time; what failed is none of them, and no other tenant's."""
    row = recording()
    ledger.admit("acme", [row], {})
    for number, stage in enumerate((Stage.DOWNLOAD, Stage.TRIM, Stage.TRANSCRIBE)):
        at = NOON + timedelta(hours=number)
        ledger.stage_done("acme", row.id, stage, "a", seconds=2.5, facts={}, at=at)
    ledger.stage_failed("acme", row.id, Stage.TOPICS, "a", reason="no", permanent=True)

    since = NOON + timedelta(hours=1)
    expected = [
        StageRun(Stage.TRIM, row.id, since, 2.5, row.duration),
        StageRun(Stage.TRANSCRIBE, row.id, since + timedelta(hours=1), 2.5, row.duration),
    ]
    assert ledger.stage_runs("acme", since) == tuple(expected)
    assert ledger.stage_runs("acme", since, Stage.TRANSCRIBE) == (expected[1],)
    assert ledger.stage_runs("other", since) == ()


def test_a_ledger_is_fresh_until_something_is_published_or_said(ledger: PostgresLedger) -> None:
    """On the platforms that are asked about, by this tenant."""
    clouds = ("youtube", "vk")
    failed = {"wanted": {}, "reason": "", "permanent": False}

    assert ledger.is_fresh("acme", clouds)
    ledger.publication_failed("acme", "r", "site", "site", **failed)
    ledger.event("acme", None, "accepted", "too much rework: …", refusal="too-much-rework")
    ledger.publication_failed("globex", "r", "yt", "youtube", **failed)
    assert ledger.is_fresh("acme", clouds)
    assert not ledger.is_fresh("globex", clouds)

    ledger.event("acme", None, "accepted", "fresh ledger: …", refusal="fresh-ledger")
    assert not ledger.is_fresh("acme", clouds)
