"""Every fault of an encrypted file or its rules that is found without a key.

Each file in broken/ is one fault, named by its file. Its first lines say which
file it takes the place of (``#=``) and which diagnostics it gets (``#!``), word
for word; they are not part of it. Everything else is sound.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from leap.secrets import check

HERE = Path(__file__).parent
BROKEN = sorted((HERE / "broken").glob("*.yaml"))


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """Return a repository whose encrypted file nobody can open any more: its key is gone."""
    (tmp_path / "tenants" / "acme").mkdir(parents=True)
    shutil.copy(HERE / "sound.sops.yaml", tmp_path / ".sops.yaml")
    file = tmp_path / "tenants" / "acme" / "secrets.sops.yaml"
    shutil.copy(HERE / "sound.secrets.sops.yaml", file)
    return tmp_path


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_fault_is_told_with_its_place_and_what_helps(path: Path, sound: Path) -> None:
    """The diagnostics are exactly those that the file itself announces."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    head = [line for line in lines if line.startswith(("#=", "#!"))]
    place = head[0].removeprefix("#=").strip()
    expected = [line.removeprefix("#!").strip() for line in head[1:]]
    (sound / place).write_text("".join(lines[len(head) :]), encoding="utf-8")

    found = check(sound, "acme")

    assert expected == [str(each) for each in found]
    assert "oops" not in "".join(expected)


def test_the_corpus_is_large() -> None:
    """No fault gets lost by moving a folder."""
    assert len(BROKEN) >= 40


def test_the_repository_without_a_fault_is_sound(sound: Path) -> None:
    """What the corpus adds is the only thing wrong."""
    assert check(sound, "acme") == ()


def test_a_link_to_the_file_of_another_is_not_followed(sound: Path) -> None:
    """A tenant's file is a file of its own."""
    file = sound / "tenants" / "acme" / "secrets.sops.yaml"
    (sound / "tenants" / "globex").mkdir()
    (sound / "tenants" / "globex" / file.name).symlink_to(file)

    (found,) = check(sound, "globex")

    assert "a symbolic link is not followed" == found.message


def test_a_folder_in_its_place_is_told(sound: Path) -> None:
    """What cannot be read as a file is one diagnostic, not a traceback."""
    (sound / "tenants" / "globex" / "secrets.sops.yaml").mkdir(parents=True)

    (found,) = check(sound, "globex")

    assert ("tenants/globex/secrets.sops.yaml", "cannot be read: Is a directory") == (
        found.file,
        found.message,
    )
