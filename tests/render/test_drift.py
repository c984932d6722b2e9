"""How drift reads: on a terminal of 80 columns, in Markdown, and as JSON data."""

from __future__ import annotations

from datetime import UTC, datetime

from leap.domain.drift import Drift, Edit
from leap.domain.plan import Plan
from leap.domain.snapshot import RecordingRow
from leap.render import drift
from leap.render.plan import json_data, text
from leap.render.plan_markdown import markdown

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ID = "2026-11-20-0a1b2c3d4e5f"
ROW = RecordingRow(
    id=ID, source="zoom", source_kind="zoom", account="zoom", external_id="a", locator="a",
    revision="r1", title="ML, lecture 3", started_at=NOON, size=1000, duration=3600.0,
    template="lectures", skip=None, reason="", settled_at=None, listed=True, wanted=None,
    since=NOON,
)  # fmt: skip
LONG = "In this lecture we meet gradient descent, its steps and its noise. "
EDITS = (
    Edit("metadata", "title", "ML, lecture 3", "ML 3 \x1b[31m!!", managed=True),
    Edit("metadata", "description", LONG * 2 + "The end.", LONG * 2 + "The start.", managed=False),
    Edit("metadata", "tags", ["ml", "lecture"], [], managed=True),
    Edit("metadata", "embeddable", given=True, found=False, managed=True),
    Edit("privacy", "privacy", "unlisted", "public", managed=True),
)
DRIFTS = (
    Drift("acme", ID, "tube", "youtube", "edited", edits=EDITS, url="https://x"),
    Drift("acme", ID, "vk", "vk", "missing", "VK does not have the video any more"),
    Drift("acme", "2026-11-13-00000000000a", "tube", "youtube", "back", "it stands again"),
)
PLAN = Plan((), rows={"acme": (ROW,)}, drifts=DRIFTS)


def test_drift_at_80_columns():
    """What LEAP gave, and what is there; of long texts where they begin to differ."""
    assert """\
Changed on platforms (what LEAP gave → what is there now):
  acme  2026-11-20-0a1b2c3d4e5f  ML, lecture 3
      tube title: “ML, lecture 3” → “ML 3 �[31m!!”
      tube description: “…noise. The end.” → “…noise. The start.” (left as it
      is: not in `manage`)
      tube tags: ml, lecture → nothing
      tube embeddable: yes → no
      tube privacy: “unlisted” → “public”
  acme  2026-11-20-0a1b2c3d4e5f  ML, lecture 3
      vk gone; needs a person: VK does not have the video any more
  acme  2026-11-13-00000000000a  (no title)
      tube stands again""" == "\n".join(drift.lines(PLAN, 80))


def test_nothing_is_said_without_drift():
    """Neither a title nor an empty section."""
    assert [] == drift.lines(Plan(()), 80)
    assert "platforms" not in text(Plan(()))
    assert "platforms" not in markdown(Plan(()))


def test_the_plan_has_it_in_every_format():
    """For people, for GitHub and for programs."""
    assert "tube privacy: “unlisted” → “public”" in text(PLAN)
    assert "tube privacy: “unlisted” → “public”" in markdown(PLAN)
    first, second, _ = json_data(PLAN)["drift"]
    assert ("edited", "missing") == (first["state"], second["state"])
    assert {
        "part": "metadata",
        "field": "description",
        "given": LONG * 2 + "The end.",
        "found": LONG * 2 + "The start.",
        "repaired": False,
    } == first["edits"][1]
