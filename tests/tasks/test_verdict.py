"""What came of a run, by what the ledger knew before and knows after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from leap.domain.outcome import Outcome
from leap.domain.plan import Change, Failure, Held, Plan, Step
from leap.domain.snapshot import Actual, PublicationFact, StageFact
from leap.domain.stage import Stage
from leap.tasks.verdict import judge

BEFORE = datetime(2026, 11, 20, 12, tzinfo=UTC)
AFTER = BEFORE + timedelta(minutes=5)
MIDNIGHT = datetime(2026, 11, 21, tzinfo=UTC)
ID, TITLE = "2026-11-20-0a1b2c3d4e5f", "Gradient descent"
DOWNLOAD = Step(Stage.DOWNLOAD, "d1", "new recording")
PUBLISH = Step(Stage.PUBLISH, "p1", "not published yet", preset="videos")
CHANGE = Change("uni", ID, TITLE, "ml", "process", (DOWNLOAD, PUBLISH), "new recording")
FAILED = StageFact(Stage.DOWNLOAD, "d1", "failed", AFTER, "busy")
REFUSED = PublicationFact("videos", "videos", "failed", AFTER, reason="log in", needs_person=True)


def known(*facts: StageFact | PublicationFact) -> Actual:
    return Actual(
        "uni",
        stages={ID: tuple(fact for fact in facts if isinstance(fact, StageFact))},
        publications={ID: tuple(fact for fact in facts if isinstance(fact, PublicationFact))},
    )


def judged(before: Actual, now: Actual, still_open: tuple[Change, ...] = (CHANGE,)) -> Outcome:
    after = Plan(still_open)
    return judge(Plan((CHANGE,)), after, {"uni": before}, {"uni": now}, interrupted=False)


def test_what_failed_in_this_run_failed_and_is_not_left() -> None:
    """The next run tries it again, this one does not."""
    outcome = judged(known(), known(FAILED))

    assert (Failure("uni", ID, TITLE, Stage.DOWNLOAD, "busy"),) == outcome.failed
    assert ((), (), ()) == (outcome.done, outcome.left, outcome.held)


def test_what_failed_before_and_was_not_tried_is_left() -> None:
    """As where somebody pressed Ctrl-C."""
    outcome = judged(known(FAILED), known(FAILED))

    assert ((), (CHANGE,)) == (outcome.failed, outcome.left)


def test_what_is_put_off_in_this_run_is_held() -> None:
    """With its time, also where it was put off before to a time that has come."""
    earlier = replace(FAILED, since=BEFORE, until=BEFORE)
    again = replace(FAILED, until=MIDNIGHT)

    for before in (known(), known(earlier)):
        outcome = judged(before, known(again), still_open=())

        assert (Held("uni", ID, TITLE, Stage.DOWNLOAD, "busy", MIDNIGHT),) == outcome.held
        assert ((), (), (), ()) == (
            outcome.done,
            outcome.failed,
            outcome.left,
            outcome.still_held,
        )


def test_a_person_is_asked_for_the_same_thing_once() -> None:
    """Whatever is asked for the first time, or is another thing now, is new."""
    waits = Held("uni", ID, TITLE, Stage.PUBLISH, "log in", preset="videos")
    same, other = replace(REFUSED, since=BEFORE), replace(REFUSED, reason="pay")
    passing = replace(same, needs_person=False)

    again = judged(known(same), known(REFUSED))

    assert ((), (waits,)) == (again.held, again.still_held)
    assert ((), ()) == (again.left, again.failed)
    for before in (known(), known(other), known(passing)):
        first = judged(before, known(REFUSED))
        assert ((waits,), ()) == (first.held, first.still_held)


def test_other_settings_do_not_make_a_persons_case_a_new_one() -> None:
    """The key of a stage says nothing about who has to log in."""
    revoked = replace(FAILED, reason="log in", needs_person=True)
    former = replace(revoked, key="d0", since=BEFORE)

    assert [Stage.DOWNLOAD] == [
        held.stage for held in judged(known(former), known(revoked)).still_held
    ]


def test_what_is_done_is_done() -> None:
    """Nothing of it is open in the plan that is made afterwards."""
    done = replace(FAILED, state="done", reason="")

    assert (CHANGE,) == judged(known(), known(done), still_open=()).done


def test_what_fails_a_gate_is_held_and_not_done() -> None:
    """Its step left no fact: the plan after the run says it, once."""
    gated = Held(
        *("uni", ID, TITLE, Stage.PUBLISH, "0 words a minute"),
        preset="videos",
        rule="gate",
        is_new=True,
    )

    def outcome(before: Held, after: Held) -> Outcome:
        plan, now = Plan((CHANGE,), deferred=(before,)), Plan((), deferred=(after,))
        return judge(plan, now, {"uni": known()}, {"uni": known()}, interrupted=False)

    elsewhere = replace(gated, preset="another", is_new=False)
    in_this_run, in_this_plan = outcome(elsewhere, gated), outcome(gated, elsewhere)

    assert ((), (gated,)) == (in_this_run.done, in_this_run.held)
    assert ((CHANGE,), (gated,)) == (in_this_plan.done, in_this_plan.held)
