"""One recording becomes one video, whatever is lost on the way.

VK gives a place first, an empty video with an id, and takes the bytes at an
address of its own, all at once. So the id is written down before a byte
leaves, and whoever does not know what became of a request looks:

- The answer with the place is lost: the place is found by the marker in its
  description. It got no bytes, and its address is lost: it is deleted.
- The answer to the bytes is lost, or a crash came between: the video is looked
  at. It has them, or they are sent again, to the same address while it lives,
  else to a new place, and the old one is deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from leap.domain.ports import Checkpoint, Placed, Progress
from leap.errors import LeapError, NeedsHuman, ProviderError, RetrySoon
from leap.providers.http import AnswerLost
from leap.providers.vk.finding import Item, give_back, gone, how_far, marked
from leap.providers.vk.note import Memory, Note, end_of
from leap.providers.vk.upload import UploadRefused, seconds_for, send_video
from leap.providers.vk.values import name_of, place, state_of
from leap.providers.vk.wire import Api, number

#: How often bytes are sent in one attempt.
_SENDINGS = 3
#: Seconds between looks for bytes whose arrival is not known, and for those that arrived.
_SOON, _PATIENT = (1.0, 3.0), (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
#: Seconds before a place is looked for whose answer was lost.
_PAUSE = 2.0


def now() -> datetime:
    """Return the time; the one place that looks at the clock here."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Work:
    """One video to be placed.

    Attributes:
        owner: whose video it becomes; negative for a community.
        said: what `video.save` is told of it.
        marker: is in its description.
        size: of the file at ``path``, in bytes.
        secret: whether only its link shall lead to it.
    """

    owner: int
    said: Mapping[str, Any]
    marker: str
    path: Path
    size: int
    secret: bool


def left_over(api: Api, owner: int, marker: str, checkpoint: Checkpoint) -> list[Placed]:
    """Return all places of a placing that was cut; see ``VideoPublisher.left_over``.

    Those too that were given up, and that bytes may have reached nevertheless.
    """
    note = Memory(checkpoint).note()
    if note is None:
        return []  # nothing was asked for
    if note.stage == "saving":
        api.timer.sleep(_PAUSE)
    since = datetime.fromtimestamp(note.since, UTC)
    return [place(name_of(item)) for item in marked(api, owner, marker, since)]


