"""From a folder of files to the declaration."""

from __future__ import annotations

import dataclasses
import os
import shutil
import time
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from leap.config import check, check_files, load, override_for
from leap.config.repository import MAX_FILES
from leap.errors import ConfigError


@dataclasses.dataclass
class Recording:
    """What an override is found by."""

    id: str
    source: str = "recordings"
    title: str = "Lecture 1"
    started_at: datetime = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)


def messages(root, **options):
    return [str(each) for each in check(root, **options)]


def test_this_repository_is_sound(demo_repository):
    """The worked example has neither errors nor warnings."""
    assert check(demo_repository) == ()


def test_a_repository_becomes_one_value(write, monkeypatch):
    """Everything is there under its name, with absolute paths."""
    monkeypatch.delenv("LEAP_DATABASE_URL", raising=False)
    root = write()

    declaration = load(root)

    assert root == declaration.root
    assert "embedded" == declaration.operator.database
    assert root / "state" == declaration.operator.state
    assert (root / "recordings",) == declaration.operator.folders
    assert {"archive", "lecture"} == set(declaration.pipelines)
    acme = declaration.tenants["acme"]
    assert "Acme University" == acme.config.title
    assert root / "recordings/acme" == acme.sources["recordings"].path
    assert ["known"] == [template.name for template in acme.templates]
    assert root / "site/bare" == acme.presets["bare"].path
    assert ["tenants/acme/overrides/first.yaml"] == [each.file for each in acme.overrides]


def test_the_declaration_cannot_be_changed(write):
    """What was planned is what runs."""
    declaration = load(write())

    with pytest.raises(dataclasses.FrozenInstanceError):
        declaration.digest = ""
    with pytest.raises(ValidationError):
        declaration.operator.workers = 9
    with pytest.raises(TypeError):
        declaration.tenants["globex"] = declaration.tenants["acme"]


def test_the_environment_names_the_database(write, monkeypatch):
    """LEAP_DATABASE_URL wins over leap.yaml."""
    monkeypatch.setenv("LEAP_DATABASE_URL", "postgresql://elsewhere/leap")

    assert "postgresql://elsewhere/leap" == load(write()).operator.database


def test_templates_come_in_matching_order(write):
    """Higher priority first, then by name."""
    body = "match: {keywords: [%s]}\npipeline: archive\npriority: %d\n"
    root = write(
        {
            "tenants/acme/templates/b.yaml": body % ("b", 0),
            "tenants/acme/templates/a.yaml": body % ("a", -5),
            "tenants/acme/templates/z.yaml": body % ("z", 7),
        }
    )

    assert ["z", "b", "known", "a"] == [each.name for each in load(root).tenants["acme"].templates]


def test_the_digest_follows_the_data_alone(write):
    """A comment changes nothing; a value does."""
    before = load(write()).digest
    commented = load(
        write({"leap.yaml": "# hello\nsites:  [site]\nfolders: ['recordings']\n"})
    ).digest
    edited = load(write({"leap.yaml": "folders: [recordings, more]\nsites: [site]\n"})).digest

    assert before == commented
    assert before != edited


def test_all_mistakes_of_all_files_come_at_once(write):
    """Errors come sorted by file and line, and all of them in one exception."""
    root = write(
        {
            "leap.yaml": "folders: [recordings]\nsites: [site]\nworkrs: 2\n",
            "pipelines/lecture.yaml": "stages: [download, trimm]\n",
            "tenants/acme/tenant.yaml": "titel: Acme\n",
            "tenants/acme/templates/known.yaml": "match: {keyword: [a]}\npipeline: lectures\n",
        }
    )

    with pytest.raises(ConfigError) as caught:
        load(root)

    assert (
        """
leap.yaml:3:1: unknown key `workrs`; did you mean `workers`?
pipelines/lecture.yaml:1:20: stages: `trimm` is not `download`, `trim`, `transcribe`, \
`topics`, `subtitles` or `publish`; did you mean `trim`?
tenants/acme/templates/known.yaml:1:9: unknown key `keyword`; did you mean `keywords`?
tenants/acme/templates/known.yaml:2:11: there is no pipeline `lectures`; did you mean `lecture`?
tenants/acme/tenant.yaml:1:1: the key `title` is missing; such as `title: Demo University`
tenants/acme/tenant.yaml:1:1: unknown key `titel`; did you mean `title`?
""".strip().splitlines()
        == [str(each) for each in caught.value.diagnostics]
    )


