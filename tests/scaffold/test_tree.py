"""The files: valid whatever was answered, and saying what was meant."""

from __future__ import annotations

import fnmatch
from dataclasses import replace

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from leap.config.schema import schemas
from leap.scaffold.tree import files, filled_in
from tests.scaffold.conftest import KINDS

#: What people type on one line.
LINE = st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), min_size=1)


@given(title=LINE.filter(str.strip), folder=LINE.filter(lambda text: text.strip(" ./~-")))
def test_an_answer_is_read_back_as_it_was_given(title, folder):
    """No sign in it becomes YAML."""
    folder = f"/srv/{folder}"
    made = filled_in(replace(KINDS["local"], title=title, recordings=folder))

    assert title == yaml.safe_load(made["tenants/acme/tenant.yaml"])["title"]
    assert folder == yaml.safe_load(made["tenants/acme/sources/recordings.yaml"])["path"]
    assert [folder] == yaml.safe_load(made["leap.yaml"])["folders"]


@pytest.mark.parametrize(
    "word", ["null", "Yes", "no", "12", "1e3", "2026-11-20", "- a", "a: b", "#"]
)
def test_a_word_of_yaml_stays_a_text(word):
    """`no` is a university in Norway."""
    made = files(replace(KINDS["local"], title=word))

    assert word == yaml.safe_load(made["tenants/acme/tenant.yaml"])["title"]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_left_to_be_filled_in(kind):
    """No mark of the scaffold's own is left; every text ends with one line end."""
    for name, text in files(KINDS[kind]).items():
        assert not any(mark in text for mark in ("[=", "=]", "[%", "%]")), name
        assert text.endswith("\n"), name
        assert not text.endswith("\n\n"), name
        assert "\n\n\n" not in text or name.endswith(".py"), name
        assert "TENANT" not in name


def test_every_file_agrees_with_the_schema_that_it_names():
    """An editor shows no mistake in what was just made."""
    texts = schemas()
    for name, text in files(KINDS["hosted"]).items():
        if name.endswith(".yaml") and not name.startswith("."):
            head = text.partition("\n")[0]
            kind = head.rpartition("/")[2]
            up = head.partition("=")[2].count("../")
            assert name.count("/") == up, name
            jsonschema.validate(yaml.safe_load(text), yaml.safe_load(texts[kind]))


def test_without_ci_there_is_no_workflow():
    """Owners are of use anywhere on GitHub; the rest is for Actions."""
    there = [name for name in files(KINDS["local"]) if name.startswith(".github/")]

    assert [".github/CODEOWNERS"] == there


@pytest.mark.parametrize(
    "file, owner",
    [
        ("tenants/acme/templates/ml.yaml", "@your-org/lectures"),
        ("tenants/acme/tenant.yaml", "@your-org/lectures"),
        ("tenants/acme/secrets.sops.yaml", "@your-org/operators"),
        ("tenants/acme/.sops.yaml", "@your-org/operators"),
        ("tenants/other/tenant.yaml", "@your-org/operators"),
        (".sops.yaml", "@your-org/operators"),
        ("leap.yaml", "@your-org/operators"),
        ("pipelines/lecture.yaml", "@your-org/operators"),
        ("schemas/tenant.schema.json", "@your-org/operators"),
        ("requirements.txt", "@your-org/operators"),
        (".github/workflows/reconcile.yml", "@your-org/operators"),
        ("README.md", "@your-org/operators"),
    ],
)
def test_a_tenant_decides_about_its_own_folder_and_nothing_else(file, owner):
    """The last line that fits counts, so those of the operators stand last."""
    rules = [
        line.split()
        for line in files(KINDS["hosted"])[".github/CODEOWNERS"].splitlines()
        if line and line[0] != "#"
    ]

    def fits(pattern: str) -> bool:
        if pattern.endswith("/"):
            return f"/{file}".startswith(pattern)
        return pattern == "*" or fnmatch.fnmatchcase(f"/{file}", pattern)

    assert owner == [owners for pattern, *owners in rules if fits(pattern)][-1][0]


def test_the_url_of_the_database_is_in_no_file():
    """Only the name of the secret is."""
    made = "\n".join(files(KINDS["self-hosted, with a database"]).values())

    assert "${{ secrets.LEDGER }}" in made
    assert "LEAP_DATABASE_URL: postgres" not in made


def test_a_hosted_runner_keeps_the_state_in_the_bucket():
    """LEAP reads it there itself, which takes one more package."""
    made = files(KINDS["hosted"])

    assert "s3://our-lectures" == yaml.safe_load(made["leap.yaml"])["state"]
    assert "leap[embedded,s3,whisper] @ " in made["requirements.txt"]
    assert "state" == yaml.safe_load(files(KINDS["self-hosted"])["leap.yaml"])["state"]
    assert "leap[embedded,multilingual,whisper]" in files(KINDS["self-hosted"])["requirements.txt"]


def test_recordings_elsewhere_need_no_folder_here():
    """A share is named, and neither made nor ignored."""
    made = files(KINDS["self-hosted"])

    assert not [name for name in made if "записи" in name]
    assert "записи" not in made[".gitignore"]
    assert "/www/*" in made[".gitignore"]
