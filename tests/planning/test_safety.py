"""What a plan must not do unasked: numbers, the threshold's place and the way out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.config import Declaration, load
from leap.domain.demand import Taking, Takings
from leap.domain.manifest import Manifest, TargetName
from leap.domain.plan import Action, Change, Plan, Step
from leap.domain.quotas import Bucket
from leap.domain.snapshot import Actual, PublicationFact, RecordingRow, StageFact, Wanted
from leap.domain.stage import Stage
from leap.errors import ExitCode, UsageError
from leap.planning.acceptance import accept, permitted
from leap.planning.safety import RULES, Evidence, refusals

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
KEYS = {Stage.DOWNLOAD: "d1", Stage.TRIM: "t1"}
FILES = {
    "leap.yaml": "state: state\nsafety:\n  rework: 30 %\n",
    "pipelines/lecture.yaml": "stages: [download, trim, publish]\n",
    "tenants/acme/tenant.yaml": "title: Acme\n",
    "tenants/acme/sources/folder.yaml": "kind: folder\npath: tenants/acme/in\n",
    "tenants/acme/presets/site.yaml": "platform: site\naccount: links\npath: state/site/acme\n",
    "tenants/acme/templates/ml.yaml": (
        "match: {keywords: [ml]}\npipeline: lecture\npublish:\n  site:\n    privacy: public\n"
    ),
}


@pytest.fixture(scope="module")
def declaration(tmp_path_factory: pytest.TempPathFactory) -> Declaration:
    """Give a tenant with one template and one site; rework is limited in leap.yaml."""
    root = tmp_path_factory.mktemp("repository")
    for name, text in FILES.items():
        path = Path(root / name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load(root)


def row(number: int, template: str | None = "ml") -> RecordingRow:
    return RecordingRow(
        id=f"2026-11-20-{number:012x}", source="folder", source_kind="folder", account="",
        external_id=f"{number}.mp4", locator=f"{number}.mp4", revision=f"r{number}",
        title=f"Lecture {number}", started_at=NOON, size=1000, duration=3600.0,
        template=template, skip=None, reason="", settled_at=None, listed=True,
        wanted=Wanted(
            "lecture", KEYS, {"site": {"media": f"m{number}", "options": "o"}, "yt": {}, "vk": {}}
        ),
        since=NOON,
    )  # fmt: skip


def step(stage: Stage, *parts: str, preset: str = "site") -> Step:
    return Step(stage, "k", "why", preset=preset if stage is Stage.PUBLISH else None, parts=parts)


def change(
    number: int, *steps: Step, action: Action = "refresh", template: str | None = "ml"
) -> Change:
    return Change(
        "acme", row(number).id, f"Lecture {number}", template, action, steps, "why"
    )  # fmt: skip


def published(number: int, preset: str = "site") -> PublicationFact:
    applied = {"media": f"m{number}", "options": "before"}
    return PublicationFact(preset, "site", "applied", NOON, f"slug{number}", "u", applied, applied)


def known(
    count: int,
    *,
    finished: int | None = None,
    template: str | None = "ml",
    publications: Mapping[str, tuple[PublicationFact, ...]] | None = None,
) -> Actual:
    """Return ``count`` recordings in the ledger, of which the first ``finished`` are made."""
    rows = [row(number, template) for number in range(count)]
    made = tuple(StageFact(stage, key, "done", NOON) for stage, key in KEYS.items())
    done = count if finished is None else finished
    return Actual(
        "acme",
        {each.id: each for each in rows},
        {each.id: made for each in rows[:done]},
        publications or {},
    )


def plan_of(changes: Sequence[Change], count: int = 20) -> Plan:
    return Plan(tuple(changes), rows={"acme": tuple(row(number) for number in range(count))})


def names(
    declaration: Declaration,
    changes: Sequence[Change],
    actual: Actual,
    evidence: Evidence | None = None,
) -> list[str]:
    return [each.name for each in judged(declaration, changes, actual, evidence)]


def judged(
    declaration: Declaration,
    changes: Sequence[Change],
    actual: Actual,
    evidence: Evidence | None = None,
) -> tuple:  # type: ignore[type-arg]
    plan = plan_of(changes, max(len(actual.recordings), 20))
    return refusals(plan, declaration, {"acme": actual}, {"acme": evidence or Evidence()})


REMADE = step(Stage.TRIM)


# ── too much rework ────────────────────────────────────────────────────────


def test_too_much_rework_says_the_numbers_the_place_and_the_way_out(
    declaration: Declaration,
) -> None:
    """The message can be acted upon without looking anything up."""
    changes = [change(number, REMADE) for number in range(8)]

    (refusal,) = judged(declaration, changes, known(11))

    assert ("too-much-rework", "acme") == (refusal.name, refusal.tenant)
    assert (
        "too much rework: 8 of 11 finished recordings (73 %) would be made again,"
        " more than 30 % (leap.yaml:3); accept with --accept too-much-rework,"
        " or raise safety.rework there" == refusal.message
    )


@pytest.mark.parametrize(
    "again, finished, expected",
    [
        (3, 10, []),
        (4, 10, ["too-much-rework"]),
        (9, 9, []),
        (6, 20, []),
        (7, 20, ["too-much-rework"]),
    ],
)
def test_rework_is_judged_from_ten_finished_recordings_on(
    declaration: Declaration, again: int, finished: int, expected: list[str]
) -> None:
    """Thirty per cent are allowed; of fewer than ten everything is."""
    changes = [change(number, REMADE) for number in range(again)]

    assert expected == names(declaration, changes, known(finished))


def test_what_was_never_finished_is_no_rework(declaration: Declaration) -> None:
    """Resuming a run that was cut off is not refused."""
    changes = [change(number, REMADE, action="process") for number in range(1, 12)]

    assert [] == names(declaration, changes, known(12, finished=1))


def test_publishing_again_is_no_rework(declaration: Declaration) -> None:
    """A corrected title of every page makes nothing anew."""
    everything = {row(number).id: (published(number),) for number in range(12)}
    changes = [change(number, step(Stage.PUBLISH, "metadata")) for number in range(12)]

    assert [] == names(declaration, changes, known(12, publications=everything))


def test_what_waits_is_no_rework(declaration: Declaration) -> None:
    """A blocked change does nothing, so it cannot do too much."""
    changes = [change(number, REMADE, action="blocked") for number in range(12)]

    assert [] == names(declaration, changes, known(12))


@given(finished=st.integers(0, 60), again=st.integers(0, 60), more=st.integers(0, 30))
def test_rework_is_monotone(declaration: Declaration, finished: int, again: int, more: int) -> None:
    """Below the thresholds nothing is refused, and what is refused stays so with more work."""
    again = min(again, finished)
    few = names(declaration, [change(n, REMADE) for n in range(again)], known(finished))
    many = names(
        declaration,
        [change(n, REMADE) for n in range(min(again + more, finished))],
        known(finished),
    )

    allowed = finished < 10 or again / finished <= 0.3
    assert ([] if allowed else ["too-much-rework"]) == few
    assert set(few) <= set(many)


@given(count=st.integers(0, 40), action=st.sampled_from(["skip", "blocked", "replace"]))
def test_a_plan_with_nothing_to_do_is_never_refused(
    declaration: Declaration, count: int, action: Action
) -> None:
    """Neither for what waits nor for what evidence says."""
    changes = [change(number, action=action) for number in range(count)]
    evidence = Evidence(foreign={"site": ["index.html"]}, newer="abc")

    assert [] == names(declaration, changes, known(40), evidence)


# ── too many matches ───────────────────────────────────────────────────────


def test_a_template_that_suddenly_takes_most_is_refused(declaration: Declaration) -> None:
    """A careless pattern is stopped before it publishes what it took."""
    changes = [change(number, REMADE, action="process") for number in range(7)]

    (refusal,) = judged(declaration, changes, known(20, finished=0, template=None))

    assert (
        "too many matches: template ml would newly take 7 of 20 recordings (35 %),"
        " more than 30 % (the default); accept with --accept too-many-matches,"
        " or narrow its `match` (tenants/acme/templates/ml.yaml:1)" == refusal.message
    )


def test_new_recordings_are_not_newly_taken(declaration: Declaration) -> None:
    """The first run of a tenant matches everything at once, and that is what it is for."""
    changes = [change(number, REMADE, action="process") for number in range(20)]

    assert [] == names(declaration, changes, Actual("acme"))


# ── privacy ────────────────────────────────────────────────────────────────


def _opening(number: int) -> Change:
    return change(number, step(Stage.PUBLISH, "options"))


def test_widened_privacy_is_refused_from_one_recording_on(declaration: Declaration) -> None:
    """What was unlisted does not become public by an edit of a template alone."""
    actual = known(1, publications={row(0).id: (published(0),)})
    evidence = Evidence(privacy={(row(0).id, "site"): "unlisted"})

    (refusal,) = judged(declaration, [_opening(0)], actual, evidence)

    assert (
        "privacy widened: 1 published recording would go from unlisted to public"
        " (“Lecture 0” on site); accept with --accept privacy-widened,"
        " or set `privacy` back (tenants/acme/templates/ml.yaml:5)" == refusal.message
    )


def test_privacy_that_is_not_known_is_not_widened_unasked(declaration: Declaration) -> None:
    """Where the receipt is gone, a person has to say that it was public."""
    actual = known(1, publications={row(0).id: (published(0),)})

    (refusal,) = judged(declaration, [_opening(0)], actual)

    assert "from a privacy not known to public" in refusal.message


def test_the_same_privacy_is_not_widened(declaration: Declaration) -> None:
    """Other options may change."""
    actual = known(1, publications={row(0).id: (published(0),)})
    evidence = Evidence(privacy={(row(0).id, "site"): "public"})

    assert [] == names(declaration, [_opening(0)], actual, evidence)


def test_a_first_publication_is_as_open_as_it_is_declared(declaration: Declaration) -> None:
    """Nothing is widened where nothing was."""
    assert [] == names(declaration, [_opening(0)], known(1))


# ── duplicates, deletions, other people's pages, old commits ───────────────


def test_the_same_lecture_in_the_same_place_is_a_duplicate(declaration: Declaration) -> None:
    """A preset that got another name publishes everything a second time."""
    actual = known(1, publications={row(0).id: (published(0, "web"),)})
    evidence = Evidence(shown={"site": {(row(0).id, "web")}})
    changes = [change(0, step(Stage.PUBLISH, "media", "options"))]

    (refusal,) = judged(declaration, changes, actual, evidence)

    assert refusal.message.startswith(
        "would duplicate: 1 recording is to be seen on site already"
        " (“Lecture 0”, by preset web); accept with --accept would-duplicate"
    )


def test_the_same_video_of_another_recording_is_a_duplicate(declaration: Declaration) -> None:
    """Two recordings of the same content and settings make the same video."""
    applied = {"media": "m1", "options": "o"}
    other = PublicationFact("site", "site", "applied", NOON, "slug", "u", applied, applied)
    actual = known(2, publications={row(0).id: (other,)})

    (refusal,) = judged(declaration, [change(1, step(Stage.PUBLISH, "media"))], actual)

    assert f"(“Lecture 1”, as {row(0).id})" in refusal.message


def test_deleting_is_refused_from_one_recording_on(declaration: Declaration) -> None:
    """Nothing published disappears unasked."""
    actual = known(2, publications={row(0).id: (published(0),)})

    (refusal,) = judged(
        declaration, [change(0, step(Stage.PUBLISH, "withdraw"), action="remove")], actual
    )

    assert (
        "deletes: 1 published recording would be taken down (“Lecture 0”);"
        " accept with --accept deletes, or undo what withdraws them" == refusal.message
    )


def test_pages_of_others_are_not_written_over(declaration: Declaration) -> None:
    """A folder with a home page of somebody else is no place for a site."""
    evidence = Evidence(foreign={"site": ["index.html"]})
    changes = [change(0, step(Stage.PUBLISH, "media"))]

    (refusal,) = judged(declaration, changes, Actual("acme"), evidence)

    assert (
        "not ours: preset site would write to a folder with pages that LEAP did not make"
        " (index.html); accept with --accept not-ours, or give it another `path`"
        " (tenants/acme/presets/site.yaml:3)" == refusal.message
    )


def test_an_older_commit_is_refused(declaration: Declaration) -> None:
    """A late run of an old commit does not undo what a newer one applied."""
    evidence = Evidence(newer="0123456789abcdef0123")
    changes = [change(0, step(Stage.PUBLISH, "media"))]

    (refusal,) = judged(declaration, changes, Actual("acme"), evidence)

    assert refusal.message.startswith(
        "stale config: commit 0123456789ab, which is newer than this one, was applied before;"
        " accept with --accept stale-config"
    )


# ── clouds ─────────────────────────────────────────────────────────────────

EVERY = ("media", "metadata", "captions", "playlists", "privacy")


@pytest.fixture(scope="module")
def cloudy(tmp_path_factory: pytest.TempPathFactory) -> Declaration:
    """Give a tenant that publishes to YouTube, to VK and to a site."""
    root = tmp_path_factory.mktemp("repository")
    changes = {
        "tenants/acme/presets/yt.yaml": "platform: youtube\naccount: main\n",
        "tenants/acme/presets/vk.yaml": "platform: vk\naccount: vk\n",
        "tenants/acme/templates/ml.yaml": (
            "match: {keywords: [ml]}\npipeline: lecture\npublish:\n  site:\n  vk:\n"
            "  yt:\n    privacy: public\n"
        ),
    }
    for name, text in {**FILES, **changes}.items():
        path = Path(root / name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load(root)


def on_youtube(number: int, *parts: str) -> PublicationFact:
    applied = dict.fromkeys(parts, "before")
    return PublicationFact("yt", "youtube", "applied", NOON, f"VID{number}", "u", applied, applied)


def test_a_ledger_that_knows_nothing_publishes_no_video(cloudy: Declaration) -> None:
    """It may be lost, and then every lecture would be published a second time."""
    changes = [
        change(0, step(Stage.PUBLISH, *EVERY, preset="yt"), step(Stage.PUBLISH, "m", preset="vk")),
        change(1, step(Stage.PUBLISH, *EVERY, preset="yt")),
    ]

    (refusal,) = judged(cloudy, changes, Actual("acme"), Evidence(is_fresh=True))

    assert (
        "fresh ledger: the ledger knows of nothing that acme has published, and 2 recordings"
        " would go to vk and yt (the first is “Lecture 0”); accept with --accept fresh-ledger, or let it"
        " learn what is there before: `leap ledger rebuild` reads what earlier runs have kept,"
        " `leap import vk` or `leap import youtube` takes over what is on the channel"
        == refusal.message
    )


def test_a_ledger_that_knows_something_goes_on(cloudy: Declaration) -> None:
    """After the first publication, an import, or a person's word for it."""
    first = [change(0, step(Stage.PUBLISH, *EVERY, preset="yt"))]

    assert [] == names(cloudy, first, Actual("acme"))


