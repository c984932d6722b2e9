"""Downloads from an account: killed at any moment they go on, and bring no byte twice but a few."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import psutil
import pytest
from emulators.zoom import Zoom, video

from leap.providers.transfer.chunks import CHUNK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Ran, University
    from emulators.zoom import Meeting

#: A recording of so many bytes comes over so many connections, each as slow as this.
SIZE = 48_000_000
CONNECTIONS = 4
RATE = 3_000_000

BYTES = "GET /replay/*"


@dataclass
class Hall:
    """A university whose lectures are in Zoom's cloud."""

    university: University
    zoom: Zoom

    def lecture(self, topic: str, content: Path | bytes, **said: object) -> Meeting:
        """Record a lecture of a few seconds."""
        start = datetime(2026, 11, 3, 9, tzinfo=UTC)
        file = video(content, lasts=timedelta(seconds=17), **said)
        return self.zoom.meeting(topic=topic, start=start, files=[file])

    def reconcile(self, *arguments: str, expect: int = 0, **environment: str) -> Ran:
        return self.university.reconcile(*arguments, expect=expect, **environment)

    @property
    def fetched(self) -> int:
        """How many bytes of recordings have left Zoom."""
        return sum(each.sent for each in self.zoom.journal.of(BYTES))

    @property
    def unfinished(self) -> list[Path]:
        folder = self.university.targets / ".unfinished"
        return sorted(folder.iterdir()) if folder.exists() else []

    def downloaded(self) -> list[Path]:
        return sorted(self.university.targets.glob("*/*/download/*/*/source.*"))


