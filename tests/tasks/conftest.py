"""A small university on disk: real YAML, real videos with real speech, and the real program."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from urllib.request import urlopen

import imageio_ffmpeg
import pytest

import leap
from leap.ledger.address import Address, connect
from leap.ledger.embedded import EmbeddedServer
from leap.ledger.home import find_home, remove_home

SPEECH = Path(leap.__file__).parent / "demo" / "speech"

#: Said evenly over a minute; nothing of it twice, which would look like a recogniser's loop.
SPOKEN = """
    Gradient descent follows the slope of a loss function. Every loss function measures how wrong
    our guesses are. Gradient descent needs nothing else to begin its walk downhill. Some valleys
    are narrow, and gradient descent bounces between their walls.
    The learning rate scales each step. A small learning rate wastes the whole night. With a large
    learning rate the walk diverges quickly. Schedules shrink the learning rate while training.
    A hidden layer turns numbers into features. Without any hidden layer we draw straight lines.
    Stacking a second hidden layer bends those lines. Nobody reads meaning from a hidden layer easily.
    The chain rule carries errors backwards. Derivatives multiply along the chain rule. Frameworks
    apply the chain rule automatically today. Homework asks you to write the chain rule by hand.
"""

FILES = {
    "leap.yaml": """
        folders: [recordings]
        sites: [state/site]
        workers: 3
        resources: {ffmpeg: 2, whisper: 1}
    """,
    "pipelines/lecture.yaml": """
        stages: [download, trim, transcribe, topics, subtitles, publish]
    """,
    "tenants/uni/tenant.yaml": """
        title: Университет
        time_zone: Europe/Moscow
        defaults:
          blank: {shorter_than: 4 s, smaller_than: 5 KB}
          trim: {padding: 0.5 s}
          transcribe: {beam: 1}
    """,
    "tenants/uni/sources/folder.yaml": """
        kind: folder
        path: recordings
        settle: 0
    """,
    "tenants/uni/templates/lectures.yaml": """
        match: {keywords: [lecture, лекция]}
        pipeline: lecture
        publish:
          site:
    """,
    "tenants/uni/presets/site.yaml": """
        platform: site
    """,
}


@dataclass(frozen=True)
class Ran:
    """What one command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class University:
    """A repository with a folder of recordings, driven through the command line."""

    root: Path
    videos: Mapping[str, Path]
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def recordings(self) -> Path:
        return self.root / "recordings"

    @property
    def targets(self) -> Path:
        return self.root / "state" / "targets"

    @property
    def site(self) -> Path:
        return self.root / "state" / "site" / "uni"

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = text.strip("\n").split("\n")
        indent = min((len(x) - len(x.lstrip()) for x in lines if x.strip()), default=0)
        path.write_text("\n".join(line[indent:] for line in lines) + "\n", encoding="utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.root / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def record(self, name: str, video: str = "lecture") -> Path:
        """Put one of the prepared videos into the folder under ``name``."""
        path = self.recordings / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.videos[video], path)
        return path

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "leap", *arguments]

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*arguments),
            cwd=self.root,
            env={**os.environ, **self.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def leap(self, *arguments: str, **environment: str) -> Ran:
        with self.start(*arguments, **environment) as process:
            out, err = process.communicate(timeout=240)
        return Ran(process.returncode, out, err)

    def reconcile(self, *arguments: str, expect: int = 0, **environment: str) -> Ran:
        ran = self.leap("reconcile", *arguments, **environment)
        assert expect == ran.code, ran.out + ran.err
        return ran

    def killed_after(self, seconds: float, *arguments: str) -> bool:
        """Start a reconcile and kill it with SIGKILL; tell whether it was still running."""
        with self.start("reconcile", *arguments) as process:
            try:
                process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                return True
        return False

    def plan(self) -> Any:
        ran = self.leap("plan", "--format", "json")
        assert ran.code in (0, 1), ran.err
        return ran.json

    def status(self) -> dict[str, dict[str, Any]]:
        """Return what ``leap status`` says of each recording, by title."""
        ran = self.leap("status", "--format", "json")
        assert 0 == ran.code, ran.err
        return {each["title"]: each for each in ran.json["recordings"]}

    def made(self) -> dict[str, int]:
        """Return every committed target by path, with the time of its manifest."""
        return {
            path.relative_to(self.targets).as_posix(): path.stat().st_mtime_ns
            for path in self.targets.glob("*/*/*/*/manifest.json")
        }

    def pages(self) -> list[Path]:
        return sorted(self.site.glob("lectures/*/index.html"))


def ffmpeg(*arguments: str) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *arguments]
    subprocess.run(command, check=True, timeout=120)


