"""The last lines of a reconcile: what was done, what failed, where to look."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from leap.domain.outcome import Outcome
from leap.domain.plan import Change, Failure, Held, Plan, Step
from leap.domain.snapshot import RecordingRow, Skip
from leap.domain.stage import Stage
from leap.render import summary
from leap.render.summary_markdown import markdown

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
STEPS = (Step(Stage.TRIM, "k", "new recording"),)
NEW = Change("demo", "2026-11-20-1a2b3c4d5e6f", "Descent", "ml", "process", STEPS, "new recording")
OLD = replace(NEW, recording="2026-11-13-1a2b3c4d5e6f", title="Models", action="refresh")
SKIP = replace(NEW, recording="2026-11-12-1a2b3c4d5e6f", action="skip", steps=())
BLOCKED = replace(NEW, action="blocked")
FAILURE = Failure("demo", "2026-11-01-aaaaaaaaaaaa", "Broken", Stage.TRIM, "it is truncated")
IN_SYNC = {("demo", "ml"): 3}


def skipped(identity: str) -> RecordingRow:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    return RecordingRow(
        id=identity, source="s", source_kind="folder", account="", external_id="x", locator="x",
        revision="r", title="x", started_at=now, size=1, duration=None, template=None,
        skip=Skip.BLANK, reason="too short", settled_at=None, listed=True, wanted=None, since=now,
    )  # fmt: skip


def test_a_run_with_nothing_to_do_lists_what_failed_before() -> None:
    """Nothing is done twice, and nothing that failed is forgotten."""
    plan = Plan(
        changes=(),
        failures=(FAILURE,),
        in_sync=IN_SYNC,
        rows={"demo": (skipped("a"), skipped("b"))},
    )

    assert (
        summary.text(plan, None)
        == """\
Failed before (tried again after a change, or with `leap retry`):
  demo  2026-11-01-aaaaaaaaaaaa  Broken  trim: it is truncated

Nothing to do: 3 in sync, 2 skipped, 1 failed before."""
    )


def test_what_is_only_written_down_needs_no_run() -> None:
    """A skip changes the ledger alone; a blocked recording changes nothing."""
    rows = {"demo": (skipped(SKIP.recording),)}

    assert (
        summary.text(Plan(changes=(SKIP,), in_sync=IN_SYNC, rows=rows), None)
        == "Nothing to run: 1 change recorded, 3 in sync, 1 skipped."
    )
    assert (
        summary.text(Plan(changes=(BLOCKED,), in_sync=IN_SYNC), None)
        == "Nothing to do: 1 blocked, 3 in sync."
    )


def test_a_run_that_did_everything_says_where_to_look() -> None:
    """Counts by action, the time it took, what stands now, and the site."""
    outcome = Outcome((NEW, OLD), (), (), False, Plan(changes=(), in_sync=IN_SYNC))

    text = summary.text(
        Plan(changes=(NEW, OLD)), outcome, seconds=41.2, places=["file:///site/index.html"]
    )

    assert (
        text
        == """\
Done in 41 s: 1 processed, 1 refreshed.
Now: 3 in sync.
Look at it: file:///site/index.html"""
    )


def test_a_run_with_failures_names_each_with_its_stage() -> None:
    """What failed comes first, one line each; what is left says why."""
    after = Plan(changes=(OLD,), failures=(FAILURE,), in_sync=IN_SYNC)
    outcome = Outcome((NEW,), (FAILURE,), (OLD,), False, after)

    assert (
        summary.text(Plan(changes=(NEW, OLD)), outcome)
        == """\
Failed in this run:
  demo  2026-11-01-aaaaaaaaaaaa  Broken  trim: it is truncated

Left for the next run:
  demo · Models: new recording

Done: 1 processed, 1 failed, 1 left.
Now: 3 in sync, 1 failed."""
    )


def test_a_run_that_is_put_off_says_until_when_and_what_a_person_has_to_do() -> None:
    """New holds first, then those that a person still has to see to."""
    later = Held(
        "demo", NEW.recording, NEW.title, Stage.DOWNLOAD, "the daily limit of Zoom is used up", NOON
    )
    person = Held("demo", OLD.recording, OLD.title, Stage.PUBLISH, "log in again", preset="site")
    after = Plan(changes=(OLD,), deferred=(later,), in_sync=IN_SYNC)
    outcome = Outcome((), (), (), False, after, held=(later,), still_held=(person,))

    assert (
        summary.text(Plan(changes=(NEW, OLD)), outcome)
        == """\
Held in this run:
  demo  2026-11-20-1a2b3c4d5e6f  Descent
      download deferred until 2026-11-20 12:00 UTC: the daily limit of Zoom is
      used up

Still held:
  demo  2026-11-13-1a2b3c4d5e6f  Models
      publish to site needs a person: log in again

Done: 1 held, 1 still held.
Now: 3 in sync, 1 deferred."""
    )
    assert summary.text(Plan(changes=(), deferred=(later,), in_sync=IN_SYNC), None).endswith(
        "Nothing to do: 3 in sync, 1 deferred."
    )
    document = summary.json_data(Plan(changes=(NEW, OLD), deferred=()), outcome)
    assert [NOON.isoformat()] == [each["until"] for each in document["held"]]
    assert [("site", None)] == [(each["preset"], each["until"]) for each in document["still_held"]]
    assert [] == document["deferred"]


def test_many_that_wait_for_the_same_are_one_line() -> None:
    """A limit that stops forty downloads is told once; on GitHub as well."""
    held = tuple(
        Held("demo", f"2026-11-20-{n:012x}", f"Lecture {n}", Stage.DOWNLOAD, "limited", NOON)
        for n in range(40)
    )
    outcome = Outcome((), (), (), False, Plan(changes=(), deferred=held), held=held)

    assert (
        summary.text(Plan(changes=(NEW,)), outcome)
        == """\
Held in this run:
  demo  40 recordings
      download deferred until 2026-11-20 12:00 UTC: limited

Done: 40 held.
Now: 40 deferred."""
    )
    assert (
        "! demo  40 recordings  download deferred until 2026-11-20 12:00 UTC: limited\n"
        in markdown(Plan(changes=(NEW,)), outcome)
    )


def test_an_interrupted_run_promises_to_go_on() -> None:
    """Nobody has to start over."""
    outcome = Outcome((), (), (NEW,), True, Plan(changes=(NEW,)))

    assert summary.text(Plan(changes=(NEW,)), outcome).endswith(
        "Interrupted: 1 left. The next run goes on from here."
    )


def test_the_json_tells_the_same() -> None:
    """Programs get what was done, what failed and what is left."""
    outcome = Outcome((NEW,), (FAILURE,), (OLD,), False, Plan(changes=(OLD,), in_sync=IN_SYNC))

    document = summary.json_data(Plan(changes=(NEW, OLD), failures=(FAILURE,)), outcome)

    assert [each["title"] for each in document["done"]] == ["Descent"]
    assert [each["title"] for each in document["left"]] == ["Models"]
    assert document["failed"] == [
        {
            "tenant": "demo",
            "recording": "2026-11-01-aaaaaaaaaaaa",
            "title": "Broken",
            "stage": "trim",
            "reason": "it is truncated",
        }
    ]
    assert document["failed_before"] == document["failed"]
    assert document["summary"] == {
        "refresh": 1,
        "in_sync": 3,
        "failed_before": 0,
        "deferred": 0,
        "held": 0,
    }
