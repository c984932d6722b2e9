"""What `leap explain` prints, at 80 columns."""

from __future__ import annotations

from dataclasses import replace

from leap.domain.explanation import Explanation, Setting, Shown, Verdict
from leap.domain.stage import Stage
from leap.render import explain as render
from leap.render.terminal import coloured

TOLD = Explanation(
    tenant="demo",
    title="ML, lecture 3",
    sources=("zoom",),
    recording=None,
    verdicts=(
        Verdict("ml", 10, True, 'keyword "ml"', "tenants/demo/templates/ml.yaml"),
        Verdict("ai", 10, True, "pattern .*", "tenants/demo/templates/ai.yaml"),
        Verdict("exams", 0, False, "no rule fits the title", "tenants/demo/templates/exams.yaml"),
    ),
    taken_by="ml",
    rule='keyword "ml"',
    next="ai",
    tie=True,
    pipeline="lecture",
    stages=(Stage.DOWNLOAD, Stage.TRIM),
    settings=(
        Setting("subtitles.lines", 1, "template", "tenants/demo/templates/ml.yaml", 14),
        Setting("transcribe.vocabulary", ["Ito", "Doob"], "tenant", "tenants/demo/tenant.yaml", 3),
        Setting("trim.padding", "1 s", "built-in"),
    ),
    publications=(Shown("site", "site", "ML, lecture 3 (‹record_date›)"),),
)


def test_an_explanation_at_80_columns() -> None:
    """The answer first, then every template's word, settings with their places, titles."""
    assert (
        render.text([TOLD], width=80)
        == """\
ML, lecture 3                                                               demo
  template   ml: keyword "ml"
  next       ai, by its name alone: the priorities are equal
  source     zoom
  pipeline   lecture: download → trim

Templates, in matching order
  + ml       10  keyword "ml"
  ~ ai       10  pattern .*
  · exams     0  no rule fits the title

Settings that somebody decided (1 more are built in; --all shows them)
  subtitles.lines        1                tenants/demo/templates/ml.yaml:14
  transcribe.vocabulary  ["Ito", "Doob"]  tenants/demo/tenant.yaml:3

Publications, with their titles
  site  site  ML, lecture 3 (‹record_date›)"""
    )


def test_all_shows_what_nobody_decided() -> None:
    text = render.text([TOLD], whole=True)

    assert "\nBuilt in\n  trim.padding  1 s\n" in text
    assert "--all" not in text


def test_a_title_that_nothing_takes_says_why() -> None:
    """And has no settings to show."""
    told = replace(TOLD, taken_by=None, rule="no template matches its title", next=None,
                   settings=(), publications=(), pipeline="")  # fmt: skip
    text = render.text([told])

    assert "  template   none: no template matches its title\n" in text
    assert "Settings" not in text


def test_a_known_recording_has_a_status_and_what_binds_it() -> None:
    told = replace(TOLD, recording="2026-11-20-0a1b2c3d4e5f", override="overrides/x.yaml",
                   bound="it keeps its template because it is published")  # fmt: skip
    text = render.text([told], statuses=["UPLOADED: published to site"])

    assert "             it keeps its template because it is published\n" in text
    assert "  recording  2026-11-20-0a1b2c3d4e5f\n" in text
    assert "  status     UPLOADED: published to site\n" in text
    assert "  override   overrides/x.yaml\n" in text


def test_several_answers_leave_the_settings_out() -> None:
    """They would be long, and most of them equal."""
    text = render.text([TOLD, replace(TOLD, tenant="math", taken_by=None, next=None)])

    assert "Settings that" not in text
    assert text.endswith("Its settings: say which it is with --tenant or --source.")


def test_nothing_in_a_title_moves_the_cursor() -> None:
    told = replace(TOLD, title="\x1b[2J evil\n\u202e", rule='keyword "\x1b"',
                   publications=(Shown("site", "site", "\x1b]0;x\x07"),))  # fmt: skip

    assert "\x1b" not in render.text([told])


def test_colour_is_only_paint() -> None:
    import click

    assert click.unstyle(render.text([TOLD], paint=coloured)) == render.text([TOLD])


def test_the_json_has_every_setting() -> None:
    """Values as they were written, also those that nobody decided."""
    (document,) = render.json_data([TOLD])["explanations"]

    assert document["settings"][0] == {
        "path": "subtitles.lines",
        "value": 1,
        "layer": "template",
        "file": "tenants/demo/templates/ml.yaml",
        "line": 14,
    }
    assert document["settings"][2]["file"] is None
    assert (document["template"], document["next"], document["tie"]) == ("ml", "ai", True)
