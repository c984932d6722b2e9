"""All of it appears where it should, or nothing does."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from leap.errors import LeapError, UsageError
from leap.scaffold.place import Place, find_place, move_in, refuse_conflicts, staging

NAMES = ("leap.yaml", "tenants/acme/tenant.yaml", ".gitignore", "state/keys/acme.agekey")


def tree(folder: Path) -> Path:
    for name in NAMES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


def held(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def test_a_new_folder_appears_at_once(tmp_path):
    """Its parents too; the scratch folder is gone."""
    place = find_place(tmp_path / "новая папка" / "a b")

    with staging(place) as scratch:
        move_in(tree(scratch / "tree"), place)

    assert set(NAMES) <= held(place.folder)
    assert ["новая папка"] == [path.name for path in tmp_path.iterdir()]


def test_a_folder_that_is_there_keeps_what_it_has(tmp_path):
    """Files go beside others, and its own identity stays: a shell may stand in it."""
    (tmp_path / "tenants").mkdir()
    (tmp_path / "tenants" / "notes.txt").write_text("mine")
    (tmp_path / ".git").mkdir()
    before = tmp_path.stat().st_ino
    place = find_place(tmp_path)

    refuse_conflicts(place, NAMES)
    with staging(place) as scratch:
        move_in(tree(scratch / "tree"), place)

    assert set(NAMES) | {"tenants/notes.txt"} <= held(tmp_path)
    assert before == tmp_path.stat().st_ino
    assert 0o700 == (tmp_path / "state/keys").stat().st_mode & 0o777


def test_what_fails_half_way_is_undone(tmp_path):
    """A file that has appeared meanwhile stays; everything else is as it was."""
    place = find_place(tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    before = held(tmp_path)

    with pytest.raises(LeapError, match="appeared meanwhile"), staging(place) as scratch:
        made = tree(scratch / "tree")
        (tmp_path / "leap.yaml").write_text("somebody else's")  # moved last, so that all is undone
        move_in(made, place)

    assert before | {"leap.yaml"} == held(tmp_path)
    assert "somebody else's" == (tmp_path / "leap.yaml").read_text()


@pytest.mark.parametrize(
    "there, named",
    [
        (".gitignore", ".gitignore"),
        ("tenants/acme/tenant.yaml", "tenants/acme/tenant.yaml"),
        ("tenants", "tenants"),
        ("state/keys", "state/keys"),
    ],
)
def test_a_file_in_the_way_is_named(tmp_path, there, named):
    """Nothing is overwritten, and no folder is made of a file."""
    (tmp_path / there).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / there).write_text("mine")

    with pytest.raises(UsageError, match=f"has {named}, and nothing is overwritten"):
        refuse_conflicts(find_place(tmp_path), NAMES)


def test_a_linked_folder_is_in_the_way(tmp_path):
    """It could lead anywhere."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "tenants").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(UsageError, match="has tenants, and"):
        refuse_conflicts(find_place(tmp_path / "here"), NAMES)


def test_many_files_in_the_way_are_a_short_line(tmp_path):
    """The first are named, the others counted."""
    names = [f"{n:02}.yaml" for n in range(20)]
    for name in names:
        (tmp_path / name).touch()

    with pytest.raises(UsageError, match=r"07\.yaml and 12 more, and nothing"):
        refuse_conflicts(find_place(tmp_path), names)


def test_inside_a_repository_of_leap_there_is_no_place(tmp_path):
    """Nor where one is already."""
    (tmp_path / "leap.yaml").touch()

    with pytest.raises(UsageError, match="would be inside the repository"):
        find_place(tmp_path / "tenants" / "new")
    with pytest.raises(UsageError, match="is a repository of LEAP already"):
        find_place(tmp_path)


@pytest.mark.parametrize("name", ["file", "file/new", "file/new/er"])
def test_a_file_is_no_place(tmp_path, name):
    """Nor is what would be in one."""
    (tmp_path / "file").touch()

    with pytest.raises(UsageError, match=r"file is a file; name a folder"):
        find_place(tmp_path / name)


@pytest.mark.parametrize("name", ["a\x00b", "x" * 300])
def test_what_can_be_no_name_is_no_place(tmp_path, name):
    """The file system decides; the message is one line."""
    with pytest.raises(LeapError) as refused, staging(find_place(tmp_path / name)) as scratch:
        move_in(tree(scratch / "tree"), Place(tmp_path / name, None))

    assert "\n" not in str(refused.value)
    assert [] == list(tmp_path.iterdir())


def test_a_folder_that_nobody_can_write_to_is_a_line(tmp_path):
    """/proc is one, for everybody."""
    place = find_place(Path("/proc/new"))

    with pytest.raises(LeapError, match="cannot be written: "), staging(place):
        pytest.fail("nothing can be staged there")


def test_git_above_is_found(tmp_path):
    """Where a repository is part of another of git's, that one is used."""
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)

    assert Place((tmp_path / "a" / "b").resolve(), tmp_path.resolve()) == find_place(
        tmp_path / "a" / "b"
    )
