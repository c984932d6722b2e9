"""Tracks of captions, and the picture that stands for a video.

https://developers.google.com/youtube/v3/docs/captions
https://developers.google.com/youtube/v3/docs/thumbnails/set
"""

from __future__ import annotations

import re
from typing import Any

from emulators.bodies import Bytes
from emulators.messages import Answer, as_json
from emulators.youtube.call import Call
from emulators.youtube.refusals import failed
from emulators.youtube.text import is_language
from emulators.youtube.videos import Delays, Videos
from emulators.youtube.world import Caption, Thumbnail, World, stamp, token

_NAME = 150
_PICTURE = 52_428_800
_TIMED = re.compile(rb"\d\d:\d\d[.,]\d{3} --> ")
_DOMAIN = "youtube.caption"


class Captions:
    """Answers ``captions.*``."""

    def __init__(self, world: World, videos: Videos, delays: Delays) -> None:
        self._world, self._videos, self._delays = world, videos, delays

    def list(self, call: Call) -> Answer:
        """Answer with the tracks of a video, those that YouTube made as well."""
        video = self._videos.own(call, call.params["videoId"], domain=_DOMAIN)
        wanted = call.params.many("id")
        found = [track for track in video.captions if not wanted or track.id in wanted]
        return call.listed([_told(each, call) for each in found], total=len(found))

    def insert(self, call: Call) -> Answer:
        """Add a track; there is one of each language and name."""
        media = call.media()
        if not media or not media.content:
            raise _no(400, "contentRequired", "The request does not include the caption content.")
        snippet = call.body(media.metadata)["snippet"]
        if len(snippet["name"]) > _NAME:
            raise _no(400, "nameTooLong", "The name of the track is too long.")
        if not is_language(snippet["language"]):
            raise _no(400, "invalidMetadata", "The request contains invalid metadata values.")
        video = self._videos.own(call, snippet["videoId"], domain=_DOMAIN)
        names = {(track.language, track.name) for track in video.captions if track.kind != "ASR"}
        if (snippet["language"], snippet["name"]) in names:
            message = "The specified video already has a caption track with the name and language."
            raise _no(409, "captionExists", message)
        track = Caption(
            video=video,
            language=snippet["language"],
            name=snippet["name"],
            content=media.content,
            updated=call.now,
            draft=snippet.get("isDraft", False),
            ready=call.now + self._delays.captions,
            failure=_problem(media.content),
        )
        video.captions.append(track)
        return as_json(_told(track, call))

    def update(self, call: Call) -> Answer:
        """Change whether a track is a draft, or what it says."""
        media = call.media()
        body = call.body(media.metadata if media else None)
        track = self._found(call, body["id"])
        if media and not media.content:
            raise _no(400, "contentRequired", "The request does not include the caption content.")
        if "isDraft" in body.get("snippet", {}):
            track.draft = body["snippet"]["isDraft"]
        if media:
            track.content, track.failure = media.content, _problem(media.content)
            track.ready = call.now + self._delays.captions
        track.updated = call.now
        return as_json(_told(track, call))

    def delete(self, call: Call) -> Answer:
        """Delete a track."""
        track = self._found(call, call.params["id"])
        track.video.captions.remove(track)
        return Answer(204)

    def download(self, call: Call) -> Answer:
        """Give a track as it was sent; other forms of it are not emulated."""
        track = self._found(call, call.method.path["id"])
        kind = "vtt" if track.content.startswith(b"WEBVTT") else "srt"
        if call.params.get("tfmt", kind) != kind or "tlang" in call.params.values:
            message = "The caption track cannot be converted into the requested language or format."
            raise _no(400, "couldNotConvert", message)
        return Answer(200, Bytes(track.content), {"Content-Type": "application/octet-stream"})

    def _found(self, call: Call, name: str) -> Caption:
        track = self._world.caption(name)
        if not track:
            raise _no(404, "captionNotFound", "The caption track could not be found.")
        if track.video.channel is not call.channel:
            raise _no(403, "forbidden", "The permissions are not sufficient for the caption track.")
        return track


class Thumbnails:
    """Answers ``thumbnails.set``."""

    def __init__(self, videos: Videos) -> None:
        self._videos = videos

    def set(self, call: Call) -> Answer:
        """Take a picture for a video."""
        domain = "youtube.thumbnail"
        media = call.media()
        if not media or not media.content:
            message = "The request does not include the image content."
            raise failed(400, "mediaBodyRequired", message, domain=domain)
        if len(media.content) > _PICTURE:
            message = f"Media larger than the limit: {_PICTURE}."
            raise failed(413, "uploadTooLarge", message)
        if not media.content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
            message = "The provided image content is invalid."
            raise failed(400, "invalidImage", message, domain=domain)
        video = self._videos.own(call, call.params["videoId"], domain=domain)
        if not video.channel.verified:
            message = (
                "The authenticated user doesn't have permissions to upload and set custom video "
                "thumbnails."
            )
            raise failed(403, "forbidden", message, domain=domain)
        video.thumbnail = Thumbnail(content=media.content, kind=media.kind)
        url = f"https://i.ytimg.com/vi/{video.id}/default.jpg"
        items = [{"default": {"url": url, "width": 120, "height": 90}}]
        return as_json({"kind": "youtube#thumbnailSetResponse", "etag": token(27), "items": items})


def _told(track: Caption, call: Call) -> dict[str, Any]:
    said: dict[str, Any] = {"kind": "youtube#caption", "etag": token(27), "id": track.id}
    if "snippet" not in call.parts:
        return said
    ready = track.ready <= call.now
    said["snippet"] = {
        "videoId": track.video.id,
        "lastUpdated": stamp(track.updated),
        "trackKind": track.kind,
        "language": track.language,
        "name": track.name,
        "audioTrackType": "unknown",
        "isCC": False,
        "isLarge": False,
        "isEasyReader": False,
        "isDraft": track.draft,
        "isAutoSynced": False,
        "status": "failed" if ready and track.failure else "serving" if ready else "syncing",
    }
    if ready and track.failure:
        said["snippet"]["failureReason"] = track.failure
    return said


def _problem(content: bytes) -> str:
    """Return why a file cannot be served, or nothing."""
    return "" if _TIMED.search(content) else "unknownFormat"


def _no(status: int, reason: str, message: str) -> Exception:
    return failed(status, reason, message, domain=_DOMAIN)
