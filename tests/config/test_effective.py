"""What holds for one recording: layers, origins, and what goes into keys."""

from __future__ import annotations

import pytest

from leap.config import effective, load
from leap.config.settings import SECTIONS, keyed
from leap.domain.stage import PIPELINE_STAGES, Stage
from leap.errors import ConfigError

TEMPLATE = "tenants/acme/templates/known.yaml"
PLAIN = "match: {keywords: [known course]}\npipeline: lecture\npublish: {site: }\n"


def settings(root, *, overridden=False):
    declaration = load(root)
    override = declaration.tenants["acme"].overrides[0] if overridden else None
    return effective(declaration, "acme", "known", override)


def test_built_in_values_hold_where_nobody_says_anything(write):
    """The defaults that the documentation names."""
    found = settings(write())

    assert 1200.0 == found.blank.shorter_than
    assert 25_000_000 == found.blank.smaller_than
    assert -40.0 == found.trim.silence_below
    assert 60.0 == found.trim.pauses_longer_than
    assert 0.7 == found.trim.max_removed
    assert None is found.transcribe.model
    assert "en" == found.transcribe.language
    assert None is found.topics.chapter_every
    assert 480.0 == found.topics.break_at_least
    assert (2, 17.0, 0.833, 7.0) == (
        found.subtitles.lines,
        found.subtitles.reading_speed,
        found.subtitles.shortest,
        found.subtitles.longest,
    )
    assert found.stages == PIPELINE_STAGES
    assert "built-in" == found.origin("trim.padding").layer


@pytest.mark.parametrize(
    "layers, value, origin",
    [
        ([], 40, "pipelines/lecture.yaml:2 (pipeline)"),
        (["operator"], 40, "pipelines/lecture.yaml:2 (pipeline)"),
        (["operator", "tenant"], 32, "tenants/acme/tenant.yaml:4 (tenant)"),
        (["tenant", "template"], 33, "tenants/acme/templates/known.yaml:4 (template)"),
        (["tenant", "override"], 34, "tenants/acme/overrides/first.yaml:2 (override)"),
        (["template", "override"], 34, "tenants/acme/overrides/first.yaml:2 (override)"),
    ],
)
def test_the_layer_closest_to_the_recording_wins(layers, value, origin, write):
    """Operator ← pipeline ← tenant ← template ← override; each value knows its file and line."""
    files = {
        "operator": (
            "leap.yaml",
            "folders: [recordings]\nsites: [site]\ndefaults: {subtitles: {line_length: 31}}\n",
        ),
        "tenant": (
            "tenants/acme/tenant.yaml",
            "title: Acme\ndefaults:\n  subtitles:\n    line_length: 32\n",
        ),
        "template": (TEMPLATE, PLAIN + "subtitles: {line_length: 33}\n"),
        "override": (
            "tenants/acme/overrides/first.yaml",
            "for: {recording: 0a1b2c3d4e5f}\nsubtitles: {line_length: 34}\n",
        ),
    }
    root = write(dict(files[layer] for layer in layers))

    found = settings(root, overridden="override" in layers)

    assert value == found.subtitles.line_length
    assert origin == str(found.origin("subtitles.line_length"))


def test_an_empty_text_clears_and_words_switch_off(write):
    """`off` and `auto` are values; nothing at all inherits."""
    root = write(
        {
            "tenants/acme/tenant.yaml": "title: Acme\ndefaults:\n"
            "  trim: {pauses_longer_than: 9 s, padding: 3 s}\n"
            "  topics: {chapter_every: 5 min}\n"
            "  transcribe: {prompt: Hello., language: ru, model: small}\n",
            TEMPLATE: PLAIN + "trim: {pauses_longer_than: off, padding: }\n"
            "topics: {chapter_every: auto}\n"
            "transcribe: {prompt: '', language: auto, model: ''}\n",
        }
    )

    found = settings(root)

    assert None is found.trim.pauses_longer_than
    assert 3.0 == found.trim.padding
    assert None is found.topics.chapter_every
    assert ("", None, None) == (
        found.transcribe.prompt,
        found.transcribe.language,
        found.transcribe.model,
    )


