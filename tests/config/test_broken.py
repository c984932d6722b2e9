"""Every fault that people make in YAML, and what they are told about it.

Each file in broken/ is one fault, named by its file. Its first lines say what
kind of file it is (``#=``) and which diagnostics it gets (``#!``), word for
word. It is put into a sound repository, which gets no other diagnostic.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from leap.config import check

BROKEN = sorted((Path(__file__).parent / "broken").glob("*.yaml"))

PLACES = {
    "operator": "leap.yaml",
    "pipeline": "pipelines/broken.yaml",
    "tenant": "tenants/acme/tenant.yaml",
    "source": "tenants/acme/sources/broken.yaml",
    "template": "tenants/acme/templates/broken.yaml",
    "preset": "tenants/acme/presets/unsound.yaml",
    "override": "tenants/acme/overrides/second.yaml",
}


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_fault_is_told_with_its_place_and_what_helps(path, write):
    """The diagnostics are exactly those that the file itself announces."""
    content = path.read_text(encoding="utf-8")
    lines = content.splitlines()
    kind = next(line[2:].strip() for line in lines if line.startswith("#="))
    expected = sorted(line[2:].strip() for line in lines if line.startswith("#!"))
    place = PLACES[kind]

    found = check(write({place: content}))

    assert expected == sorted(f"{d.severity} {str(d).removeprefix(place + ':')}" for d in found)


def test_the_corpus_is_large():
    """No fault gets lost by moving a folder."""
    assert len(BROKEN) >= 80


def test_the_repository_without_a_fault_is_sound(write):
    """What the corpus adds is the only thing wrong."""
    assert check(write()) == ()