def test_a_broken_file_of_one_tenant_does_not_block_another(write):
    """Only the named tenants are read."""
    root = write(
        {"tenants/globex/tenant.yaml": "title: [\n", "tenants/globex/templates/x.yaml": "- 1\n"}
    )

    assert ["acme"] == list(load(root, tenants=["acme"]).tenants)
    with pytest.raises(ConfigError):
        load(root)


def test_a_tenant_that_does_not_exist_is_named(write):
    """With the one that was probably meant."""
    assert ["tenants/acne: there is no such tenant; did you mean `acme`?"] == messages(
        write(), tenants=["acne"]
    )


@pytest.mark.parametrize(
    "path, message",
    [
        ("tenants/acme/templates/ML.yaml", "`ML` is not a name; small letters, digits and hyphens, at most 63 characters"),
        ("tenants/acme/templates/лекция.yaml", "`лекция` is not a name; small letters, digits and hyphens, at most 63 characters"),
        ("tenants/acme/templates/ml.yml", "the ending is not `.yaml`; rename it to ml.yaml"),
        ("tenants/acme/template/ml.yaml", "nothing reads this; did you mean `templates`?"),
        ("tenants/acme/presets.yaml", "nothing reads this; did you mean `presets`?"),
        ("tenants/acme/templates/old/ml.yaml", "folders in here are not read; move the files one level up"),
        ("tenants/Globex/tenant.yaml", "`Globex` is not a name; small letters, digits and hyphens, at most 63 characters"),
        ("tenants/globex/sources/x.yaml", "the file is missing; it needs at least a `title`"),
    ],
)  # fmt: skip
def test_files_in_wrong_places_are_named(path, message, write):
    """A file that nothing reads is a mistake, never silence."""
    found = messages(write({path: "kind: folder\npath: recordings\n"}))

    assert len(found) == 1
    assert found[0].endswith(message)


def test_notes_and_editors_files_are_no_mistake(write):
    """README files and hidden files are left alone."""
    files = dict.fromkeys(
        ["tenants/acme/README.md", "tenants/acme/templates/.known.yaml.swp", "pipelines/notes.txt"],
        "- not: [ours",
    )

    assert check(write(files)) == ()


def test_links_are_not_followed(write):
    """A link could make another tenant's file one's own."""
    root = write({"tenants/globex/tenant.yaml": "title: Globex\n"})
    (root / "tenants/globex/presets").symlink_to(root / "tenants/acme/presets")
    (root / "tenants/globex/templates").mkdir()
    (root / "tenants/globex/templates/x.yaml").symlink_to("/etc/passwd")

    found = messages(root)

    assert [
        "tenants/globex/presets: a symbolic link is not followed",
        "tenants/globex/templates/x.yaml: a symbolic link is not followed",
    ] == [message.partition(";")[0] for message in found]


