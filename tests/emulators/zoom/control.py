"""A third origin, with which a Zoom in another process is told what to do."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from emulators.messages import Answer, Request, as_json
from emulators.process import control
from emulators.serving import Server

if TYPE_CHECKING:
    from emulators.zoom.emulator import Zoom


def steering(zoom: Zoom) -> Server:
    """Return the server that steers ``zoom``: see `control`, and of its own.

    ``POST /meetings``: ``topic``, ``start`` (ISO 8601) and more of `Zoom.meeting`.
    """

    def own(request: Request) -> Answer | None:
        if (request.method, request.path) != ("POST", "/meetings"):
            return None
        said = request.json
        start = datetime.fromisoformat(said.pop("start"))
        return as_json({"uuid": zoom.meeting(start=start, **said).uuid}, 201)

    return control(zoom, own)
