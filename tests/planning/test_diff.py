"""What has to be done, and why: plans as values, without a database or a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from leap.config.gates import Gates
from leap.domain.plan import Change, Held
from leap.domain.snapshot import Actual, PublicationFact, RecordingRow, Skip, StageFact, Wanted
from leap.domain.stage import PIPELINE_STAGES, Stage
from leap.planning.desired import Desired
from leap.planning.diff import Difference, diff

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
KEYS = {
    Stage.DOWNLOAD: "d1",
    Stage.TRIM: "t1",
    Stage.TRANSCRIBE: "w1",
    Stage.TOPICS: "o1",
    Stage.SUBTITLES: "s1",
}
PARTS = {"media": "t1", "metadata": "m1", "captions": "s1"}
SETTINGS: Mapping[Stage, Mapping[str, object]] = {
    stage: {"line_length": 42} if stage is Stage.SUBTITLES else {} for stage in KEYS
}
WANTED = Wanted("lecture", KEYS, {"site": PARTS})
ROW = RecordingRow(
    id="2026-11-20-0a1b2c3d4e5f",
    source="folder",
    source_kind="folder",
    account="folder",
    external_id="a.mp4",
    locator="a.mp4",
    revision="r1",
    title="Gradient descent",
    started_at=NOON,
    size=1000,
    duration=3600.0,
    template="lectures",
    skip=None,
    reason="",
    settled_at=None,
    listed=True,
    wanted=WANTED,
    since=NOON,
)


def done(stage: Stage, key: str | None = None) -> StageFact:
    facts = {"settings": dict(SETTINGS[stage])}
    return StageFact(stage, key or KEYS[stage], "done", NOON, facts=facts)


def published(**changes: object) -> PublicationFact:
    fact = PublicationFact("site", "site", "applied", NOON, "slug", "file:///x", PARTS, PARTS)
    return replace(fact, **changes)  # type: ignore[arg-type]


FINISHED = Actual(
    "demo",
    {ROW.id: ROW},
    {ROW.id: tuple(done(stage) for stage in KEYS)},
    {ROW.id: (published(),)},
)


def with_stages(*facts: StageFact) -> Actual:
    """Return the finished recording, with these facts in place of those of their stages."""
    replaced = {fact.stage for fact in facts}
    kept = [fact for fact in FINISHED.stages[ROW.id] if fact.stage not in replaced]
    return replace(FINISHED, stages={ROW.id: (*kept, *facts)})


def want(row: RecordingRow = ROW, **changes: object) -> Desired:
    settings = changes.pop("settings", SETTINGS)
    return Desired(replace(row, **changes), ROW, settings)  # type: ignore[arg-type]


def only(desired: Desired, actual: Actual = FINISHED) -> Change | None:
    changes = diff("demo", [desired], actual, NOON).changes
    assert len(changes) <= 1
    return changes[0] if changes else None


def edited(**keys: str) -> Wanted:
    stages = KEYS | {Stage(name): key for name, key in keys.items()}
    parts = PARTS | {"captions": stages[Stage.SUBTITLES], "media": stages[Stage.TRIM]}
    return Wanted("lecture", stages, {"site": parts})


def test_nothing_is_done_for_what_is_in_sync() -> None:
    found = diff("demo", [want()], FINISHED, NOON)

    assert Difference((), (), frozenset({ROW.id}), frozenset()) == found


SILENT = with_stages(
    replace(done(Stage.TRANSCRIBE), facts={"settings": {}, "words_per_minute": 0.0})
)
TALKING = Gates(min_words_per_minute=20)


def test_what_fails_a_gate_is_not_published() -> None:
    """All its files stand, and the hold is news until the ledger knows of it."""
    fresh = replace(SILENT, publications={})

    found = diff("demo", [replace(want(), gates=TALKING)], fresh, NOON)
    (held,) = found.deferred
    known = replace(ROW, wanted=replace(WANTED, held={"site": held.reason}))
    again = diff("demo", [replace(want(), gates=TALKING, known=known)], fresh, NOON)

    assert ((), frozenset()) == (found.changes, found.in_sync)
    assert (Stage.PUBLISH, "site", True, True) == (
        *(held.stage, held.preset),
        *(held.by_gate, held.is_new),
    )
    assert held.reason.startswith("0 words a minute are spoken, fewer than 20")
    assert (replace(held, is_new=False),) == again.deferred


def test_a_gate_is_judged_once_its_stage_has_run() -> None:
    """Before that everything is planned, publishing too."""
    change = only(Desired(ROW, None, SETTINGS, gates=TALKING), Actual("demo"))

    assert change is not None
    assert change.stages == PIPELINE_STAGES


def test_what_is_published_keeps_its_media_and_may_change_its_title() -> None:
    """A gate that fails afterwards takes nothing down."""
    desired = replace(want(), gates=TALKING)
    retitled = replace(
        SILENT, publications={ROW.id: (published(applied=PARTS | {"metadata": ""}),)}
    )
    refilmed = replace(SILENT, publications={ROW.id: (published(applied=PARTS | {"media": ""}),)})

    same, title, media = (
        diff("demo", [desired], actual, NOON) for actual in (SILENT, retitled, refilmed)
    )

    assert ((), (), frozenset({ROW.id})) == (same.changes, same.deferred, same.in_sync)
    assert [("metadata",)] == [step.parts for change in title.changes for step in change.steps]
    assert ((), 1) == (media.changes, len(media.deferred))


def test_the_sources_recording_is_kept_as_long_as_a_gate_holds() -> None:
    """Nothing is thrown away that a person has to look at."""
    desired = replace(want(), gates=TALKING, discard="published")

    found = diff("demo", [desired], replace(SILENT, publications={}), NOON)

    assert () == found.changes


def test_a_new_recording_goes_through_every_stage_in_order() -> None:
    change = only(Desired(ROW, None, SETTINGS), Actual("demo"))

    assert change is not None
    assert (change.action, change.reason) == ("process", "new recording")
    assert change.stages == PIPELINE_STAGES


def test_an_edited_subtitle_setting_makes_exactly_subtitles_and_what_is_published_from_them() -> (
    None
):
    settings = {**SETTINGS, Stage.SUBTITLES: {"line_length": 32}}
    change = only(want(wanted=edited(subtitles="s2"), settings=settings))

    assert change is not None
    assert (change.action, change.stages) == ("refresh", (Stage.SUBTITLES, Stage.PUBLISH))
    assert change.reason == "subtitles.line_length 42 → 32"
    assert change.steps[-1].reason == "captions change"
    assert change.steps[-1].parts == ("captions",)


def test_a_reverted_setting_publishes_from_the_old_target_and_runs_no_stage() -> None:
    actual = replace(
        FINISHED,
        recordings={ROW.id: replace(ROW, wanted=edited(subtitles="s2"))},
        stages={ROW.id: (*FINISHED.stages[ROW.id], done(Stage.SUBTITLES, "s2"))},
        publications={ROW.id: (published(applied=PARTS | {"captions": "s2"}),)},
    )
    change = only(Desired(ROW, actual.recordings[ROW.id], SETTINGS), actual)

    assert change is not None
    assert change.stages == (Stage.PUBLISH,)


def test_a_step_knows_the_keys_that_it_takes_in() -> None:
    change = only(Desired(ROW, None, SETTINGS), Actual("demo"))

    assert change is not None
    steps = {step.stage: step for step in change.steps}
    assert steps[Stage.DOWNLOAD].inputs == {}
    assert steps[Stage.SUBTITLES].inputs == {Stage.TRANSCRIBE: "w1"}
    assert KEYS.keys() - {Stage.DOWNLOAD} == steps[Stage.PUBLISH].inputs.keys()


def test_a_stage_that_was_cut_off_is_done_again_and_nothing_before_it() -> None:
    change = only(want(), with_stages(StageFact(Stage.TOPICS, "o1", "running", NOON)))

    assert change is not None
    assert (change.stages, change.reason) == ((Stage.TOPICS,), "was cut off")


def test_a_passing_failure_is_tried_again() -> None:
    fact = StageFact(Stage.TRIM, "t1", "failed", NOON, "disk full", permanent=False)
    change = only(want(), with_stages(fact))

    assert change is not None
    assert change.reason == "failed before: disk full"


def test_a_permanent_failure_is_left_alone_with_all_that_needs_it() -> None:
    fact = StageFact(Stage.TRIM, "t1", "failed", NOON, "no video", permanent=True)
    actual = replace(FINISHED, stages={ROW.id: (done(Stage.DOWNLOAD), fact)}, publications={})

    found = diff("demo", [want()], actual, NOON)

    assert (found.changes, found.in_sync) == ((), frozenset())
    assert [(f.stage, f.reason) for f in found.failures] == [(Stage.TRIM, "no video")]


def test_after_a_permanent_failure_what_does_not_need_it_still_goes_on() -> None:
    fact = StageFact(Stage.TOPICS, "o1", "failed", NOON, "no words", permanent=True)
    stages = (done(Stage.DOWNLOAD), done(Stage.TRIM), done(Stage.TRANSCRIBE), fact)
    change = only(want(), replace(FINISHED, stages={ROW.id: stages}, publications={}))

    assert change is not None
    assert change.stages == (Stage.SUBTITLES,)


def test_a_changed_source_is_tried_again_after_a_permanent_failure() -> None:
    fact = StageFact(Stage.DOWNLOAD, "d1", "failed", NOON, "truncated", permanent=True)
    actual = replace(FINISHED, stages={ROW.id: (fact,)}, publications={})
    keys = {stage: key.replace("1", "2") for stage, key in KEYS.items()}
    wanted = Wanted("lecture", keys, {"site": PARTS | {"media": "t2"}})

    change = only(want(wanted=wanted, revision="r2"), actual)

    assert change is not None
    assert (change.action, change.reason) == ("process", "the source changed")


def test_an_evicted_target_is_history_until_something_takes_it_in() -> None:
    evicted = replace(done(Stage.TRANSCRIBE), state="evicted")

    assert only(want(), with_stages(evicted)) is None
    change = only(want(wanted=edited(subtitles="s2")), with_stages(evicted))
    assert change is not None
    assert change.stages == (Stage.TRANSCRIBE, Stage.SUBTITLES, Stage.PUBLISH)


def test_what_was_cut_off_while_publishing_is_published_again() -> None:
    fact = published(state="intended", applied={}, external_id=None)
    change = only(want(), replace(FINISHED, publications={ROW.id: (fact,)}))

    assert change is not None
    assert (change.stages, change.reason) == ((Stage.PUBLISH,), "publishing was cut off")


def test_a_publication_that_failed_for_good_is_left_alone() -> None:
    fact = published(state="failed", applied={}, permanent=True, reason="no such playlist")
    failures = diff(
        "demo", [want()], replace(FINISHED, publications={ROW.id: (fact,)}), NOON
    ).failures

    assert [(f.stage, f.reason) for f in failures] == [(Stage.PUBLISH, "no such playlist")]


def test_a_recording_whose_source_is_gone_and_that_needs_it_is_blocked() -> None:
    actual = replace(FINISHED, stages={}, publications={})
    change = only(want(listed=False), actual)

    assert change is not None
    assert (change.action, change.reason) == ("blocked", "source no longer available")


def test_a_skip_is_news_once() -> None:
    skipped = replace(ROW, skip=Skip.NO_TEMPLATE, reason="no template matches", wanted=None)

    first = only(Desired(skipped, None), Actual("demo"))
    assert first is not None
    assert (first.action, first.reason) == ("skip", "no template matches")
    assert only(Desired(skipped, skipped), Actual("demo")) is None


def test_a_copy_is_looked_at_every_time_and_other_skips_are_not() -> None:
    """Its original may go away."""
    skips = {skip: replace(ROW, skip=skip, reason="so", wanted=None) for skip in Skip}

    settled = {
        skip
        for skip, row in skips.items()
        if diff("demo", [Desired(row, row)], FINISHED, NOON).skipped
    }

    assert set(Skip) - {Skip.DUPLICATE} == settled


def test_a_moved_file_is_only_written_down() -> None:
    change = only(want(locator="b/a.mp4"))

    assert change is not None
    assert (change.steps, change.reason) == ((), "moved from a.mp4")
    assert not change.effective


def test_a_publication_that_nothing_declares_any_more_stays_and_is_named() -> None:
    change = only(want(wanted=Wanted("lecture", KEYS, {})))

    assert change is not None
    assert (change.action, change.dropped) == ("remove", ("site",))
    unmanaged = replace(FINISHED, publications={ROW.id: (published(state="unmanaged"),)})
    assert only(want(wanted=Wanted("lecture", KEYS, {})), unmanaged) is None


def test_what_an_override_withdraws_is_taken_down_once() -> None:
    row = replace(ROW, skip=Skip.DECLARED, reason="withdrawn: asked for", wanted=None)
    desired = Desired(row, ROW, withdraw={"site": "withdrawn by guest.yaml: asked for"})
    change = only(desired)

    assert change is not None
    assert (change.action, change.reason) == ("remove", "withdrawn by guest.yaml: asked for")
    assert [(step.stage, step.preset, step.parts) for step in change.steps] == [
        (Stage.PUBLISH, "site", ("withdraw",))
    ]
    gone = published(state="withdrawn", applied={})
    done_before = replace(FINISHED, publications={ROW.id: (gone,)})
    assert only(replace(desired, known=row), done_before) is None


def test_what_is_no_longer_withdrawn_is_published_again_from_what_is_there() -> None:
    gone = published(state="withdrawn", applied={})
    change = only(want(), replace(FINISHED, publications={ROW.id: (gone,)}))

    assert change is not None
    assert [(step.stage, step.reason) for step in change.steps] == [
        (Stage.PUBLISH, "no longer withdrawn")
    ]


@pytest.mark.parametrize("stage", list(KEYS))
def test_whatever_is_missing_is_made_and_nothing_upstream_of_it(stage: Stage) -> None:
    facts = tuple(fact for fact in FINISHED.stages[ROW.id] if fact.stage is not stage)
    change = only(want(), replace(FINISHED, stages={ROW.id: facts}))

    assert change is not None
    assert (stage,) == change.stages


LATER = NOON + timedelta(hours=12)


def test_a_stage_that_is_put_off_waits_and_the_others_go_on() -> None:
    """The publication needs it as well, and waits with it."""
    busy = StageFact(Stage.TOPICS, "o1", "failed", NOON, "500 a day", until=LATER)
    stages = (done(Stage.DOWNLOAD), done(Stage.TRIM), done(Stage.TRANSCRIBE), busy)
    found = diff(
        "demo", [want()], replace(FINISHED, stages={ROW.id: stages}, publications={}), NOON
    )

    assert [(Stage.SUBTITLES,)] == [change.stages for change in found.changes]
    assert (Held("demo", ROW.id, ROW.title, Stage.TOPICS, "500 a day", LATER),) == found.deferred


def test_what_is_put_off_becomes_work_when_the_time_has_come() -> None:
    """Until then there is no work, and yet the recording is not in sync."""
    busy = StageFact(Stage.DOWNLOAD, "d1", "failed", NOON, "the daily limit", until=LATER)
    actual = replace(FINISHED, stages={ROW.id: (busy,)}, publications={})

    before = diff("demo", [want()], actual, LATER - timedelta(seconds=1))
    after = diff("demo", [want()], actual, LATER)

    assert ((), frozenset()) == (before.changes, before.in_sync)
    assert [Stage.DOWNLOAD] == [held.stage for held in before.deferred]
    assert () == after.deferred
    assert [((*KEYS, Stage.PUBLISH), "put off before: the daily limit")] == [
        (change.stages, change.reason) for change in after.changes
    ]


def test_what_is_wanted_otherwise_is_not_put_off_any_more() -> None:
    """A hold belongs to what was asked for."""
    busy = StageFact(Stage.SUBTITLES, "s1", "failed", NOON, "later", until=LATER)
    full = published(state="failed", applied={}, reason="100 uploads a day", until=LATER)
    actual = replace(with_stages(busy), publications={ROW.id: (full,)})

    found = diff("demo", [want(wanted=edited(subtitles="s2"))], actual, NOON)

    assert () == found.deferred
    assert [(Stage.SUBTITLES, Stage.PUBLISH)] == [change.stages for change in found.changes]


def test_one_publication_is_put_off_and_the_other_one_is_brought_about() -> None:
    """Each platform has limits of its own."""
    wanted = Wanted("lecture", KEYS, {"site": PARTS, "videos": PARTS})
    full = published(
        preset="videos", state="failed", applied={}, reason="100 uploads a day", until=LATER
    )
    found = diff(
        "demo", [want(wanted=wanted)], replace(FINISHED, publications={ROW.id: (full,)}), NOON
    )

    assert ["site"] == [step.preset for change in found.changes for step in change.steps]
    assert [("videos", LATER)] == [(held.preset, held.until) for held in found.deferred]


def test_a_persons_case_is_tried_again_and_says_what_it_waits_for() -> None:
    """Looking again is cheap, and nobody has to tell LEAP that the cause is gone."""
    fact = StageFact(Stage.DOWNLOAD, "d1", "failed", NOON, "log in again", needs_person=True)
    change = only(want(), replace(FINISHED, stages={ROW.id: (fact,)}, publications={}))

    assert change is not None
    assert "waits for a person: log in again" == change.reason


def test_what_cannot_be_taken_down_yet_waits_and_is_not_forgotten() -> None:
    """A recording that is to be withdrawn is skipped, but not settled before that is done."""
    row = replace(ROW, skip=Skip.DECLARED, reason="withdrawn: asked for", wanted=None)
    desired = Desired(row, row, withdraw={"site": "withdrawn by guest.yaml: asked for"})
    limited = published(state="failed", wanted={}, reason="the daily limit", until=LATER)
    actual = replace(FINISHED, publications={ROW.id: (limited,)})

    before, after = (diff("demo", [desired], actual, when) for when in (NOON, LATER))

    assert ((), frozenset()) == (before.changes, before.skipped)
    assert [("site", LATER)] == [(held.preset, held.until) for held in before.deferred]
    assert ["remove"] == [change.action for change in after.changes]


def test_what_its_source_could_not_tell_of_is_worked_on_as_far_as_it_is_there() -> None:
    """It is neither in sync nor blocked: that is known when the source can be asked again."""
    missing_words = tuple(
        fact for fact in FINISHED.stages[ROW.id] if fact.stage is not Stage.TOPICS
    )
    there = replace(FINISHED, stages={ROW.id: missing_words})
    nothing = replace(FINISHED, stages={}, publications={})
    unseen = replace(want(), is_unseen=True)

    assert [(Stage.TOPICS,)] == [
        change.stages for change in diff("demo", [unseen], there, NOON).changes
    ]
    for actual in (FINISHED, nothing):
        assert Difference((), (), frozenset(), frozenset()) == diff("demo", [unseen], actual, NOON)
