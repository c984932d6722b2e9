"""The status of a recording follows from what the ledger knows, by one table."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.domain.publication import PublicationName
from leap.domain.snapshot import PublicationFact, RecordingRow, Skip, StageFact, Wanted
from leap.domain.stage import FILE_STAGES, Stage
from leap.domain.status import Hold, Status, StatusName, derive

ADMITTED = datetime(2026, 11, 20, 8, tzinfo=UTC)
LATER = ADMITTED + timedelta(hours=1)

KEYS = {stage: f"key-of-{stage.value}" for stage in FILE_STAGES}
DIGESTS = {"media": "m1", "captions": "c1"}
LECTURE = Wanted(pipeline="lecture", stages=KEYS, publications={"site": DIGESTS})
FILES_ONLY = Wanted(pipeline="lecture", stages=KEYS)


def row(wanted: Wanted | None = LECTURE, **changes: object) -> RecordingRow:
    plain = RecordingRow(
        id="2026-11-20-1a2b3c4d5e6f",
        source="lectures",
        source_kind="folder",
        account="",
        external_id="Gradient descent.mp4",
        locator="Gradient descent.mp4",
        revision="ab" * 32,
        title="Gradient descent",
        started_at=ADMITTED,
        size=1000,
        duration=3600.0,
        template="ml",
        skip=None,
        reason="",
        settled_at=None,
        listed=True,
        wanted=wanted,
        since=ADMITTED,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def fact(stage: Stage, state: str = "done", **changes: object) -> StageFact:
    plain = StageFact(stage, KEYS[stage], state, LATER)  # type: ignore[arg-type]
    return replace(plain, **changes)  # type: ignore[arg-type]


def done(*stages: Stage) -> list[StageFact]:
    return [fact(stage) for stage in stages]


def publication(state: str = "applied", **changes: object) -> PublicationFact:
    plain = PublicationFact(
        preset="site",
        platform="site",
        state=state,  # type: ignore[arg-type]
        since=LATER,
        external_id="gradient-descent",
        url="https://lectures.example/gradient-descent/",
        applied=DIGESTS if state == "applied" else {},
        wanted=DIGESTS,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


DOWNLOAD, TRIM, TRANSCRIBE, TOPICS, SUBTITLES = FILE_STAGES
WORK = ["download", "trim", "transcribe", "topics", "subtitles", "publish to site"]


@pytest.mark.parametrize(
    "stages, publications, expected, reason",
    [
        ([], [], "INITIALIZED", "to do: " + ", ".join(WORK)),
        ([fact(DOWNLOAD, "running")], [], "DOWNLOADING", "download running"),
        (done(DOWNLOAD), [], "DOWNLOADED", "to do: " + ", ".join(WORK[1:])),
        ([*done(DOWNLOAD), fact(TRIM, "running")], [], "PROCESSING", "trim running"),
        (done(DOWNLOAD, TRIM), [], "PROCESSED", "to do: " + ", ".join(WORK[2:])),
        ([*done(DOWNLOAD, TRIM), fact(TRANSCRIBE, "running")], [], "TRANSCRIBING",
         "transcribe running"),
        ([*done(DOWNLOAD, TRIM, TRANSCRIBE), fact(TOPICS, "running"), fact(SUBTITLES, "running")],
         [], "TRANSCRIBING", "topics, subtitles running"),
        (done(DOWNLOAD, TRIM, TRANSCRIBE, SUBTITLES), [], "PROCESSED",
         "to do: topics, publish to site"),
        (done(*FILE_STAGES), [], "TRANSCRIBED", "to do: publish to site"),
        (done(*FILE_STAGES), [publication("intended")], "UPLOADING", "publishing to site"),
        (done(*FILE_STAGES), [publication()], "UPLOADED", "published to site"),
    ],
)  # fmt: skip
def test_a_lecture_goes_through_every_status(
    stages: list[StageFact], publications: list[PublicationFact], expected: str, reason: str
) -> None:
    """Each status follows from what is done and what runs, with a reason in words."""
    status = derive(row(), stages, publications)

    assert (status.status.value, status.reason) == (expected, reason)


@pytest.mark.parametrize(
    "skip, words, expected",
    [
        (Skip.NO_TEMPLATE, "no template matches its title", "no template matches its title"),
        (Skip.BLANK, "blank: 12 s is shorter than 20 min", "blank: 12 s is shorter than 20 min"),
        (Skip.DECLARED, "", "declared"),
    ],
)
def test_a_skipped_recording_says_why(skip: Skip, words: str, expected: str) -> None:
    """A skip wins over all that was done before; its reason is never empty."""
    status = derive(row(None, skip=skip, reason=words), done(*FILE_STAGES), [])

    assert status == Status(StatusName.SKIPPED, expected, ADMITTED)


def test_what_a_skipped_recording_published_is_unmanaged() -> None:
    """Skipping deletes nothing: the publication stays, and is nobody's."""
    status = derive(row(None, skip=Skip.DECLARED, reason="skip: true"), [], [publication()])

    assert status.publications[0].status is PublicationName.UNMANAGED


