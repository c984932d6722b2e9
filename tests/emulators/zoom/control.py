"""A third origin, with which a Zoom in another process is told what to do."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from emulators.messages import Answer, Request, as_json
from emulators.serving import Server

if TYPE_CHECKING:
    from emulators.zoom.emulator import Zoom


def control(zoom: Zoom) -> Server:
    """Return the server that steers ``zoom``; all bodies are JSON.

    ``POST /faults``: ``pattern`` and fields of `faults.Fault`; ``DELETE
    /faults``. ``POST /clock``: ``forward``, in seconds. ``POST /meetings``:
    ``topic``, ``start`` (ISO 8601) and more of `Zoom.meeting`. ``GET
    /journal?pattern=…``: the exchanges so far.
    """

    def handle(request: Request) -> Answer:
        match request.method, request.path:
            case "POST", "/faults":
                zoom.fault(**_fields(request.json))
            case "DELETE", "/faults":
                zoom.faults.clear()
            case "POST", "/clock":
                return as_json({"now": zoom.clock.forward(request.json["forward"]).isoformat()})
            case "POST", "/meetings":
                said = request.json
                start = datetime.fromisoformat(said.pop("start"))
                return as_json({"uuid": zoom.meeting(start=start, **said).uuid}, 201)
            case "GET", "/journal":
                found = zoom.journal.of(request.query.get("pattern", "**"))
                return as_json([exchange.as_json() for exchange in found])
            case _:
                return Answer(404)
        return Answer(204)

    return Server(handle, name="control")


def _fields(said: dict[str, Any]) -> dict[str, Any]:
    """Return a rule's fields, where JSON has text for bytes."""
    texts = ("content", "contains")
    return {name: value.encode() if name in texts else value for name, value in said.items()}
