"""One video for one publication, whatever happens in between.

The intent is written down before anything is asked for, the session's address
before the first byte leaves, and that the last byte leaves before it does. So
after a crash the server is asked what it has; only an upload that may have come
to an end in a session that nobody knows any more has to be looked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from leap.domain.ports import Checkpoint, Placed, Progress, Publication, Video
from leap.errors import NeedsHuman
from leap.providers.http import Timer
from leap.providers.youtube.api import Api, Resource
from leap.providers.youtube.film import Film
from leap.providers.youtube.metadata import metadata_of, new_video
from leap.providers.youtube.resources import placed
from leap.providers.youtube.sending import asked, send_rest
from leap.providers.youtube.session import (
    Done,
    Received,
    Session,
    State,
    open_session,
    takes_long_videos,
)
from leap.providers.youtube.uploads import looked_for
from leap.providers.youtube.wire import Wire

_UPLOAD, _SESSION = "upload", "session"
_METADATA = "metadata"
#: What a channel may show that nobody has verified by telephone.
_LONG_SECONDS = 15 * 60


@dataclass(frozen=True, slots=True)
class Upload:
    """What is kept of an upload that is under way; times are ISO 8601.

    Attributes:
        since: when it was begun.
        film: the fingerprint of what is sent.
        size: of that, in bytes.
        metadata: the digest of what the video was told to say.
        sent: when the last byte went off, or None.
        anew: whether this is another try, since the first was lost without a trace.
    """

    since: str
    film: str
    size: int
    metadata: str
    sent: str | None = None
    anew: bool = False


class Placing:
    """Brings one publication's video to the channel; see ``VideoPublisher.place``."""

    def __init__(
        self,
        wire: Wire,
        endpoint: str,
        publication: Publication,
        checkpoint: Checkpoint,
        progress: Progress,
        *,
        timer: Timer,
        now: Callable[[], datetime],
    ) -> None:
        self._wire, self._endpoint = wire, endpoint
        self._publication, self._checkpoint, self._progress = publication, checkpoint, progress
        self._timer, self._now = timer, now

    def place(self) -> Placed:
        """Return where the video is, once it is there. Raises as the port says."""
        there = self._checkpoint.placed
        if there is not None:
            self._forget()
            return there
        with Film(self._publication.files["video"]) as film:
            known = self._checkpoint.read(_UPLOAD)
            upload = Upload(**known) if known else None
            if upload is None:
                return self._begin(film, self._intent(film))
            return self._resume(film, upload)

    def _intent(self, film: Film) -> Upload:
        metadata = self._publication.wanted.get(_METADATA, "")
        return Upload(self._now().isoformat(), film.fingerprint, film.size, metadata)

    def _begin(self, film: Film, upload: Upload) -> Placed:
        body = new_video(self._publication)
        self._check(body)
        if self._checkpoint.read_secret(_SESSION) is not None:
            # Else a crash right after the note would leave it with another film's session.
            self._checkpoint.save_secret(_SESSION, None)
        self._checkpoint.save(_UPLOAD, asdict(upload))
        notify = bool(self._publication.settings.get("notify_subscribers", True))
        session = open_session(self._wire, self._endpoint, film, body, notify=notify)
        self._checkpoint.save_secret(_SESSION, session.address)
        return self._go_on(film, upload, session, Received(0))

    def _check(self, body: dict[str, Any]) -> None:
        """Raise NeedsHuman for what YouTube takes no more than once it has all bytes."""
        if not body["snippet"]["title"]:
            message = "YouTube takes no video without a title"
            raise NeedsHuman(message, hint="give it one in an override: `title: …`")
        is_long = self._publication.duration > _LONG_SECONDS
        if is_long and not takes_long_videos(self._wire, self._endpoint):
            message = "YouTube: the channel takes no video of more than 15 minutes"
            raise NeedsHuman(message, hint="verify the channel at youtube.com/verify")

    def _resume(self, film: Film, upload: Upload) -> Placed:
        address = self._checkpoint.read_secret(_SESSION)
        if address is None and upload.sent is None:
            # It was never sent whole: there is no video of it, and never will be.
            return self._begin(film, replace(self._intent(film), since=upload.since))
        if address is None:
            return self._lost(film, upload)
        session = Session(self._wire, self._endpoint, address, film, upload.size)
        state = asked(session, self._timer)
        if isinstance(state, Received) and upload.film != film.fingerprint:
            # The bytes of two files would make no film.
            return self._begin(film, replace(self._intent(film), since=upload.since))
        return self._go_on(film, upload, session, state)

    def _go_on(self, film: Film, upload: Upload, session: Session, state: State) -> Placed:
        """Send what is missing, until the video is there."""

        def note_last() -> None:
            nonlocal upload
            if upload.sent is None:
                upload = replace(upload, sent=self._now().isoformat())
                self._checkpoint.save(_UPLOAD, asdict(upload))

        end = send_rest(
            session, film, state, before_last=note_last, tell=self._tell, timer=self._timer
        )
        if isinstance(end, Done):
            return self._arrived(upload, str(end.video["id"]), end.video)
        return self._lost(film, upload)

    def _lost(self, film: Film, upload: Upload) -> Placed:
        """Find the video of a session that is gone, or begin another one."""
        api = Api(self._wire, self._endpoint)
        found = _looked_for(api, self._publication.marker, upload, self._timer, self._now)
        if len(found) == 1:
            return self._arrived(upload, found[0].placed.external_id, None)
        if found:
            raise _several(found, self._publication.marker)
        if upload.sent is not None and upload.anew:
            message = "YouTube lost the upload twice, and the channel shows no video of it"
            hint = "look for it in YouTube Studio; `leap import youtube` takes over what is there"
            raise NeedsHuman(message, hint=hint)
        again = upload.anew or upload.sent is not None
        return self._begin(film, replace(self._intent(film), since=upload.since, anew=again))

    def _arrived(self, upload: Upload, video: str, resource: Resource | None) -> Placed:
        there = placed(video)
        self._checkpoint.place(there)
        wanted = self._publication.wanted.get(_METADATA)
        if resource and {"snippet", "status"} <= set(resource) and upload.metadata == wanted:
            # It came along with the session, unless that was opened for other texts.
            self._checkpoint.apply(_METADATA, metadata_of(resource))
        self._forget()
        return there

    def _forget(self) -> None:
        """Forget the upload, once the video is known."""
        if self._checkpoint.read(_UPLOAD) is not None:
            self._checkpoint.save_secret(_SESSION, None)
            self._checkpoint.save(_UPLOAD, None)

    def _tell(self, sent: int, size: int) -> None:
        self._progress(sent / size, f"uploading to YouTube: {sent * 100 // size} %")


def left_over(
    api: Api,
    marker: str,
    checkpoint: Checkpoint,
    timer: Timer,
    now: Callable[[], datetime],
) -> list[Placed]:
    """Return the video of an upload that was cut; see ``VideoPublisher.left_over``."""
    known = checkpoint.read(_UPLOAD)
    if not known or checkpoint.placed is not None:
        return []  # nothing was asked for, or the video is known
    upload = Upload(**known)
    found = _looked_for(api, marker, upload, timer, now)
    return [video.placed for video in found]


def _looked_for(
    api: Api, marker: str, upload: Upload, timer: Timer, now: Callable[[], datetime]
) -> list[Video]:
    since = datetime.fromisoformat(upload.since)
    sent = datetime.fromisoformat(upload.sent) if upload.sent else None
    return looked_for(api, marker, since, sent, timer, now)


def _several(found: list[Video], marker: str) -> NeedsHuman:
    names = ", ".join(video.placed.external_id for video in found)
    message = f"YouTube has {len(found)} videos with the tag {marker}: {names}"
    return NeedsHuman(message, hint="delete all but one of them in YouTube Studio")
