"""The intent diff: what an edit would do to recordings, from files and a catalogue alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leap.config import Declaration, load
from leap.domain.catalogue import Catalogue, CatalogueEntry, Published
from leap.domain.snapshot import Skip
from leap.domain.speculation import Edit, Effect, Retitled, TenantSpeculation, cost
from leap.domain.stage import FILE_STAGES, Stage
from leap.domain.status import StatusName
from leap.planning.speculate import speculate

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
FILES = {
    "leap.yaml": "state: state\n",
    "pipelines/lecture.yaml": (
        "stages: [download, trim, transcribe, topics, subtitles, publish]\n"
    ),
    "tenants/acme/tenant.yaml": "title: Acme\n",
    "tenants/acme/sources/folder.yaml": "kind: folder\npath: tenants/acme/in\n",
    "tenants/acme/presets/site.yaml": "platform: site\n",
    "tenants/acme/templates/ml.yaml": (
        "match: {keywords: [machine learning]}\npipeline: lecture\npublish:\n  site:\n"
    ),
}
#: What every stage was made under; never the key of a declaration of today.
OLD = dict.fromkeys(FILE_STAGES, ("00",))

Lay = Callable[..., Declaration]


@pytest.fixture
def lay(tmp_path: Path) -> Lay:
    """Give a function that lays out a repository, with files changed or (None) left out."""
    count = 0

    def lay(changes: Mapping[str, str | None] | None = None) -> Declaration:
        nonlocal count
        count += 1
        root = tmp_path / str(count)
        for name, text in {**FILES, **(changes or {})}.items():
            if text is not None:
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text, encoding="utf-8")
        return load(root)

    return lay


def entry(number: int = 1, title: str = "Machine Learning", **changes: object) -> CatalogueEntry:
    """Return a published recording of an hour."""
    found = CatalogueEntry(
        id=f"2026-11-20-{number:012x}", title=title, started_at=NOON, source="folder",
        size=10**9, duration=3600.0, revision=f"r{number}", listed=True,
        status=StatusName.UPLOADED, template="ml", skip=None, made=OLD,
        published=(Published("site", "site"),),
    )  # fmt: skip
    return replace(found, **changes)  # type: ignore[arg-type]


def foreseen(base: Declaration, head: Declaration, *entries: CatalogueEntry) -> TenantSpeculation:
    catalogue = Catalogue("acme", "stamp", entries)
    found = speculate({"acme": base}, head, {"acme": catalogue}, against="main", tenants=["acme"])
    return found.tenants[0]


def only(base: Declaration, head: Declaration, recording: CatalogueEntry) -> Effect:
    (effect,) = foreseen(base, head, recording).effects
    return effect


ML = "tenants/acme/templates/ml.yaml"


def test_the_same_declaration_changes_nothing(lay: Lay) -> None:
    """Comments and the order of keys are no change."""
    head = lay({ML: f"# a comment\n{FILES[ML]}"})

    found = foreseen(lay(), head, entry())

    assert ("same", (), ()) == (found.state, found.edits, found.effects)
    assert not found.has_changes


def test_a_changed_setting_makes_anew_what_depends_on_it(lay: Lay) -> None:
    """Subtitles are made anew and the page changes; nothing is transcribed or uploaded."""
    head = lay({ML: FILES[ML] + "subtitles: {line_length: 38}\n"})

    effect = only(lay(), head, entry())

    assert ("updated", (Stage.SUBTITLES,), ("site",), 0.0, 0) == (
        effect.kind, effect.stages, effect.updates, effect.speech, effect.uploads,
    )  # fmt: skip
    assert "subtitles.line_length 42 → 38" == effect.reason


def test_an_edit_is_shown_with_its_place_and_as_it_is_written(lay: Lay) -> None:
    """The reviewer sees file and line of the new value, and the old one beside it."""
    base = lay({ML: FILES[ML] + "trim: {padding: 1 s}\n"})
    head = lay({ML: FILES[ML] + "trim: {padding: 500 ms}\n"})

    assert (Edit(ML, 5, "trim.padding", "1 s", "500 ms"),) == foreseen(base, head).edits


def test_new_trim_settings_cost_no_transcription(lay: Lay) -> None:
    """What was heard once is kept; the words are only mapped onto the new timeline."""
    head = lay({ML: FILES[ML] + "trim: {padding: 3 s}\n"})

    effect = only(lay(), head, entry())

    assert FILE_STAGES[1:] == effect.stages
    assert (0.0, 1) == (effect.speech, effect.uploads)


def test_new_transcription_settings_cost_the_length_of_the_recording(lay: Lay) -> None:
    """An hour of speech is an hour to transcribe."""
    head = lay({ML: FILES[ML] + "transcribe: {beam: 1}\n"})

    effect = only(lay(), head, entry())

    assert (3600.0, 0) == (effect.speech, effect.uploads)
    assert 3600.0 == cost([effect]).speech


def test_what_was_never_made_is_not_made_anew(lay: Lay) -> None:
    """A recording that is still to be worked on costs the same before and after."""
    head = lay({ML: FILES[ML] + "subtitles: {line_length: 38}\n"})

    assert () == foreseen(lay(), head, entry(made={}, published=())).effects


def test_a_revert_makes_nothing(lay: Lay) -> None:
    """Where the targets of the old settings still stand, the page changes and no stage runs."""
    base, head = lay({ML: FILES[ML] + "subtitles: {line_length: 38}\n"}), lay()
    (back,) = foreseen(head, base, entry()).effects
    assert back.stages  # without the old target there is work
    keys = _keys(head)

    effect = only(base, head, entry(made={stage: ("00", keys[stage]) for stage in FILE_STAGES}))

    assert ((), ("site",)) == (effect.stages, effect.updates)


def _keys(declaration: Declaration) -> dict[Stage, str]:
    from leap.planning.side import Side

    side = Side(declaration, "acme", Catalogue("acme", "", (entry(),)))
    wanted = side.wishes[entry().id].row.wanted
    assert wanted is not None
    return dict(wanted.stages)


# ── matching ───────────────────────────────────────────────────────────────


def test_a_recording_that_newly_matches(lay: Lay) -> None:
    """It would be made whole and appear."""
    idle = entry(title="Picnic", template=None, skip=Skip.NO_TEMPLATE, made={}, published=())
    head = lay({ML: FILES[ML].replace("machine learning", "picnic")})

    effect = only(lay(), head, idle)

    assert ("taken", None, "ml", "before: no template matches") == (
        effect.kind, effect.before, effect.after, effect.reason,
    )  # fmt: skip
    assert (FILE_STAGES, ("site",), 3600.0, 1) == (
        effect.stages, effect.publishes, effect.speech, effect.uploads,
    )  # fmt: skip


def test_a_recording_that_matches_no_longer(lay: Lay) -> None:
    """One that is not published yet would be skipped."""
    head = lay({ML: FILES[ML].replace("machine learning", "picnic")})

    effect = only(lay(), head, entry(published=()))

    assert ("lost", "ml", None, "no template matches") == (
        effect.kind, effect.before, effect.after, effect.reason,
    )  # fmt: skip


def test_another_template_takes_what_is_not_published(lay: Lay) -> None:
    """Unpublished recordings match live."""
    other = FILES[ML].replace("machine learning", "machine") + "priority: 5\n"
    head = lay({"tenants/acme/templates/all.yaml": other})

    effect = only(lay(), head, entry(published=()))

    assert ("moved", "ml", "all", "template ml → all") == (
        effect.kind, effect.before, effect.after, effect.reason,
    )  # fmt: skip


def test_a_published_recording_keeps_its_template(lay: Lay) -> None:
    """That another template matches now is only shown."""
    other = FILES[ML].replace("machine learning", "machine") + "priority: 5\n"
    head = lay({"tenants/acme/templates/all.yaml": other})

    effect = only(lay(), head, entry())

    assert ("bound", "ml", "all") == (effect.kind, effect.before, effect.after)
    assert ((), ()) == (effect.stages, effect.updates)


def test_a_template_that_goes_leaves_what_it_published(lay: Lay) -> None:
    """The page stays, and nobody looks after it."""
    head = lay({ML: None})

    effect = only(lay(), head, entry())

    assert ("lost", ("site",)) == (effect.kind, effect.unmanages)


def test_a_source_that_goes(lay: Lay) -> None:
    """Its recordings are looked after no longer."""
    head = lay({"tenants/acme/sources/folder.yaml": None})

    effect = only(lay(), head, entry())

    assert ("lost", "its source folder is declared no more") == (effect.kind, effect.reason)


def test_skipping_in_an_override(lay: Lay) -> None:
    """A person's decision is the reason."""
    override = "for: {recording: '000000000001'}\nskip: true\nreason: The lecturer asked.\n"
    head = lay({"tenants/acme/overrides/one.yaml": override})

    effect = only(lay(), head, entry(published=()))

    assert ("lost", "The lecturer asked.") == (effect.kind, effect.reason)


