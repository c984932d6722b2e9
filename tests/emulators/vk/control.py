"""A third origin, with which a VK in another process is told what to do."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from emulators.messages import Answer, Request, as_json
from emulators.process import control, fields
from emulators.serving import Server
from emulators.vk.world import Video

if TYPE_CHECKING:
    from emulators.vk.emulator import Vk


def steering(vk: Vk) -> Server:
    """Return the server that steers ``vk``: see `control`, and of its own.

    ``POST /faults`` also takes ``method`` and VK's ``code``. ``POST /uploads``:
    ``processing`` (seconds), ``cuts``, ``too_fast``, ``repeatable``. ``POST
    /limits``: ``per_second``. ``GET /videos``: all that stand, placeholders too.
    ``GET /albums?owner=…``. ``GET /violations``.
    """

    def own(request: Request) -> Answer | None:
        match request.method, request.path:
            case "POST", "/faults" if "code" in request.json:
                vk.refuse(**fields(request.json))
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
            case _:
                return None
        return Answer(204)

    return control(vk, own)


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