def test_a_file_that_still_changes_waits_for_its_source() -> None:
    """A settling file is INITIALIZED and tells when it is looked at again."""
    settling = row(None, revision="", settled_at=LATER, reason="the file changed 12 s ago")

    status = derive(settling, [], [])

    assert status.status is StatusName.INITIALIZED
    assert status.hold == Hold("source", "the file changed 12 s ago", LATER)


def test_a_recording_that_is_gone_before_its_download_waits_for_its_source() -> None:
    """Without its bytes here or there, nothing can be done for a recording."""
    gone = derive(row(listed=False), [], [])
    kept = derive(row(listed=False), done(DOWNLOAD), [])

    assert gone.hold == Hold("source", "its source no longer lists it")
    assert kept.hold is None


def test_a_stage_that_failed_for_good_fails_the_recording() -> None:
    """The failed stage and its reason are named, whatever else is under way."""
    broken = fact(TOPICS, "failed", permanent=True, reason="no words to outline")
    others = [*done(DOWNLOAD, TRIM, TRANSCRIBE), fact(SUBTITLES, "running")]

    status = derive(row(), [*others, broken], [])

    assert (status.status, status.failed_stage) == (StatusName.FAILED, TOPICS)
    assert (status.reason, status.since) == ("no words to outline", LATER)


def test_a_failure_that_may_pass_holds_the_recording() -> None:
    """What the next run tries again is no FAILED: the last status stays, with a hold."""
    full = fact(TRIM, "failed", reason="No space left on device")

    status = derive(row(), [*done(DOWNLOAD), full], [])

    assert status.status is StatusName.DOWNLOADED
    assert status.failed_stage is None
    assert status.hold == Hold("retry", "trim: No space left on device")


def test_one_failed_publication_of_two_fails_the_recording() -> None:
    """The other publication goes on and keeps its own state."""
    wanted = replace(LECTURE, publications={"site": DIGESTS, "archive": DIGESTS})
    refused = publication("failed", preset="archive", permanent=True, reason="read-only folder")

    status = derive(row(wanted), done(*FILE_STAGES), [publication(), refused])

    assert (status.status, status.failed_stage) == (StatusName.FAILED, Stage.PUBLISH)
    assert status.reason == "archive: read-only folder"
    assert [state.status for state in status.publications] == ["failed", "published"]


def test_a_publication_that_may_pass_is_held() -> None:
    """A passing trouble of a platform leaves TRANSCRIBED with a hold."""
    status = derive(row(), done(*FILE_STAGES), [publication("failed", reason="folder is full")])

    assert status.status is StatusName.TRANSCRIBED
    assert status.hold == Hold("retry", "site: folder is full")
    assert status.publications[0].status is PublicationName.HELD


def test_what_is_put_off_holds_the_recording_until_then() -> None:
    """A provider that named a time is asked again then, and nobody has to do anything."""
    limited = fact(DOWNLOAD, "failed", reason="the daily limit is used up", until=LATER)
    full = publication("failed", reason="100 uploads today", until=LATER)

    early = derive(row(), [limited], [])
    late = derive(row(), done(*FILE_STAGES), [full])

    assert (StatusName.INITIALIZED, None) == (early.status, early.failed_stage)
    assert Hold("deferred", "download: the daily limit is used up", LATER) == early.hold
    assert Hold("deferred", "site: 100 uploads today", LATER) == late.hold
    assert LATER == late.publications[0].until