class Placing:
    """Places one video. Methods raise ProviderError, SecretError, StageError, LedgerError."""

    def __init__(
        self,
        api: Api,
        work: Work,
        checkpoint: Checkpoint,
        progress: Progress,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._api, self._work, self._checkpoint = api, work, checkpoint
        self._memory, self._progress, self._clock = Memory(checkpoint), progress, clock

    def run(self) -> Placed:
        """Return where the video is, once it is there with all its bytes."""
        note = self._memory.note() or self._begun()
        if note.stage == "saving":
            note = self._found(note) or self._reserved(note)
        elif note.stage == "sending":
            note = self._looked(note)
        for sending in range(1, _SENDINGS + 1):
            if note.stage == "sent":
                break
            note = self._ready(note)
            if note.stage == "reserved":
                note = self._sent(note, last=sending == _SENDINGS)
        self._await(note)
        self._sweep(note)
        return self._checkpoint.placed or place(note.video, note.key)

    # ── a place ─────────────────────────────────────────────────────────────

    def _begun(self) -> Note:
        """Return the first note; of a video that is known otherwise, what it is now."""
        known, since = self._checkpoint.placed, self._clock().timestamp()
        if known is not None:
            # A ledger that was lost and rebuilt knows the video, and not its address.
            return self._looked(Note("sending", since, known.external_id))
        return self._reserved(Note("saving", since))

    def _ready(self, note: Note) -> Note:
        """Return a place that takes the bytes: this one, or a new one."""
        if note.ends <= self._clock().timestamp() or self._memory.address() is None:
            return self._reserved(note)
        self._require_time()
        self._note_place(note)
        return note

    def _reserved(self, note: Note) -> Note:
        """Have VK give a place, and write it down before anything is done with it.

        Where its answer is lost, the video may turn out to be there already.
        """
        self._require_time()
        stale = (*note.stale, note.video) if note.video else note.stale
        if note.video:
            # Nothing may go there any more, least of all in the name of the new place.
            self._memory.keep_address(None)
        note = self._memory.write(Note("saving", note.since, stale=stale, lost=note.lost))
        try:
            return self._kept(note, self._asked())
        except AnswerLost:
            note = self._memory.change(note, lost=True)
        self._api.timer.sleep(_PAUSE)
        if found := self._found(note):
            return found
        try:
            return self._kept(note, self._asked())
        except AnswerLost as error:
            raise RetrySoon(error.message) from None

    def _require_time(self) -> None:
        """Raise NeedsHuman where the login ends before the bytes are there."""
        self._api.access.require("the upload", seconds_for(self._work.size))

    def _asked(self) -> Mapping[str, Any]:
        """Return the place that VK gives. Raises AnswerLost where it may have given one."""
        self._progress(0.0, "asking VK for a place")
        answer = self._api.call("video.save", **self._work.said)
        if not isinstance(answer, Mapping) or not isinstance(answer.get("upload_url"), str):
            raise ProviderError("VK gave a place without an address for the video")
        return answer

    def _kept(self, note: Note, answer: Mapping[str, Any]) -> Note:
        """Write down the place that VK gave."""
        address: str = answer["upload_url"]
        owner = number(answer.get("owner_id"), "whose the place is")
        name = f"{owner}_{number(answer.get('video_id'), 'the number of the place')}"
        ends = end_of(address, self._clock())
        try:
            note = self._memory.change(
                note, stage="reserved", video=name, key=self._key(answer), ends=ends
            )
        except LeapError:
            # Another runner took over, or nothing can be written: nobody else knows the place.
            with suppress(LeapError):
                self._delete(name)
            raise
        self._memory.keep_address(address)
        self._note_place(note)
        return note

    def _key(self, item: Mapping[str, Any]) -> str:
        """Return what opens a video to which only its link shall lead."""
        return str(item.get("access_key") or "") if self._work.secret else ""

    def _note_place(self, note: Note) -> None:
        known = self._checkpoint.placed
        if known is None or known.external_id != note.video:
            self._checkpoint.place(place(note.video, note.key))

    def _found(self, note: Note) -> Note | None:
        """Return a video whose place was asked for and never learned, if it has its bytes.

        What has none is deleted: the address to send them to is lost.
        """
        found = self._marked(note)
        full = [item for item in found if state_of(item) != "empty"]
        if len(full) > 1:
            names = ", ".join(place(name_of(item)).url for item in full)
            message = f"VK has this video more than once: {names}"
            raise NeedsHuman(message, hint="delete all but one at vk.com, then `leap retry`")
        for item in found:
            if item not in full:
                self._delete(name_of(item))
        if not full:
            self._memory.change(note, lost=True)
            return None
        (item,) = full
        found_note = replace(note, video=name_of(item), key=self._key(item), lost=True)
        self._note_place(found_note)
        return self._memory.change(found_note, stage="sent")

    def _marked(self, note: Note) -> list[Item]:
        """Return the videos, places without bytes too, that this publication has made."""
        since = datetime.fromtimestamp(note.since, UTC)
        return marked(self._api, self._work.owner, self._work.marker, since)

    # ── its bytes ───────────────────────────────────────────────────────────

    def _sent(self, note: Note, *, last: bool) -> Note:
        """Send the bytes and return how far the video is then. ``last`` raises what failed."""
        address = self._memory.address() or ""
        note = self._memory.change(note, stage="sending")
        try:
            send_video(self._api, address, self._work.path, self._progress)
        except (UploadRefused, RetrySoon, AnswerLost) as error:
            if isinstance(error, RetrySoon) and error.after:
                self._api.timer.sleep(error.after)
            note = self._looked(note)
            if note.stage == "sent":
                return note
            if last:
                raise RetrySoon(error.message) from None
            dead = isinstance(error, UploadRefused)
            return self._memory.change(note, ends=0.0) if dead else note
        return self._done(note)

    def _looked(self, note: Note) -> Note:
        """Return how far a video is that may have its bytes, by looking."""
        state = how_far(self._api, note.video, _SOON)
        if state in ("processing", "ready"):
            return self._done(note)
        # To what is gone nothing can be sent any more.
        ends = 0.0 if state == "missing" else note.ends
        return self._memory.change(note, stage="reserved", ends=ends)

    def _done(self, note: Note) -> Note:
        note = self._memory.change(note, stage="sent", ends=0.0)
        self._memory.keep_address(None)
        return note

    def _await(self, note: Note) -> None:
        """Wait until VK shows the video, be it while it is processed."""
        self._progress(None, "waiting for VK to show the video")
        state = how_far(self._api, note.video, _PATIENT)
        if state == "empty":
            raise RetrySoon("VK has taken the video, and does not show it yet")
        if state == "missing":
            raise gone(place(note.video))

    # ── what is left over ───────────────────────────────────────────────────

    def _sweep(self, note: Note) -> None:
        """Delete the places that were given up; they are ours, by id or by marker."""
        for name in note.stale:
            self._delete(name)
        if note.lost:
            others = [each for each in self._marked(note) if name_of(each) != note.video]
            for item in others:
                if state_of(item) == "empty":
                    self._delete(name_of(item))
        if note.stale or note.lost:
            self._memory.change(note, stale=(), lost=False)

    def _delete(self, name: str) -> None:
        give_back(self._api, name, self._work.marker)
