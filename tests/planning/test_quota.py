"""What publishing takes of the day that YouTube gives an app, and what goes first in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from leap.config import Declaration, load
from leap.config.operator import Operator
from leap.domain.demand import Demand
from leap.domain.plan import WITHDRAW, Change, Plan, Step
from leap.domain.quotas import AppDay
from leap.domain.snapshot import Actual, PublicationFact, RecordingRow, Wanted
from leap.domain.stage import Stage
from leap.planning.order import in_order, late_steps
from leap.planning.quota import buckets, is_refresh, needs, takings

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
EVERY = ("media", "metadata", "captions", "playlists", "privacy")
FILES = {
    "leap.yaml": "state: state\n",
    "pipelines/lecture.yaml": "stages: [download, trim, transcribe, subtitles, publish]\n",
    "tenants/acme/tenant.yaml": "title: Acme\n",
    "tenants/acme/sources/folder.yaml": "kind: folder\npath: tenants/acme/in\n",
    "tenants/acme/presets/yt.yaml": "platform: youtube\naccount: main\n",
    "tenants/acme/presets/vk.yaml": "platform: vk\naccount: vk-main\n",
    "tenants/acme/presets/site.yaml": "platform: site\n",
    "tenants/acme/templates/ml.yaml": (
        "match: {keywords: [ml]}\npipeline: lecture\npublish:\n  yt:\n  vk:\n  site:\n"
    ),
}

Declare = Callable[..., Declaration]


@pytest.fixture
def declare(tmp_path: Path) -> Declare:
    """Give a function that declares a tenant with a channel, after changes of files."""

    def declare(changes: Mapping[str, str] | None = None) -> Declaration:
        for name, text in {**FILES, **(changes or {})}.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        return load(tmp_path)

    return declare


def published(*parts: str, preset: str = "yt", video: str | None = "VID") -> PublicationFact:
    return PublicationFact(
        preset, "youtube", "applied", NOON, external_id=video, applied=dict.fromkeys(parts, "old")
    )


def taken(
    parts: Sequence[str], known: PublicationFact | None = None, **options: object
) -> dict[str, int]:
    return needs(Operator(), "youtube", options, parts, known)


def test_a_new_lecture_takes_one_upload_and_most_units_for_its_captions() -> None:
    """Ten looks while YouTube works; captions; looking for a playlist; opening it."""
    assert {"uploads": 1, "units": 10 + (50 + 400) + (1 + 1 + 50) + (1 + 50)} == taken(EVERY)


def test_each_playlist_and_a_picture_take_more() -> None:
    one, three = taken(EVERY), taken((*EVERY, "thumbnail"), playlist=["a", "b", "c"])

    assert 2 * 52 + 50 == three["units"] - one["units"]


def test_a_playlist_that_may_have_to_be_made_is_reserved_for() -> None:
    """It is made once, so that no plan reckons with it."""
    options = {"playlist": ["a", "b"], "create_playlist": True}

    reserved = needs(Operator(), "youtube", options, EVERY, None, at_most=True)

    assert 100 == reserved["units"] - taken(EVERY, **options)["units"]


def test_what_is_there_is_not_taken_again() -> None:
    """A video that is placed is not uploaded; captions that are there cost more to change."""
    known = published(*EVERY)

    assert {"units": 51} == taken(["metadata"], known)
    assert {"units": 50 + 450} == taken(["captions"], known)
    assert {"units": 50 + 400} == taken(["captions"], published("media"))
    assert {} == taken([], known)


def test_costs_are_what_the_operator_says() -> None:
    """They changed before."""
    operator = Operator.model_validate({"quotas": {"youtube": {"costs": {"captions.insert": 7}}}})

    assert {"units": 57} == needs(operator, "youtube", {}, ["captions"], None)


def test_a_day_is_as_long_as_the_operator_says() -> None:
    """Half of it may go to what is published already, unless said otherwise."""
    said = {"quotas": {"youtube": {"units": 50_001, "uploads": 7, "refreshes": "10 %"}}}
    found = buckets(Operator.model_validate(said), "youtube")

    assert [(50_001, 5_000), (7, 0)] == [
        (found[name].limit, found[name].refreshes) for name in ("units", "uploads")
    ]
    assert {"America/Los_Angeles"} == {each.zone for each in found.values()}
    assert 5_000 == buckets(Operator(), "youtube")["units"].refreshes


@pytest.mark.parametrize("platform", ["vk", "site"])
def test_other_platforms_count_nothing_by_the_day(platform: str) -> None:
    assert ({}, {}) == (
        buckets(Operator(), platform), needs(Operator(), platform, {}, EVERY, None)
    )  # fmt: skip


def test_what_nobody_sees_yet_is_no_refresh() -> None:
    """A video that was brought there and is not opened goes on as a new one."""
    assert not is_refresh(None)
    assert not is_refresh(published("media", "metadata", "captions"))
    assert is_refresh(published("media", "metadata", "privacy"))
    assert is_refresh(published("media", "options", preset="site"))


# ── a plan ─────────────────────────────────────────────────────────────────


def recording(number: int) -> RecordingRow:
    return RecordingRow(
        id=f"2026-11-20-{number:012x}", source="folder", source_kind="folder", account="",
        external_id=f"{number}.mp4", locator=f"{number}.mp4", revision="r", title="ml",
        started_at=NOON - timedelta(days=number), size=1, duration=60.0, template="ml", skip=None,
        reason="", settled_at=None, listed=True, wanted=Wanted("lecture", {}), since=NOON,
    )  # fmt: skip


def publishing(number: int, parts: tuple[str, ...], *presets: str) -> Change:
    steps = tuple(Step(Stage.PUBLISH, "k", "why", preset=each, parts=parts) for each in presets)
    return Change("acme", recording(number).id, "ml", "ml", "process", steps, "why")


def plan_of(*changes: Change) -> Plan:
    return Plan(changes, rows={"acme": tuple(recording(number) for number in range(9))})


def demands(
    declaration: Declaration, plan: Plan, actual: Actual | None = None
) -> tuple[Demand, ...]:
    found = takings(plan, declaration, {"acme": actual or Actual("acme")})
    days = {"acme": [AppDay("main", "app", {"units": 9_000})]}
    return replace(plan, takings=replace(found, days=days)).demands


def test_a_plan_says_what_it_takes_of_each_account(declare: Declare) -> None:
    """Only YouTube counts; what is used today is beside it."""
    plan = plan_of(publishing(1, EVERY, "yt", "vk", "site"), publishing(2, EVERY, "yt"))

    (found,) = demands(declare(), plan)

    assert (("acme", "main"),) == found.accounts
    assert [("uploads", 2, 0), ("units", 1126, 9_000)] == [
        (each.bucket, each.wanted, each.used) for each in found.amounts
    ]
    assert 2 == found.days


def test_a_plan_that_is_cut_short_takes_less(declare: Declare) -> None:
    """The limits of the command line come after the judgement."""
    plan = plan_of(publishing(1, EVERY, "yt"), publishing(2, EVERY, "yt"))
    whole = replace(plan, takings=takings(plan, declare(), {"acme": Actual("acme")}))

    assert [2] == [each.amounts[0].wanted for each in whole.demands]
    part = replace(whole, changes=whole.changes[:1])
    assert [1] == [each.amounts[0].wanted for each in part.demands]


def test_what_is_taken_down_is_not_reckoned(declare: Declare) -> None:
    """It needs no more than what deleting costs, and is urgent."""
    assert () == demands(declare(), plan_of(publishing(1, (WITHDRAW,), "yt")))


def test_new_lectures_go_first_and_the_oldest_of_them() -> None:
    """A year of corrected titles keeps no new lecture back."""
    old = published(*EVERY)
    actual = Actual(
        "acme", publications={recording(n).id: (old,) for n in (2, 7)}
    )  # fmt: skip
    title = ("metadata",)
    plan = plan_of(
        publishing(1, EVERY, "yt"),
        publishing(7, title, "yt"),
        publishing(2, title, "yt"),
        publishing(3, EVERY, "yt"),
        Change("acme", recording(8).id, "", "ml", "process", (Step(Stage.TRIM, "k", ""),), ""),
    )

    assert [recording(n).id for n in (8, 3, 1, 7, 2)] == [
        each.recording for each in in_order(plan, {"acme": actual})
    ]


def test_a_published_lecture_that_goes_to_another_place_is_new_there() -> None:
    """It is as urgent as any new one, and its change of title is not."""
    actual = Actual("acme", publications={recording(1).id: (published(*EVERY),)})
    both = publishing(1, EVERY, "yt", "vk")
    plan = plan_of(publishing(2, EVERY, "yt"), both)

    assert [2, 1] == [int(each.recording[-1]) for each in in_order(plan, {"acme": actual})]
    assert {("acme", recording(1).id, "yt")} == late_steps(plan.work, {"acme": actual})
