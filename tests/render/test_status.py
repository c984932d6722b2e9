"""Where every recording stands: a table that fits, and the agreed JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import jsonschema
import pytest
from rich.cells import cell_len

from leap.domain.publication import PublicationName, PublicationState
from leap.domain.snapshot import RecordingRow
from leap.domain.stage import Stage
from leap.domain.status import Hold, Status, StatusName
from leap.render import status as render
from leap.render.status import Standing
from leap.render.terminal import coloured

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOW = NOON + timedelta(hours=2)
URL = "https://lectures.example/gradient-descent/"
PUBLISHED = PublicationState("site", "site", PublicationName.PUBLISHED, URL, "gd", since=NOON)


def standing(identity: str, title: str, status: Status, **changes: object) -> Standing:
    row = RecordingRow(
        id=identity, source="lectures", source_kind="folder", account="", external_id="gd.mp4",
        locator="gd.mp4", revision="r", title=title, started_at=NOON, size=1, duration=60.0,
        template="ml", skip=None, reason="", settled_at=None, listed=True, wanted=None, since=NOON,
    )  # fmt: skip
    return Standing("demo", replace(row, **changes), status)  # type: ignore[arg-type]


DONE = standing(
    "2026-11-20-1a2b3c4d5e6f",
    "Gradient descent",
    Status(
        StatusName.UPLOADED, "published to site", NOON, publications=(PUBLISHED,), complete=True
    ),
)
BROKEN = standing(
    "2026-11-13-0f9e8d7c6b5a",
    "Сломанная 💥",
    Status(StatusName.FAILED, "the file is truncated", NOON, Stage.TRIM),
)
HELD = standing(
    "2026-11-14-00000000000a",
    "Linear models",
    Status(
        StatusName.INITIALIZED,
        "to do: download",
        NOON,
        hold=Hold("source", "the file changed 12 s ago", NOON),
        publications=(PublicationState("site", None, PublicationName.PENDING),),
    ),
)


def text(standings: Sequence[Standing], **options: object) -> str:
    """Return the table of ``standings`` that are all there are."""
    counts: dict[str, Counter[StatusName]] = {}
    for each in standings:
        counts.setdefault(each.tenant, Counter())[each.status.status] += 1
    return render.text(standings, counts, now=NOW, **options)  # type: ignore[arg-type]


def test_the_table_at_80_columns() -> None:
    """Newest first; a page by its address, everything else with its reason."""
    assert (
        text([BROKEN, DONE, HELD], width=80)
        == """\
demo                                                                3 recordings
  2026-11-20-1a2b3c4d5e6f  UPLOADED     Gradient descent  2 h ago
      https://lectures.example/gradient-descent/
  2026-11-14-00000000000a  INITIALIZED  Linear models     2 h ago
      to do: download; held (source): the file changed 12 s ago; looked at again
      from 2026-11-20 12:00 UTC
  2026-11-13-0f9e8d7c6b5a  FAILED       Сломанная 💥      2 h ago
      trim: the file is truncated

3 recordings: 1 INITIALIZED, 1 UPLOADED, 1 FAILED.
Once a cause is gone, try again with: leap retry ID"""
    )


def test_a_narrow_table_gives_the_title_room() -> None:
    """At 60 columns the age stands below."""
    assert (
        text([BROKEN, DONE], width=60)
        == """\
demo                                            2 recordings
  2026-11-20-1a2b3c4d5e6f  UPLOADED  Gradient descent
      2 h ago
      https://lectures.example/gradient-descent/
  2026-11-13-0f9e8d7c6b5a  FAILED    Сломанная 💥
      trim: the file is truncated, 2 h ago

