"""A smaller plan is as sound as the whole one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from leap.domain.plan import Change, Failure, Plan, Refusal, Step
from leap.domain.snapshot import Actual, RecordingRow, Skip, StageFact, Wanted
from leap.domain.stage import FILE_STAGES, NEEDS, Stage
from leap.planning.desired import Desired
from leap.planning.diff import diff
from leap.planning.narrow import narrow, select
from leap.planning.safety import RULES
from leap.planning.select import parse

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
KEYS = {stage: f"{stage.value}-key" for stage in FILE_STAGES}


def row(number: int, **changes: object) -> RecordingRow:
    plain = RecordingRow(
        id=f"2026-11-20-{number:012x}", source="folder", source_kind="folder", account="folder",
        external_id=f"{number}.mp4", locator=f"{number}.mp4", revision="r1",
        title=f"Lecture {number}", started_at=NOON, size=1000, duration=3600.0, template="ml",
        skip=None, reason="", settled_at=None, listed=True,
        wanted=Wanted("lecture", KEYS, {"site": {"media": "t1"}}), since=NOON,
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]


def plan_of(rows: list[RecordingRow], actual: Actual) -> Plan:
    """Return the plan for ``rows``, by the comparison that the program makes."""
    settings: Mapping[Stage, Mapping[str, object]] = {stage: {} for stage in FILE_STAGES}
    desired = [
        Desired(each, actual.recordings.get(each.id), settings if each.wanted else None)
        for each in rows
    ]
    found = diff("demo", desired, actual, NOON)
    in_sync = Counter(("demo", each.template or "") for each in rows if each.id in found.in_sync)
    rows_by_tenant = {"demo": tuple(rows)}
    return Plan(
        *(found.changes, (), found.failures, rows_by_tenant, dict(in_sync)),
        deferred=found.deferred,
    )


NEW = plan_of([row(1), row(2)], Actual("demo"))


def stages(plan: Plan) -> list[list[str]]:
    return [[stage.value for stage in change.stages] for change in plan.changes]


def test_nothing_selected_is_everything() -> None:
    assert select(NEW, parse([]), {}) is NEW


def test_recordings_that_are_not_selected_are_neither_worked_on_nor_written_down() -> None:
    """Nothing at all happens to them."""
    found = select(NEW, parse(["title:lecture 2"]), {})

    assert [change.title for change in found.changes] == ["Lecture 2"]
    assert [each.title for each in found.rows["demo"]] == ["Lecture 2"]


def test_what_is_put_off_is_told_where_it_is_selected() -> None:
    """It is neither in sync nor work."""
    until = NOON + timedelta(hours=12)
    busy = {
        each.id: (StageFact(Stage.DOWNLOAD, KEYS[Stage.DOWNLOAD], "failed", NOON, until=until),)
        for each in (row(1), row(2))
    }
    actual = Actual("demo", {each.id: each for each in (row(1), row(2))}, busy)
    plan = plan_of([row(1), row(2)], actual)

    found = select(plan, parse(["title:lecture 2"]), {"demo": actual})

    assert ["Lecture 1", "Lecture 2"] == [held.title for held in plan.deferred]
    assert ["Lecture 2"] == [held.title for held in found.deferred]
    assert ((), Counter()) == (found.changes, +Counter(found.in_sync))
    assert () == select(plan, parse(["stage:subtitles"]), {"demo": actual}).deferred


def test_a_stage_whose_input_has_to_be_made_too_is_left_out_and_the_note_says_so() -> None:
    """Selecting more than was said would be a surprise; the note has the remedy."""
    found = select(NEW, parse(["stage:subtitles"]), {})

    assert (found.changes, found.rows) == ((), {"demo": ()})
    assert found.notes == (
        (
            "subtitles of 2 recordings is left out: transcribe has to be made first and is not "
            "selected; `stage:+subtitles` selects both"
        ),
    )
    again = select(NEW, parse(["stage:+subtitles"]), {})
    assert stages(again) == [["download", "trim", "transcribe", "subtitles"]] * 2
    assert again.notes == ()


def test_a_smaller_change_gives_the_reason_of_what_is_left() -> None:
    steps = (Step(Stage.TOPICS, "o", "topics.granularity"), Step(Stage.SUBTITLES, "s", "lines"))
    whole = Change("demo", row(1).id, "Lecture", "ml", "refresh", steps, "topics.granularity")
    plan = Plan((whole,), rows={"demo": (row(1),)})

    (change,) = select(plan, parse(["stage:subtitles"]), {}).changes

    assert (change.reason, change.stages) == ("lines", (Stage.SUBTITLES,))


def test_a_status_is_what_the_ledger_says() -> None:
    """Where it knows nothing, a recording is new."""
    skipped = row(1, skip=Skip.BLANK, reason="blank", wanted=None)
    actual = Actual("demo", {skipped.id: skipped})
    plan = plan_of([row(1), row(2)], actual)

    for word, title in (("skipped", "Lecture 1"), ("new", "Lecture 2")):
        found = select(plan, parse([f"status:{word}"]), {"demo": actual})
        assert [change.title for change in found.changes] == [title]


def test_skips_and_moves_belong_to_the_whole_recording() -> None:
    """A selection of stages does not write them down."""
    plan = plan_of([row(1, skip=Skip.BLANK, reason="blank", wanted=None)], Actual("demo"))

    assert len(select(plan, parse(["tenant:demo"]), {}).changes) == 1
    found = select(plan, parse(["stage:trim"]), {})
    assert (found.changes, found.rows) == ((), {"demo": ()})


def test_what_is_in_sync_is_counted_among_the_selected() -> None:
    rows = [row(1), row(2), row(3, template="art")]
    actual = Actual("demo", {each.id: each for each in rows}, {
        each.id: tuple(StageFact(stage, KEYS[stage], "done", NOON) for stage in KEYS)
        for each in rows
    })  # fmt: skip
    rows = [replace(each, wanted=Wanted("lecture", KEYS)) for each in rows]
    plan = plan_of(rows, actual)

    assert plan.in_sync == {("demo", "ml"): 2, ("demo", "art"): 1}
    assert select(plan, parse(["title:*1"]), {}).in_sync == {("demo", "ml"): 1}


def test_old_failures_are_told_where_their_stage_is_selected() -> None:
    failure = Failure("demo", row(1).id, "Lecture 1", Stage.TRIM, "no video")
    plan = Plan((), failures=(failure,), rows={"demo": (row(1),)})

    assert select(plan, parse(["stage:trim"]), {}).failures == (failure,)
    assert select(plan, parse(["stage:topics"]), {}).failures == ()
    assert select(plan, parse(["title:x"]), {}).failures == ()


def test_a_limit_counts_recordings_to_work_on() -> None:
    assert [change.title for change in narrow(NEW, {}, limit=1).changes] == ["Lecture 1"]
    assert stages(narrow(NEW, {}, until=Stage.TRIM)) == [["download", "trim"]] * 2


def test_a_plan_that_publishes_nothing_is_not_refused_for_publishing() -> None:
    """All other refusals stay: a little at a time may add up to too much."""
    refusals = tuple(Refusal(name, "demo", "") for name in RULES)
    whole = replace(NEW, refusals=refusals)

    assert refusals == narrow(whole, {}, limit=1).refusals
    assert [
        "stale-config", "too-much-rework", "too-many-matches", "budget"
    ] == [each.name for each in narrow(whole, {}, until=Stage.SUBTITLES).refusals]  # fmt: skip


def test_a_limit_takes_the_oldest_lectures_first() -> None:
    """So that they appear in the order in which they were given."""
    rows = [row(n, started_at=NOON - timedelta(days=n)) for n in (1, 3, 2)]
    plan = plan_of(rows, Actual("demo"))

    assert ["Lecture 3", "Lecture 2"] == [
        change.title for change in narrow(plan, {}, limit=2).changes
    ]


TERMS = st.one_of(
    st.sampled_from(list(Stage)).flatmap(
        lambda stage: st.sampled_from(
            [f"stage:{stage}", f"stage:{stage}+", f"stage:+{stage}", f"stage:+{stage}+"]
        )
    ),
    st.sampled_from(["preset:site", "preset:vk", "tenant:demo", "title:*1", "status:new"]),
)
CHOICES = st.lists(st.lists(TERMS, min_size=1, max_size=3).map(",".join), max_size=3)
PIPELINES = st.sets(st.sampled_from(list(Stage))).map(
    lambda chosen: {
        stage for stage in Stage if stage in chosen and _closed(stage, chosen)
    }
)  # fmt: skip


def _closed(stage: Stage, chosen: set[Stage]) -> bool:
    return all(need in chosen and _closed(need, chosen) for need in NEEDS[stage])


@given(
    pipeline=PIPELINES,
    present=st.sets(st.sampled_from(FILE_STAGES)),
    selects=CHOICES,
    excludes=CHOICES,
    until=st.none() | st.sampled_from(list(Stage)),
)
def test_a_smaller_plan_never_runs_a_step_without_its_input(
    pipeline: set[Stage],
    present: set[Stage],
    selects: list[str],
    excludes: list[str],
    until: Stage | None,
) -> None:
    """Whatever a step takes in is in the store, or made before it by the same plan."""
    keys = {stage: KEYS[stage] for stage in FILE_STAGES if stage in pipeline}
    presets = {"site": {"media": "t"}, "vk": {"media": "t"}} if Stage.PUBLISH in pipeline else {}
    rows = [row(number, wanted=Wanted("lecture", keys, presets)) for number in (1, 2)]
    facts = tuple(StageFact(stage, KEYS[stage], "done", NOON) for stage in keys if stage in present)
    actual = Actual("demo", {}, {each.id: facts for each in rows})

    smaller = narrow(
        select(plan_of(rows, actual), parse(selects, excludes), {"demo": actual}), {}, until=until
    )

    for change in smaller.changes:
        available = present & keys.keys()
        for step in change.steps:
            assert set(step.inputs) <= available
            available = available | {step.stage}


def test_recordings_that_were_only_counted_stay_counted() -> None:
    """Where tenant and template decide, exactly; else a note says that they were not looked at."""
    actual = Actual("demo", left_out={"ml": 7, "art": 5, None: 3})
    plan = Plan((), rows={"demo": ()}, in_sync={("demo", "ml"): 7, ("demo", "art"): 5})

    coarse = select(plan, parse(["template:ml"]), {"demo": actual})
    fine = select(plan, parse(["title:x"]), {"demo": actual})

    assert (coarse.in_sync, coarse.notes) == ({("demo", "ml"): 7}, ())
    assert (fine.in_sync, fine.notes) == (
        {},
        ("15 in sync or skipped were not looked at; what is selected of them needs nothing",),
    )
