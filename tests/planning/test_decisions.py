"""What waits for a person's decision about a publication, and what is left to people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from leap.config import PublicationSettings
from leap.domain.plan import Change
from leap.domain.snapshot import Actual, PublicationFact, RecordingRow, StageFact, Wanted
from leap.domain.stage import Stage
from leap.planning.decisions import kept
from leap.planning.desired import Desired
from leap.planning.diff import Difference, diff

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
KEYS = {Stage.DOWNLOAD: "d1", Stage.TRIM: "t1"}
PARTS = {"media": "t1", "metadata": "m1", "playlists": "p1", "privacy": "o1"}
VIDEO = {"new_media": "hold", "approval": "none"}
ROW = RecordingRow(
    id="2026-11-20-0a1b2c3d4e5f", source="zoom", source_kind="zoom", account="zoom",
    external_id="a", locator="a", revision="r1", title="Gradient descent", started_at=NOON,
    size=1000, duration=3600.0, template="lectures", skip=None, reason="", settled_at=None,
    listed=True, wanted=Wanted("lecture", KEYS, {"youtube": PARTS}), since=NOON,
)  # fmt: skip


def settings(preset: str = "youtube", **options: object) -> PublicationSettings:
    platform = "site" if preset == "site" else "youtube"
    found = {} if platform == "site" else VIDEO
    return PublicationSettings(preset, platform, "main", "", "", {**found, **options})


def fact(preset: str = "youtube", **changes: object) -> PublicationFact:
    platform = settings(preset).platform
    found = PublicationFact(preset, platform, "applied", NOON, "v1", "https://x", PARTS, PARTS)
    return replace(found, **changes)  # type: ignore[arg-type]


def compared(
    wanted: Mapping[str, Mapping[str, str]],
    publications: Mapping[str, PublicationSettings],
    facts: tuple[PublicationFact, ...] = (),
    *,
    trim: str = "t1",
    approved: bool = False,
    known: RecordingRow | None = ROW,
) -> Difference:
    keys = {**KEYS, Stage.TRIM: trim}
    each = Desired(
        replace(ROW, wanted=Wanted("lecture", keys, wanted)),
        known,
        {key: {} for key in KEYS},
        publications=publications,
        approved=approved,
    )
    made = tuple(StageFact(stage, key, "done", NOON) for stage, key in KEYS.items())
    actual = Actual("demo", {ROW.id: ROW}, {ROW.id: made}, {ROW.id: facts} if facts else {})
    return diff("demo", [each], actual, NOON)


def only(changes: tuple[Change, ...]) -> Change:
    (change,) = changes
    return change


# ── approvals ──────────────────────────────────────────────────────────────

REQUIRED = {"youtube": settings(approval="required")}
AWAITS = "awaits approval: write `approve: true` into an override for 0a1b2c3d4e5f"


def test_what_needs_an_approval_is_not_published_before_it_is_given():
    """It is held, newly; everything else of the recording is done."""
    found = compared({"youtube": PARTS, "site": PARTS}, {**REQUIRED, "site": settings("site")})

    (held,) = found.deferred
    assert ("youtube", "approval", AWAITS) == (held.preset, held.rule, held.reason)
    assert held.is_new
    assert ["site"] == [step.preset for step in only(found.changes).steps]


def test_a_hold_that_the_ledger_knows_is_not_new():
    """So only the first run that finds it exits with 4."""
    known = replace(ROW, wanted=Wanted("lecture", KEYS, {"youtube": PARTS}, {"youtube": AWAITS}))

    (held,) = compared({"youtube": PARTS}, REQUIRED, known=known).deferred

    assert not held.is_new


def test_an_override_gives_the_approval():
    """Then it is published like any other."""
    found = compared({"youtube": PARTS}, REQUIRED, approved=True)

    assert () == found.deferred
    assert ["youtube"] == [step.preset for step in only(found.changes).steps]


def test_what_is_published_needs_no_approval_any_more():
    """It stays, and follows edits."""
    found = compared({"youtube": {**PARTS, "metadata": "m2"}}, REQUIRED, (fact(),))

    assert () == found.deferred
    assert ("metadata",) == only(found.changes).steps[0].parts


def test_what_was_withdrawn_needs_an_approval_again():
    """Nothing of it is published any more."""
    found = compared({"youtube": PARTS}, REQUIRED, (fact(state="withdrawn", applied={}),))

    assert ["approval"] == [held.rule for held in found.deferred]


# ── changed media ──────────────────────────────────────────────────────────

NEW = {**PARTS, "media": "t2", "metadata": "m2"}


def test_a_video_that_would_have_to_be_exchanged_waits_with_all_that_it_needs():
    """Nothing is made for a video that nobody can take, and its texts do not run ahead of it."""
    found = compared({"youtube": NEW}, {"youtube": settings()}, (fact(),), trim="t2")

    change = only(found.changes)
    assert ("replace", True) == (change.action, change.waits)
    assert [Stage.TRIM, Stage.PUBLISH] == [step.stage for step in change.steps]
    (held,) = found.deferred
    assert ("media", True) == (held.rule, held.is_new)
    assert "{new_media: keep}" in held.reason


def test_a_site_goes_on_while_a_video_waits():
    """A page takes new media under its old address."""
    found = compared(
        {"youtube": NEW, "site": NEW},
        {"youtube": settings(), "site": settings("site")},
        (fact(), fact("site")),
        trim="t2",
    )

    change = only(found.changes)
    assert "refresh" == change.action
    assert [None, "site"] == [step.preset for step in change.steps]
    assert ["youtube"] == [held.preset for held in found.deferred]


def test_a_video_that_is_not_placed_yet_takes_any_media():
    """Nothing is there that would have to be exchanged."""
    cut_off = fact(state="intended", external_id=None, url=None, applied={})

    found = compared({"youtube": NEW}, {"youtube": settings()}, (cut_off,), trim="t2")

    assert () == found.deferred


def test_kept_media_stays_and_the_texts_follow():
    """What is there of the media is what is wanted of it."""
    wanted = kept(settings(new_media="keep"), fact(), NEW)

    assert {**NEW, "media": "t1"} == wanted


# ── what is left to people ─────────────────────────────────────────────────


#: Everything but the playlists.
MANAGED = ["title", "description", "tags", "thumbnail", "captions", "privacy", "settings"]


def test_an_unmanaged_part_stays_as_it_was_published():
    """Whatever is declared of it later."""
    edited = {**PARTS, "playlists": "p2", "privacy": "o2"}

    wanted = kept(settings(manage=MANAGED), fact(), edited)

    assert {**PARTS, "privacy": "o2"} == wanted


@pytest.mark.parametrize(
    "there",
    [None, fact(applied={"media": "t1"}), fact(state="withdrawn", applied={})],
    ids=["nothing", "not yet that part", "withdrawn"],
)
def test_an_unmanaged_part_is_published_once(there):
    """The first publication has everything that is declared."""
    assert kept(settings(manage=MANAGED), there, PARTS) == PARTS
