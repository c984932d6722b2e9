"""Serve an emulated YouTube from a process of its own, until it is interrupted.

    cd tests && python -m emulators.youtube

Says on standard output, as one line of JSON, where it is, with which app and
login, and where it can be told what to do (see `control`).
"""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path

from emulators.process import run, stay
from emulators.serving import Pipe
from emulators.youtube.control import steering
from emulators.youtube.emulator import YouTube


def main() -> None:
    """Serve what was asked for."""
    options = _options()
    intake = Pipe(options.intake) if options.intake else None
    with YouTube(port=options.port, journal=options.journal, intake=intake) as youtube:
        youtube.delays.processing = timedelta(seconds=options.processing)
        app = youtube.app(uploads=options.uploads, units=options.units)
        channel = youtube.channel(verified=not options.unverified)
        with steering(youtube) as steered:
            said = {
                "url": youtube.url,
                "control": steered.url,
                "client_id": app.client_id,
                "client_secret": app.client_secret,
                "refresh_token": youtube.refresh_token(app, channel),
                "channel": channel.id,
            }
            stay(said)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("emulators.youtube", description=__doc__)
    parser.add_argument("--uploads", type=int, default=100, help="uploads in a day (100)")
    parser.add_argument("--units", type=int, default=10_000, help="and units (10000)")
    parser.add_argument("--processing", type=float, default=0, help="seconds for a video (0)")
    parser.add_argument("--unverified", action="store_true", help="a channel without thumbnails")
    parser.add_argument("--port", type=int, default=0, help="where to listen (any)")
    parser.add_argument("--intake", type=float, help="bytes per second of all uploads")
    parser.add_argument("--journal", type=Path, help="a file for a line of JSON per request")
    return parser.parse_args()


if __name__ == "__main__":
    run(main)