def test_a_fresh_ledger_may_make_a_site_and_go_on_with_videos(cloudy: Declaration) -> None:
    """A page takes the place of the same page; what is known is not published again."""
    known_video = Actual("acme", publications={row(1).id: (on_youtube(1, *EVERY),)})
    changes = [
        change(0, step(Stage.PUBLISH, "media", preset="site")),
        change(1, step(Stage.PUBLISH, "metadata", preset="yt")),
    ]

    assert [] == names(cloudy, changes, known_video, Evidence(is_fresh=True))


@pytest.mark.parametrize("before", ["private", "unlisted", "public", None])
def test_opening_a_video_is_refused(cloudy: Declaration, before: str | None) -> None:
    """As on a site; what is not known counts as closed."""
    actual = Actual("acme", publications={row(1).id: (on_youtube(1, *EVERY),)})
    evidence = Evidence(privacy={(row(1).id, "yt"): before} if before else {})
    changes = [change(1, step(Stage.PUBLISH, "privacy", preset="yt"))]

    found = judged(cloudy, changes, actual, evidence)

    if before == "public":
        assert () == found
    else:
        assert ["privacy-widened"] == [each.name for each in found]
        assert f"would go from {before or 'a privacy not known'} to public" in found[0].message
        assert "set `privacy` back (tenants/acme/templates/ml.yaml:7)" in found[0].message


