"""leap validate and leap schema, as a person or a program calls them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


def leap(*arguments, cwd=REPOSITORY, **environment):
    variables = {k: v for k, v in os.environ.items() if k != "GITHUB_ACTIONS"}
    variables |= {"PYTHONPATH": str(REPOSITORY)} | environment
    return subprocess.run(
        [sys.executable, "-m", "leap", *map(str, arguments)],
        cwd=cwd,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def broken(tmp_path):
    """A repository with an error in one tenant and a warning in another."""
    root = tmp_path / "мои лекции"
    files = {
        "leap.yaml": "{}\n",
        "pipelines/lecture.yaml": "stages: [download, trim]\n",
        "tenants/acme/tenant.yaml": "title: Acme\nowner: me\n",
        "tenants/globex/tenant.yaml": "title: Globex\n",
        "tenants/globex/presets/site.yaml": "platform: site\n",
        "tenants/globex/templates/all.yaml": (
            "match: {patterns: ['.*']}\npipeline: lecture\npublish: {site: }\n"
        ),
    }
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    return root


def test_a_sound_repository_says_so(demo_repository):
    """One line, exit 0; from a folder below the root too."""
    result = leap("validate", cwd=demo_repository / "tenants" / "demo")

    assert (0, "") == (result.returncode, result.stderr)
    assert result.stdout.endswith("files checked, no problems\n")


def test_mistakes_are_shown_with_their_lines(broken):
    """Everything at once; exit 1; no traceback."""
    result = leap("validate", "-C", broken)

    assert 1 == result.returncode
    assert "" == result.stderr
    assert (
        "tenants/acme/tenant.yaml:2:1: error: unknown key `owner`; did you mean `owners`?\n"
        "    2 | owner: me\n"
        "        ^\n"
    ) in result.stdout
    assert result.stdout.endswith("6 files checked, 1 error, 1 warning\n")


def test_json_stands_alone_on_stdout(broken):
    """With GitHub's annotations on the other stream."""
    result = leap("validate", "-C", broken, "--format", "json", GITHUB_ACTIONS="true")

    found = json.loads(result.stdout)["diagnostics"]
    assert 1 == result.returncode
    assert ["error", "warning"] == [each["severity"] for each in found]
    assert {"severity", "file", "line", "column", "message", "hint"} == set(found[0])
    assert (
        "::error file=tenants/acme/tenant.yaml,line=2,col=1,title=leap validate::unknown key `owner`; "
        "did you mean `owners`?"
    ) in result.stderr


def test_a_warning_is_no_failure(broken):
    """Only the named tenant is read, and exit 0."""
    result = leap("validate", "-C", broken, "--tenant", "globex")

    assert 0 == result.returncode
    assert result.stdout.endswith("5 files checked, 1 warning\n")


def test_a_secret_in_the_clear_is_an_error(broken):
    """It needs no key to see that."""
    secrets = broken / "tenants/globex/secrets.sops.yaml"
    secrets.write_text("credentials:\n  a: {b: hunter2}\nsops: {version: 3.13.1}\n")

    result = leap("validate", "-C", broken, "--tenant", "globex")

    assert 1 == result.returncode
    assert "tenants/globex/secrets.sops.yaml:2:10: error:" in result.stdout
    assert "hunter2" not in result.stdout + result.stderr


def test_schemas_are_written_and_found_stale(broken):
    """`leap schema` brings them up to date; --check only looks."""
    assert 1 == leap("schema", "--check", "-C", broken).returncode
    assert not (broken / "schemas").exists()
    assert 0 == leap("schema", "-C", broken).returncode
    assert 0 == leap("schema", "--check", "-C", broken).returncode
    (broken / "schemas/tenant.schema.json").write_text("{}")

    result = leap("schema", "--check", "-C", broken)

    assert (1, "schemas/tenant.schema.json: stale; run `leap schema`\n") == (
        result.returncode,
        result.stderr,
    )


def test_the_reference_is_kept_where_there_is_one(broken):
    """A repository of templates alone needs no such page."""
    assert 0 == leap("schema", "-C", broken).returncode
    assert not (broken / "docs").exists()
    (broken / "docs").mkdir()
    (broken / "docs/reference.md").write_text("old")

    result = leap("schema", "--check", "-C", broken)

    assert (1, "docs/reference.md: stale; run `leap schema`\n") == (
        result.returncode,
        result.stderr,
    )
    leap("schema", "-C", broken)
    assert (broken / "docs/reference.md").read_text().startswith("# Reference\n")


def test_annotations_count_from_the_checkout(broken):
    """A repository may lie in a folder of the one that is checked out."""
    result = leap(
        "validate", "-C", broken, GITHUB_ACTIONS="true", GITHUB_WORKSPACE=str(broken.parent)
    )

    assert "::error file=мои лекции/tenants/acme/tenant.yaml,line=2,col=1," in result.stderr


def test_warnings_fail_where_one_wants_them_to(broken):
    """`--strict` is for a team that wants none."""
    assert 1 == leap("validate", "-C", broken, "--tenant", "globex", "--strict").returncode


def test_a_repository_without_tenants_says_what_to_write(tmp_path):
    """It is sound, and does nothing."""
    (tmp_path / "leap.yaml").write_text("{}\n")

    result = leap("validate", "-C", tmp_path)

    assert (0, "1 file checked, no problems\n") == (result.returncode, result.stdout)
    assert result.stderr.startswith("no tenant yet: ")


def test_a_folder_that_is_no_repository_is_named(tmp_path):
    """With what to do about it."""
    result = leap("validate", cwd=tmp_path)

    assert 64 == result.returncode
    assert "no leap.yaml here or in any folder above; go to the repository" in result.stderr


def test_validate_loads_nothing_heavy():
    """It belongs into a commit hook."""
    code = (
        "import sys; from leap.cli.boundary import run; from leap.cli import cli; "
        "assert run(cli, ['validate']) == 0; "
        "print([m for m in ('luigi', 'sqlalchemy', 'av', 'numpy', 'rich', 'httpx', 'psycopg') "
        "if m in sys.modules], file=sys.stderr)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )

    assert "[]\n" == result.stderr
