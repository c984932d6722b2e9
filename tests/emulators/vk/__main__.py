"""Serve an emulated VK from a process of its own, until it is interrupted.

    cd tests && python -m emulators.vk

Says on standard output, as one line of JSON, where it is, with which
credentials, and where it can be told what to do (see `control`).
"""

from __future__ import annotations

import argparse
import secrets
from pathlib import Path

from emulators.process import run, stay
from emulators.serving import Pipe
from emulators.vk.control import steering
from emulators.vk.emulator import Vk


def main() -> None:
    """Serve what was asked for."""
    options = _options()
    intake = Pipe(options.intake) if options.intake else None
    with Vk(port=options.port, journal=options.journal, intake=intake) as vk:
        user = vk.user()
        group, app, device = vk.group("Faculty", user), vk.app(), secrets.token_urlsafe(16)
        vk.limits.per_second = options.rate or None
        with steering(vk) as steered:
            said = {
                "url": vk.url,
                "storage": vk.storage,
                "control": steered.url,
                "user": user.id,
                "group": group.id,
                "client_id": app.client_id,
                "access_token": vk.oauth.access_token(app, user),
                "refresh_token": vk.oauth.refresh_token(app, user, device),
                "device_id": device,
            }
            stay(said)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("emulators.vk", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="where to listen (any)")
    parser.add_argument("--rate", type=int, default=3, help="requests a second per token (3)")
    parser.add_argument("--intake", type=float, help="bytes per second of all uploads")
    parser.add_argument("--journal", type=Path, help="a file for a line of JSON per request")
    return parser.parse_args()


if __name__ == "__main__":
    run(main)
