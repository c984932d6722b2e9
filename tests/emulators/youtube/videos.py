"""Videos: what may be said of one, what becomes of it, and how it is told.

https://developers.google.com/youtube/v3/docs/videos
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from emulators.clock import Clock
from emulators.messages import Answer, as_json
from emulators.youtube.call import Call, Media
from emulators.youtube.refusals import failed, refused
from emulators.youtube.text import check_snippet, instant, invalid_publish_at
from emulators.youtube.uploads import Session, Uploads
from emulators.youtube.world import Caption, Channel, Video, World, stamp, token

_SNIPPET = ("title", "description", "tags", "categoryId", "defaultLanguage", "defaultAudioLanguage")
_STATUS = (
    "privacyStatus",
    "publishAt",
    "license",
    "embeddable",
    "publicStatsViewable",
    "selfDeclaredMadeForKids",
    "containsSyntheticMedia",
)
#: What is so where nothing is said.
_USUAL = {
    "privacyStatus": "public",
    "license": "youtube",
    "embeddable": True,
    "publicStatsViewable": True,
}
_OWNERS = frozenset({"fileDetails", "processingDetails", "suggestions"})
_DAY = timedelta(days=1)
_NONE = timedelta()


@dataclass(slots=True)
class Delays:
    """How long things take by the clock; by default no time."""

    processing: timedelta = _NONE
    #: Until lists know a new video, and until a playlist takes it.
    listing: timedelta = _NONE
    playlists: timedelta = _NONE
    captions: timedelta = _NONE


class Videos:
    """Answers ``videos.*``."""

    def __init__(self, world: World, clock: Clock, delays: Delays) -> None:
        self._world, self._clock, self._delays = world, clock, delays
        self.uploads: Uploads

    def insert(self, call: Call) -> Answer:
        """Open a session; or take a short video whole."""
        if not call.method.upload:
            raise failed(
                400, "mediaBodyRequired", "The request does not include the video content."
            )
        resumable = call.params.get("uploadType") == "resumable"
        media = None if resumable else call.media()
        metadata = call.body(media.metadata if media else None) if call.request.body else {}
        self._check(metadata, call, None)
        self._check_channel(call.channel, call.now)
        if media:
            return self._at_once(call, metadata, media)
        return self.uploads.open(call, metadata)

    def finished(self, session: Session) -> Video:
        """Make the video of a session that has all its bytes."""
        now = self._clock.now()
        snippet = {"title": session.filename or "unknown", "categoryId": "22", "description": ""}
        snippet |= _chosen(session.metadata.get("snippet", {}), _SNIPPET)
        video = Video(
            channel=session.channel,
            app=session.app,
            created=now,
            processed=now + self._delays.processing,
            listed=now + self._delays.listing,
            placeable=now + self._delays.playlists,
            snippet=snippet,
            status=self._status(session.metadata.get("status", {}), session.channel, now),
            recording=dict(session.metadata.get("recordingDetails", {})),
            localizations=dict(session.metadata.get("localizations", {})),
            size=session.stored,
            sha256=session.sha256,
            content=session.content,
            filename=session.filename,
            seconds=session.seconds(),
            notified=session.notify,
        )
        video.was_public = video.privacy(now) == "public"
        self._world.videos[video.id] = video
        return video

    def list(self, call: Call) -> Answer:
        """Answer ``videos.list`` for ids; those that nobody may see are left out."""
        if "id" not in call.params.values:
            message = "No filter selected. Expected one of: chart, id, myRating"
            raise failed(400, "missingRequiredParameter", message, location="parameters.")
        own = call.access.person.channel
        found = [
            video
            for name in dict.fromkeys(call.ids())
            if (video := self._world.video(name))
            and video.listed <= call.now
            and (video.channel is own or video.privacy(call.now) != "private")
        ]
        if _OWNERS & set(call.parts) and any(video.channel is not own for video in found):
            message = "The request cannot access user rating information or details of the file."
            raise failed(403, "forbidden", message, domain="youtube.video", location="part")
        items = [self.told(video, call.parts, call.now) for video in found]
        return call.listed(items, total=len(items), size=len(items))

    def update(self, call: Call) -> Answer:
        """Replace what is named, and erase what is not said of it."""
        body = call.body()
        video = self.own(call, body["id"])
        self._check(body, call, video)
        if "snippet" in call.parts:
            snippet = body.get("snippet", {})
            if "categoryId" not in snippet:
                message = "The request metadata specifies an invalid category ID."
                where = "body.snippet.categoryId"
                raise failed(
                    400, "invalidCategoryId", message, domain="youtube.video", location=where
                )
            video.snippet = {"description": "", **_chosen(snippet, _SNIPPET)}
        if "status" in call.parts:
            video.status = self._status(body.get("status", {}), video.channel, call.now)
            video.was_public |= video.privacy(call.now) == "public"
        if "recordingDetails" in call.parts:
            video.recording = dict(body.get("recordingDetails", {}))
        if "localizations" in call.parts:
            video.localizations = dict(body.get("localizations", {}))
        return as_json(self.told(video, call.parts, call.now))

    def delete(self, call: Call) -> Answer:
        """Delete a video; who may not see it hears that there is none."""
        self.own(call, call.params["id"], forbidden=True).deleted = True
        return Answer(204)

    def own(
        self, call: Call, name: str, *, forbidden: bool = False, domain: str = "youtube.video"
    ) -> Video:
        """Return a video of the channel; refuses others'."""
        video = self._world.video(name)
        if video and video.channel is not call.channel:
            message = "The request is not properly authorized to change this video."
            if forbidden or video.privacy(call.now) != "private":
                raise failed(403, "forbidden", message, domain=domain)
            video = None
        if not video:
            message = "The video that you are trying to change cannot be found."
            raise failed(404, "videoNotFound", message, domain=domain, location="id")
        return video

    def told(
        self, video: Video, parts: list[str] | tuple[str, ...], now: datetime
    ) -> dict[str, Any]:
        """Return the parts of a video as its owner sees them."""
        said: dict[str, Any] = {"kind": "youtube#video", "etag": token(27), "id": video.id}
        makers = {
            "snippet": self._snippet,
            "status": self._told_status,
            "contentDetails": self._content,
            "processingDetails": self._processing,
            "fileDetails": self._file,
            "recordingDetails": lambda video, _: dict(video.recording),
            "localizations": lambda video, _: dict(video.localizations),
            "statistics": lambda *_: {"viewCount": "0", "likeCount": "0", "commentCount": "0"},
            "player": lambda video, _: {
                "embedHtml": f'<iframe src="//www.youtube.com/embed/{video.id}"></iframe>'
            },
        }
        return said | {part: makers[part](video, now) for part in parts if part in makers}

    def _check(self, body: dict[str, Any], call: Call, video: Video | None) -> None:
        """Refuse what YouTube does not take for a new video, or for this one."""
        if "snippet" in call.parts and (video or "snippet" in body):
            check_snippet(body.get("snippet", {}))
        status = body.get("status", {})
        if "publishAt" in status and (
            instant(status["publishAt"]) is None
            or status.get("privacyStatus") != "private"
            or (video and video.was_public)
        ):
            raise invalid_publish_at()
        if body.get("localizations"):
            snippet = body.get("snippet") or (video.snippet if video else {})
            if "defaultLanguage" not in snippet:
                message = "The request is trying to add localized video details without a default."
                raise failed(400, "defaultLanguageNotSet", message, domain="youtube.video")

    def _check_channel(self, channel: Channel, now: datetime) -> None:
        if channel.uploads_per_day is None:
            return
        lately = [
            video
            for video in self._world.videos.values()
            if video.channel is channel and video.created > now - _DAY
        ]
        if len(lately) >= channel.uploads_per_day:
            raise refused("uploadLimitExceeded")

    def _at_once(self, call: Call, metadata: dict[str, Any], media: Media) -> Answer:
        if not media.content:
            raise failed(
                400, "mediaBodyRequired", "The request does not include the video content."
            )
        session = Session(
            app=call.access.app,
            channel=call.channel,
            metadata=metadata,
            notify=call.params.true("notifySubscribers", default=True),
            size=len(media.content),
            filename=call.request.headers.get("slug", ""),
            parts=tuple(call.parts),
            expires=call.now,
        )
        session.store(media.content)
        return as_json(self.told(self.finished(session), call.parts, call.now))

    def _status(self, body: dict[str, Any], channel: Channel, now: datetime) -> dict[str, Any]:
        """Return what is stored of a status that was sent."""
        said = {**_USUAL, **_chosen(body, _STATUS)}
        if "publishAt" in said:
            at = instant(said["publishAt"])
            assert at is not None
            said["publishAt"] = at.isoformat()
            if at <= now:
                del said["publishAt"]
                said["privacyStatus"] = "public"
        if channel.locked_private:
            said["privacyStatus"] = "private"
        return said

    def _snippet(self, video: Video, now: datetime) -> dict[str, Any]:
        name = f"https://i.ytimg.com/vi/{video.id}"
        said = {
            "publishedAt": stamp(video.created),
            "channelId": video.channel.id,
            "channelTitle": video.channel.title,
            "liveBroadcastContent": "none",
            "thumbnails": {"default": {"url": f"{name}/default.jpg", "width": 120, "height": 90}},
            "localized": {"title": video.title, "description": video.description},
        }
        kept = {key: value for key, value in video.snippet.items() if value or key != "tags"}
        return said | kept

    def _told_status(self, video: Video, now: datetime) -> dict[str, Any]:
        privacy = video.privacy(now)
        said = {"uploadStatus": state_of(video, now), **video.status, "privacyStatus": privacy}
        if at := said.get("publishAt"):
            said["publishAt"] = stamp(datetime.fromisoformat(at))
        if video.ended and said["uploadStatus"] == video.ended:
            word = "failureReason" if video.ended == "failed" else "rejectionReason"
            said[word] = video.reason
        said["madeForKids"] = said.get("selfDeclaredMadeForKids", False)
        return said

    def _content(self, video: Video, now: datetime) -> dict[str, Any]:
        ready = state_of(video, now) == "processed"
        return {
            "duration": _lasting(video.seconds) if ready and video.seconds else "P0D",
            "dimension": "2d",
            "definition": "hd" if ready else "sd",
            "caption": str(any(_served(track, now) for track in video.captions)).lower(),
            "licensedContent": False,
            "contentRating": {},
            "projection": "rectangular",
            "hasCustomThumbnail": video.thumbnail is not None,
        }

    def _processing(self, video: Video, now: datetime) -> dict[str, Any]:
        state = state_of(video, now)
        status = {"processed": "succeeded", "uploaded": "processing"}.get(state, "failed")
        said = {
            "processingStatus": status,
            "fileDetailsAvailability": "available",
            "processingIssuesAvailability": "available" if status != "processing" else "inProgress",
            "tagSuggestionsAvailability": "unavailable",
            "editorSuggestionsAvailability": "unavailable",
            "thumbnailsAvailability": "available" if status == "succeeded" else "inProgress",
        }
        if state == "failed":
            said["processingFailureReason"] = "transcodeFailed"
        return said

    def _file(self, video: Video, now: datetime) -> dict[str, Any]:
        said = {
            "fileName": video.filename or "unknown",
            "fileSize": str(video.size),
            "fileType": "video",
        }
        if video.seconds is not None:
            said["durationMs"] = str(round(video.seconds * 1000))
        return said


def state_of(video: Video, now: datetime) -> str:
    """Return a video's ``uploadStatus``."""
    if now < video.processed:
        return "uploaded"
    return video.ended or "processed"


def _served(track: Caption, now: datetime) -> bool:
    return track.ready <= now and not track.failure and not track.draft and track.kind != "ASR"


def _chosen(said: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: said[name] for name in names if name in said}


def _lasting(seconds: float) -> str:
    """Return a duration as ISO 8601 has it: ``PT1H2M3S``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "H"), (minutes, "M"), (rest, "S"))
    return "PT" + ("".join(f"{number}{unit}" for number, unit in parts if number) or "0S")
