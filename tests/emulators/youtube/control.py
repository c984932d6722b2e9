"""A second origin, with which a YouTube in another process is told what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulators.messages import Answer, Request, as_json
from emulators.serving import Server
from emulators.youtube.world import Video

if TYPE_CHECKING:
    from emulators.youtube.emulator import YouTube


def control(youtube: YouTube) -> Server:
    """Return the server that steers ``youtube``; all bodies are JSON.

    ``POST /faults``: ``pattern`` and fields of `faults.Fault`; ``DELETE
    /faults``. ``POST /slips``: fields of `uploads.Slip`. ``POST /clock``:
    ``forward``, in seconds. ``GET /journal?pattern=…``: the exchanges so far;
    ``GET /methods``: what they were. ``GET /calls``: the calls of the API with
    what they cost. ``GET /videos``: those that stand. ``GET /violations``.
    """

    def handle(request: Request) -> Answer:
        match request.method, request.path:
            case "POST", "/faults":
                youtube.fault(**_fields(request.json))
            case "DELETE", "/faults":
                youtube.faults.clear()
            case "POST", "/slips":
                youtube.slip(**request.json)
            case "POST", "/clock":
                return as_json({"now": youtube.clock.forward(request.json["forward"]).isoformat()})
            case "GET", "/journal":
                found = youtube.journal.of(request.query.get("pattern", "**"))
                return as_json([exchange.as_json() for exchange in found])
            case "GET", "/methods":
                return as_json(youtube.methods())
            case "GET", "/calls":
                return as_json([_call(called) for called in youtube.calls])
            case "GET", "/videos":
                return as_json([_video(youtube, video) for video in youtube.live()])
            case "GET", "/violations":
                return as_json(youtube.violations)
            case _:
                return Answer(404)
        return Answer(204)

    return Server(handle, name="control")


def _fields(said: dict[str, Any]) -> dict[str, Any]:
    """Return a rule's fields, where JSON has text for bytes."""
    texts = ("content", "contains")
    return {name: value.encode() if name in texts else value for name, value in said.items()}


def _call(called: Any) -> dict[str, Any]:
    names = ("method", "client_id", "bucket", "cost", "status", "reason")
    return {"at": called.at.isoformat()} | {name: getattr(called, name) for name in names}


def _video(youtube: YouTube, video: Video) -> dict[str, Any]:
    """Return what a test wants to know of a video."""
    return {
        "id": video.id,
        "channel": video.channel.id,
        "snippet": video.snippet,
        "privacy": video.privacy(youtube.clock.now()),
        "status": video.status,
        "size": video.size,
        "sha256": video.sha256,
        "seconds": video.seconds,
        "captions": [
            {"language": track.language, "name": track.name, "content": track.content.decode()}
            for track in video.captions
        ],
        "thumbnail": video.thumbnail.sha256 if video.thumbnail else None,
        "playlists": youtube.playlists(video),
    }