def test_a_source_cannot_leave_its_folders_by_a_link(write):
    """What counts is where a path leads, not how it is written."""
    root = write({"tenants/acme/sources/sly.yaml": "kind: folder\npath: recordings/sly\n"})
    (root / "recordings").mkdir()
    (root / "recordings/sly").symlink_to("/etc")

    assert ["tenants/acme/sources/sly.yaml:2:7"] == [
        f"{d.file}:{d.line}:{d.column}" for d in check(root)
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_cannot_be_read_is_a_diagnostic(write):
    """Not a traceback."""
    root = write()
    (root / "leap.yaml").chmod(0)

    assert "leap.yaml: cannot be read: permission denied" in messages(root)


@pytest.mark.parametrize("place", ["tenants", "tenants/acme/sources"])
def test_a_folder_that_cannot_be_read_is_not_taken_for_an_empty_one(place, write):
    """Nothing declared and nothing readable are two things; here a file is in the way."""
    root = write()
    shutil.rmtree(root / place)
    (root / place).write_text("")
    expected = f"{place}: cannot be read: not a directory; make it a folder that you can read"
    assert expected in messages(root)


def test_a_folder_without_leap_yaml_is_no_repository(tmp_path):
    """Said in one line."""
    assert ["leap.yaml: the file is missing; it marks the root of a LEAP repository"] == messages(
        tmp_path
    )


def test_too_many_files_are_refused(write):
    """A tenant cannot keep everybody else waiting."""
    root = write()
    folder = root / "tenants/acme/templates"
    for number in range(MAX_FILES):
        (folder / f"t{number}.yaml").touch()

    assert [f"tenants/acme: more than {MAX_FILES} files"] == messages(root)


def test_many_tenants_are_checked_in_seconds(write):
    """Forty tenants with twenty files each."""
    body = (
        "match: {keywords: [course %d], patterns: ['\\bC%d\\b']}\n"
        "examples: {matches: ['A course %d']}\n"
        "pipeline: lecture\n"
        "transcribe: {vocabulary: [a, b, c]}\n"
        "publish: {site: {title: '{{ display_name }}'}}\n"
    )
    files = {}
    for tenant in range(40):
        base = f"tenants/t{tenant}"
        files[f"{base}/tenant.yaml"] = "title: T\n"
        files[f"{base}/presets/site.yaml"] = f"platform: site\npath: site/t{tenant}\n"
        for number in range(10, 28):
            files[f"{base}/templates/c{number}.yaml"] = body % (number, number, number)
    root = write(files)

    before = time.process_time()
    checked = check_files(root)

    assert checked.diagnostics == ()
    assert 40 * 20 + 9 == checked.files
    assert 41 == len(checked.tenants)
    assert time.process_time() - before < 5


def test_an_account_without_credentials_is_named(write):
    """The names of accounts are readable in an encrypted file."""
    root = write({"tenants/acme/secrets.sops.yaml": "credentials:\n  linx: {}\n"})

    (found,) = check(root)

    assert ("tenants/acme/presets/site.yaml", 3, 10) == (found.file, found.line, found.column)
    assert "tenants/acme/secrets.sops.yaml has no account `links`" == found.message
    assert "did you mean `linx`?" == found.hint


@pytest.mark.parametrize(
    "named, fits",
    [
        ("{recording: 2026-11-20-0a1b2c3d4e5f}", True),
        ("{recording: 0a1b2c3d4e5f}", True),
        ("{recording: 0a1b2c3d4e50}", False),
        ("{source: recordings, title: 'Lecture  1 ', date: 2026-11-20}", True),
        ("{source: recordings, title: Lecture 1, date: 2026-11-19}", False),
        ("{source: recordings, title: Lecture 2, date: 2026-11-20}", False),
    ],
)
def test_an_override_finds_its_recording(named, fits, write):
    """By id or identity; or by source, title and the day in the tenant's time zone."""
    root = write(
        {"tenants/acme/overrides/first.yaml": f"for: {named}\nskip: true\nreason: asked\n"}
    )
    acme = load(root).tenants["acme"]

    override = override_for(acme, Recording("2026-11-19-0a1b2c3d4e5f"))

    assert fits == (override is not None)


def test_two_overrides_for_one_recording_are_an_error(write):
    """Also where only the recording itself shows that they mean the same."""
    described = "for: {source: recordings, title: Lecture 1, date: 2026-11-20}\n"
    acme = load(write({"tenants/acme/overrides/second.yaml": described})).tenants["acme"]

    with pytest.raises(ConfigError, match="2 configuration errors"):
        override_for(acme, Recording("2026-11-19-0a1b2c3d4e5f"))
