"""Who may watch: processing awaited, then opened, then looked whether YouTube did it.

https://developers.google.com/youtube/v3/docs/videos#status
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from leap.domain.ports import Placed, Progress, Publication
from leap.errors import DeferUntil, NeedsHuman
from leap.providers.http import Timer
from leap.providers.youtube.api import Api, Resource
from leap.providers.youtube.metadata import writable
from leap.providers.youtube.refusals import Missing
from leap.providers.youtube.resources import moment, privacy_of, section

PART = "privacy"
_LOOK = "status,processingDetails"
#: How long it is waited, and how long another recording may go first.
_LOOKS_AFTER_SECONDS = (3.0, 5.0, 10.0, 15.0, 30.0, 30.0, 30.0, 30.0)
_LATER = timedelta(minutes=5)

#: Why YouTube does not take a video. The rest of its words speak for themselves.
_WORDS = {
    "invalidFile": "the file is no video that it can read",
    "emptyFile": "the file is empty",
    "tooSmall": "the file is too small",
    "codec": "it does not know the codec",
    "conversion": "it could not convert the file",
    "uploadAborted": "the upload was broken off",
    "length": "it is longer than the channel may show; verify the channel at youtube.com/verify",
    "duplicate": "it has this video already",
    "copyright": "of copyright",
    "claim": "somebody claims it",
    "termsOfUse": "of its terms of use",
    "uploaderAccountSuspended": "the account is suspended",
    "uploaderAccountClosed": "the account is closed",
}


def apply(
    api: Api,
    publication: Publication,
    placed: Placed,
    progress: Progress,
    timer: Timer,
    now: Callable[[], datetime],
) -> str:
    """Open the video as it is wanted; return the privacy that it has, or will have.

    Raises DeferUntil while YouTube processes it, NeedsHuman where it does not
    take it or keeps it private, Missing.
    """
    wanted = str(publication.settings.get("privacy", "unlisted"))
    at = moment(publication.settings.get("publish_at"))
    status = section(_processed(api, placed, progress, timer, now, wanted), "status")
    change: dict[str, Any] = {"privacyStatus": wanted}
    if at is not None and at > now() and status.get("privacyStatus") != "public":
        change = {"privacyStatus": "private", "publishAt": f"{at:%Y-%m-%dT%H:%M:%SZ}"}
    body = {
        name: value for name, value in writable("status", status).items() if name != "publishAt"
    }
    body |= change
    if _differs(status, change):
        api.update_video("status", {"id": placed.external_id, "status": body})
        found = _video(api, placed, "status")
        if privacy_of(found) != wanted:
            raise _kept_private(wanted, privacy_of(found))
    return wanted


def trouble_of(resource: Resource) -> str:
    """Return why YouTube does not show a video (with status), or an empty text."""
    status = section(resource, "status")
    state = status.get("uploadStatus")
    reason = str(status.get("rejectionReason") or status.get("failureReason") or "")
    words = _WORDS.get(reason, reason)
    if state == "rejected":
        return f"YouTube rejected the video: {words or 'it does not say why'}"
    if state == "failed":
        return f"YouTube could not process the video: {words or 'it does not say why'}"
    return ""


def _processed(
    api: Api,
    placed: Placed,
    progress: Progress,
    timer: Timer,
    now: Callable[[], datetime],
    wanted: str,
) -> Resource:
    """Return the video as it is once it is processed. A private one need not be waited for."""
    for wait in (*_LOOKS_AFTER_SECONDS, 0.0):
        found = _video(api, placed, _LOOK)
        if problem := trouble_of(found):
            hint = f"see {placed.url} in YouTube Studio"
            raise NeedsHuman(problem, hint=hint)
        details = section(found, "processingDetails")
        if details.get("processingStatus") in {"failed", "terminated"}:
            reason = details.get("processingFailureReason") or "it does not say why"
            raise NeedsHuman(f"YouTube could not process the video: {reason}")
        if wanted == "private" or section(found, "status").get("uploadStatus") == "processed":
            return found
        progress(None, f"YouTube processes the video{_share(details)}")
        timer.sleep(wait)
    message = "YouTube still processes the video, which stays private until then"
    raise DeferUntil(message, until=now() + _LATER)


def _share(details: Resource) -> str:
    parts = section(details, "processingProgress")
    try:
        return f": {100 * int(parts['partsProcessed']) // int(parts['partsTotal'])} %"
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return ""


def _differs(status: Resource, change: dict[str, Any]) -> bool:
    at, wanted = moment(status.get("publishAt")), moment(change.get("publishAt"))
    return status.get("privacyStatus") != change["privacyStatus"] or at != wanted


def _video(api: Api, placed: Placed, part: str) -> Resource:
    found = api.videos([placed.external_id], part).get(placed.external_id)
    if found is None:
        raise Missing(f"YouTube does not show the video {placed.external_id}", "videoNotFound")
    return found


def _kept_private(wanted: str, found: str) -> NeedsHuman:
    message = f"YouTube keeps the video {found or 'private'}, although it was told {wanted}"
    hint = "see its restrictions, and the channel's upload defaults, in YouTube Studio"
    return NeedsHuman(message, hint=hint)
