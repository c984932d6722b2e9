"""Expected lectures that did not come are told wherever somebody looks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leap.config import load
from leap.domain.snapshot import RecordingRow, Skip, Wanted
from leap.domain.stage import Stage
from leap.ledger import open_ledger
from leap.tasks.expected import LOOK_BACK, overdue

MONDAY = datetime(2026, 11, 16, 7, tzinfo=UTC)  # ten o'clock in Moscow
NOW = MONDAY + timedelta(days=2)
EXPECT = """
expect:
  - {weekdays: [mon], time: "10:00", grace: 24 h, first: 2026-11-16}
"""


def row(at: datetime, **changes: object) -> RecordingRow:
    values = {
        "id": f"{at:%Y-%m-%d}-00000000000a", "source": "folder", "source_kind": "folder",
        "account": "folder", "external_id": "a.mp4", "locator": "a.mp4", "revision": "r",
        "title": "Lecture", "started_at": at, "size": 1, "duration": 60.0,
        "template": "lectures", "skip": None, "reason": "", "settled_at": None, "listed": True,
        "wanted": Wanted("lecture", {Stage.DOWNLOAD: "d" * 16}), "since": at, **changes,
    }  # fmt: skip
    return RecordingRow(**values)


@pytest.fixture
def missed(university):
    """Give a function that tells what is overdue, once some recordings were admitted."""

    def look(*rows: RecordingRow, of: str = "template", now: datetime = NOW):
        name = {"template": "templates/lectures", "source": "sources/folder"}[of]
        path = university.root / "tenants" / "uni" / f"{name}.yaml"
        path.write_text(path.read_text() + EXPECT)
        declaration = load(university.root)
        operator = declaration.operator
        with open_ledger(operator.database, operator.state, migrate=True) as ledger:
            ledger.admit("uni", rows, {})
            return overdue(ledger, declaration, ["uni"], now)

    return look


def test_a_lecture_that_was_not_recorded_is_named_with_the_place_that_expects_it(missed):
    [found] = missed()

    assert ("uni", "template lectures") == (found.tenant, found.of)
    assert ("tenants/uni/templates/lectures.yaml", 8) == (found.file, found.line)
    assert (MONDAY, "not found") == (found.missed.at, found.missed.what)


def test_one_that_is_not_published_in_time_says_how_far_it_is(missed):
    [found] = missed(row(MONDAY))

    assert "not published" == found.missed.what
    assert found.missed.recording == row(MONDAY).id
    assert found.missed.reason == "INITIALIZED: to do: download"


def test_a_person_who_skips_it_has_decided(missed):
    assert () == missed(row(MONDAY, skip=Skip.DECLARED, wanted=None, reason="cancelled"))


def test_a_test_of_the_microphone_is_no_lecture(missed):
    blank = row(MONDAY, skip=Skip.BLANK, wanted=None, reason="blank: 1 min")

    [found] = missed(blank)

    assert "SKIPPED: blank: 1 min" == found.missed.reason


def test_another_templates_recording_is_not_the_lecture(missed):
    assert ["not found"] == [each.missed.what for each in missed(row(MONDAY, template="other"))]


def test_a_source_is_asked_for_recordings_whatever_takes_them(missed):
    nobodys = row(MONDAY, template=None, skip=Skip.NO_TEMPLATE, wanted=None)

    assert () == missed(nobodys, of="source")


def test_what_was_missed_long_ago_is_history(missed):
    assert [] == [
        each
        for each in missed(now=MONDAY + LOOK_BACK + timedelta(days=3))
        if each.missed.at <= MONDAY
    ]


def test_everybody_who_looks_is_told(university):
    """At the end of a run, as an annotation, in status, and in the report."""
    then = datetime.now(UTC) - timedelta(days=2)
    clock = f'time: "{then:%H:%M}", time_zone: UTC, first: {then:%Y-%m-%d}'
    university.write(
        "tenants/uni/templates/lectures.yaml",
        f"""
        match: {{keywords: [lecture]}}
        pipeline: lecture
        publish: {{site: }}
        expect:
          - {{weekdays: [{then.strftime("%a").lower()}], {clock}, grace: 1 h}}
        """,
    )
    sentence = f"template lectures: the lecture of {then:%a %Y-%m-%d %H:%M} UTC was not found"

    ran = university.reconcile(GITHUB_ACTIONS="true", COLUMNS="200")
    status = university.leap("status", COLUMNS="200")
    data = university.leap("status", "--format", "json").json
    report = university.leap("report", "--format", "json").json
    university.leap("report")

    assert f"Expected, but not there:\n  uni · {sentence}" in ran.out
    assert (
        "::warning file=tenants/uni/templates/lectures.yaml,line=5,col=5,title=leap reconcile::"
        f"{sentence}; if there was none, add its day to `never`" in ran.err
    )
    assert sentence in status.out
    assert ["not found"] == [each["what"] for each in data["expected"]]
    assert ["not found"] == [each["what"] for each in report["tenants"][0]["expected"]]
    page = university.root / "state" / "report" / "index.html"
    assert sentence in page.read_text(encoding="utf-8")