def test_opening_for_the_first_time_is_what_was_declared(cloudy: Declaration) -> None:
    """A run that was cut off before it opened a video goes on without being asked."""
    actual = Actual("acme", publications={row(1).id: (on_youtube(1, "media", "metadata"),)})
    changes = [change(1, step(Stage.PUBLISH, "captions", "privacy", preset="yt"))]

    assert [] == names(cloudy, changes, actual)


def test_a_video_that_no_day_is_long_enough_for_is_refused(cloudy: Declaration) -> None:
    """It would wait for ever, and all that come after it with it."""
    plan = plan_of([change(0, step(Stage.PUBLISH, *EVERY, preset="yt"))])
    limits = {"youtube": {"units": Bucket("units", 500, 250, "UTC")}}
    takes = Taking("acme", "main", "youtube", row(0).id, {"units": 563})
    takings = Takings({("acme", row(0).id, "yt"): takes}, limits)

    (refusal,) = refusals(
        replace(plan, takings=takings), cloudy, {"acme": Actual("acme")}, {"acme": Evidence()}
    )

    assert (
        "quota: 1 recording can never be published (“Lecture 0” takes 563 units of YouTube, and a"
        " day has 500); accept with --accept quota, or raise quotas.youtube.units in leap.yaml"
        == refusal.message
    )


