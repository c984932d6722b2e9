"""A recording brought to a platform of videos, part by part, and only once.

What is done is in the checkpoint, which survives every crash; so this is
begun again and again until nothing is left to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leap.domain.platforms import name_of
from leap.domain.ports import Checkpoint, Placed, Progress, Publication, Receipt, VideoPublisher
from leap.errors import (
    DeferUntil,
    LeapError,
    NeedsHuman,
    ProviderError,
    RetrySoon,
    StageError,
)
from leap.faults import point
from leap.stages.publish import WITHDRAWN, require_there, with_contents

#: The note of which media are being placed: their digest.
BEGUN = "begun"
#: The note of what is being deleted, of all that was left over.
_DELETING = "deleting"

_MEDIA, _METADATA, _PRIVACY = "media", "metadata", "privacy"
#: How much of the progress is the video itself.
_VIDEO = 0.9
#: Which of several failures says how it goes on: what a person has to do first.
_WORST_FIRST = (NeedsHuman, DeferUntil, RetrySoon, LeapError)


def publish_video(
    publication: Publication,
    publisher: VideoPublisher,
    checkpoint: Checkpoint,
    progress: Progress,
) -> Receipt:
    """Make the platform's video equal to ``publication`` and return its receipt.

    Every part that can be brought about is, before the worst failure of the
    others is raised: a ProviderError, or StageError where a file is gone.
    Raises LeaseLost and LedgerError at once.
    """
    publication = with_contents(publication)
    _require_known_parts(publication, publisher)
    progress(0.0, f"publishing to {publication.preset}")
    placed = _placed(publication, publisher, checkpoint, progress)
    _apply_all(publication, publisher, placed, checkpoint, progress)
    point("publish.applied")
    progress(1.0, placed.url)
    details = {
        part: checkpoint.details[part]
        for part in publication.wanted
        if checkpoint.details.get(part) is not None
    }
    applied = dict(publication.wanted)
    return Receipt(publisher.platform, placed.external_id, placed.url, applied, details)


def take_down_video(
    publisher: VideoPublisher,
    checkpoint: Checkpoint,
    marker: str,
    before: Mapping[str, Any],
    progress: Progress,
) -> Receipt:
    """Delete the video, all of it or what there is; return the receipt that says so.

    Args:
        marker: the publication's, by which a video is found of which nothing
            but that it was begun is known.
        before: the details of its last receipt. They are kept: how open it was
            is asked when it is published again.

    Safe to repeat. Raises ProviderErrors.
    """
    progress(0.0, f"taking down from {name_of(publisher.platform)}")
    _delete(publisher, checkpoint, marker, progress)
    progress(1.0, f"taken down from {name_of(publisher.platform)}")
    return Receipt(publisher.platform, "", "", {}, {**before, WITHDRAWN: True})


def _require_known_parts(publication: Publication, publisher: VideoPublisher) -> None:
    unknown = set(publication.wanted) - {_MEDIA, *publisher.parts}
    if unknown:
        message = f"{publisher.platform} has no {', '.join(sorted(unknown))}"
        raise ValueError(message)


def _placed(
    publication: Publication,
    publisher: VideoPublisher,
    checkpoint: Checkpoint,
    progress: Progress,
) -> Placed:
    """Return where the video is, with the media that is wanted."""
    wanted, applied = publication.wanted[_MEDIA], checkpoint.applied.get(_MEDIA)
    if checkpoint.placed is not None and applied == wanted:
        return checkpoint.placed
    if checkpoint.placed is not None and applied is not None and _is_open(checkpoint):
        raise NeedsHuman(
            f"{publication.preset} has other media than the recording has now",
            hint="say `new_media: keep` in an override, or take it down with `withdraw: true`",
        )
    # Before anything is written down or asked: it may have to be brought first.
    require_there(publication.files["video"])
    begun = checkpoint.read(BEGUN)
    if begun != wanted and (begun is not None or checkpoint.placed is not None):
        # Half of a video that is not wanted any more, and was never opened.
        _delete(publisher, checkpoint, publication.marker, progress)
        checkpoint.begin_anew()
    if checkpoint.read(BEGUN) is None:
        checkpoint.save(BEGUN, wanted)

    def first(share: float | None, message: str = "") -> None:
        progress(share if share is None else share * _VIDEO, message)

    placed = publisher.place(publication, checkpoint, first)
    if checkpoint.applied.get(_MEDIA) != wanted:
        checkpoint.apply(_MEDIA)
    return placed


def _apply_all(
    publication: Publication,
    publisher: VideoPublisher,
    placed: Placed,
    checkpoint: Checkpoint,
    progress: Progress,
) -> None:
    """Apply each part that is not there yet. Raises the worst failure, in the end."""
    todo = [
        part
        for part in publisher.parts
        if part in publication.wanted and checkpoint.applied.get(part) != publication.wanted[part]
    ]
    failures: dict[str, LeapError] = {}
    for done, part in enumerate(todo):
        if part == _PRIVACY and _METADATA in failures and not _is_open(checkpoint):
            continue  # nobody has seen it yet, and nobody is to see it half done
        progress(_VIDEO + (1 - _VIDEO) * done / len(todo), f"{part} of {publication.preset}")
        try:
            details = publisher.apply(part, publication, placed, checkpoint, progress)
        except (ProviderError, StageError) as error:
            failures[part] = error
        else:
            checkpoint.apply(part, details)
    if failures:
        raise _summed_up(failures)


def _is_open(checkpoint: Checkpoint) -> bool:
    """Tell whether the video was shown as it was wanted, once at least.

    Somebody may have changed that since, so that it is not applied any more:
    what was given tells it nevertheless.
    """
    return _PRIVACY in checkpoint.applied or checkpoint.details.get(_PRIVACY) is not None


def _delete(
    publisher: VideoPublisher, checkpoint: Checkpoint, marker: str, progress: Progress
) -> None:
    """Delete the video, and what else was begun of it and never known to be whole."""
    known = checkpoint.placed
    found = {known.external_id: known} if known is not None else {}
    if checkpoint.read(BEGUN) is not None and _MEDIA not in checkpoint.applied:
        progress(None, "looking for what was left over")
        left = _left_over(publisher, checkpoint, marker)
        found |= {each.external_id: each for each in left}
    for placed in found.values():
        publisher.take_down(placed)
        point("publish.taken_down")


def _left_over(publisher: VideoPublisher, checkpoint: Checkpoint, marker: str) -> Sequence[Placed]:
    """Return what was left over; noted, since what is deleted cannot be found again."""
    noted = checkpoint.read(_DELETING)
    if noted is not None:
        return [Placed(name, url) for name, url in noted]
    left = publisher.left_over(marker, checkpoint)
    if left:
        checkpoint.save(_DELETING, [[each.external_id, each.url] for each in left])
    return left


def _summed_up(failures: Mapping[str, LeapError]) -> LeapError:
    """Return the worst of ``failures``, by part, which tells of the others too."""

    def rank(error: LeapError) -> int:
        return next(i for i, kind in enumerate(_WORST_FIRST) if isinstance(error, kind))

    worst = min(failures.values(), key=rank)
    worst.message = "; ".join(f"{part}: {error.message}" for part, error in failures.items())
    return worst
