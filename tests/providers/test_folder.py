"""A folder of recordings: what is listed, what waits, what is a problem, what is fetched."""

from __future__ import annotations

import hashlib
import os
import unicodedata
import wave
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import pytest

from leap.domain.ports import Source
from leap.domain.recording import FileMemo, Listing
from leap.errors import ProviderError
from leap.providers import folder_files
from leap.providers.folder import FolderSource

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def tell_nobody(share: float | None, message: str = "") -> None:
    """Progress that nobody looks at."""


def recording(path: Path, seconds: float = 1.0, age: float = 3600.0) -> Path:
    """Write a WAV of silence, last changed ``age`` seconds before NOW."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(int(seconds * 16000)))
    return changed(path, age)


def changed(path: Path, age: float) -> Path:
    """Make ``path`` look as if it was last changed ``age`` seconds before NOW."""
    moment = (NOW - timedelta(seconds=age)).timestamp()
    os.utime(path, (moment, moment))
    return path


def listed(source: Source, memos: tuple[FileMemo, ...] = ()) -> Listing:
    """List ``source`` at NOW."""
    return source.list({memo.path: memo for memo in memos}, NOW, tell_nobody)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder with an awkward name."""
    path = tmp_path / "мои лекции 🎓"
    path.mkdir()
    return path


def test_a_recording_is_listed_with_what_its_file_says(folder: Path) -> None:
    """Identity is the path, revision the sha256, the title and date come from the name."""
    path = recording(folder / "spring" / "2026-03-05 10-30 Trees.wav", seconds=3)
    [seen] = listed(FolderSource(folder, "studio", time_zone="Europe/Moscow")).observed
    assert (seen.source, seen.source_kind, seen.account) == ("studio", "folder", "studio")
    assert seen.external_id == seen.locator == "spring/2026-03-05 10-30 Trees.wav"
    assert seen.revision == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (seen.title, seen.started_at) == ("Trees", datetime(2026, 3, 5, 7, 30, tzinfo=UTC))
    assert (seen.size, seen.duration, seen.settled_at) == (path.stat().st_size, 3.0, None)


def test_an_identity_does_not_depend_on_where_the_folder_is(folder: Path, tmp_path: Path) -> None:
    """The folder may move to another disk."""
    recording(folder / "Trees.wav")
    [before] = listed(FolderSource(folder, "studio")).observed
    moved = folder.rename(tmp_path / "elsewhere")
    [after] = listed(FolderSource(moved, "studio")).observed
    assert after.identity("acme") == before.identity("acme")


