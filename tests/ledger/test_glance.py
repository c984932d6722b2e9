"""A quick look at a tenant leads to the very statuses that everything known does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from leap.domain.ports import Receipt
from leap.domain.snapshot import Actual, RecordingRow, Skip
from leap.domain.stage import Stage
from leap.domain.status import Status, derive
from leap.ledger import PostgresLedger

WANTED = {"media": "a", "metadata": "b"}


def statuses(actual: Actual) -> dict[str, Status]:
    return {
        id_: derive(row, actual.stages.get(id_, ()), actual.publications.get(id_, ()))
        for id_, row in actual.recordings.items()
    }


@pytest.fixture
def filled(ledger: PostgresLedger, recording: Callable[..., RecordingRow]) -> PostgresLedger:
    """A ledger with recordings in every kind of state, all of tenant acme."""
    names = [
        "new", "half", "broken", "published", "outdated", "refreshed in vain", "old trouble",
        "no publication", "failed at the platform", "withdrawn",
    ]  # fmt: skip
    rows = {name: recording(f"{name}.mp4", title=name) for name in names}
    wanted = rows["new"].wanted
    assert wanted is not None
    files_only = type(wanted)(wanted.pipeline, wanted.stages, {})
    rows["no publication"] = recording("no publication.mp4", wanted=files_only)
    rows["skipped"] = recording("skipped.mp4", skip=Skip.BLANK, reason="blank", wanted=None)
    rows["unknown"] = recording("unknown.mp4", wanted=None)
    ledger.admit("acme", list(rows.values()), {})
    done = [name for name in rows if name not in ("new", "half", "skipped", "unknown")]
    for name in [*done, "half"]:
        stages = (Stage.DOWNLOAD,) if name == "half" else tuple(wanted.stages)
        for stage in stages:
            ledger.stage_done(
                "acme", rows[name].id, stage, wanted.stages[stage], seconds=2.0, facts={"x": 1}
            )
    for name in ("published", "refreshed in vain", "old trouble", "withdrawn"):
        receipt = Receipt("site", "x", "https://example.org/x", WANTED)
        ledger.publication_applied("acme", rows[name].id, "site", receipt, 1)
    old = Receipt("site", "x", "https://example.org/x", WANTED | {"media": "old"})
    ledger.publication_applied("acme", rows["outdated"].id, "site", old, 1)
    ledger.publication_unmanaged("acme", rows["withdrawn"].id, "site")
    ledger.publication_failed(
        "acme", rows["failed at the platform"].id, "site", "site",
        wanted=WANTED, reason="no", permanent=True,
    )  # fmt: skip
    for name, key in (
        ("broken", "1" * 16),
        ("refreshed in vain", "2" * 16),
        ("old trouble", "f" * 16),
    ):
        stage = Stage.TRIM if key != "2" * 16 else Stage.TOPICS
        ledger.stage_failed("acme", rows[name].id, stage, key, reason="bad", permanent=True)
    return ledger


def test_the_statuses_are_those_of_everything_known(filled: PostgresLedger) -> None:
    """What is not read decides nothing."""
    assert statuses(filled.snapshot("acme")) == statuses(filled.glance("acme").actual)


@pytest.mark.parametrize("newest", [0, 1, 5, 100])
def test_what_is_left_out_is_counted_by_its_status(filled: PostgresLedger, newest: int) -> None:
    """Whatever needs somebody is there, and the sums are right."""
    everything = statuses(filled.snapshot("acme"))

    glance = filled.glance("acme", newest)

    seen = statuses(glance.actual)
    assert seen == {id_: status for id_, status in everything.items() if id_ in seen}
    assert set(sorted(everything, reverse=True)[:newest]) <= set(seen)
    counts = Counter(status.status.value for status in seen.values())
    counts += Counter({"SKIPPED": glance.skipped, "UPLOADED": glance.uploaded})
    assert counts == Counter(status.status.value for status in everything.values())
    if newest == 0:
        assert (glance.skipped, glance.uploaded) == (1, 1)


def test_a_beginning_names_few(filled: PostgresLedger) -> None:
    """Of the id, or of its hex digits; nothing in it is a pattern."""
    ids = sorted(filled.snapshot("acme").recordings)

    for beginning in (ids[0], ids[0][11:], ids[0][11:18]):
        assert list(filled.glance("acme", beginning=beginning).actual.recordings) == [ids[0]]
    assert sorted(filled.glance("acme", beginning=ids[0][:10]).actual.recordings) == ids
    for nothing in ("%", "_", ids[0][12:], f"{ids[0]}0"):
        assert filled.glance("acme", beginning=nothing).actual.recordings == {}


def test_another_tenant_sees_nothing(filled: PostgresLedger) -> None:
    """One glance is of one tenant."""
    glance = filled.glance("other")

    assert (glance.actual.recordings, glance.skipped, glance.uploaded) == ({}, 0, 0)
