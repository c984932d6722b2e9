"""The playlists that a video is in: each once, and no other touched.

YouTube adds a video as often as it is told to, so it is looked for before.
https://developers.google.com/youtube/v3/docs/playlistItems
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from leap.domain.ports import Checkpoint, Placed, Publication
from leap.errors import NeedsHuman, RetrySoon
from leap.providers.http import AnswerLost, Timer
from leap.providers.youtube.api import Api, Resource
from leap.providers.youtube.refusals import Conflict, Missing
from leap.providers.youtube.resources import moment, section
from leap.providers.youtube.shelf import Shelf

PART = "playlists"
#: The note of a playlist that the video is being added to, and since when.
_ADDING = "adding"
#: How long a list may not have what was added.
_LAG = timedelta(minutes=2)
_LOOKS_AFTER_SECONDS = (2.0, 5.0, 10.0)

_locks: dict[str, threading.Lock] = {}
_guard = threading.Lock()


def apply(
    api: Api,
    shelf: Shelf,
    publication: Publication,
    placed: Placed,
    checkpoint: Checkpoint,
    timer: Timer,
    now: Callable[[], datetime],
) -> list[str]:
    """Put the video into its playlists, and out of those of ours that are none any more.

    Returns the ids of its playlists. Raises Missing while YouTube does not
    show the video yet, NeedsHuman, and other ProviderErrors.
    """
    settings, video = publication.settings, placed.external_id
    create = bool(settings.get("create_playlist"))
    wanted = list(
        dict.fromkeys(
            shelf.resolve(api, named, create=create) for named in settings.get("playlist", ())
        )
    )
    before = ids_of(checkpoint.details.get(PART))
    for playlist in wanted:
        with _alone(playlist):
            _add(api, shelf, playlist, video, checkpoint, timer, now)
    for playlist in before:
        if playlist not in wanted:
            _remove(api, _places(api, playlist, video))
    return sorted(wanted)


def seen(api: Api, video: str, given: object, inside: dict[str, frozenset[str]]) -> list[str]:
    """Return which of the ``given`` playlists the video is in.

    ``inside`` remembers what playlists hold, for the next video.
    """
    for playlist in ids_of(given):
        if playlist not in inside:
            inside[playlist] = frozenset(_videos(api, playlist))
    return sorted(playlist for playlist in ids_of(given) if video in inside[playlist])


def ids_of(details: object) -> list[str]:
    """Return the playlists that were noted of a publication."""
    return [each for each in details if isinstance(each, str)] if isinstance(details, list) else []


def _add(
    api: Api,
    shelf: Shelf,
    playlist: str,
    video: str,
    checkpoint: Checkpoint,
    timer: Timer,
    now: Callable[[], datetime],
) -> None:
    places = _places(api, playlist, video)
    if not places and _was_adding(checkpoint, playlist, now()):
        # The answer to that was lost, and the list may be behind.
        places = _awaited(api, playlist, video, timer)
    if places:
        _remove(api, places[1:])
        if checkpoint.read(_ADDING) is not None:
            checkpoint.save(_ADDING, None)
        return
    checkpoint.save(_ADDING, {"playlist": playlist, "since": now().isoformat()})
    try:
        api.insert_playlist_item(playlist, video)
    except AnswerLost as error:
        if not _awaited(api, playlist, video, timer):
            raise RetrySoon(error.message) from None
    except Missing as error:
        checkpoint.save(_ADDING, None)
        if error.reason == "playlistNotFound":
            shelf.forget()
            message = f"YouTube: the playlist {playlist} is gone"
            raise NeedsHuman(message, hint="correct `playlist` of the preset or template") from None
        raise
    except Conflict as error:
        # Of a video that YouTube does not show yet it says that, too.
        checkpoint.save(_ADDING, None)
        raise RetrySoon(error.message) from None
    checkpoint.save(_ADDING, None)


def _was_adding(checkpoint: Checkpoint, playlist: str, at: datetime) -> bool:
    note = checkpoint.read(_ADDING)
    since = moment(note.get("since")) if isinstance(note, dict) else None
    return since is not None and note.get("playlist") == playlist and at < since + _LAG


def _awaited(api: Api, playlist: str, video: str, timer: Timer) -> Sequence[Resource]:
    """Return the places of a video in a playlist, looked for until it has one."""
    for wait in _LOOKS_AFTER_SECONDS:
        timer.sleep(wait)
        if places := _places(api, playlist, video):
            return places
    return ()


def _places(api: Api, playlist: str, video: str) -> Sequence[Resource]:
    try:
        return tuple(api.playlist_items(playlist, video))
    except Missing:
        return ()  # the playlist is gone, or was made just now


def _videos(api: Api, playlist: str) -> Iterator[str]:
    try:
        for item in api.playlist_items(playlist, part="contentDetails"):
            yield str(section(item, "contentDetails").get("videoId", ""))
    except Missing:
        return


def _remove(api: Api, places: Collection[Resource]) -> None:
    for place in places:
        try:
            api.delete_playlist_item(str(place["id"]))
        except Missing:
            continue


@contextmanager
def _alone(playlist: str) -> Iterator[None]:
    """Let one thread at a time change a playlist: YouTube refuses two changes at once."""
    with _guard:
        lock = _locks.setdefault(playlist, threading.Lock())
    with lock:
        yield
