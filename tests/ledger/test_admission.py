"""Recordings and memos come back as they were admitted; what is unchanged is not written."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leap.domain.snapshot import Skip, Wanted
from leap.domain.stage import Stage

#: Hypothesis takes naive limits for aware moments.
EARLIEST, LATEST = (datetime.fromisoformat(day) for day in ("1990-01-01", "2100-01-01"))

LATER = datetime(2026, 11, 21, tzinfo=UTC)

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
moments = st.datetimes(EARLIEST, LATEST, timezones=st.just(UTC))
seconds = st.none() | st.floats(0, 1e9, allow_nan=False)
digests = st.dictionaries(texts, texts, max_size=3)
wishes = st.builds(
    Wanted,
    pipeline=texts,
    stages=st.dictionaries(st.sampled_from(Stage), texts),
    publications=st.dictionaries(texts, digests, max_size=3),
    held=st.dictionaries(texts, texts, max_size=2),
)
changes = st.fixed_dictionaries(
    {
        "source": texts,
        "locator": texts,
        "revision": texts,
        "title": texts,
        "started_at": moments,
        "size": st.integers(0, 2**63 - 1),
        "duration": seconds,
        "template": st.none() | texts,
        "skip": st.none() | st.sampled_from(Skip),
        "reason": texts,
        "settled_at": st.none() | moments,
        "listed": st.booleans(),
        "wanted": st.none() | wishes,
        "since": moments,
    }
)
learned = st.fixed_dictionaries(
    {
        "size": st.integers(0, 2**63 - 1),
        "mtime_ns": st.integers(-(2**63), 2**63 - 1),
        "sha256": texts,
        "duration": seconds,
        "created_at": st.none() | moments,
        "first_seen_at": st.none() | moments,
    }
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(external_id=texts, change=changes, path=texts, facts=learned)
def test_what_is_admitted_is_what_is_read(
    ledger, recording, memo, external_id, change, path, facts
):
    """Every value of every column makes the way there and back."""
    row, known = recording(external_id, **change), memo(path, **facts)

    ledger.admit("acme", [row], {"lectures": [known]})
    snapshot = ledger.snapshot("acme")

    # `since` stays that of an earlier example with the same identity.
    stored = snapshot.recordings[row.id]
    assert recording(external_id, **{**change, "since": stored.since}) == stored
    assert ledger.memos("acme", "lectures")[path] == known


def test_a_second_admission_writes_nothing(ledger, recording, memo, direct):
    """Not a row is touched, as PostgreSQL's own row versions show."""
    rows = [recording(f"lectures/{number}.mp4") for number in range(50)]
    memos = {"lectures": [memo(row.locator) for row in rows]}
    versions = "SELECT array_agg(xmin::text || xmax::text ORDER BY id) FROM leap.recordings"

    assert ledger.admit("acme", rows, memos) == 100
    before = direct().execute(versions).fetchone()
    assert ledger.admit("acme", rows, memos) == 0
    assert direct().execute(versions).fetchone() == before


def test_only_what_changed_is_written(ledger, recording, memo):
    """One new title among many rows is one row written."""
    rows = [recording(f"lectures/{number}.mp4") for number in range(5)]
    ledger.admit("acme", rows, {})

    rows[3] = recording("lectures/3.mp4", title="Another title")

    assert ledger.admit("acme", rows, {"lectures": [memo()]}) == 2
    assert ledger.snapshot("acme").recordings == {row.id: row for row in rows}


@pytest.mark.parametrize(
    "change", [{"template": "exam"}, {"skip": Skip.BLANK}, {"revision": "6" * 64}]
)
def test_since_moves_with_the_admission(ledger, recording, change):
    """Template, skip and revision are what a recording was admitted with."""
    ledger.admit("acme", [recording()], {})

    ledger.admit("acme", [recording(since=LATER, **change)], {})

    assert [row.since for row in ledger.snapshot("acme").recordings.values()] == [LATER]


def test_since_stays_when_something_else_changes(ledger, recording):
    """A new title is no new admission, and a new `since` alone is no change."""
    first = recording()
    ledger.admit("acme", [first], {})

    assert ledger.admit("acme", [recording(since=LATER)], {}) == 0
    assert ledger.admit("acme", [recording(since=LATER, title="New")], {}) == 1
    assert ledger.snapshot("acme").recordings[first.id].since == first.since


def test_an_identity_keeps_its_first_date(ledger, recording):
    """Two runners that date a new file differently make one recording."""
    first = recording()
    ledger.admit("acme", [first], {})

    other = recording(id="2030-01-01" + first.id[10:], title="New")
    ledger.admit("acme", [other], {})

    found = ledger.snapshot("acme").recordings
    assert {row.id: row.title for row in found.values()} == {first.id: "New"}


def test_the_last_of_two_rows_with_one_identity_counts(ledger, recording):
    """A listing that names a recording twice is no error."""
    ledger.admit("acme", [recording(title="One"), recording(title="Two")], {})

    assert [row.title for row in ledger.snapshot("acme").recordings.values()] == ["Two"]


def test_what_postgres_cannot_hold_is_replaced(ledger, recording):
    """NUL and halves of characters, as in broken file names, become replacement characters."""
    row = recording(title="a\0b\udce9c", reason="\udce9")

    ledger.admit("acme", [row], {})

    stored = ledger.snapshot("acme").recordings[row.id]
    assert (stored.title, stored.reason) == ("a\ufffdb?c", "?")


def test_nothing_to_admit_is_fine(ledger):
    """An empty folder is a listing too."""
    assert ledger.admit("acme", [], {"lectures": []}) == 0


def test_ten_thousand_recordings_take_seconds(ledger, recording):
    """Bulk is one statement, so that a large archive is no ordeal."""
    rows = [recording(f"lectures/{number}.mp4") for number in range(10_000)]
    begun = datetime.now(UTC)

    ledger.admit("acme", rows, {})
    assert ledger.admit("acme", rows, {}) == 0
    assert len(ledger.snapshot("acme").recordings) == 10_000

    assert datetime.now(UTC) - begun < timedelta(seconds=20)


def test_a_number_that_json_has_not_is_a_bug(ledger, recording):
    """An infinite duration is refused here, not stored as something else."""
    with pytest.raises(ValueError, match="JSON"):
        ledger.admit("acme", [recording(duration=math.inf)], {})