@pytest.fixture(scope="session")
def large(videos: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lecture with a large box in its file that no player looks into."""
    path = tmp_path_factory.mktemp("large") / "large.mp4"
    content = videos["lecture"].read_bytes()
    rest = SIZE - len(content)
    noise = random.Random(4).randbytes(1 << 20)
    with path.open("wb") as file:
        file.write(content + rest.to_bytes(4) + b"free")
        file.write((noise * (rest // len(noise) + 1))[: rest - 8])
    return path


@pytest.fixture
def zoom() -> Iterator[Zoom]:
    with Zoom(rate=RATE) as found:
        yield found


@pytest.fixture
def hall(university: University, zoom: Zoom) -> Hall:
    """Give the hall, with a key, an app's credential and a source."""
    account = zoom.account(plan="unlimited")
    (university.root / "tenants/uni/sources/folder.yaml").unlink()
    university.write(
        "leap.yaml",
        f"""
        sites: [state/site]
        workers: 3
        endpoints: {{zoom: {{api: "{zoom.url}", oauth: "{zoom.url}"}}}}
        allow_insecure_endpoints: true
        defaults:
          download: {{connections: {CONNECTIONS}}}
        """,
    )
    university.write(
        "tenants/uni/sources/zoom.yaml",
        """
        kind: zoom
        account: zoom-main
        since: 2026-11-01
        """,
    )
    assert 0 == university.leap("secrets", "keygen", "uni").code
    fields = {
        "account_id": account.id,
        "client_id": account.client_id,
        "client_secret": account.client_secret,
    }
    done = subprocess.run(
        university.command(
            "secrets", "set", "uni", *(f"zoom-main.{name}" for name in fields), "--kind", "zoom_s2s"
        ),
        cwd=university.root,
        input="\n".join(fields.values()) + "\n",
        text=True,
        capture_output=True,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    return Hall(university, zoom)


def test_a_lecture_is_downloaded_whole_and_once(hall: Hall, large: Path) -> None:
    """Its manifest tells how it came, and what its bytes are."""
    hall.lecture("Lecture on trees", large)

    hall.reconcile("--until", "download")
    hall.reconcile("--until", "download")

    [file] = hall.downloaded()
    content = large.read_bytes()
    assert content == file.read_bytes()
    assert SIZE == hall.fetched
    assert [] == hall.unfinished
    manifest = json.loads((file.parents[1] / "manifest.json").read_text())
    assert hashlib.sha256(content).hexdigest() == manifest["facts"]["sha256"]
    assert [("source.mp4", SIZE, manifest["facts"]["sha256"])] == [
        (each["path"], each["size"], each["sha256"]) for each in manifest["files"]
    ]
    assert SIZE == manifest["facts"]["transfer"]["bytes"]


#: Places in the process that fetches, which are passed many times …
FETCHING = ["transfer.server.answered", "transfer.connection.written@20"]
FETCHING += ["transfer.journal.before_add@3", "transfer.journal.after_add@6", "transfer.finished"]
#: … and those in the process that waits for it.
WAITING = ["work.download.leased", "work.download.started", "download.after_fetch"]
WAITING += ["work.download.made", "store.download.before_files", "store.download.before_manifest"]
WAITING += ["store.download.after_manifest"]


def test_a_download_that_is_killed_everywhere_goes_on_each_time(hall: Hall, large: Path) -> None:
    """Each kill costs at most a chunk per connection, and none after the last byte costs any."""
    hall.lecture("Lecture on trees", large)
    for place in FETCHING + WAITING:
        before = hall.fetched
        ran = hall.university.leap(
            "reconcile", "--until", "download", LEAP_FAULT=f"{place}:killgroup"
        )
        assert ran.code == -signal.SIGKILL, f"{place}: {ran.out}{ran.err}"
        if place in WAITING[2:]:
            assert before == hall.fetched, place

    hall.reconcile("--until", "download")

    [file] = hall.downloaded()
    assert large.read_bytes() == file.read_bytes()
    assert hall.fetched <= SIZE + len(FETCHING) * CONNECTIONS * CHUNK
    assert [] == hall.unfinished
    assert 1 == file.stat().st_nlink


@pytest.mark.parametrize("seed", range(2))
def test_kills_at_random_moments_fetch_a_chunk_per_connection_again_at_most(
    hall: Hall, large: Path, seed: int, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    """Three kills, at moments drawn from all bytes of the file; then one run finishes."""
    hall.lecture("Lecture on trees", large)
    moments = random.Random(seed)
    for at in sorted(moments.uniform(0.05, 0.95) for _ in range(3)):
        with hall.university.start("reconcile", "--until", "download") as process:
            wait_until(lambda at=at: hall.fetched >= at * SIZE or process.poll() is not None)
            process.send_signal(signal.SIGKILL)
            process.communicate()

    hall.reconcile("--until", "download")

    [file] = hall.downloaded()
    assert large.read_bytes() == file.read_bytes()
    assert hall.fetched <= SIZE + 3 * CONNECTIONS * CHUNK
    assert [] == hall.unfinished


def test_two_runs_at_once_download_a_lecture_once(hall: Hall, large: Path) -> None:
    """The one waits for the other, and takes what it has made."""
    hall.lecture("Lecture on trees", large)
    arguments = ("reconcile", "--until", "download")
    with hall.university.start(*arguments) as one, hall.university.start(*arguments) as two:
        outputs = [process.communicate(timeout=120) for process in (one, two)]

    assert [0, 0] == [one.returncode, two.returncode], outputs
    assert SIZE == hall.fetched
    [file] = hall.downloaded()
    assert large.read_bytes() == file.read_bytes()


def test_no_process_outlives_a_killed_download(
    hall: Hall, large: Path, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    hall.lecture("Lecture on trees", large)
    with hall.university.start("reconcile", "--until", "download") as process:
        wait_until(lambda: hall.fetched > SIZE / 10)
        runner = psutil.Process(process.pid)
        children = [c for c in runner.children(recursive=True) if "postgres" not in c.name()]
        assert 2 <= len(children)  # the task, and the process that fetches for it
        process.send_signal(signal.SIGKILL)
        process.communicate()

    wait_until(lambda: not any(child.is_running() for child in children))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_download_stops_soon_and_goes_on_next_time(
    hall: Hall,
    large: Path,
    number: signal.Signals,
    wait_until: Callable[[Callable[[], bool]], None],
) -> None:
    """To the whole group, as Ctrl-C in a terminal goes; what has come is kept."""
    hall.lecture("Lecture on trees", large)
    with hall.university.start("reconcile", "--until", "download") as process:
        wait_until(lambda: hall.fetched > SIZE * 0.7)
        os.killpg(process.pid, number)
        out, err = process.communicate(timeout=30)

    assert 130 == process.returncode, out + err
    assert "The next run goes on from here." in out
    assert "Traceback" not in out + err
    hall.reconcile("--until", "download")
    assert hall.fetched <= SIZE + CONNECTIONS * CHUNK


def test_a_web_page_instead_of_a_lecture_is_published_nowhere_and_nothing_of_it_is_kept(
    hall: Hall,
) -> None:
    """It has the size that was listed, and is called a video."""
    page = b"<!doctype html><title>Sign in</title>".ljust(1_000_000)
    hall.lecture("Lecture on trees", page)

    ran = hall.reconcile(expect=4)

    assert "Zoom shows a web page instead of the recording" in ran.err
    assert [] == hall.downloaded() + hall.unfinished + hall.university.pages()


def test_a_truncated_lecture_fails_for_good_with_nothing_left_of_it(
    hall: Hall, videos: dict[str, Path]
) -> None:
    hall.lecture("Lecture on trees", videos["truncated"])

    ran = hall.reconcile(expect=4)

    assert "the file is truncated" in ran.err
    assert [] == hall.downloaded() + hall.unfinished + hall.university.pages()


def test_what_the_disk_does_not_take_is_left_and_the_rest_goes_on(
    hall: Hall, videos: dict[str, Path]
) -> None:
    """Nothing of it is fetched; one line says how much is needed, how much there is, and what helps."""
    hall.university.edit("leap.yaml", "{connections: 4}", "{connections: 4, max_size: 900 TB}")
    hall.lecture("Lecture on trees", videos["lecture"])
    hall.lecture("Lecture on everything", videos["second"], said_size=400 * 10**12)

    ran = hall.reconcile("--until", "download", expect=4)

    assert 1 == len(hall.downloaded())
    assert 1 == hall.zoom.journal.count("GET /rec/download/*")
    [line] = [each for each in ran.err.splitlines() if each.startswith("warning:")]
    assert line.startswith("warning: 1 recording needs 420000.0 GB of disk, and ")
    assert line.endswith("run `leap reconcile` again")
    assert "uni · Lecture on everything: needs 420000.0 GB of disk" in ran.out
