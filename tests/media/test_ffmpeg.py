"""Running ffmpeg: it is found, sees one file and no secrets, and never outlives us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ffmpeg as graph
import pytest

from leap.errors import BadInput, MissingTool, StageError
from leap.media import ffmpeg

Make = Callable[[str], Path]


@pytest.fixture
def fresh() -> None:
    """Forget which ffmpeg was found before and after the test."""
    ffmpeg.find.cache_clear()
    yield
    ffmpeg.find.cache_clear()


def endless() -> object:
    """A graph that would run for a day."""
    return graph.input("sine=d=86400", f="lavfi", re=None).output("-", f="null")


def test_the_chosen_one_wins(fresh: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """LEAP_FFMPEG first, then PATH, then the wheel's."""
    on_path = tmp_path / "bin" / "ffmpeg"
    chosen = tmp_path / "my ffmpeg"
    for program in (on_path, chosen):
        program.parent.mkdir(exist_ok=True)
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "imageio_ffmpeg" in str(ffmpeg.find())
    ffmpeg.find.cache_clear()
    monkeypatch.setenv("PATH", str(on_path.parent))
    assert ffmpeg.find() == on_path
    ffmpeg.find.cache_clear()
    monkeypatch.setenv("LEAP_FFMPEG", str(chosen))
    assert ffmpeg.find() == chosen


def test_a_wrong_choice_is_named(fresh: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A LEAP_FFMPEG that is no program is not silently replaced."""
    monkeypatch.setenv("LEAP_FFMPEG", "/no/such/program")
    with pytest.raises(MissingTool, match=r"LEAP_FFMPEG=/no/such/program is no program"):
        ffmpeg.find()


def test_a_missing_one_says_how_to_get_it(
    fresh: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without any, the line ends with the command that installs one."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(MissingTool, match=r"run `pip install 'leap\[embedded\]'`"):
        ffmpeg.find()


@pytest.mark.parametrize(
    "name", ["-x.mp4", "lec:01 100%d.mp4", "лекция 🎓.mp4", "two\nlines.mp4", "%03d.mp4"]
)
def test_any_name_is_a_plain_file(make: Make, tmp_path: Path, name: str) -> None:
    """No name is taken for an option, a protocol or a pattern."""
    path = tmp_path / name
    path.write_bytes(make("plain.mp4").read_bytes())
    out = tmp_path / f"{name}.flac"
    source = ffmpeg.source(path, demuxer="mov")
    ffmpeg.run(source["a"].output(ffmpeg.url(out), f="flac"), duration=20, cwd=tmp_path)
    assert out.stat().st_size > 0


@pytest.mark.parametrize(
    "content",
    [
        "ffconcat version 1.0\nfile secret.wav\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nsecret.wav\n#EXT-X-ENDLIST\n",
    ],
    ids=["ffconcat", "m3u8"],
)
def test_a_playlist_opens_no_other_file(make: Make, tmp_path: Path, content: str) -> None:
    """Even with its own extension, and even if somebody asked for its demuxer."""
    (tmp_path / "secret.wav").write_bytes(make("plain.wav").read_bytes())
    playlist = tmp_path / "list.m3u8"
    playlist.write_text(content)
    out = tmp_path / "out.flac"
    graph = ffmpeg.source(playlist, demuxer="mov")["a"].output(ffmpeg.url(out))
    with pytest.raises(BadInput, match="ffmpeg failed"):
        ffmpeg.run(graph, duration=20, cwd=tmp_path)
    assert not out.exists()


def test_progress_grows_to_the_end(make: Make, tmp_path: Path) -> None:
    """The share never falls and ends near 1."""
    shares: list[float | None] = []
    source = ffmpeg.source(make("plain.mp4"), demuxer="mov")
    ffmpeg.run(
        source["a"].output("-", f="null"),
        duration=20,
        cwd=tmp_path,
        progress=lambda share, message="": shares.append(share),
    )
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0, abs=0.05)


def test_it_sees_no_secrets(fresh: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of our environment only what finding libraries and words needs is passed on."""
    spy = tmp_path / "ffmpeg"
    spy.write_text(f"#!/bin/sh\nenv > {tmp_path}/seen\n")
    spy.chmod(0o755)
    monkeypatch.setenv("LEAP_FFMPEG", str(spy))
    monkeypatch.setenv("SOPS_AGE_KEY", "AGE-SECRET-KEY-1CANARY")
    monkeypatch.setenv("LEAP_DATABASE_URL", "postgresql://canary")
    ffmpeg.run(endless(), duration=1, cwd=tmp_path)
    assert "canary" not in (tmp_path / "seen").read_text().lower()


def test_a_full_disk_is_not_the_files_fault(
    fresh: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A later run may succeed, so it is no BadInput."""
    failing = tmp_path / "ffmpeg"
    failing.write_text(
        "#!/bin/sh\necho 'av_interleaved_write_frame(): No space left on device' >&2\nexit 228\n"
    )
    failing.chmod(0o755)
    monkeypatch.setenv("LEAP_FFMPEG", str(failing))
    with pytest.raises(StageError, match="no space left on the disk") as raised:
        ffmpeg.run(endless(), duration=1, cwd=tmp_path)
    assert not raised.value.permanent


def test_an_interrupt_stops_it(tmp_path: Path) -> None:
    """Whatever leaves the call, nothing is left running."""

    class Interrupt(Exception):
        pass

    seen: list[int] = []
    others = children(os.getpid())  # of other tests: a browser

    def interrupt(share: float | None, message: str = "") -> None:
        seen.extend(set(children(os.getpid())) - set(others))
        raise Interrupt

    with pytest.raises(Interrupt):
        ffmpeg.run(endless(), duration=86400, cwd=tmp_path, progress=interrupt)
    assert seen
    assert not [pid for pid in seen if Path(f"/proc/{pid}").exists()]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child to its parent")
def test_it_dies_with_a_killed_parent(tmp_path: Path) -> None:
    """SIGKILL leaves us no time to clean up; the kernel does it."""
    program = (
        "import ffmpeg as graph\nfrom pathlib import Path\nfrom leap.media import ffmpeg\n"
        "endless = graph.input('sine=d=86400', f='lavfi', re=None).output('-', f='null')\n"
        f"ffmpeg.run(endless, duration=86400, cwd=Path({str(tmp_path)!r}))\n"
    )
    root = Path(ffmpeg.__file__).parents[2]
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=root)
    try:
        started = wait_for(lambda: encoders(parent.pid))
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    assert wait_for(lambda: not Path(f"/proc/{started[0]}").exists())


def encoders(pid: int) -> list[int]:
    """Return the children of ``pid`` that have become ffmpeg."""
    return [
        child
        for child in children(pid)
        if b"86400" in Path(f"/proc/{child}/cmdline").read_bytes()
        and b"-nostdin" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


def children(pid: int) -> list[int]:
    """Return the ids of the child processes of ``pid``."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in listed]


def wait_for(condition: Callable[[], object]) -> Any:
    """Return what ``condition`` gives once it gives something; fail after ten seconds."""
    deadline = time.monotonic() + 20
    while not (result := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
    return result
