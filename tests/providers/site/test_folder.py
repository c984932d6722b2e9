"""Files that are whole or absent."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from leap.providers.site import folder
from leap.providers.site.writer import is_ours


def quiet(share, message=""):
    """Receive progress and say nothing."""


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "target" / "video.mp4"
    path.parent.mkdir()
    path.write_bytes(b"moving pictures")
    return path


def test_a_file_is_linked_where_the_filesystem_allows_it(video, tmp_path):
    """A lecture of a gigabyte takes no second gigabyte."""
    name = folder.place(video, tmp_path, "video", quiet)
    assert name == "video-6cb754ac.mp4"
    assert (tmp_path / name).samefile(video)


def test_a_file_is_copied_where_links_are_impossible(video, tmp_path, monkeypatch):
    """Between filesystems the bytes are copied, and the copy is whole before it has its name."""

    def refuse(*_):
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    name = folder.place(video, tmp_path, "video", quiet)
    assert (tmp_path / name).read_bytes() == b"moving pictures"
    assert not (tmp_path / name).samefile(video)
    assert [p.name for p in tmp_path.iterdir() if p.name.endswith(".part")] == []


def test_a_linked_file_is_not_read_again(video, tmp_path):
    """A new title on an old lecture costs no hashing of its video."""
    folder.place(video, tmp_path, "video", quiet)
    read = []
    folder.place(video, tmp_path, "video", lambda share, message="": read.append(message))
    assert read == []


def test_replacing_keeps_the_old_content_when_the_disk_is_full(tmp_path, monkeypatch):
    """A write that fails changes nothing and leaves nothing behind."""
    page = tmp_path / "index.html"
    page.write_bytes(b"old")

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        folder.replace(page, b"new")
    assert page.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [page]


def test_a_removed_page_loses_its_entrance_first(tmp_path):
    """Removing is safe to repeat."""
    page = tmp_path / "page"
    page.mkdir()
    (page / "index.html").write_text("x")
    for _ in range(2):
        folder.remove(page, is_ours, last="page.json")
        assert not page.exists()


def test_what_somebody_put_beside_a_page_stays(tmp_path):
    """Only names that LEAP gives are removed, and what an interrupted copy left."""
    page = tmp_path / "page"
    page.mkdir()
    ours = ["index.html", "page.json", "video-0a1b2c3d.mp4", "captions-0a1b2c3d.vtt"]
    theirs = ["slides.pdf", "video.mp4", "notes-0a1b2c3d.txt"]
    for name in (*ours, ".video-0a1b2c3d.mp4.77.part", *theirs):
        (page / name).write_text("x")
    folder.remove(page, is_ours, last="page.json")
    assert sorted(path.name for path in page.iterdir()) == sorted(theirs)
