"""What brings a video to YouTube and to VK, beside curl, and the memory of two gigabytes.

An emulated YouTube and VK (``tests/emulators``) in processes of their own. All
contestants are whole processes, from start to exit; of LEAP's, the ratio is
about `place` itself: a token where one is needed, the place for the video, its
bytes, and that it is there. curl is only given the bytes to send, to an address
that was asked for before: in one PUT to YouTube, as a form to VK.

The memory is what an upload of two gigabytes adds: the most that the process ever
had resident (VmHWM), less what Python, LEAP and Google's library take when the
first byte leaves. Its file is sparse; the other is full of noise.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from making import scratch
from measuring import CLONE, Result, process, timed_cold

if TYPE_CHECKING:
    from leap.domain.ports import Placed, Publication, Renewal, VideoPublisher

sys.path.insert(0, str(CLONE / "tests"))

SIZE, LARGER = 1_000_000_000, 2_000_000_000
GIGABIT = 125e6
SHARE_OF_CURL = 0.8
MOST = 60e6
SITES = ("youtube", "vk")
NAMES = {"youtube": "YouTube", "vk": "VK"}


def run(runs: int | None) -> Iterator[Result]:
    """Yield the speed and the memory for each platform."""
    film, larger = _film(), scratch() / "larger.mp4"
    with larger.open("wb") as file:
        file.truncate(LARGER)
    for site in SITES:
        with _served(site, "--intake", str(GIGABIT)) as said:
            yield _beside_curl(site, said, film, runs or 2)
        with _served(site) as said:
            yield _memory(site, said, larger)


def _beside_curl(site: str, said: Mapping[str, Any], film: Path, runs: int) -> Result:
    what = f"1 GB to {NAMES[site]} at 1 Gbit/s"
    send, seconds = process(*_command(site, said, film)), list[float]()
    contestants: list[Callable[[], object]] = [lambda: seconds.append(float(send().split()[0]))]
    if shutil.which("curl"):
        # Every upload has an address of its own.
        ready = [process("curl", *_curl(site, said, film)) for _ in range(runs)]

        def another() -> None:
            ready.pop()()

        contestants.append(another)
    whole, *others = timed_cold(runs, *contestants)
    least = min(seconds)
    leap = f"{least:.2f} s, {SIZE / 1e6 / least:.0f} MB/s; whole process {whole}"
    if not others:
        return Result(what, leap, "curl is not installed", None)
    ratio = others[0].least / least
    return Result(
        what,
        f"{leap}, {ratio:.2f} x the speed",
        f"curl {others[0]}; >= {SHARE_OF_CURL} x",
        ratio >= SHARE_OF_CURL,
    )


def _memory(site: str, said: Mapping[str, Any], larger: Path) -> Result:
    _, own, most = map(float, process(*_command(site, said, larger))().split())
    added = most - own
    return Result(
        f"memory of 2 GB to {NAMES[site]}, as fast as it goes",
        f"{added / 1e6:.1f} MB, added to the {own / 1e6:.0f} MB of the process",
        f"<= {MOST / 1e6:.0f} MB",
        added <= MOST,
    )


def _command(site: str, said: Mapping[str, Any], path: Path) -> tuple[str | Path, ...]:
    return (sys.executable, Path(__file__), site, json.dumps(said), path)


def _curl(site: str, said: Mapping[str, Any], path: Path) -> tuple[str, ...]:
    """Ask for an address, and return what makes curl send ``path`` there."""
    import httpx

    quiet = ("-sf", "-o", "/dev/null")
    with httpx.Client(base_url=said["url"], timeout=60) as web:
        if site == "vk":
            form = {"name": "x", "v": "5.199", "access_token": said["access_token"]}
            answer = web.post("/method/video.save", data=form).json()["response"]
            return (*quiet, "-F", f"video_file=@{path}", answer["upload_url"])
        names = ("client_id", "client_secret", "refresh_token")
        form = {"grant_type": "refresh_token", **{name: said[name] for name in names}}
        token = web.post("/token", data=form).json()["access_token"]
        bearer = f"Authorization: Bearer {token}"
        opened = web.post(
            "/upload/youtube/v3/videos",
            params={"part": "snippet", "uploadType": "resumable"},
            headers={"Authorization": f"Bearer {token}", "X-Upload-Content-Type": "video/mp4"},
            json={"snippet": {"title": "x"}},
        )
    span = f"Content-Range: bytes 0-{SIZE - 1}/{SIZE}"
    return (*quiet, "-T", str(path), "-H", bearer, "-H", span, opened.headers["location"])


@contextmanager
def _served(site: str, *options: str) -> Iterator[Mapping[str, Any]]:
    """Serve a platform from a process of its own; give what it says of itself."""
    command = [sys.executable, "-m", f"emulators.{site}", *options]
    if site == "vk":
        command += ["--rate", "0"]
    with subprocess.Popen(command, cwd=CLONE / "tests", stdout=subprocess.PIPE) as server:
        try:
            yield json.loads(server.stdout.readline() if server.stdout else b"")
        finally:
            server.send_signal(signal.SIGINT)


def _film() -> Path:
    """Return a file that begins like a video and goes on with noise."""
    import random

    from emulators.bodies import FTYP

    path, noise = scratch() / "film.mp4", random.Random(1).randbytes(10_000_000)  # noqa: S311
    with path.open("wb") as file:
        file.write(FTYP + noise[len(FTYP) :])
        while file.tell() < SIZE:
            file.write(noise[: SIZE - file.tell()])
    return path


# What is started and measured


@dataclass
class Login:
    """A credential that nobody else knows (``leap.domain.ports.Tokens``)."""

    fields: dict[str, str]
    account: str = "benchmark"

    def current(self) -> Mapping[str, str]:
        return dict(self.fields)

    def renewed(
        self, stale: Mapping[str, str], renew: Callable[[Mapping[str, str]], Renewal]
    ) -> Mapping[str, str]:
        self.fields |= renew(self.fields).fields
        return dict(self.fields)


class Plenty:
    """Quotas that never end (``leap.domain.ports.Quotas``)."""

    def spend(self, holder: str, bucket: str, units: int) -> None:
        """Take nothing off."""

    def exhausted(self, holder: str, bucket: str) -> datetime:
        return datetime.now(UTC)


@dataclass
class Notes:
    """What a publication must not forget, in memory (``leap.domain.ports.Checkpoint``)."""

    placed: Placed | None = None
    applied: dict[str, str] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)

    def read(self, name: str) -> Any:
        return self.kept.get(name)

    def save(self, name: str, value: Any) -> None:
        self.kept[name] = value

    read_secret, save_secret = read, save

    def place(self, placed: Placed) -> None:
        self.placed = placed

    def apply(self, part: str, details: Any = None) -> None:
        self.details[part] = details

    def begin_anew(self) -> None:
        self.placed = None


def _youtube(said: Mapping[str, Any]) -> VideoPublisher:
    from leap.config.endpoints import YouTubeEndpoints
    from leap.config.quotas import YouTubeQuota
    from leap.providers.youtube.publisher import Place, YouTubePublisher

    url = said["url"]
    names = ("client_id", "client_secret", "refresh_token")
    login = Login({"kind": "youtube", **{name: said[name] for name in names}})
    endpoints = YouTubeEndpoints(api=url, token=url, login=url)
    return YouTubePublisher(login, Plenty(), Place(endpoints, YouTubeQuota(), allow_insecure=True))


def _vk(said: Mapping[str, Any]) -> VideoPublisher:
    from leap.config.endpoints import VkEndpoints
    from leap.providers.vk.access import Access
    from leap.providers.vk.login import vendor
    from leap.providers.vk.publisher import VkPublisher

    url = said["url"]
    login = Login({"kind": "vk", "client_id": "1", "access_token": said["access_token"]})
    endpoints = VkEndpoints(api=url, login=url, implicit=url)
    access = Access(login, vendor(endpoints))
    return VkPublisher(access, endpoints, group=None, allow_insecure=True)


def _publication(path: Path) -> Publication:
    from leap.domain.ports import Publication

    return Publication(
        tenant="university",
        recording="2026-11-22-0123456789ab",
        preset="main",
        title="Lecture",
        description="",
        started_at=datetime(2026, 11, 22, 9, tzinfo=UTC),
        duration=3600.0,
        language="en",
        files={"video": path},
        outline=None,
        breaks=(),
        segments=(),
        wanted={"media": "m"},
        settings={},
        marker="leap-0123456789",
    )


def main() -> None:
    """Upload in this process; print the seconds, and bytes at the first byte's time and at most."""
    site, said, path = sys.argv[1:]
    publisher = {"youtube": _youtube, "vk": _vk}[site](json.loads(said))
    publication, notes, own = _publication(Path(path)), Notes(), list[int]()

    def tell(_share: float | None, _message: str = "") -> None:
        if not own:
            own.append(_resident("VmRSS"))

    began = time.perf_counter()
    publisher.place(publication, notes, tell)
    print(time.perf_counter() - began, own[0], _resident("VmHWM"))


def _resident(what: str) -> int:
    """Return what of this process is in memory, or was at most, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith(f"{what}:"))


if __name__ == "__main__":
    main()
