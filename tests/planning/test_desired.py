"""What shall be of a recording: its template, its keys, its publications, or why nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from leap.config import Declaration, load
from leap.domain.recording import Listing, Observed
from leap.domain.snapshot import Actual, PublicationFact, RecordingRow, Skip
from leap.domain.stage import FILE_STAGES, Stage
from leap.planning.desired import Desired, desire

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)

FILES = {
    "leap.yaml": "folders: [recordings]\n",
    "pipelines/lecture.yaml": (
        "stages: [download, trim, transcribe, topics, subtitles, publish]\n"
    ),
    "tenants/uni/tenant.yaml": "title: Uni\n",
    "tenants/uni/sources/folder.yaml": "kind: folder\npath: recordings\n",
    "tenants/uni/presets/site.yaml": "platform: site\n",
    "tenants/uni/templates/algebra.yaml": (
        "match: {keywords: [algebra]}\npipeline: lecture\npublish: {site: }\n"
    ),
}

LECTURE = Observed(
    source="folder",
    source_kind="folder",
    account="folder",
    external_id="algebra.mp4",
    locator="algebra.mp4",
    revision="ab" * 32,
    title="Algebra 1",
    started_at=NOON,
    size=100_000_000,
    duration=3600.0,
)


@pytest.fixture
def declare(tmp_path: Path) -> Callable[..., Declaration]:
    """Give a function that writes the repository, with some files in place of its own."""

    def write(**changed: str) -> Declaration:
        names = {name.rpartition("/")[2].removesuffix(".yaml"): name for name in FILES}
        files = FILES | {
            names.get(key, f"tenants/uni/{key}"): text for key, text in changed.items()
        }
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return load(tmp_path)

    return write


def wish(
    declaration: Declaration, seen: Observed = LECTURE, actual: Actual | None = None
) -> Desired:
    listing = Listing("folder", (seen,))
    (desired,) = desire(declaration, "uni", [listing], actual or Actual("uni"), NOON)
    return desired


def keys(desired: Desired) -> dict[Stage, str]:
    assert desired.row.wanted is not None
    return dict(desired.row.wanted.stages)


def known(row: RecordingRow, *publications: PublicationFact) -> Actual:
    return Actual("uni", {row.id: row}, publications={row.id: publications})


def test_a_matching_recording_is_wanted_whole(declare: Callable[..., Declaration]) -> None:
    desired = wish(declare())

    assert desired.row.template == "algebra"
    assert list(FILE_STAGES) == list(keys(desired))
    assert desired.row.wanted is not None
    assert set(desired.row.wanted.publications["site"]) == {
        "media",
        "metadata",
        "options",
        "transcript",
        "captions",
    }


@pytest.mark.parametrize(
    "section, changed",
    [
        ("trim: {padding: 2 s}", {"trim", "transcribe", "topics", "subtitles"}),
        ("transcribe: {beam: 1}", {"transcribe", "topics", "subtitles"}),
        ("topics: {granularity: short}", {"topics"}),
        ("subtitles: {lines: 1}", {"subtitles"}),
        ("download: {link: copy}", set()),
        ("metadata: {title: 'A {{ display_name }}'}", set()),
    ],
)
def test_a_setting_changes_the_keys_of_its_stage_and_of_those_after_it(
    declare: Callable[..., Declaration], section: str, changed: set[str]
) -> None:
    before = keys(wish(declare()))
    after = keys(wish(declare(tenant=f"title: Uni\ndefaults:\n  {section}\n")))

    assert {stage.value for stage in before if before[stage] != after[stage]} == changed


def test_new_bytes_change_every_key_and_a_touched_title_only_the_metadata(
    declare: Callable[..., Declaration],
) -> None:
    declaration = declare()
    before = wish(declaration)
    bytes_changed = wish(declaration, replace(LECTURE, revision="cd" * 32))
    title_changed = wish(declaration, replace(LECTURE, title="Algebra I"))

    assert not set(keys(before).items()) & set(keys(bytes_changed).items())
    assert keys(before) == keys(title_changed)
    assert before.row.wanted is not None
    assert title_changed.row.wanted is not None
    old, new = before.row.wanted.publications["site"], title_changed.row.wanted.publications["site"]
    assert {part for part in old if old[part] != new[part]} == {"metadata"}


def test_a_raised_generation_has_everything_made_anew(
    declare: Callable[..., Declaration],
) -> None:
    before = wish(declare())
    override = f"for: {{recording: {before.row.id}}}\ngeneration: 1\n"
    after = wish(declare(**{"overrides/algebra-1.yaml": override}))

    assert not set(keys(before).items()) & set(keys(after).items())


def test_an_override_skips_with_its_reason(declare: Callable[..., Declaration]) -> None:
    row = wish(declare()).row
    override = f"for: {{recording: {row.id}}}\nskip: true\nreason: the lecturer asked\n"
    skipped = wish(declare(**{"overrides/algebra-1.yaml": override})).row

    assert (skipped.skip, skipped.reason) == (Skip.DECLARED, "the lecturer asked")


def test_an_override_withdraws_from_every_preset(declare: Callable[..., Declaration]) -> None:
    row = wish(declare()).row
    override = f"for: {{recording: {row.id}}}\nwithdraw: true\nreason: the guest asked\n"
    withdrawn = wish(declare(**{"overrides/algebra-1.yaml": override}))

    assert (withdrawn.row.skip, withdrawn.row.reason) == (
        Skip.DECLARED,
        "withdrawn: the guest asked",
    )
    assert withdrawn.row.wanted is None
    assert withdrawn.withdraw == {
        "site": "withdrawn by tenants/uni/overrides/algebra-1.yaml: the guest asked"
    }


@pytest.mark.parametrize(
    "change, skip, reason",
    [
        ({"title": "Botany"}, Skip.NO_TEMPLATE, "no template matches"),
        ({"duration": 600.0}, Skip.BLANK, "blank: 10.0 min is shorter than 20.0 min"),
        ({"size": 1_000_000}, Skip.BLANK, "blank: 1.0 MB is smaller than 25.0 MB"),
        (
            {"size": 60_000_000_000},
            Skip.TOO_LARGE,
            "too large: 60.0 GB is more than 50.0 GB (download.max_size)",
        ),
    ],
)
def test_what_is_no_lecture_is_skipped_with_numbers(
    declare: Callable[..., Declaration], change: dict[str, object], skip: Skip, reason: str
) -> None:
    row = wish(declare(), replace(LECTURE, **change)).row  # type: ignore[arg-type]

    assert (row.skip, row.reason, row.wanted) == (skip, reason, None)


def test_an_unreadable_length_is_not_taken_for_a_short_one(
    declare: Callable[..., Declaration],
) -> None:
    """A broken video shall fail at download and say why, not vanish as blank."""
    assert wish(declare(), replace(LECTURE, duration=None)).row.skip is None


def test_a_file_that_is_still_written_to_waits(declare: Callable[..., Declaration]) -> None:
    settles = NOON + timedelta(seconds=60)
    writing = replace(LECTURE, revision="", settled_at=settles)
    new = wish(declare(), writing)

    assert (new.row.skip, new.row.wanted, new.row.settled_at) == (None, None, settles)
    row = wish(declare()).row
    assert wish(declare(), writing, known(row)).row is row


def test_a_published_recording_keeps_its_template(declare: Callable[..., Declaration]) -> None:
    row = wish(declare()).row
    new = "priority: 5\nmatch: {keywords: [algebra]}\npipeline: lecture\n"
    declaration = declare(**{"templates/better.yaml": new})
    published = PublicationFact("site", "site", "applied", NOON, external_id="algebra-1")

    assert wish(declaration, LECTURE, known(row)).row.template == "better"
    assert wish(declaration, LECTURE, known(row, published)).row.template == "algebra"


def test_nothing_new_leaves_the_row_as_it_is(declare: Callable[..., Declaration]) -> None:
    row = wish(declare()).row
    later = NOON + timedelta(days=1)
    (again,) = desire(declare(), "uni", [Listing("folder", (LECTURE,))], known(row), later)

    assert again.row == row


def test_a_recording_whose_file_is_gone_still_follows_its_template(
    declare: Callable[..., Declaration],
) -> None:
    row = wish(declare()).row
    declaration = declare(tenant="title: Uni\ndefaults:\n  subtitles: {lines: 1}\n")
    (gone,) = desire(declaration, "uni", [Listing("folder", ())], known(row), NOON)

    assert not gone.row.listed
    before = wish(declare(tenant="title: Uni\n"))
    assert {s.value for s in keys(gone) if keys(gone)[s] != keys(before)[s]} == {"subtitles"}


def test_of_what_its_source_could_not_tell_the_settings_still_hold(declare) -> None:
    """It is worked on as far as it is there; whether it is skipped is decided another time."""
    row = wish(declare()).row
    broken = [Listing("folder", (), complete=False)]
    edited = declare(
        algebra=(
            "match: {keywords: [geometry]}\npipeline: lecture\npublish: {site: }\n"
            "subtitles: {line_length: 32}\n"
        )
    )

    (unseen,) = desire(edited, "uni", broken, known(row), NOON + timedelta(days=1))
    skipped = replace(row, skip=Skip.BLANK, reason="too short", wanted=None)

    assert unseen.is_unseen
    assert ("algebra", True, row.since) == (
        unseen.row.template,
        unseen.row.listed,
        unseen.row.since,
    )
    assert keys(unseen)[Stage.TRIM] == row.wanted.stages[Stage.TRIM]
    assert keys(unseen)[Stage.SUBTITLES] != row.wanted.stages[Stage.SUBTITLES]
    assert () == desire(edited, "uni", broken, known(skipped), NOON)
