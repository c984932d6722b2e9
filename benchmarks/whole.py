"""The demo's lectures from video to captions, against a plain shell script.

``leap reconcile`` in a fresh copy of the demo's repository, with the ledger
still to be made, against ``plain.sh``, which cuts the edges with ``ffmpeg -c
copy``, takes the sound out, transcribes it with faster-whisper and the same
settings, and writes an SRT. LEAP also lists and checks the recordings, cuts
the break, finds chapters, makes the site's pages and keeps the ledger. There is
no limit; the ratio is what all that costs.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from making import copied, demo_repository, scratch
from measuring import CLONE, LEAP, Result, process, timed_cold

from leap.media import ffmpeg


def run(runs: int | None) -> Iterator[Result]:
    """Yield the comparison."""
    count = runs or 3
    fresh = [copied(demo_repository(), f"whole-{number}") for number in range(count)]
    lectures = _worked_on(copied(demo_repository(), "whole"))
    out = scratch() / "plain"
    out.mkdir()
    tools = {"FFMPEG": str(ffmpeg.find()), "PYTHON": sys.executable}
    waiting = iter(fresh)

    def reconcile() -> None:
        process(LEAP, "reconcile", "-C", next(waiting))()

    plain, leap = timed_cold(
        count,
        process(CLONE / "benchmarks" / "plain.sh", out, *lectures, **tools),
        reconcile,
    )
    captions = (fresh[0] / "state" / "targets").rglob("subtitles.srt")
    yield Result(
        f"{len(lectures)} lectures, end to end",
        f"{leap} = {leap.least / plain.least:.2f} x plain.sh, {_words(captions)} words",
        f"plain.sh: {plain}, {_words(out.glob('*.srt'))} words",
        None,
    )


def _worked_on(root: Path) -> list[Path]:
    """Return the recordings that ``leap plan`` wants to process."""
    plan = json.loads(process(LEAP, "plan", "-C", root, "--format", "json")())
    titles = [change["title"] for change in plan["changes"] if change["action"] == "process"]
    recordings = root / "state" / "demo" / "recordings"
    return [path for path in sorted(recordings.iterdir()) if path.stem[11:] in titles]


def _words(captions: Iterator[Path]) -> int:
    """Return how many words SRT files hold; numbers and times are none."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in captions)
    spoken = re.sub(r"^\d+\n.* --> .*$", "", text, flags=re.MULTILINE)
    return len(spoken.split())