# ── titles and places ──────────────────────────────────────────────────────


def test_old_and_new_titles_are_rendered(lay: Lay) -> None:
    """What only a run knows stands by its name."""
    head = lay({ML: FILES[ML] + 'metadata: {title: "{{ display_name }}: {{ topic }}"}\n'})

    effect = only(lay(), head, entry())

    assert (Retitled("site", "Machine Learning", "Machine Learning: ‹topic›"),) == effect.retitled
    assert ((), ("site",)) == (effect.redescribed, effect.updates)


def test_a_new_description_is_told(lay: Lay) -> None:
    """The titles are the same, the descriptions are not."""
    head = lay({ML: FILES[ML] + 'metadata: {description: "{{ chapters }}"}\n'})

    effect = only(lay(), head, entry())

    assert ((), ("site",)) == (effect.retitled, effect.redescribed)


def test_a_preset_that_is_added_and_one_that_goes(lay: Lay) -> None:
    """A new preset publishes; an old one leaves its publication behind."""
    head = lay(
        {
            "tenants/acme/presets/web.yaml": "platform: site\npath: state/site/web\n",
            ML: FILES[ML].replace("  site:", "  web:"),
        }
    )

    effect = only(lay(), head, entry())

    assert (("web",), ("site",), 1) == (effect.publishes, effect.unmanages, effect.uploads)


