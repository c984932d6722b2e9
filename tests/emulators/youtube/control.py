"""A second origin, with which a YouTube in another process is told what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulators.messages import Answer, Request, as_json
from emulators.process import control
from emulators.serving import Server
from emulators.youtube.world import Video

if TYPE_CHECKING:
    from emulators.youtube.emulator import YouTube


def steering(youtube: YouTube) -> Server:
    """Return the server that steers ``youtube``: see `control`, and of its own.

    ``POST /slips``: fields of `uploads.Slip`. ``GET /methods``: what the
    exchanges so far were. ``GET /calls``: the calls of the API with what they
    cost. ``GET /videos``: those that stand. ``GET /violations``.
    """

    def own(request: Request) -> Answer | None:
        match request.method, request.path:
            case "POST", "/slips":
                youtube.slip(**request.json)
                return Answer(204)
            case "GET", "/methods":
                return as_json(youtube.methods())
            case "GET", "/calls":
                return as_json([_call(called) for called in youtube.calls])
            case "GET", "/videos":
                return as_json([_video(youtube, video) for video in youtube.live()])
            case "GET", "/violations":
                return as_json(youtube.violations)
        return None

    return control(youtube, own)


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
