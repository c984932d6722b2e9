"""Download: the bytes that were listed, whole and readable, under the name of their kind."""

from __future__ import annotations

import hashlib
import wave
from pathlib import Path
from typing import Any

import pytest

from leap.config.settings import Download
from leap.errors import BadInput, ProviderError, StageError
from leap.providers.folder import FolderSource
from leap.stages import Made
from leap.stages.download import download


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one recording, whose name lies about what it is."""
    path = tmp_path / "лекции"
    path.mkdir()
    with wave.open(str(path / "Trees 🌳.mp4"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(160_000))
    return path


def run(folder: Path, out: Path, revision: str | None = None, **settings: Any) -> Made:
    """Download the only recording of ``folder``; its own sha256 is the revision."""
    [path] = folder.iterdir()
    out.mkdir(exist_ok=True)
    return download(
        source=FolderSource(folder, "studio"),
        locator=path.name,
        revision=revision or hashlib.sha256(path.read_bytes()).hexdigest(),
        settings=Download(**settings),
        out=out,
        progress=lambda share, message="": None,
    )


def test_the_file_is_named_by_its_kind(folder: Path, tmp_path: Path) -> None:
    """A WAV is a WAV, whatever its name says; the facts tell what is in it."""
    out = tmp_path / "out"
    made = run(folder, out)
    [source] = folder.iterdir()
    assert [path.name for path in out.iterdir()] == ["source.wav"]
    assert (out / "source.wav").read_bytes() == source.read_bytes()
    assert made.facts["file"] == "source.wav"
    assert made.facts["sha256"] == hashlib.sha256(source.read_bytes()).hexdigest()
    assert made.facts["size"] == source.stat().st_size
    assert made.facts["duration"] == 10.0
    assert (made.facts["video"], made.facts["audio"]) == (None, "pcm_s16le")


def test_another_file_than_the_listed_one_is_refused(folder: Path, tmp_path: Path) -> None:
    """What changed since the listing is listed again, not taken."""
    with pytest.raises(ProviderError, match="is not the file that was listed any more"):
        run(folder, tmp_path / "out", revision="0" * 64)


def test_a_truncated_recording_is_refused_for_good(folder: Path, tmp_path: Path) -> None:
    """The line begins with the file and says what is wrong with it."""
    [path] = folder.iterdir()
    path.write_bytes(path.read_bytes()[:90_000])
    with pytest.raises(BadInput) as refused:
        run(folder, tmp_path / "out")
    assert str(refused.value) == (
        "Trees 🌳.mp4: has 90000 of 160044 bytes declared: the file is truncated;"
        " copy or export it again"
    )
    assert refused.value.permanent


@pytest.mark.parametrize("content", [b"", b"<!doctype html>", bytes(9999)])
def test_what_is_no_media_is_refused_for_good(folder: Path, tmp_path: Path, content: bytes) -> None:
    """Whatever the file is instead, one line says so."""
    [path] = folder.iterdir()
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"^Trees 🌳\.mp4: not a video or audio file: "):
        run(folder, tmp_path / "out")


def test_a_file_that_is_too_large_is_refused(folder: Path, tmp_path: Path) -> None:
    """The limit and the setting that raises it are in the line."""
    with pytest.raises(BadInput, match=r"more than the .* allowed; raise `download\.max_size`"):
        run(folder, tmp_path / "out", max_size="100 kB")


def test_the_source_is_never_changed(folder: Path, tmp_path: Path) -> None:
    """Not its bytes, not its place, not its times."""
    [path] = folder.iterdir()
    before = (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_mode)
    run(folder, tmp_path / "out")
    assert (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_mode) == before


def test_a_run_that_was_cut_short_begins_anew(folder: Path, tmp_path: Path) -> None:
    """What an earlier attempt left in the scratch folder is not in the way."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "source.part").write_bytes(b"half of something")
    assert run(folder, tmp_path / "out").facts["file"] == "source.wav"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["source.wav"]


def test_a_disk_that_fills_is_said_so(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later run may succeed, and nothing half-done is left."""
    monkeypatch.setenv("LEAP_FAULT", "media.files.copy:full")
    monkeypatch.setattr("leap.media.files._reflink", _cannot)
    monkeypatch.setattr("leap.media.files._hard_link", _cannot)
    with pytest.raises(StageError, match="no space left on the disk while fetching") as raised:
        run(folder, tmp_path / "out")
    assert not raised.value.permanent
    assert list((tmp_path / "out").iterdir()) == []


def _cannot(*_: Any) -> None:
    raise OSError(95, "Operation not supported")


def test_a_scratch_folder_that_is_gone_is_said_so(folder: Path, tmp_path: Path) -> None:
    """One line, no traceback."""
    [path] = folder.iterdir()
    with pytest.raises(StageError, match="while fetching"):
        FolderSource(folder, "studio").fetch(
            path.name, "", tmp_path / "gone" / "source.part", lambda share, message="": None
        )