# ── acceptance ─────────────────────────────────────────────────────────────


def refused_plan(declaration: Declaration) -> Plan:
    """Return a plan of two tenants, of which acme is refused."""
    mine = [change(number, REMADE) for number in range(8)]
    plan = plan_of(mine, 11)
    found = refusals(plan, declaration, {"acme": known(11)}, {})
    other = replace(change(0, REMADE), tenant="globex")
    target = TargetName("acme", row(0).id, Stage.TRIM, "k")
    recovered = Manifest(target, "a", {}, {}, {}, (), {}, {}, NOON, NOON, 0.0)
    return replace(
        plan,
        changes=(*plan.changes, other),
        rows={**plan.rows, "globex": ()},
        in_sync={("acme", "ml"): 3, ("globex", "x"): 1},
        refusals=found,
        recovered=(recovered,),
    )


def test_a_refused_tenant_does_not_stop_the_others(declaration: Declaration) -> None:
    """Nothing is done or written for acme; globex goes on."""
    left = permitted(refused_plan(declaration))

    assert ["globex"] == [each.tenant for each in left.changes]
    assert ["globex"] == list(left.rows)
    assert {("globex", "x"): 1} == left.in_sync
    assert () == left.recovered
    assert frozenset({"acme"}) == left.refused


def test_what_is_accepted_is_carried_out_and_still_told(declaration: Declaration) -> None:
    """An accepted refusal stays in the plan, marked."""
    plan = accept(refused_plan(declaration), ["too-much-rework"])

    assert [True] == [each.accepted for each in plan.refusals]
    assert frozenset() == plan.refused
    assert plan == permitted(plan)


def test_accepting_what_is_not_refused_is_a_note(declaration: Declaration) -> None:
    """Whoever accepts in advance learns that there was no need."""
    plan = accept(refused_plan(declaration), ["deletes"])

    assert ("--accept deletes: nothing is refused for that",) == plan.notes
    assert frozenset({"acme"}) == plan.refused


def test_a_mistyped_name_is_wrong_usage(declaration: Declaration) -> None:
    """An acceptance that would do nothing for a spelling mistake is told at once."""
    with pytest.raises(UsageError, match="did you mean `too-much-rework`") as raised:
        accept(refused_plan(declaration), ["to-much-rework"])

    assert ExitCode.USAGE == raised.value.exit_code


def test_every_rule_is_explained() -> None:
    """Each rule says in its docstring what it is against."""
    assert all((rule.__doc__ or "").strip() for rule in RULES.values())
