"""Whatever stands in a file: diagnostics, never a crash."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leap.config import check, effective, load
from leap.config.schema import _KINDS

PLACES = {
    "operator": "leap.yaml",
    "pipeline": "pipelines/lecture.yaml",
    "tenant": "tenants/acme/tenant.yaml",
    "source": "tenants/acme/sources/recordings.yaml",
    "template": "tenants/acme/templates/known.yaml",
    "preset": "tenants/acme/presets/site.yaml",
    "override": "tenants/acme/overrides/first.yaml",
}

words = st.sampled_from(
    [
        "",
        "off",
        "auto",
        "0",
        "1 s",
        "8 min",
        "50 %",
        "-40 dB",
        "site",
        "bare",
        "folder",
        "lecture",
        "download",
        "trim",
        "publish",
        "{{ topic }}",
        "{topic}",
        "(",
        ".*",
        "unlisted",
        "known",
        "\n",
        "recordings",
        "../x",
        "0a1b2c3d4e5f",
        "2026-11-20",
        "any",
        "all",
        "Лекция",
        "\u202e",
    ]
)
inner_keys = st.sampled_from(
    [
        "",
        "padding",
        "title",
        "site",
        "bare",
        "keywords",
        "patterns",
        "sources",
        "exclude",
        "shortest",
        "longest",
        "line_length",
        "with",
        "language",
        "matches",
        "rejects",
        "recording",
        "source",
        "date",
        "privacy",
        "subtitles",
        "blank",
        "x",
        "<<",
        "formats",
        "mode",
    ]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-10, 10**20) | st.floats() | words,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(inner_keys | words, inner, max_size=4)
    ),
    max_leaves=10,
)


def documents(kind: str):
    """Return data for a file of ``kind``: its own keys, with anything under them."""
    known = [field.alias or name for m in _KINDS[kind] for name, field in m.model_fields.items()]
    return st.dictionaries(st.sampled_from(known) | inner_keys, values, max_size=8)


@pytest.mark.parametrize("kind", PLACES)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
def test_any_data_gives_diagnostics_or_a_declaration(kind, write, data):
    """What is found sound can be loaded, and merged for every template and override."""
    content = json.dumps(data.draw(documents(kind)), ensure_ascii=False)
    root: Path = write({PLACES[kind]: content})

    found = check(root)

    assert all(each.line >= 0 and each.message for each in found)
    if not any(each.severity == "error" for each in found):
        declaration = load(root)
        for name, tenant in declaration.tenants.items():
            for template in tenant.templates:
                assert effective(declaration, name, template.name).stages