# ── tenants ────────────────────────────────────────────────────────────────


def test_a_tenant_that_is_new(lay: Lay) -> None:
    """Everything it has is new; there is no catalogue of it yet."""
    head = lay()
    found = speculate({}, head, {"acme": None}, against="main", tenants=["acme"])

    assert ("added", None) == (found.tenants[0].state, found.tenants[0].known)
    assert all(edit.before is None for edit in found.tenants[0].edits)
    assert ("no catalogue yet: what would become of recordings is not known",) == (
        found.tenants[0].notes
    )


def test_a_tenant_that_goes(lay: Lay) -> None:
    """What it published stays behind."""
    base = lay()
    gone = lay({name: None for name in FILES if name.startswith("tenants/")})
    (gone.root / "tenants").mkdir(exist_ok=True)

    found = foreseen(base, gone, entry())

    assert ("removed", ("site",)) == (found.state, found.effects[0].unmanages)


def test_an_edit_of_a_pipeline_concerns_all_tenants(lay: Lay) -> None:
    """It is listed once, above the tenants; its effects are with each."""
    head = lay({"pipelines/lecture.yaml": "stages: [download, trim, publish]\n"})
    found = speculate(
        {"acme": lay()}, head, {"acme": Catalogue("acme", "", (entry(),))},
        against="main", tenants=["acme"],
    )  # fmt: skip

    assert ["pipelines/lecture.yaml"] == [edit.file for edit in found.shared]
    assert ("site",) == found.tenants[0].effects[0].updates


def test_the_same_inputs_give_the_same_answer(lay: Lay) -> None:
    """There is no clock and no order of a set in it."""
    base, head = lay(), lay({ML: FILES[ML] + "transcribe: {beam: 1}\n"})
    entries = [entry(number) for number in range(1, 30)]

    assert foreseen(base, head, *entries) == foreseen(base, head, *entries)


# ── money ──────────────────────────────────────────────────────────────────

PRICED = {
    "leap.yaml": "state: state\nprices: {fireworks: {whisper-v3-turbo: {minute: 0.001 USD}}}\n",
    ML: FILES[ML] + "transcribe: {with: fireworks, account: fw}\n",
}