def test_a_known_file_is_not_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Path, size and mtime are enough; a touched file is read, and is the same."""
    path = recording(folder / "Trees.wav")
    source = FolderSource(folder, "studio")
    first = listed(source)
    read: list[str] = []
    real = folder_files.opened_inside

    def noting(root: Path, name: str) -> BinaryIO:
        read.append(name)
        return real(root, name)

    monkeypatch.setattr(folder_files, "opened_inside", noting)
    assert listed(source, first.memos) == first
    assert read == []
    changed(path, age=120)
    touched = listed(source, first.memos)
    assert read == ["Trees.wav"]
    assert touched.observed[0].revision == first.observed[0].revision
    assert touched.observed[0].started_at == first.observed[0].started_at


def test_a_file_that_just_changed_waits(folder: Path) -> None:
    """It has no revision yet, but the moment at which it may be looked at again."""
    recording(folder / "Trees.wav", age=20)
    listing = listed(FolderSource(folder, "studio", settle=60))
    [seen] = listing.observed
    assert seen.revision == ""
    assert seen.settled_at == NOW + timedelta(seconds=40)
    assert listing.memos == ()


def test_a_file_that_grows_while_it_is_read_waits(folder: Path) -> None:
    """However fast it grows, the listing ends, and the file is looked at again later."""
    path = recording(folder / "Trees.wav", seconds=200)

    def grow(share: float | None, message: str = "") -> None:
        with path.open("ab") as file:
            file.write(bytes(2_000_000))

    [seen] = FolderSource(folder, "studio", settle=60).list({}, NOW, grow).observed
    assert (seen.revision, seen.settled_at) == ("", NOW + timedelta(seconds=60))


@pytest.mark.parametrize("age", [60, -3600], ids=["just settled", "from the future"])
def test_a_file_left_alone_is_taken(folder: Path, age: float) -> None:
    """After ``settle`` seconds; a clock that was wrong does not hold a file for ever."""
    recording(folder / "Trees.wav", age=age)
    [seen] = listed(FolderSource(folder, "studio", settle=60)).observed
    assert seen.settled_at is None


@pytest.mark.parametrize("seconds", [0, -(10**9), 10**10, 2**40])
def test_a_clock_that_stood_anywhere_is_no_hindrance(
    folder: Path, tmp_path: Path, seconds: int
) -> None:
    """Years before 1970 and beyond what 64 bits of nanoseconds hold, as far as the disk knows."""
    os.utime(recording(folder / "Trees.wav"), (seconds, seconds))
    source = FolderSource(folder, "studio")
    [memo] = listed(source).memos
    assert -(2**63) < memo.mtime_ns < 2**63
    assert (memo,) == listed(source, (memo,)).memos
    assert 16044 == source.fetch("Trees.wav", "", tmp_path / "fetched", tell_nobody)["size"]


def test_a_file_that_is_no_media_is_listed_all_the_same(folder: Path) -> None:
    """It will fail where that can be said clearly, at the download."""
    for name, content in (("broken.mp4", b"<html>"), ("empty.mp4", b"")):
        (folder / name).write_bytes(content)
        changed(folder / name, age=3600)
    seen = listed(FolderSource(folder, "studio")).observed
    assert [(each.title, each.duration) for each in seen] == [("broken", None), ("empty", None)]


def test_what_is_no_recording_is_not_listed(folder: Path) -> None:
    """Hidden files, unfinished downloads, other kinds of file, folders named like videos."""
    for name in ("._x.wav", ".hidden/x.wav", "x.wav.part", "x.crdownload", "notes.txt"):
        recording(folder / name)
    (folder / "folder.mp4").mkdir()
    listing = listed(FolderSource(folder, "studio"))
    assert (listing.observed, listing.problems) == ((), ())


def test_links_are_not_followed(folder: Path, tmp_path: Path) -> None:
    """Neither out of the folder nor inside it; what is linked is named, nothing is read."""
    secret = recording(tmp_path / "secret" / "x.wav")
    (folder / "out.wav").symlink_to(secret)
    (folder / "away").symlink_to(secret.parent)
    os.mkfifo(folder / "pipe.wav")
    listing = listed(FolderSource(folder, "studio"))
    assert listing.observed == ()
    assert listing.problems == ()
    assert listing.notes == (
        "away: is a symbolic link, which is not followed",
        "out.wav: is a symbolic link, which is not followed",
    )


def test_names_are_composed(folder: Path) -> None:
    """The same name is the same recording, whichever way the disk writes its letters."""
    recording(folder / unicodedata.normalize("NFD", "Йога.wav"))
    source = FolderSource(folder, "studio")
    [seen] = listed(source).observed
    assert seen.locator == unicodedata.normalize("NFC", "Йога.wav")
    source.fetch(seen.locator, "", folder / "fetched", tell_nobody)
    assert (folder / "fetched").stat().st_size == seen.size


def test_a_name_that_is_no_text_is_a_problem(folder: Path) -> None:
    """One odd file does not stop the others."""
    recording(folder / "Trees.wav")
    recording(Path(os.fsdecode(os.fsencode(folder) + b"/\xff.wav")))
    listing = listed(FolderSource(folder, "studio"))
    assert [each.title for each in listing.observed] == ["Trees"]
    assert listing.problems == ("?.wav: its name is not UTF-8; rename it",)


def test_a_file_that_cannot_be_read_stays_as_it_was_known(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a problem, not a recording that is gone."""
    recording(folder / "Trees.wav")
    path = recording(folder / "Yoga.wav")
    source = FolderSource(folder, "studio")
    first = listed(source)
    changed(path, age=120)

    def refuse(root: Path, name: str) -> None:
        raise PermissionError(13, "Permission denied", name)

    monkeypatch.setattr(folder_files, "opened_inside", refuse)
    listing = listed(source, first.memos)
    assert [each.revision for each in listing.observed] == [
        each.revision for each in first.observed
    ]
    assert listing.problems == ("Yoga.wav: Permission denied",)
    assert listing.complete


