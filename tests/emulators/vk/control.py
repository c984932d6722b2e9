"""A third origin, with which a VK in another process is told what to do."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from emulators.messages import Answer, Request, as_json
from emulators.serving import Server
from emulators.vk.world import Video

if TYPE_CHECKING:
    from emulators.vk.emulator import Vk


def control(vk: Vk) -> Server:
    """Return the server that steers ``vk``; all bodies are JSON.

    ``POST /faults``: ``pattern`` and fields of `faults.Fault`, or ``method`` and
    VK's ``code``; ``DELETE /faults``. ``POST /clock``: ``forward``, in seconds.
    ``POST /uploads``: ``processing`` (seconds), ``cuts``, ``too_fast``,
    ``repeatable``. ``POST /limits``: ``per_second``. ``GET /videos``: all that
    stand, placeholders too. ``GET /albums?owner=…``. ``GET /violations``. ``GET
    /journal?pattern=…``: the exchanges so far.
    """

    def handle(request: Request) -> Answer:
        match request.method, request.path:
            case "POST", "/faults":
                said = _fields(request.json)
                (vk.refuse if "code" in said else vk.fault)(**said)
            case "DELETE", "/faults":
                vk.faults.clear()
            case "POST", "/clock":
                return as_json({"now": vk.clock.forward(request.json["forward"]).isoformat()})
            case "POST", "/uploads":
                for name, value in request.json.items():
                    is_time = name == "processing"
                    setattr(vk.uploads, name, timedelta(seconds=value) if is_time else value)
            case "POST", "/limits":
                vk.limits.per_second = request.json["per_second"]
            case "GET", "/videos":
                return as_json([told(each) for each in vk.api.videos if not each.deleted])
            case "GET", "/albums":
                return as_json(vk.albums(int(request.query["owner"])))
            case "GET", "/violations":
                return as_json(vk.violations)
            case "GET", "/journal":
                found = vk.journal.of(request.query.get("pattern", "**"))
                return as_json([exchange.as_json() for exchange in found])
            case _:
                return Answer(404)
        return Answer(204)

    return Server(handle, name="control")


def told(video: Video) -> dict[str, Any]:
    """Return what there is to know of a video."""
    return {
        "name": video.name,
        "title": video.title,
        "description": video.description,
        "privacy": video.privacy,
        "empty": video.is_empty,
        "size": video.size,
        "sha256": video.sha256,
        "uploads": video.uploads,
        "thumb": video.thumb,
    }


def _fields(said: dict[str, Any]) -> dict[str, Any]:
    """Return a rule's fields, where JSON has text for bytes."""
    texts = ("content", "contains")
    return {name: value.encode() if name in texts else value for name, value in said.items()}
