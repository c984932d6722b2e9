"""The calls of the YouTube Data API v3 that LEAP makes.

https://developers.google.com/youtube/v3/docs
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leap.errors import ProviderError
from leap.providers.youtube.refusals import no_channel
from leap.providers.youtube.transport import Transport, service
from leap.providers.youtube.wire import Wire

#: A resource as the API describes it: JSON.
Resource = Mapping[str, Any]

#: How much there is on a page, and how many videos can be asked for at once.
PAGE = 50


class Api:
    """Calls for one channel. Every method raises ProviderError, and SecretError.

    Args:
        wire: open for as long as this is used.
        api: where the API is, such as ``https://youtube.googleapis.com``.
    """

    def __init__(self, wire: Wire, api: str) -> None:
        self._wire, self._service = wire, service(api)
        self._uploads = ""

    # ── videos ─────────────────────────────────────────────────────────────

    def videos(self, ids: Sequence[str], part: str) -> dict[str, Resource]:
        """Return those of at most fifty videos that there are, by id."""
        asked = self._service.videos().list(part=part, id=",".join(ids), maxResults=PAGE)
        return {str(each["id"]): each for each in _items(self._run(asked)) if each.get("id")}

    def update_video(self, part: str, body: Resource) -> Resource:
        """Replace all that can be changed of the named parts of a video. Raises Missing."""
        return self._run(self._service.videos().update(part=part, body=body))

    def delete_video(self, video: str) -> None:
        """Delete a video. Raises Missing."""
        self._run(self._service.videos().delete(id=video))

    def set_thumbnail(self, video: str, picture: bytes, kind: str) -> None:
        """Give a video its picture. ``kind`` is a media type. Raises Missing."""
        asked = self._service.thumbnails().set(videoId=video, media_body=_media(picture, kind))
        self._run(asked, repeatable=True)

    # ── captions ───────────────────────────────────────────────────────────

    def captions(self, video: str) -> list[Resource]:
        """Return the caption tracks of a video. Raises Missing."""
        return _items(self._run(self._service.captions().list(part="snippet", videoId=video)))

    def insert_caption(self, snippet: Resource, content: bytes) -> Resource:
        """Add a caption track. Raises Conflict where it is there, Missing, AnswerLost."""
        body, media = {"snippet": snippet}, _media(content, "application/octet-stream")
        asked = self._service.captions().insert(part="snippet", body=body, media_body=media)
        return self._run(asked)

    def update_caption(self, caption: str, content: bytes) -> Resource:
        """Give a caption track another content, and show it. Raises Missing."""
        body = {"id": caption, "snippet": {"isDraft": False}}
        media = _media(content, "application/octet-stream")
        return self._run(
            self._service.captions().update(part="snippet", body=body, media_body=media)
        )

    def delete_caption(self, caption: str) -> None:
        """Delete a caption track. Raises Missing."""
        self._run(self._service.captions().delete(id=caption))

    # ── playlists ──────────────────────────────────────────────────────────

    def playlists(self) -> Iterator[Resource]:
        """Yield the playlists of the channel."""
        yield from self._pages(
            lambda page: self._service.playlists().list(
                part="snippet", mine=True, maxResults=PAGE, pageToken=page
            )
        )

    def insert_playlist(self, title: str, privacy: str) -> Resource:
        """Make a playlist. Raises AnswerLost."""
        body = {"snippet": {"title": title}, "status": {"privacyStatus": privacy}}
        return self._run(self._service.playlists().insert(part="snippet,status", body=body))

    def playlist_items(
        self, playlist: str, video: str | None = None, part: str = "snippet"
    ) -> Iterator[Resource]:
        """Yield what is in a playlist, in its order: all, or the places of one video.

        Raises Missing.
        """
        yield from self._pages(
            lambda page: self._service.playlistItems().list(
                part=part, playlistId=playlist, videoId=video, maxResults=PAGE, pageToken=page
            )
        )

    def insert_playlist_item(self, playlist: str, video: str) -> Resource:
        """Add a video to the end of a playlist, once more if it is there.

        Raises Missing, Conflict, AnswerLost.
        """
        resource = {"kind": "youtube#video", "videoId": video}
        body = {"snippet": {"playlistId": playlist, "resourceId": resource}}
        return self._run(self._service.playlistItems().insert(part="snippet", body=body))

    def delete_playlist_item(self, item: str) -> None:
        """Take one place of a video out of its playlist. Raises Missing."""
        self._run(self._service.playlistItems().delete(id=item))

    # ── the channel ────────────────────────────────────────────────────────

    def uploads(self) -> str:
        """Return the id of the playlist of all that was uploaded. Raises NeedsHuman."""
        if not self._uploads:
            asked = self._service.channels().list(part="contentDetails", mine=True)
            channels = _items(self._run(asked))
            if not channels:
                raise no_channel(self._wire.login)
            try:
                found = channels[0]["contentDetails"]["relatedPlaylists"]["uploads"]
            except (KeyError, TypeError):
                message = "YouTube answered without the list of what was uploaded"
                raise ProviderError(message) from None
            self._uploads = str(found)
        return self._uploads

    # ── how ────────────────────────────────────────────────────────────────

    def _pages(self, asked: Any) -> Iterator[Resource]:
        page: str | None = None
        while True:
            found = self._run(asked(page))
            yield from _items(found)
            page = found.get("nextPageToken")
            if not page:
                return

    def _run(self, request: Any, *, repeatable: bool | None = None) -> Resource:
        method = str(request.methodId).removeprefix("youtube.")
        answer = request.execute(http=Transport(self._wire, method, repeatable=repeatable))
        if isinstance(answer, Mapping):
            return answer
        if not answer:  # of a deletion
            return {}
        raise ProviderError("YouTube answered with something else than it documents")


def _items(answer: Resource) -> list[Resource]:
    items = answer.get("items")
    return [each for each in items if isinstance(each, Mapping)] if isinstance(items, list) else []


def _media(content: bytes, kind: str) -> Any:
    from io import BytesIO

    from googleapiclient.http import MediaIoBaseUpload

    return MediaIoBaseUpload(BytesIO(content), mimetype=kind, resumable=False)
