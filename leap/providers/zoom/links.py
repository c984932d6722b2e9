"""Where a recording can be downloaded at this moment: its address, and who may see a token."""

from __future__ import annotations

from itertools import count
from urllib.parse import urlsplit

from leap.errors import ProviderError
from leap.providers.http import check_endpoint
from leap.providers.transfer import Remote, TransferSettings
from leap.providers.zoom.api import Api
from leap.providers.zoom.meetings import Meeting
from leap.providers.zoom.refusals import Missing

#: Hosts that may see a token, and all below them.
_ZOOM = ("zoom.us", "zoom.com", "zoomgov.com")
_LOOK = "see what `leap plan` says of it now"


def uuid_of(locator: str) -> str:
    """Return the meeting's uuid, without the segment's key."""
    return locator.partition("#")[0]


def size_of(revision: str) -> int:
    """Return the size in bytes that is part of a revision."""
    return int(revision.rpartition(":")[2])


class Links:
    """Fresh addresses of one file; addresses and tokens of Zoom go stale.

    Args:
        api: how Zoom is asked.
        endpoint: where the API is; its host may see a token as well.
        transfer: says whether http is allowed.
        locator: names the meeting.
        revision: names the file.
    """

    def __init__(
        self, api: Api, endpoint: str, transfer: TransferSettings, locator: str, revision: str
    ) -> None:
        self._api, self._revision, self._uuid = api, revision, uuid_of(locator)
        self._hosts = (*_ZOOM, urlsplit(endpoint).hostname or "")
        self._insecure = transfer.allow_insecure
        self._asked = count()

    def fresh(self) -> Remote:
        """Return where the file is now. Raises ProviderError where it is not there any more."""
        try:
            meeting = self._api.recording(self._uuid)
        except Missing:
            message = "Zoom has no such recording: not any more, or not yet"
            hint = f"is it in Zoom's trash? recover it there, or {_LOOK}"
            raise ProviderError(message, hint=hint) from None
        name = self._revision.rpartition(":")[0]
        file = next((file for file in meeting.files or () if file.id == name), None)
        if file is None:
            raise ProviderError(f"Zoom has another file of “{meeting.name}” by now", hint=_LOOK)
        if not file.is_ready:
            raise ProviderError(f"Zoom is processing “{meeting.name}” again", hint=_LOOK)
        if file.revision != self._revision:
            raise ProviderError(f"Zoom has changed the file of “{meeting.name}”", hint=_LOOK)
        return Remote(file.url, self._headers(file.url, meeting))

    def _headers(self, url: str, meeting: Meeting) -> dict[str, str]:
        host = check_endpoint(url, allow_insecure=self._insecure).host
        if not any(host == each or host.endswith(f".{each}") for each in self._hosts):
            return {}
        # Right after a meeting Zoom refuses one kind of token now and then, and
        # takes the other: https://github.com/Jericho/ZoomNet/issues/348
        own = meeting.download_token if next(self._asked) % 2 else ""
        return {"Authorization": f"Bearer {own or self._api.bearer()}"}