@pytest.mark.parametrize(
    "metadata, preset, publish, override, title",
    [
        ("", "", "", "", "{{ display_name }}"),
        ("", "P", "", "", "P"),
        ("T", "P", "", "", "T"),
        ("T", "P", "PP", "", "PP"),
        ("T", "P", "PP", "O", "O"),
        ("T", "", "", "O", "O"),
    ],
)
def test_what_a_publication_says_goes_from_preset_to_override(
    metadata, preset, publish, override, title, write
):
    """Preset ← template metadata ← template publish.<preset> ← override."""
    root = write(
        {
            "tenants/acme/presets/site.yaml": "platform: site\npath: site/acme\n"
            + (f"title: {preset}\n" if preset else ""),
            TEMPLATE: "match: {keywords: [known course]}\npipeline: lecture\n"
            + (f"metadata: {{title: {metadata}}}\n" if metadata else "")
            + (f"publish: {{site: {{title: {publish}}}}}\n" if publish else "publish: {site: }\n"),
            "tenants/acme/overrides/first.yaml": "for: {recording: 0a1b2c3d4e5f}\n"
            + (f"metadata: {{title: {override}}}\n" if override else ""),
        }
    )

    assert title == settings(root, overridden=True).publications["site"].title


def test_a_publication_has_its_platforms_options(write):
    """The preset's, with what the template changes; a path is portable."""
    root = write({TEMPLATE: PLAIN.replace("{site: }", "{site: {privacy: unlisted}}")})

    found = settings(root).publications["site"]

    assert ("site", "site", "links") == (found.preset, found.platform, found.account)
    assert {"path": "site/acme", "privacy": "unlisted", "approval": "none"} == found.options


def test_an_override_may_publish_elsewhere(write):
    """And says so for one recording only."""
    root = write(
        {
            "tenants/acme/overrides/first.yaml": "for: {recording: 0a1b2c3d4e5f}\n"
            "publish:\n  bare:\n  site: {privacy: unlisted}\n"
        }
    )

    found = settings(root, overridden=True)

    assert ["bare", "site"] == list(found.publications)
    assert "unlisted" == found.publications["site"].options["privacy"]
    assert "tenants/acme/overrides/first.yaml:4 (override)" == str(
        found.origin("publish.site.privacy")
    )


def test_contradictions_of_an_override_are_told_with_their_place(write):
    """Layers that are sound one by one may not fit together."""
    root = write(
        {
            "tenants/acme/overrides/first.yaml": "for: {recording: 0a1b2c3d4e5f}\n"
            "subtitles: {shortest: 9 s}\n"
        }
    )

    with pytest.raises(ConfigError) as caught:
        settings(root, overridden=True)

    assert ["tenants/acme/overrides/first.yaml:2:13"] == [
        f"{d.file}:{d.line}:{d.column}" for d in caught.value.diagnostics
    ]


def test_only_what_can_change_a_result_is_in_a_key(write):
    """Where a file's bytes come from, or how, is no part of any key."""
    found = settings(write())

    assert {} == found.settings_of(Stage.DOWNLOAD)
    assert set(type(found.trim).model_fields) == set(found.settings_of(Stage.TRIM))
    assert "with" in found.settings_of(Stage.TRANSCRIBE)
    assert {"site"} == set(found.settings_of(Stage.PUBLISH))
    assert found.settings_of(Stage.PUBLISH)["site"]["title"] == "{{ display_name }}"


@pytest.mark.parametrize("name", SECTIONS)
def test_a_key_depends_on_no_platform_or_release_detail(name):
    """Settings in keys are JSON data, and those of the defaults never change by accident."""
    import json

    section = SECTIONS[name].model_validate({})

    assert json.loads(json.dumps(keyed(section))) == keyed(section)


def test_the_settings_behind_keys_are_these():
    """Another text here makes everything anew everywhere: change it on purpose only."""
    assert {
        "silence_below": -40.0,
        "silence_longer_than": 2.0,
        "padding": 1.0,
        "edges": True,
        "pauses_longer_than": 60.0,
        "max_removed": 0.7,
    } == keyed(SECTIONS["trim"]())
    assert {
        "with": "whisper",
        "model": None,
        "language": "en",
        "prompt": "",
        "vocabulary": [],
        "temperature": 0.0,
        "beam": 5,
    } == keyed(SECTIONS["transcribe"]())
    assert {
        "with": "outline",
        "granularity": "long",
        "chapter_every": None,
        "break_at_least": 480.0,
    } == keyed(SECTIONS["topics"]())
    assert {
        "line_length": 42,
        "lines": 2,
        "reading_speed": 17.0,
        "shortest": 0.833,
        "longest": 7.0,
        "formats": ["srt", "vtt"],
    } == keyed(SECTIONS["subtitles"]())
