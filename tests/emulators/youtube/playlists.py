"""Playlists and what stands in them; and the channel, whose uploads are a playlist too.

https://developers.google.com/youtube/v3/docs/playlistItems
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from emulators.messages import Answer, as_json
from emulators.youtube.call import Call
from emulators.youtube.refusals import Refused, failed
from emulators.youtube.text import check_playlist
from emulators.youtube.world import Channel, Item, Playlist, Video, World, stamp, token

_MOST = 5000
_ITEM, _LIST = "youtube.playlistItem", "youtube.playlist"


class Channels:
    """Answers ``channels.list``."""

    def __init__(self, world: World) -> None:
        self._world = world

    def list(self, call: Call) -> Answer:
        """Answer with one's own channel, or with those of ids."""
        if call.params.true("mine"):
            own = call.access.person.channel
            found = [own] if own else []
        elif "id" in call.params.values:
            known = self._world.channels
            found = [known[name] for name in call.ids() if name in known]
        else:
            message = "No filter selected. Expected one of: id, mine"
            raise failed(400, "missingRequiredParameter", message, location="parameters.")
        return call.page(found, lambda channel: self._told(channel, call))

    def _told(self, channel: Channel, call: Call) -> dict[str, Any]:
        parts = {
            "snippet": {
                "title": channel.title,
                "description": "",
                "customUrl": f"@{channel.id.lower()}",
                "publishedAt": "2020-01-01T00:00:00Z",
                "thumbnails": {},
            },
            "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": channel.uploads}},
            "statistics": {"videoCount": str(len(self._world.live(channel)))},
            "status": {
                "privacyStatus": "public",
                "isLinked": True,
                "longUploadsStatus": "allowed" if channel.verified else "eligible",
            },
        }
        said = {"kind": "youtube#channel", "etag": token(27), "id": channel.id}
        return said | {name: parts[name] for name in call.parts if name in parts}


class Playlists:
    """Answers ``playlists.*``."""

    def __init__(self, world: World) -> None:
        self._world = world

    def list(self, call: Call) -> Answer:
        """Answer with one's own playlists, with a channel's, or with those of ids."""
        own = call.access.person.channel
        if "id" in call.params.values:
            known = self._world.playlists
            found = [known[name] for name in call.ids() if name in known]
        else:
            channel = own if call.params.true("mine") else None
            if name := call.params.get("channelId"):
                channel = self._world.channels.get(name)
            elif not call.params.true("mine"):
                message = "No filter selected. Expected one of: id, channelId, mine"
                raise failed(400, "missingRequiredParameter", message, location="parameters.")
            found = [each for each in self._world.playlists.values() if each.channel is channel]
        seen = [p for p in found if p.channel is own or p.status["privacyStatus"] == "public"]
        return call.page(seen[::-1], lambda playlist: _told_playlist(playlist, call))

    def insert(self, call: Call) -> Answer:
        """Make one."""
        body = call.body()
        check_playlist(body["snippet"])
        playlist = Playlist(
            channel=call.channel,
            snippet={"description": "", **body["snippet"]},
            status={"privacyStatus": "public", **body.get("status", {})},
            created=call.now,
        )
        self._world.playlists[playlist.id] = playlist
        return as_json(_told_playlist(playlist, call))

    def update(self, call: Call) -> Answer:
        """Replace what is named, and erase what is not said of it."""
        body = call.body()
        if "id" not in body:
            raise failed(400, "playlistIdRequired", "The request does not say which.", domain=_LIST)
        playlist = self._own(call, body["id"])
        if "snippet" in call.parts:
            check_playlist(body["snippet"])
            playlist.snippet = {"description": "", **body["snippet"]}
        if "status" in call.parts:
            playlist.status = {"privacyStatus": "public", **body.get("status", {})}
        return as_json(_told_playlist(playlist, call))

    def delete(self, call: Call) -> Answer:
        """Delete one; its videos stay."""
        del self._world.playlists[self._own(call, call.params["id"]).id]
        return Answer(204)

    def _own(self, call: Call, name: str) -> Playlist:
        playlist = self._world.playlists.get(name)
        if not playlist:
            raise _no_playlist("id", _LIST)
        if playlist.channel is not call.channel:
            message = "The playlist is somebody else's."
            raise failed(403, "playlistForbidden", message, domain=_LIST)
        return playlist