def lecture(out: Path, speech: Path, *, start: float, seconds: float) -> None:
    """Make a small lecture: silence, ``seconds`` of speech, silence; slides that change."""
    ffmpeg(
        *("-f", "lavfi", "-i", "smptehdbars=s=320x180:r=5,hue=h=floor(t/4)*37"),
        *("-ss", str(start), "-t", str(seconds), "-i", str(speech)),
        *("-filter_complex", "[1:a]adelay=3000:all=1,apad=pad_dur=3[a]"),
        *("-map", "0:v", "-map", "[a]", "-shortest", "-g", "10", "-c:v", "libx264"),
        *("-preset", "ultrafast", "-c:a", "aac", "-ac", "1", "-ar", "48000"),
        *("-movflags", "+faststart", str(out)),
    )


@pytest.fixture(scope="session")
def encode() -> Callable[..., None]:
    """Give the function that runs ffmpeg, for a video that no other test needs."""
    return ffmpeg


@pytest.fixture(scope="session")
def speech() -> Path:
    """Give a file with real speech."""
    return min([*SPEECH.rglob("*.opus"), *SPEECH.rglob("*.ogg")])


@pytest.fixture(scope="session")
def university_files() -> Mapping[str, str]:
    """Give the YAML of a small university, by path."""
    return {name: textwrap.dedent(text) for name, text in FILES.items()}


@pytest.fixture(scope="session")
def videos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Make the videos that the tests put into folders, once per worker."""
    folder = tmp_path_factory.mktemp("videos")
    speech = sorted(SPEECH.rglob("*.opus")) + sorted(SPEECH.rglob("*.ogg"))
    made = {}
    for index, name in enumerate(("lecture", "second", "third")):
        made[name] = folder / f"{name}.mp4"
        lecture(made[name], speech[0], start=10.0 * index, seconds=8)
    made["short"] = folder / "short.mp4"
    lecture(made["short"], speech[0], start=0, seconds=1)
    ffmpeg("-i", str(made["short"]), "-t", "2", "-c", "copy", str(folder / "blank.mp4"))
    made["blank"] = folder / "blank.mp4"
    whole = made["lecture"].read_bytes()
    made["truncated"] = folder / "truncated.mp4"
    made["truncated"].write_bytes(whole[: len(whole) // 2])
    made["corrupt"] = folder / "corrupt.mp4"
    made["corrupt"].write_bytes(b"\x00\x00\x00\x20ftypisom" + bytes(range(256)) * 100)
    return made


@pytest.fixture(scope="session")
def spoken() -> str:
    """Give what is said in a minute, of which a model makes chapters."""
    return SPOKEN


@pytest.fixture(scope="session")
def minute(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Record a minute of speech."""
    speech = min(SPEECH.rglob("*.opus"))
    out = tmp_path_factory.mktemp("minute") / "lecture.mp4"
    ffmpeg(
        *("-f", "lavfi", "-i", "smptehdbars=s=160x90:r=2"),
        *("-stream_loop", "2", "-i", str(speech), "-t", "60"),
        *("-g", "4", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"),
        *("-movflags", "+faststart", str(out)),
    )
    return out


@pytest.fixture
def university(tmp_path: Path, videos: dict[str, Path]) -> University:
    """Give a new university whose paths have spaces and Cyrillic in them."""
    root = tmp_path / "Мой университет"
    found = University(root, videos)
    for name, text in FILES.items():
        found.write(name, text)
    found.recordings.mkdir()
    return found


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    """Give a Postgres that no state folder has anything to do with."""
    state = tmp_path_factory.mktemp("postgres")
    server = EmbeddedServer(state, {"fsync": "off"})
    with server.running():
        yield server.superuser_address()
    home = find_home(state / "ledger")
    if home is not None:
        remove_home(home.path)


@pytest.fixture
def database_url(postgres: Address) -> str:
    """Give the URL of a new database there, without a ledger."""
    name = f"hosted_{uuid.uuid4().hex[:8]}"
    with connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    found = postgres.parameters
    port = f"&port={found['port']}" if "port" in found else ""
    return f"postgresql://{found['user']}@/{name}?host={quote(found['host'], safe='')}{port}"


@dataclass(frozen=True)
class Luigid:
    """A running `leap scheduler`."""

    url: str
    process: subprocess.Popen[str]

    def ask(self, method: str, **data: Any) -> Any:
        """Return what the scheduler answers to one call of its API."""
        body = urlencode({"data": json.dumps(data)}).encode()
        with urlopen(f"{self.url}/api/{method}", body, timeout=10) as answer:  # noqa: S310 -- http
            return json.load(answer)["response"]


@pytest.fixture
def luigid(university: University) -> Iterator[Callable[..., Luigid]]:
    """Give a function that starts `leap scheduler` for the university; all end with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(port: int = 0) -> Luigid:
        process = university.start("scheduler", "--port", str(port))
        started.append(process)
        line = process.stdout.readline()
        assert line, process.stderr.read()
        return Luigid(line.split("/  ")[0], process)

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def wait_until() -> Callable[[Callable[[], bool]], None]:
    """Give a function that waits at most a minute for something to come true."""

    def wait(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < deadline, "it never came true"
            time.sleep(0.02)

    return wait