2 recordings: 1 UPLOADED, 1 FAILED.
Once a cause is gone, try again with: leap retry ID"""
    )


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize(
    "title",
    ["x" * 10_000, "漢字" * 5000, "👩‍🏫🎓" * 3000, "Ёлка " * 2000, "", "a\n\x1b[31mb\u202ec"],
)
def test_whatever_a_title_is_made_of_the_columns_stand(title: str, width: int) -> None:
    """Wide, long, empty and hostile titles are cut to cells, not to characters."""
    lines = text(
        [replace(DONE, row=replace(DONE.row, title=title)), BROKEN], width=width
    ).splitlines()

    rows = [line for line in lines if line.startswith("  2026")]
    assert all(cell_len(line) <= width for line in rows)
    if width >= 80:
        assert len({cell_len(line.rpartition("2 h ago")[0]) for line in rows}) == 1
    assert "\x1b" not in "".join(lines)
    assert "\u202e" not in "".join(lines)


def test_a_page_that_is_not_as_wanted_says_so() -> None:
    """An address alone would look like success."""
    outdated = replace(PUBLISHED, status=PublicationName.OUTDATED)
    refreshing = replace(
        DONE,
        status=Status(StatusName.TRANSCRIBED, "to do: publish", NOON, publications=(outdated,)),
    )

    assert text([refreshing]).splitlines()[2:4] == [
        "      to do: publish",
        f"      site (outdated): {URL}",
    ]


def test_what_waits_says_until_when_or_what_a_person_has_to_do() -> None:
    """Red is for a person; what goes on by itself is yellow."""
    limit = Hold("deferred", "download: zoom-main has used up Zoom's daily limit", NOON)
    login = Hold("person", "download: Zoom takes the token no more; `leap auth login zoom-main`")
    deferred, person = (
        replace(HELD, status=replace(HELD.status, hold=hold)) for hold in (limit, login)
    )

    shown = text([deferred, person]).splitlines()

    assert shown[2:4] == [
        "      to do: download; held (deferred until 2026-11-20 12:00 UTC): download:",
        "      zoom-main has used up Zoom's daily limit",
    ]
    assert shown[5:7] == [
        "      to do: download; held (needs a person): download: Zoom takes the token no",
        "      more; `leap auth login zoom-main`",
    ]
    assert shown[-1] == "Held: 1 needs a person, 1 deferred, the first until 2026-11-20 12:00 UTC."
    painted = text([deferred, person], paint=coloured)
    assert "\x1b[33mINITIALIZED\x1b[0m" in painted
    assert "\x1b[31mINITIALIZED\x1b[0m" in painted


def test_the_newest_are_shown_and_older_ones_that_need_somebody() -> None:
    """The rest is counted, with the command that shows it."""
    many = [
        replace(DONE, row=replace(DONE.row, id=f"2026-10-{day:02}-1a2b3c4d5e6f"))
        for day in range(1, 31)
    ]
    old = replace(BROKEN, row=replace(BROKEN.row, id="2025-01-01-1a2b3c4d5e6f"))

    lines = text([*many, old], last=2).splitlines()

    assert [line.split()[0] for line in lines if line.startswith("  2")] == [
        "2026-10-30-1a2b3c4d5e6f",
        "2026-10-29-1a2b3c4d5e6f",
        "2025-01-01-1a2b3c4d5e6f",
    ]
    assert "  … and 28 more: leap status --all" in lines
    assert lines[-2] == "31 recordings: 30 UPLOADED, 1 FAILED."


def test_recordings_that_were_only_counted_are_in_the_counts() -> None:
    """A large tenant's settled recordings are not even read."""
    counts = {"demo": Counter({StatusName.UPLOADED: 12_345, StatusName.SKIPPED: 2})}

    lines = render.text([DONE], counts, now=NOW, last=1).splitlines()

    assert lines[0] == f"{'demo':<63}12,347 recordings"
    assert lines[3:] == [
        "  … and 12,346 more: leap status --all",
        "",
        "12,347 recordings: 12,345 UPLOADED, 2 SKIPPED.",
    ]


def test_one_block_per_tenant() -> None:
    """Tenants stand in order of name, and their columns in line."""
    other = Standing("acme", DONE.row, DONE.status)

    heads = [line for line in text([DONE, other]).splitlines() if line[:1].isalpha()]

    assert [head.split()[0] for head in heads] == ["acme", "demo"]


def test_an_empty_ledger_names_the_next_command() -> None:
    """Nothing is no empty screen."""
    assert (
        render.text([], {"demo": Counter()}, now=NOW)
        == "No recordings yet. See what there is with: leap plan"
    )


def test_what_is_well_is_green_and_what_waits_yellow() -> None:
    """Colours say at a glance what needs a person."""
    painted = text([DONE, BROKEN, HELD], paint=coloured)

    assert "\x1b[32mUPLOADED   \x1b[0m" in painted
    assert "\x1b[31mFAILED     \x1b[0m" in painted
    assert "\x1b[33mINITIALIZED\x1b[0m" in painted


NULLABLE = {"type": ["string", "null"]}
RECORDING_SCHEMA = {
    "type": "object",
    "required": [
        "tenant", "recording", "source", "external_id", "title", "template", "status", "reason",
        "since", "failed_stage", "hold", "publications",
    ],
    "properties": {
        "recording": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}-[0-9a-f]{12}$"},
        "template": NULLABLE,
        "status": {"enum": [name.value for name in StatusName]},
        "since": {"type": "string", "format": "date-time"},
        "failed_stage": {"enum": [None, *(stage.value for stage in Stage)]},
        "hold": {
            "type": ["object", "null"],
            "required": ["kind", "reason", "until"],
            "properties": {"until": NULLABLE},
        },
        "publications": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["preset", "platform", "status", "url", "external_id"],
                "properties": {
                    "platform": NULLABLE,
                    "status": {"enum": [name.value for name in PublicationName]},
                    "url": NULLABLE,
                    "external_id": NULLABLE,
                },
            },
        },
    },
}  # fmt: skip
SCHEMA = {
    "type": "object",
    "required": ["recordings"],
    "properties": {"recordings": {"type": "array", "items": RECORDING_SCHEMA}},
}


def test_the_json_is_as_agreed() -> None:
    """What other programs rely on stays as it is; more fields may come."""
    document = render.json_data([DONE, BROKEN, HELD])

    jsonschema.validate(document, SCHEMA)
    assert document["recordings"][2] == {
        "tenant": "demo",
        "recording": "2026-11-14-00000000000a",
        "source": "lectures",
        "external_id": "gd.mp4",
        "title": "Linear models",
        "template": "ml",
        "status": "INITIALIZED",
        "complete": False,
        "reason": "to do: download",
        "since": "2026-11-20T12:00:00+00:00",
        "failed_stage": None,
        "hold": {
            "kind": "source",
            "reason": "the file changed 12 s ago",
            "until": "2026-11-20T12:00:00+00:00",
        },
        "publications": [
            {
                "preset": "site",
                "platform": None,
                "status": "pending",
                "url": None,
                "external_id": None,
                "reason": "",
                "since": None,
                "until": None,
                "needs_person": False,
            }
        ],
    }
