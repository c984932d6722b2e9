"""The JSON Schemas: current, and agreeing with the models."""

from __future__ import annotations

import itertools
import json
import re
import typing
from pathlib import Path

import jsonschema
import pytest
import yaml
from pydantic import BaseModel, TypeAdapter

from leap.config.repository import find
from leap.config.schema import _KINDS, schemas

REPOSITORY = Path(__file__).parents[2]
FILES = find(REPOSITORY).files


def test_the_schemas_in_the_repository_are_current():
    """`leap schema` writes them; nobody edits them by hand."""
    written = {
        path.name: path.read_text(encoding="utf-8")
        for path in (REPOSITORY / "schemas").glob("*.json")
    }

    assert schemas() == written


@pytest.mark.parametrize("name", sorted(schemas()))
def test_a_schema_is_a_schema(name):
    """By the dialect that it names."""
    document = json.loads(schemas()[name])

    jsonschema.Draft202012Validator.check_schema(document)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.path)
def test_every_file_names_its_schema_and_fulfils_it(file):
    """The first line is what editors read; the path in it leads to the schema."""
    path = REPOSITORY / file.path
    text = path.read_text(encoding="utf-8")
    first = text.splitlines()[0]
    marker = "# yaml-language-server: $schema="

    assert first.startswith(marker)
    schema = (path.parent / first.removeprefix(marker)).resolve()
    assert REPOSITORY / "schemas" / f"{file.kind}.schema.json" == schema
    jsonschema.validate(yaml.safe_load(text), json.loads(schema.read_text(encoding="utf-8")))


#: Keys of files that have no schema of ours: sops', pre-commit's, the git host's.
ELSEWHERE = ("creation_rules:", "credentials:", "repos:", "jobs:", "on:")
BLOCKS = [
    pytest.param(block, id=f"{path.relative_to(REPOSITORY)}-{number}")
    for path in [
        *REPOSITORY.glob("*.md"),
        *(
            each
            for folder in ("docs", "leap", "pipelines")
            for each in (REPOSITORY / folder).rglob("*.md")
        ),
    ]
    for number, block in enumerate(
        re.findall(
            r"^```yaml\n(.*?)^```", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
        )
    )
    if not any(line.startswith(ELSEWHERE) for line in block.splitlines())
]


def optional(schema):
    """Return a schema in which no key has to be there."""
    if isinstance(schema, list):
        return [optional(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: optional(value) for key, value in schema.items() if key != "required"}


@pytest.mark.parametrize("block", BLOCKS)
def test_the_yaml_in_the_documentation_fulfils_its_schema(block):
    """By the file that its first line names; a fragment fits into some kind of file."""
    first = block.splitlines()[0]
    named = re.search(r"(\w+)\.schema\.json|\b(\w+)s/[\w-]+\.yaml$|(tenant|leap)\.yaml$", first)
    data = yaml.safe_load(block)
    texts = schemas()

    if named:
        kind = next(filter(None, named.groups())).replace("leap", "operator")
        jsonschema.validate(data, json.loads(texts[f"{kind}.schema.json"]))
    else:
        fragments = [optional(json.loads(text)) for text in texts.values()]
        assert any(jsonschema.Draft202012Validator(each).is_valid(data) for each in fragments)


def test_the_documentation_has_yaml():
    """The pattern finds what it looks for."""
    assert len(BLOCKS) >= 3


def models():
    """Return every model that can be reached from the files' models."""
    waiting: list[typing.Any] = list(itertools.chain.from_iterable(_KINDS.values()))
    found = {}
    while waiting:
        each = waiting.pop()
        if isinstance(each, type) and issubclass(each, BaseModel):
            if each.__name__ not in found:
                found[each.__name__] = each
                waiting += [field.annotation for field in each.model_fields.values()]
        else:
            waiting += typing.get_args(each)
    return found


FIELDS = [
    pytest.param(model, name, id=f"{model.__name__}.{field.alias or name}")
    for model in models().values()
    for name, field in model.model_fields.items()
]


@pytest.mark.parametrize("model, name", FIELDS)
def test_every_key_has_a_sentence_and_examples_that_hold(model, name):
    """What documentation and editors show is true."""
    field = model.model_fields[name]

    assert field.description
    assert field.description.endswith(".")
    assert field.examples
    kind = (
        typing.Annotated[(field.annotation, *field.metadata)]
        if field.metadata
        else (field.annotation)
    )
    for example in field.examples:
        TypeAdapter(kind).validate_python(example)