def test_a_person_is_told_before_all_else_what_to_do() -> None:
    """What passes by itself can be read later."""
    busy = fact(TOPICS, "failed", reason="busy", until=LATER)
    revoked = publication("failed", reason="access was revoked; log in again", needs_person=True)

    status = derive(row(), [*done(DOWNLOAD, TRIM, TRANSCRIBE, SUBTITLES), busy], [revoked])

    assert Hold("person", "site: access was revoked; log in again") == status.hold
    assert status.publications[0].needs_person


GATED = replace(LECTURE, held={"site": "0 words a minute"})


def test_a_gate_holds_what_is_ready_to_be_published() -> None:
    """All its files are there; somebody has to look at them."""
    status = derive(row(GATED), done(*FILE_STAGES), [])

    assert (status.status, status.hold) == (
        StatusName.TRANSCRIBED,
        Hold("gate", "0 words a minute"),
    )
    assert status.hold is not None
    assert status.hold.needs_person
    (state,) = status.publications
    assert (state.status, state.reason, state.needs_person) == (
        PublicationName.HELD,
        "0 words a minute",
        True,
    )


def test_a_gate_keeps_the_address_of_what_is_published_already() -> None:
    """It holds what would take the place of the published media, and takes nothing down."""
    older = publication(applied={"media": "m0", "captions": "c0"})
    status = derive(row(GATED), done(*FILE_STAGES), [older])

    assert (status.hold and status.hold.kind) == "gate"
    assert [(each.status, each.url) for each in status.publications] == [
        (PublicationName.HELD, older.url)
    ]


def test_a_gate_is_no_news_about_what_is_published_as_it_shall_be() -> None:
    """Where nothing is to be published, nothing is held."""
    status = derive(row(GATED), done(*FILE_STAGES), [publication()])

    assert (status.status, status.hold) == (StatusName.UPLOADED, None)


def test_a_gate_is_told_before_what_the_next_run_tries_again() -> None:
    """It is a person's case."""
    stages = [*done(DOWNLOAD, TRIM), fact(TRANSCRIBE, "failed", reason="the disk is full")]
    status = derive(row(GATED), stages, [])

    assert (status.hold and status.hold.kind) == "gate"


def test_only_wanted_keys_count() -> None:
    """What was done, runs or failed under an older key is history."""
    older = [
        fact(DOWNLOAD),
        fact(TRIM, key="older", state="failed", permanent=True),
        fact(TRANSCRIBE, key="older", state="running"),
    ]

    assert derive(row(), older, []).status is StatusName.DOWNLOADED


def test_a_published_lecture_under_refresh_shows_how_far_the_refresh_is() -> None:
    """The publication stays visible as outdated, with its URL, until it is complete again."""
    old = publication(applied={"media": "m1", "captions": "c0"})

    status = derive(row(), done(DOWNLOAD, TRIM, TRANSCRIBE, TOPICS), [old])

    assert (
        status.status,
        status.reason,
    ) == (StatusName.PROCESSED, "to do: subtitles, publish to site")
    assert (PublicationName.OUTDATED, old.url) == (
        status.publications[0].status,
        status.publications[0].url,
    )


def test_a_pipeline_that_ends_in_files_is_complete_with_them() -> None:
    """Without a publication, TRANSCRIBED is the end, and PROCESSED that of a shorter pipeline."""
    words = derive(row(FILES_ONLY), done(*FILE_STAGES), [])
    shorter = Wanted("archive", {stage: KEYS[stage] for stage in (DOWNLOAD, TRIM)})
    media = derive(row(shorter), done(DOWNLOAD, TRIM), [])

    assert (
        words.status,
        words.reason,
        words.complete,
    ) == (StatusName.TRANSCRIBED, "complete", True)
    assert (media.status, media.reason, media.complete) == (StatusName.PROCESSED, "complete", True)


def test_retention_that_takes_a_last_result_expires_the_recording() -> None:
    """EXPIRED tells what is gone and what was kept; inputs alone may go unnoticed."""
    rest = done(TRANSCRIBE, TOPICS)
    gone = [fact(stage, "evicted") for stage in (DOWNLOAD, TRIM, SUBTITLES)]
    without_inputs = [fact(DOWNLOAD, "evicted"), *done(TRIM, TRANSCRIBE, TOPICS, SUBTITLES)]

    expired = derive(row(FILES_ONLY), [*gone, *rest], [])

    assert expired.status is StatusName.EXPIRED
    assert (
        expired.reason
        == "removed by retention: download, trim, subtitles; kept: transcribe, topics"
    )
    assert derive(row(FILES_ONLY), without_inputs, []).status is StatusName.TRANSCRIBED


