"""How an import reads: on a terminal of 80 columns, and as JSON data."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from leap.domain.importing import Doubt, Found, Match, Matches
from leap.domain.ports import Placed, Video
from leap.domain.snapshot import RecordingRow
from leap.render.importing import json_data, text

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ROW = RecordingRow(
    id="2026-11-20-0a1b2c3d4e5f", source="zoom", source_kind="zoom", account="zoom",
    external_id="a", locator="a", revision="r1", title="ML, lecture 3", started_at=NOON,
    size=1000, duration=3600.0, template="lectures", skip=None, reason="", settled_at=None,
    listed=True, wanted=None, since=NOON,
)  # fmt: skip
VIDEO = Video(Placed("v1", "https://youtu.be/v1"), "ML, lecture 3", NOON, 3500.0, "public")
OTHER = replace(VIDEO, placed=Placed("v2", "https://youtu.be/v2"), title="A \x1b[31mbirthday")
FOUND = Found(
    *("acme", "tube", "youtube"),
    Matches(
        (Match(ROW, VIDEO, "title, date and length"),),
        (Doubt((replace(ROW, id="2026-11-21-00000000000a"),), (VIDEO, OTHER)),),
        (OTHER,),
        (replace(ROW, id="2026-11-27-00000000000b", title="ML, lecture 4"),),
    ),
    seen={},
    known=2,
    problems=("acme/zoom: not listed",),
)


def test_what_was_found_at_80_columns():
    """What would be taken over, what is not certain, and what is left alone."""
    assert """\
acme · tube                                                              1 video
  2026-11-20-0a1b2c3d4e5f  ML, lecture 3
      “ML, lecture 3”, by title, date and length
      https://youtu.be/v1

Not certain; nothing is guessed:
  2026-11-21-00000000000a ML, lecture 3
      → 2026-11-20 ML, lecture 3 https://youtu.be/v1
      → 2026-11-20 A �[31mbirthday https://youtu.be/v2
  Tell them apart there by titles or dates and run this again, or write `skip:
  true` into overrides: else `leap reconcile` publishes these recordings anew.

No recording fits these videos; they are left alone:
  2026-11-20 A �[31mbirthday https://youtu.be/v2

Not on the channel; they are published as usual:
  2026-11-27-00000000000b ML, lecture 4

Problems:
  acme/zoom: not listed

1 video to take over. 2 videos were known. Nothing was changed. Apply with: leap
import youtube tube --tenant acme --apply""" == text(FOUND, None)


def test_what_was_taken_over():
    """And what comes next."""
    said = text(FOUND, FOUND.matches.certain).splitlines()[-1]

    assert "1 video taken over. 2 videos were known. Next: leap plan" == said


def test_an_empty_channel_has_nothing():
    """One line says so."""
    empty = replace(FOUND, matches=Matches((), (), (), ()), known=0, problems=())

    assert "Nothing to take over." == text(empty, None)


def test_programs_get_the_same():
    """``applied`` tells whether anything was written down."""
    found = json_data(FOUND, None)

    assert (False, 1, 1, 1, 2) == (
        found["applied"],
        *(len(found[name]) for name in ("certain", "doubtful", "other_videos")),
        found["known"],
    )
    assert json_data(FOUND, ())["applied"]