class PlaylistItems:
    """Answers ``playlistItems.*``."""

    def __init__(self, world: World) -> None:
        self._world = world
        #: Whether a video that is said to be not found is added all the same.
        #: https://github.com/porjo/youtubeuploader/issues/88
        self.adds_what_it_misses = False

    def list(self, call: Call) -> Answer:
        """Answer with the items of a playlist, in its order, or with those of ids."""
        if name := call.params.get("playlistId"):
            items = self._items(call, name)
        elif "id" in call.params.values:
            ids = call.ids()
            items = [item for item in self._world.playlist_items() if item.id in ids]
        else:
            message = "No filter selected. Expected one of: id, playlistId"
            raise failed(400, "missingRequiredParameter", message, location="parameters.")
        if only := call.params.get("videoId"):
            items = [item for item in items if item.video.id == only]
        return call.page(items, lambda item: _told_item(item, call))

    def insert(self, call: Call) -> Answer:
        """Add a video, however often it stands there already."""
        snippet = call.body()["snippet"]
        resource = snippet["resourceId"]
        if resource.get("kind") != "youtube#video" or not resource.get("videoId"):
            message = "The request does not say which video."
            raise failed(400, "resourceIdRequired", message, domain=_ITEM)
        playlist = self._own(call, snippet["playlistId"])
        video = self._world.video(resource["videoId"])
        if video and video.channel is not call.channel and video.privacy(call.now) == "private":
            raise failed(
                400, "failedPrecondition", "Precondition check failed.", state="FAILED_PRECONDITION"
            )
        if len(playlist.items) >= _MOST:
            message = "The playlist already contains the maximum number of videos."
            reason = "playlistContainsMaximumNumberOfVideos"
            raise failed(403, reason, message, domain=_ITEM)
        missed = video is None or call.now < video.placeable
        if video is None or (missed and not self.adds_what_it_misses):
            raise _no_video()
        item = Item(playlist=playlist, video=video, added=call.now)
        playlist.items.insert(snippet.get("position", len(playlist.items)), item)
        if missed:
            raise _no_video()
        return as_json(_told_item(item, call))

    def delete(self, call: Call) -> Answer:
        """Take a video out of a playlist."""
        name = call.params["id"]
        item = next((each for each in self._world.playlist_items() if each.id == name), None)
        if not item:
            message = "The playlist item identified with the request's id cannot be found."
            raise failed(404, "playlistItemNotFound", message, domain=_ITEM, location="id")
        self._own(call, item.playlist.id).items.remove(item)
        return Answer(204)

    def _items(self, call: Call, name: str) -> list[Item]:
        for channel in self._world.channels.values():
            if channel.uploads == name:
                return self._uploaded(channel, call)
        playlist = self._world.playlists.get(name)
        if not playlist:
            raise _no_playlist("playlistId", _ITEM)
        if playlist.channel is not call.access.person.channel:
            if playlist.status["privacyStatus"] == "private":
                message = "The request is not properly authorized to retrieve the playlist items."
                raise failed(403, "playlistItemsNotAccessible", message, domain=_ITEM)
            return [item for item in playlist.items if _public(item.video, call.now)]
        return list(playlist.items)

    def _uploaded(self, channel: Channel, call: Call) -> list[Item]:
        """Return the playlist of all uploads, newest first."""
        own = channel is call.access.person.channel
        snippet, status = {"title": "Uploads"}, {"privacyStatus": "public"}
        playlist = Playlist(
            channel=channel, snippet=snippet, status=status, created=call.now, id=channel.uploads
        )
        return [
            Item(playlist=playlist, video=video, added=video.created, id=f"UU{video.id}")
            for video in self._world.live(channel)
            if video.listed <= call.now and (own or _public(video, call.now))
        ]

    def _own(self, call: Call, name: str) -> Playlist:
        if name == call.channel.uploads:
            message = "The API does not support the ability to insert videos into this playlist."
            raise failed(400, "playlistOperationUnsupported", message, domain=_ITEM)
        playlist = self._world.playlists.get(name)
        if not playlist:
            raise _no_playlist("snippet.playlistId", _ITEM)
        if playlist.channel is not call.channel:
            message = "The request is not properly authorized to change the playlist."
            raise failed(403, "playlistItemsNotAccessible", message, domain=_ITEM)
        return playlist


def _told_playlist(playlist: Playlist, call: Call) -> dict[str, Any]:
    parts = {
        "snippet": {
            "publishedAt": stamp(playlist.created),
            "channelId": playlist.channel.id,
            "channelTitle": playlist.channel.title,
            "thumbnails": {},
            "localized": {
                "title": playlist.title,
                "description": playlist.snippet.get("description", ""),
            },
            **playlist.snippet,
        },
        "status": dict(playlist.status),
        "contentDetails": {"itemCount": len(playlist.items)},
    }
    said = {"kind": "youtube#playlist", "etag": token(27), "id": playlist.id}
    return said | {name: parts[name] for name in call.parts if name in parts}


def _told_item(item: Item, call: Call) -> dict[str, Any]:
    video, gone = item.video, item.video.deleted
    position = item.playlist.items.index(item) if item in item.playlist.items else 0
    parts = {
        "snippet": {
            "publishedAt": stamp(item.added),
            "channelId": item.playlist.channel.id,
            "channelTitle": item.playlist.channel.title,
            "title": "Deleted video" if gone else video.title,
            "description": "This video is unavailable." if gone else video.description,
            "thumbnails": {},
            "playlistId": item.playlist.id,
            "position": position,
            "resourceId": {"kind": "youtube#video", "videoId": video.id},
            **({} if gone else {"videoOwnerChannelId": video.channel.id}),
        },
        "contentDetails": {
            "videoId": video.id,
            **({} if gone else {"videoPublishedAt": stamp(video.created)}),
        },
        "status": {"privacyStatus": video.privacy(call.now)},
    }
    said = {"kind": "youtube#playlistItem", "etag": token(27), "id": item.id}
    return said | {name: parts[name] for name in call.parts if name in parts}


def _public(video: Video, now: datetime) -> bool:
    return not video.deleted and video.privacy(now) == "public"


def _no_playlist(where: str, domain: str) -> Refused:
    message = f"The playlist identified with the request's <code>{where}</code> cannot be found."
    return failed(404, "playlistNotFound", message, domain=domain, location=where)


def _no_video() -> Refused:
    return failed(404, "videoNotFound", "Video not found.", domain=_ITEM)