def test_a_published_lecture_outlives_its_files() -> None:
    """What people can watch is UPLOADED, even when retention took every file."""
    evicted = [fact(stage, "evicted") for stage in FILE_STAGES]

    assert derive(row(), evicted, [publication()]).status is StatusName.UPLOADED


def test_a_removed_preset_leaves_an_unmanaged_publication() -> None:
    """A publication that nothing declares any more is shown and counts for nothing."""
    old = publication("unmanaged", preset="former", applied=DIGESTS)

    status = derive(row(), done(*FILE_STAGES), [publication(), old])

    assert status.status is StatusName.UPLOADED
    assert [state.status for state in status.publications] == ["unmanaged", "published"]


@pytest.mark.parametrize(
    "wanted, expected",
    [(None, "withdrawn"), (Wanted("lecture", KEYS, {"site": DIGESTS}), "pending")],
)
def test_a_withdrawn_publication_is_gone_until_it_is_wanted_again(wanted, expected) -> None:
    """What was taken down by an override is neither unmanaged nor outdated."""
    skip = Skip.DECLARED if wanted is None else None
    gone = publication("withdrawn", applied={})

    status = derive(row(wanted, skip=skip, reason="withdrawn: asked for"), [], [gone])

    assert [state.status for state in status.publications] == [expected]


# ── for every combination ──────────────────────────────────────────────────

TIMES = st.datetimes(timezones=st.just(UTC))
SOME_DIGESTS = st.sampled_from([{}, DIGESTS, {"media": "m2"}])
PRESETS = st.sampled_from(["site", "archive", "former"])
STAGE_FACTS = st.builds(
    StageFact,
    stage=st.sampled_from(Stage),
    key=st.sampled_from(["", "older", *KEYS.values()]),
    state=st.sampled_from(["running", "done", "evicted", "failed"]),
    since=TIMES,
    reason=st.text(max_size=5),
    permanent=st.booleans(),
    until=st.none() | TIMES,
    needs_person=st.booleans(),
)
PUBLICATION_FACTS = st.builds(
    PublicationFact,
    preset=PRESETS,
    platform=st.just("site"),
    state=st.sampled_from(["intended", "applied", "failed", "unmanaged", "withdrawn"]),
    since=TIMES,
    applied=SOME_DIGESTS,
    wanted=SOME_DIGESTS,
    reason=st.text(max_size=5),
    permanent=st.booleans(),
    until=st.none() | TIMES,
    needs_person=st.booleans(),
)
WANTED = st.none() | st.builds(
    Wanted,
    pipeline=st.just("lecture"),
    stages=st.sets(st.sampled_from(FILE_STAGES)).map(lambda some: {s: KEYS[s] for s in some}),
    publications=st.dictionaries(PRESETS, SOME_DIGESTS),
)
ROWS = st.builds(
    row,
    WANTED,
    skip=st.none() | st.sampled_from(Skip),
    reason=st.text(max_size=5),
    revision=st.sampled_from(["", "ab" * 32]),
    settled_at=st.none() | TIMES,
    listed=st.booleans(),
    since=TIMES,
)


@given(ROWS, st.lists(STAGE_FACTS), st.lists(PUBLICATION_FACTS))
def test_every_combination_has_a_status_with_a_reason(
    some: RecordingRow, stages: list[StageFact], publications: list[PublicationFact]
) -> None:
    """Deriving never raises; a stage is named exactly when the status is FAILED."""
    status = derive(some, stages, publications)

    assert status.reason
    assert (status.status is StatusName.FAILED) == (status.failed_stage is not None)
    assert {state.preset for state in status.publications} == (
        {known.preset for known in publications}
        | set(some.wanted.publications if some.wanted else ())
    )


@given(st.sets(st.sampled_from(FILE_STAGES)), st.sampled_from(FILE_STAGES))
def test_doing_one_stage_more_never_lowers_the_status(some: set[Stage], more: Stage) -> None:
    """Statuses only rise while nothing but work happens."""
    order = list(StatusName)

    before = derive(row(), done(*some), []).status
    after = derive(row(), done(*some, more), []).status

    assert order.index(before) <= order.index(after)
