"""Overrides that the report writes: whatever a lecture is called, they are sound and mean it."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from leap.config.override import Override
from leap.config.templating import render
from leap.render.report.deciding import LABELS, Editor, choices
from leap.render.terminal import clean

ID = "2026-11-20-1a2b3c4d5e6f"
GITHUB = Editor("github", "https://github.com/uni/lectures", "main")
GITLAB = Editor("gitlab", "https://gitlab.uni.example/media/lectures", "main", "leap/")


def made(title: str, override: str | None = None) -> dict[str, str]:
    """Return the text of every choice, by name."""
    found = choices("demo", ID, title, tuple(LABELS), day="2026-11-22", override=override)
    return {each.name: each.text for each in found}


@given(st.text())
def test_every_override_is_sound_whatever_the_lecture_is_called(title: str) -> None:
    """It is about that recording, and what it decides is what its link says."""
    found = {name: yaml.safe_load(text) for name, text in made(clean(title)).items()}

    models = {name: Override.model_validate(data) for name, data in found.items()}
    assert {ID} == {model.for_.recording for model in models.values()}
    assert (True, True, True) == (
        models["approve"].approve,
        models["skip"].skip,
        models["withdraw"].withdraw,
    )
    assert "Decided on 2026-11-22." == models["skip"].reason == models["withdraw"].reason


@pytest.mark.parametrize(
    "title", ['Лекция 3: "Градиент" \\o/ 💥', "100 % {sure}", "- a: b # c", "no", "true", "'"]
)
def test_a_new_title_begins_with_the_old_one(title: str) -> None:
    """Nothing in it is taken for YAML, or for a variable."""
    data = yaml.safe_load(made(title)["title"])

    assert title == render(Override.model_validate(data).metadata.title, {})


@pytest.mark.parametrize("title", ["{{ topic }}", "{% if x %}", "a {# b", "  ", "\u2028"])
def test_a_title_that_jinja_would_take_for_its_own_is_left_out(title: str) -> None:
    """The recording's own name does the same."""
    assert "{{ display_name }}" == yaml.safe_load(made(title)["title"])["metadata"]["title"]


def test_github_opens_a_new_file_with_path_and_text() -> None:
    """As its documentation says: https://docs.github.com/repositories/working-with-files."""
    (choice,) = choices("demo", ID, "A & B", ["skip"], day="2026-11-22")

    address = urlsplit(choice.href(GITHUB))
    fields = parse_qs(address.query)

    assert ("github.com", "/uni/lectures/new/main") == (address.netloc, address.path)
    assert [f"tenants/demo/overrides/{ID}.yaml"] == fields["filename"]
    assert [choice.text] == fields["value"]


def test_gitlab_does_it_in_its_own_way() -> None:
    """And LEAP's root may be a folder of a larger project."""
    (choice,) = choices("demo", ID, "A", ["title"], day="2026-11-22")

    address = urlsplit(choice.href(GITLAB))
    fields = parse_qs(address.query)

    assert "/media/lectures/-/new/main" == address.path
    assert [f"leap/tenants/demo/overrides/{ID}.yaml"] == fields["file_name"]
    assert [choice.text] == fields["content"]


def test_what_is_there_already_is_edited() -> None:
    """A recording has one override: the page shows what to write into it."""
    path = "tenants/demo/overrides/lecture 3.yaml"
    (choice,) = choices("demo", ID, "A", ["approve"], day="2026-11-22", override=path)

    assert (True, "approve: true\n", path) == (choice.adds, choice.text, choice.path)
    assert f"/uni/lectures/edit/main/{path}" == unquote(urlsplit(choice.href(GITHUB)).path)
    assert "/media/lectures/-/edit/main/leap/tenants" in choice.href(GITLAB)
