"""Serve an emulated Zoom from a process of its own, until it is interrupted.

    cd tests && python -m emulators.zoom --meetings 10000

Says on standard output, as one line of JSON, where it is, with which
credentials, and where it can be told what to do (see `control`).
"""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path

from emulators.process import run, stay
from emulators.serving import Pipe
from emulators.zoom.control import steering
from emulators.zoom.emulator import Zoom
from emulators.zoom.files import audio, chat, timeline, video, words
from emulators.zoom.world import PLANS

_COURSES = ("Machine Learning", "Линейная алгебра", "Databases", "Compilers 📚")


def main() -> None:
    """Serve what was asked for."""
    options = _options()
    pipe = Pipe(options.pipe) if options.pipe else None
    with Zoom(port=options.port, journal=options.journal, rate=options.rate, pipe=pipe) as zoom:
        account = zoom.account(plan=options.plan)
        fill(zoom, options.meetings, options.video or options.size, per_day=options.per_day)
        with steering(zoom) as steered:
            said = {
                "url": zoom.url,
                "storage": zoom.storage,
                "control": steered.url,
                "account_id": account.id,
                "client_id": account.client_id,
                "client_secret": account.client_secret,
                "meetings": len(account.meetings),
            }
            stay(said)


def fill(zoom: Zoom, meetings: int, content: Path | int, *, per_day: int = 4) -> None:
    """Add so many lectures with five files each, so many a day, the last of them yesterday."""
    last = zoom.clock.now().replace(hour=20, minute=0, second=0, microsecond=0)
    for number in range(meetings):
        day, slot = divmod(number, per_day)
        course = _COURSES[slot % len(_COURSES)]
        zoom.meeting(
            topic=f"{course}, lecture {(meetings - number) // len(_COURSES) + 1}",
            start=last - timedelta(days=day + 1) - slot * timedelta(hours=14) / per_day,
            minutes=90,
            files=[video(content), audio(), words(), chat(), timeline(old=number % 7 == 0)],
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("emulators.zoom", description=__doc__)
    parser.add_argument("--meetings", type=int, default=40, help="how many there are (40)")
    parser.add_argument("--per-day", type=int, default=4, help="and how many a day (4)")
    parser.add_argument("--video", type=Path, help="the file that each of them has")
    parser.add_argument("--size", type=int, default=64_000, help="or its size in bytes (64000)")
    parser.add_argument("--plan", choices=PLANS, default="unlimited", help="whose limits hold")
    parser.add_argument("--port", type=int, default=0, help="where to listen (any)")
    parser.add_argument("--rate", type=float, help="bytes per second of each download")
    parser.add_argument("--pipe", type=float, help="bytes per second of all downloads")
    parser.add_argument("--journal", type=Path, help="a file for a line of JSON per request")
    return parser.parse_args()


if __name__ == "__main__":
    run(main)
