"""A download in a process of its own, which is killed at many moments."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from emulators.bodies import FTYP, File, Generated, sha256

from leap.providers.transfer import journal_of
from leap.providers.transfer.journal import recall

CONNECTIONS = 4
#: Runs `download` and prints what came of it.
CHILD = """
import dataclasses, json, sys
from pathlib import Path
from leap.errors import LeapError
from leap.providers.transfer import Remote, TransferSettings, download

url, path, size, chunk = sys.argv[1:]
settings = TransferSettings(connections=4, stall=20, attempts=3, allow_insecure=True, chunk=int(chunk))
remote = Remote(url, {"Authorization": "Bearer canary"})
done = download(lambda: remote, Path(path), size=int(size), settings=settings,
                progress=lambda share, message="": None)
print(json.dumps(dataclasses.asdict(done)))
"""


@pytest.fixture
def child(origin, path):
    """Start the download; ``fault`` is where it shall be killed."""
    origin.body = Generated(60 * origin.chunk + 7, head=FTYP)

    def start(fault: str = "") -> subprocess.Popen[str]:
        arguments = (origin.url, path, origin.body.size, origin.chunk)
        return subprocess.Popen(
            [sys.executable, "-c", CHILD, *map(str, arguments)],
            env={**os.environ, "LEAP_FAULT": fault} if fault else None,
            cwd=Path(__file__).parents[3],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


def ended(child: subprocess.Popen[str]) -> dict:
    out, err = child.communicate(timeout=60)
    assert 0 == child.returncode, err
    return json.loads(out)


@pytest.mark.parametrize(
    "place",
    [
        "transfer.server.answered",
        "transfer.output.reserve",
        "transfer.output.write",
        "transfer.connection.written@40",
        "transfer.journal.before_add@1",
        "transfer.journal.after_add@1",
        "transfer.journal.before_add@25",
        "transfer.journal.after_add@43",
        "transfer.journal.after_add@61",
        "transfer.finished",
    ],
)
def test_killed_at_a_place_it_goes_on_and_loses_a_chunk_per_connection_at_most(
    origin, child, path, place
):
    """The next process fetches what is missing, and the file is what it should be."""
    killed = child(f"{place}:kill")
    killed.communicate(timeout=60)
    assert -signal.SIGKILL == killed.returncode
    remembered = recall(journal_of(path))
    kept = set(remembered.chunks.checksums) if remembered else set()
    assert len(begun(path, origin.chunk) - kept) <= CONNECTIONS
    done = ended(child())
    assert sha256(origin.body) == done["sha256"] == sha256(File(path))
    assert (remembered.chunks.bytes_done if remembered else 0) == done["resumed"]
    assert origin.body.size == done["fetched"] + done["resumed"]


def begun(path: Path, chunk: int) -> set[int]:
    """Return the chunks of which anything was written."""
    content = path.read_bytes()
    return {at // chunk for at in range(0, len(content), chunk) if any(content[at : at + chunk])}


def test_killed_again_and_again_it_gets_on(origin, child, path):
    """What is there after a kill is there after the next one."""
    origin.server.rate = 1e6
    there = []
    for _ in range(3):
        origin.server.journal.clear()
        running = child()
        origin.server.journal.wait("GET /file", 3)
        time.sleep(0.1)
        running.kill()
        running.communicate()
        there.append(recall(journal_of(path)).chunks.bytes_done)
    assert sorted(there) == there
    origin.server.rate = None
    done = ended(child())
    assert sha256(origin.body) == done["sha256"] == sha256(File(path))
    assert there[-1] == done["resumed"] > 0


def test_an_interrupted_process_ends_at_once_and_the_next_goes_on(origin, child):
    """Ctrl-C while every connection is silent."""
    origin.server.rate = 2e6
    origin.fault(skip=6, times=None, stall=0)
    running = child()
    origin.server.journal.wait("GET /file", 8)
    time.sleep(0.3)
    began = time.monotonic()
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=30)
    assert time.monotonic() - began < 5
    assert err.rstrip().endswith("KeyboardInterrupt")
    assert "canary" not in err
    origin.server.faults.clear()
    done = ended(child())
    assert sha256(origin.body) == done["sha256"]
    assert done["resumed"] > 0


def test_a_stopped_process_wakes_up_and_goes_on(origin, child):
    """Connections that ended while the machine slept are begun anew."""
    origin.server.rate = 2e6
    running = child()
    origin.server.journal.wait("GET /file", 4)
    running.send_signal(signal.SIGSTOP)
    time.sleep(0.3)
    origin.server._sockets.hang_up()
    running.send_signal(signal.SIGCONT)
    assert sha256(origin.body) == ended(running)["sha256"]


def test_nothing_of_a_token_stays_on_disk(origin, child, path):
    """Neither after a kill nor at the end."""
    killed = child("transfer.journal.after_add@20:kill")
    killed.communicate()
    left = [each.read_bytes() for each in path.parent.iterdir()]
    assert 2 == len(left)
    assert not any(b"canary" in content for content in left)