def test_progress_covers_all_that_is_read(folder: Path) -> None:
    """The share grows to 1 over all unknown files, and names the one being read."""
    recording(folder / "a.wav", seconds=60)
    recording(folder / "b.wav", seconds=60)
    told: list[tuple[float | None, str]] = []
    FolderSource(folder, "studio").list(
        {}, NOW, lambda share, message="": told.append((share, message))
    )
    assert [share for share, _ in told] == sorted(share for share, _ in told if share is not None)
    assert told[-1] == (1.0, "reading b.wav")


@pytest.mark.parametrize(
    "kind, message",
    [("missing", "does not exist; create it"), ("file", "is not a folder; choose a folder")],
)
def test_a_folder_that_cannot_be_listed_is_named(tmp_path: Path, kind: str, message: str) -> None:
    """The line has the source, the folder, the reason and where to correct it."""
    path = tmp_path / "recordings"
    if kind == "file":
        path.touch()
    with pytest.raises(ProviderError) as refused:
        listed(FolderSource(path, "studio"))
    assert str(refused.value) == (
        f"source studio: the folder {path} {message}, or correct `path:` in sources/studio.yaml"
    )


def test_a_file_is_shared_where_the_disk_can(folder: Path, tmp_path: Path) -> None:
    """No bytes are copied within a file system, and the source stays where it is."""
    path = recording(folder / "Trees.wav")
    facts = FolderSource(folder, "studio").fetch("Trees.wav", "", tmp_path / "got", tell_nobody)
    assert facts["fetched"] in {"reflink", "link"}
    assert facts["size"] == path.stat().st_size
    assert (tmp_path / "got").read_bytes() == path.read_bytes()


def test_a_copy_is_a_copy(folder: Path, tmp_path: Path) -> None:
    """With ``link: copy`` the two files have nothing in common but their bytes."""
    path = recording(folder / "Trees.wav")
    source = FolderSource(folder, "studio", link="copy")
    facts = source.fetch("Trees.wav", "", tmp_path / "got", tell_nobody)
    assert facts["fetched"] == "copy"
    assert (tmp_path / "got").read_bytes() == path.read_bytes()
    assert not (tmp_path / "got").samefile(path)


@pytest.mark.parametrize(
    "locator, reason",
    [
        ("gone.wav", "is no longer there"),
        ("link.wav", "is a symbolic link, which is not followed"),
        ("away/x.wav", "lies behind a symbolic link, which is not followed"),
        ("../secret/x.wav", "cannot be read: not a path below the folder"),
    ],
)
def test_only_what_lies_in_the_folder_is_fetched(
    folder: Path, tmp_path: Path, locator: str, reason: str
) -> None:
    """Whatever a locator says, nothing outside is opened; the line says why."""
    secret = recording(tmp_path / "secret" / "x.wav")
    (folder / "link.wav").symlink_to(secret)
    (folder / "away").symlink_to(secret.parent)
    with pytest.raises(ProviderError, match=reason):
        FolderSource(folder, "studio").fetch(locator, "", tmp_path / "got", tell_nobody)
    assert not (tmp_path / "got").exists()


def test_a_folder_that_vanished_is_named_at_the_fetch(folder: Path, tmp_path: Path) -> None:
    """An unplugged disk reads differently from a deleted file."""
    source = FolderSource(folder / "unplugged", "studio")
    with pytest.raises(ProviderError, match=r"the folder .* does not exist"):
        source.fetch("x.wav", "", tmp_path / "got", tell_nobody)


def test_a_file_that_changes_while_it_is_copied_is_refused(folder: Path, tmp_path: Path) -> None:
    """Half of the old bytes and half of the new ones are no recording."""
    path = recording(folder / "Trees.wav", seconds=200)

    def grow(share: float | None, message: str = "") -> None:
        with path.open("ab") as file:
            file.write(b"more")

    source = FolderSource(folder, "studio", link="copy")
    with pytest.raises(ProviderError, match=r"Trees\.wav changed while it was fetched"):
        source.fetch("Trees.wav", "", tmp_path / "got", grow)
    assert not (tmp_path / "got").exists()
