"""Where every recording stands: a table that fits, and the agreed JSON."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import jsonschema

from leap.domain.publication import PublicationName, PublicationState
from leap.domain.snapshot import RecordingRow
from leap.domain.stage import Stage
from leap.domain.status import Hold, Status, StatusName
from leap.render import status as render
from leap.render.status import Standing
from leap.render.terminal import coloured

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
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


def test_the_table_at_80_columns() -> None:
    """Newest first; below each recording why it is there, since when, and its URLs."""
    assert (
        render.text([BROKEN, DONE, HELD], width=80)
        == """\
demo                                                                3 recordings
  2026-11-20-1a2b3c4d5e6f  UPLOADED     Gradient descent
      published to site, since 2026-11-20 12:00 UTC
      site: https://lectures.example/gradient-descent/
  2026-11-14-00000000000a  INITIALIZED  Linear models
      to do: download; held (source): the file changed 12 s ago until 2026-11-20
      12:00 UTC, since 2026-11-20 12:00 UTC
  2026-11-13-0f9e8d7c6b5a  FAILED       Сломанная 💥
      trim: the file is truncated, since 2026-11-20 12:00 UTC

3 recordings: 1 INITIALIZED, 1 UPLOADED, 1 FAILED."""
    )


def test_one_block_per_tenant() -> None:
    """Tenants stand in order of name, and their columns in line."""
    other = Standing("acme", DONE.row, DONE.status)

    heads = [line for line in render.text([DONE, other]).splitlines() if line[:1].isalpha()]

    assert [head.split()[0] for head in heads] == ["acme", "demo"]


def test_an_empty_ledger_names_the_next_command() -> None:
    """Nothing is no empty screen."""
    assert render.text([]) == "No recordings yet. See what there is with: leap plan"


def test_what_is_well_is_green_and_what_waits_yellow() -> None:
    """Colours say at a glance what needs a person."""
    text = render.text([DONE, BROKEN, HELD], paint=coloured)

    assert "\x1b[32mUPLOADED   \x1b[0m" in text
    assert "\x1b[31mFAILED     \x1b[0m" in text
    assert "\x1b[33mINITIALIZED\x1b[0m" in text


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
            }
        ],
    }