def test_an_edit_that_asks_a_cloud_has_a_price(lay: Lay) -> None:
    """An hour of another transcriber, at the prices of the edit."""
    base = lay({"leap.yaml": PRICED["leap.yaml"]})

    (expense,) = only(base, lay(PRICED), entry()).expenses

    assert ("fireworks", 3600.0) == (expense.provider, expense.usage.seconds)
    assert "0.060 USD" == str(expense.cost)


def test_what_was_heard_before_is_not_paid_for_by_an_edit(lay: Lay) -> None:
    """Cutting differently maps the same words anew."""
    head = lay({**PRICED, ML: PRICED[ML] + "trim: {padding: 3 s}\n"})

    effect = only(lay(PRICED), head, entry())

    assert Stage.TRANSCRIBE in effect.stages
    assert () == effect.expenses


YT = {
    "tenants/acme/presets/yt.yaml": "platform: youtube\naccount: main\n",
    ML: FILES[ML] + "  yt: {privacy: public}\n",
}


def test_an_edit_says_what_it_takes_of_youtube_s_days(lay: Lay) -> None:
    """A year that goes to YouTube for the first time, and one whose titles change."""
    on_youtube = (Published("site", "site"), Published("yt", "youtube"))
    retitled = {**YT, ML: YT[ML].replace("public", "public, title: New")}

    def found(base: Declaration, head: Declaration, *entries: CatalogueEntry) -> list[object]:
        catalogue = Catalogue("acme", "stamp", entries)
        whole = speculate({"acme": base}, head, {"acme": catalogue}, against="m", tenants=["acme"])
        return [
            ({each.bucket: each.wanted for each in demand.amounts}, demand.days)
            for demand in whole.demands
        ]

    year = [entry(number) for number in range(40)]
    assert [({"uploads": 40, "units": 22_520}, 3)] == found(lay(), lay(YT), *year)
    year = [replace(each, published=on_youtube) for each in year]
    assert [({"units": 2_040}, 1)] == found(lay(YT), lay(retitled), *year)
    assert [] == found(lay(), lay({ML: FILES[ML] + "trim: {padding: 3 s}\n"}), entry())


CLOUD = {
    "tenants/acme/presets/tube.yaml": "platform: youtube\naccount: main\n",
    ML: (
        "match: {keywords: [machine learning]}\npipeline: lecture\n"
        "publish:\n  tube: {new_media: hold}\n"
    ),
}
TUBE = Published("tube", "youtube")


def test_a_video_that_would_have_to_be_exchanged_waits(lay: Lay) -> None:
    """Nothing is made for it, and nothing of it changes; a reviewer sees that beforehand."""
    base = lay(CLOUD)
    head = lay({**CLOUD, ML: CLOUD[ML] + "trim: {padding: 2 s}\n"})

    effect = only(base, head, entry(published=(TUBE,)))

    assert (("tube",), (), (), 0) == (effect.waits, effect.updates, effect.stages, effect.uploads)


def test_kept_media_changes_the_texts_alone(lay: Lay) -> None:
    """No upload is foreseen."""
    kept = {**CLOUD, ML: CLOUD[ML].replace("hold", "keep")}
    head = lay({**kept, ML: kept[ML] + "trim: {padding: 2 s}\n"})

    effect = only(lay(kept), head, entry(published=(TUBE,)))

    assert ((), ("tube",), 0) == (effect.waits, effect.updates, effect.uploads)


def test_what_nobody_manages_does_not_change(lay: Lay) -> None:
    """Neither its playlist nor its title, whatever is declared."""
    preset = "tenants/acme/presets/tube.yaml"
    base = {**CLOUD, preset: CLOUD[preset] + "manage: [description]\n"}
    head = {**base, ML: base[ML].replace("hold", "hold, playlist: ML, title: Another")}
    described = {**base, ML: base[ML].replace("hold", "hold, title: Another, description: New")}

    assert () == foreseen(lay(base), lay(head), entry(published=(TUBE,))).effects
    effect = only(lay(base), lay(described), entry(published=(TUBE,)))
    assert (("tube",), ()) == (effect.redescribed, effect.retitled)
