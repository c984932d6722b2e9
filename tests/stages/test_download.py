"""Download: the bytes that were listed, whole and readable, under the name of their kind."""

from __future__ import annotations

import hashlib
import shutil
import wave
from collections.abc import Mapping
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
    unfinished = out.with_name("unfinished")
    unfinished.mkdir(exist_ok=True)
    return download(
        source=FolderSource(folder, "studio"),
        locator=path.name,
        revision=revision or hashlib.sha256(path.read_bytes()).hexdigest(),
        settings=Download(**settings),
        unfinished=unfinished,
        out=out,
        progress=lambda share, message="": None,
    )


class Cloud:
    """A source whose revisions say nothing of the bytes, which it hashes on the way."""

    kind = "cloud"

    def __init__(self, path: Path, sha256: str | None = None) -> None:
        self.path, self.sha256 = path, sha256
        self.found: list[bytes] = []

    def fetch(
        self, locator: str, revision: str, destination: Path, progress: Any
    ) -> Mapping[str, Any]:
        self.found = [path.read_bytes() for path in destination.parent.iterdir()]
        shutil.copyfile(self.path, destination)
        progress(1.0, "0.2 MB of 0.2 MB")
        return {"connections": 8, **({"sha256": self.sha256} if self.sha256 else {})}


def run_cloud(
    cloud: Cloud, folder: Path, listed: float | None = None, **settings: Any
) -> tuple[Made, list[float]]:
    """Download from ``cloud``; return what was made, and the shares that were told."""
    out, unfinished = folder / "out", folder / "unfinished"
    out.mkdir(exist_ok=True)
    unfinished.mkdir(exist_ok=True)
    told: list[float] = []
    made = download(
        source=cloud,
        locator="4WEQ2XwfSqO+eKbSHzeUvA==",
        revision="file-1:160044",
        settings=Download(**settings),
        unfinished=unfinished,
        out=out,
        progress=lambda share, message="": told.append(share),
        listed=listed,
    )
    return made, told


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
    """What changed since the listing is listed again, not taken, and not gone on with."""
    with pytest.raises(ProviderError, match="is not the file that was listed any more"):
        run(folder, tmp_path / "out", revision="0" * 64)
    assert list((tmp_path / "unfinished").iterdir()) == []


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


def test_a_file_of_a_folder_begins_anew_after_a_run_that_was_cut_short(
    folder: Path, tmp_path: Path
) -> None:
    """What an earlier attempt left is not in the way."""
    (tmp_path / "unfinished").mkdir()
    (tmp_path / "unfinished" / "source.part").write_bytes(b"half of something")
    assert run(folder, tmp_path / "out").facts["file"] == "source.wav"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["source.wav"]


def test_a_source_finds_what_an_earlier_attempt_left(folder: Path, tmp_path: Path) -> None:
    """It goes on with it; whether it fits is the source's to say."""
    [path] = folder.iterdir()
    (tmp_path / "unfinished").mkdir()
    (tmp_path / "unfinished" / "source.part").write_bytes(b"half")
    (tmp_path / "unfinished" / "source.part.chunks").write_bytes(b"one")
    cloud = Cloud(path)
    run_cloud(cloud, tmp_path)
    assert sorted(cloud.found) == [b"half", b"one"]


def test_what_was_fetched_stays_until_somebody_commits_it(folder: Path, tmp_path: Path) -> None:
    """A kill after the last byte costs no second download: the file has two names till then."""
    [path] = folder.iterdir()
    run_cloud(Cloud(path), tmp_path)
    assert (tmp_path / "out" / "source.wav").samefile(tmp_path / "unfinished" / "source.part")


def test_a_hash_that_came_with_the_bytes_is_not_computed_again(
    folder: Path, tmp_path: Path
) -> None:
    """It is in the facts, and handed on for the manifest."""
    [path] = folder.iterdir()
    made, _ = run_cloud(Cloud(path, sha256="ab" * 32), tmp_path)
    assert made.facts["sha256"] == "ab" * 32
    assert made.sha256 == {"source.wav": "ab" * 32}
    assert made.facts["connections"] == 8


def test_a_hash_that_did_not_come_is_computed(folder: Path, tmp_path: Path) -> None:
    [path] = folder.iterdir()
    made, _ = run_cloud(Cloud(path), tmp_path)
    assert made.sha256 == {"source.wav": hashlib.sha256(path.read_bytes()).hexdigest()}


def test_the_share_of_a_download_is_nearly_that_of_its_bytes(folder: Path, tmp_path: Path) -> None:
    """Looking through a file takes little beside fetching it; the share never goes back."""
    [path] = folder.iterdir()
    _, told = run_cloud(Cloud(path), tmp_path)
    assert told[0] == 0.95
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_a_file_much_shorter_than_listed_is_refused_for_good(folder: Path, tmp_path: Path) -> None:
    """Both lengths are named, and the way to take it all the same."""
    [path] = folder.iterdir()
    with pytest.raises(BadInput) as refused:
        run_cloud(Cloud(path), tmp_path, listed=5400.0, shortest="50 %")
    assert str(refused.value) == (
        "the recording: lasts 10 s, but its source lists 1 h 30 min: it is not the whole"
        " recording; look at it there; to take it as it is, set"
        " `download: {shortest: 0 %}` in an override and run `leap retry`"
    )
    assert refused.value.permanent


def test_a_file_that_is_too_large_for_its_own_length_is_refused_for_good(
    folder: Path, tmp_path: Path
) -> None:
    """A header that lies is a failure, whatever is asked of the length."""
    [path] = folder.iterdir()
    with path.open("ab") as file:
        file.truncate(40_000_000)
    with pytest.raises(BadInput) as refused:
        run_cloud(Cloud(path), tmp_path, listed=5400.0)
    assert str(refused.value) == (
        "the recording: says that it lasts 10 s, but its source lists 1 h 30 min, and it has"
        " 40 MB: the file is damaged; see at its source whether it plays to its end"
    )
    assert refused.value.permanent


@pytest.mark.parametrize(
    "listed, shortest", [(None, "100 %"), (10.4, "50 %"), (19.9, "50 %"), (5400.0, "0 %")]
)
def test_a_file_of_about_the_listed_length_is_taken(
    folder: Path, tmp_path: Path, listed: float | None, shortest: str
) -> None:
    """Pauses of a recording are listed and not in the file."""
    [path] = folder.iterdir()
    made, _ = run_cloud(Cloud(path), tmp_path, listed, shortest=shortest)
    assert made.facts["duration"] == 10.0


def test_a_disk_without_second_names_takes_the_file_as_well(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [path] = folder.iterdir()
    monkeypatch.setattr(Path, "hardlink_to", _cannot)
    run_cloud(Cloud(path), tmp_path)
    assert (tmp_path / "out" / "source.wav").read_bytes() == path.read_bytes()
    assert list((tmp_path / "unfinished").iterdir()) == []


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
