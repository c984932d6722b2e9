"""Zoom as a source of recordings (``leap.domain.ports.Source``)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from leap.domain.ports import Progress
from leap.domain.recording import FileMemo, Listing, Observed
from leap.errors import ProviderError
from leap.providers.http import Client, client
from leap.providers.transfer import Refused, TransferSettings, download
from leap.providers.zoom.access import Access
from leap.providers.zoom.api import Api, Plan
from leap.providers.zoom.choice import Segment, beside, segments
from leap.providers.zoom.links import Links, size_of, uuid_of
from leap.providers.zoom.listing import Walk, Whose
from leap.providers.zoom.meetings import Meeting
from leap.providers.zoom.refusals import Missing
from leap.providers.zoom.transcript import transcript_of
from leap.providers.zoom.windows import next_look


@dataclass(frozen=True, slots=True)
class ZoomSettings:
    """What a source says of itself; see ``leap.config.source.ZoomSource``."""

    since: date
    hosts: tuple[str, ...] = ()
    listing: Literal["account", "users"] = "account"
    prefer: tuple[str, ...] = ("shared_screen_with_speaker_view", "shared_screen", "active_speaker")
    segments: Literal["separate", "longest"] = "separate"
    include_trash: bool = False
    plan: Plan = "pro"


class ZoomSource:
    """The cloud recordings of one Zoom account.

    Args:
        name: the source's name.
        settings: what it says of itself.
        access: tokens for its account.
        api: where Zoom's API is.
        transfer: how to download; ``allow_insecure`` holds for every call.
    """

    kind = "zoom"

    def __init__(
        self,
        name: str,
        settings: ZoomSettings,
        access: Access,
        *,
        api: str = "https://api.zoom.us",
        transfer: TransferSettings | None = None,
    ) -> None:
        self._name, self._settings, self._access, self._endpoint = name, settings, access, api
        self._transfer = transfer or TransferSettings()

    def list(
        self,
        memos: Mapping[str, FileMemo],
        now: datetime,
        progress: Progress,
        settled: Mapping[str, str] = MappingProxyType({}),
    ) -> Listing:
        """Return every recording since the declared day; see ``leap.domain.ports.Source``.

        A recording that Zoom still works on has no revision, and waits. One
        meeting, host or month that cannot be listed is a problem. Raises
        DeferUntil at the end of a daily limit, NeedsHuman where the account
        must be mended, ProviderError where nothing at all could be listed.
        """
        with self._client() as http:
            walk = Walk(self._api(http), self._settings.since, now, progress)
            found = walk.go(self._whose(), trash=self._settings.include_trash)
        observed, unchanged = [], set[str]()
        for meeting in found.meetings.values():
            seen = list(self._observed(meeting, now))
            if not seen:
                found.leave_out("has no video", meeting.name)
            for each in seen:
                if settled.get(each.locator) == each.mark:
                    unchanged.add(each.locator)
                else:
                    observed.append(each)
        return Listing(
            source=self._name,
            observed=tuple(observed),
            complete=found.complete,
            problems=tuple(found.problems),
            notes=found.notes,
            unchanged=frozenset(unchanged),
        )

    def fetch(
        self, locator: str, revision: str, destination: Path, progress: Progress
    ) -> Mapping[str, Any]:
        """Download the file ``revision`` of the meeting ``locator`` to ``destination``.

        What an earlier attempt left there is continued. Returns ``fetched``
        (``download``), ``size``, ``sha256``, and how it went. Raises
        ProviderError where Zoom has it no more or has another file by now.
        """
        size = size_of(revision)
        with self._client() as http:
            links = Links(self._api(http), self._endpoint, self._transfer, locator, revision)
            try:
                got = download(
                    links.fresh,
                    destination,
                    size=size,
                    settings=self._transfer,
                    progress=progress,
                    service="Zoom",
                )
            except Refused as error:
                if not error.page:
                    raise
                raise ProviderError(
                    f"Zoom shows {error.page} instead of the recording, with every token",
                    hint="can it be downloaded on zoom.us? docs/setup/zoom.md says what may forbid it",
                ) from None
        return {
            "fetched": "download",
            "size": got.size,
            "sha256": got.sha256,
            "transfer": {
                "bytes": got.fetched,
                "resumed": got.resumed,
                "connections": got.connections,
                "seconds": round(got.seconds, 3),
            },
        }

    def transcript(
        self, locator: str, revision: str, scratch: Path, progress: Progress
    ) -> str | None:
        """Return Zoom's own transcript; see ``leap.domain.ports.Transcribed``."""
        name = revision.rpartition(":")[0]
        with self._client() as http:
            api = self._api(http)
            try:
                meeting = api.recording(uuid_of(locator))
            except Missing:
                return None
            file = transcript_of(meeting, name, datetime.now(UTC))
            if file is None:
                return None
            links = Links(api, self._endpoint, self._transfer, locator, file.revision)
            destination = scratch / "zoom.vtt"
            # Of a text Zoom lists another size now and then.
            download(
                links.fresh,
                destination,
                size=None,
                settings=self._transfer,
                progress=progress,
                service="Zoom",
            )
        return destination.read_text(encoding="utf-8", errors="replace")

    def discard(self, locator: str, revision: str) -> None:
        """Put the recording into Zoom's trash; see ``leap.domain.ports.Discarding``.

        Of a meeting with several segments only the files of this one go there.
        """
        name = revision.rpartition(":")[0]
        with self._client() as http:
            api = self._api(http)
            try:
                meeting = api.recording(uuid_of(locator))
            except Missing:
                return
            own = beside(meeting, name)
            if not own:
                return
            if own[-1].revision != revision:
                message = f"Zoom has another file of “{meeting.name}” than was published"
                raise ProviderError(
                    message, hint="it stays in Zoom; see what `leap plan` says of it"
                )
            if self._settings.segments == "longest" or len(own) == len(meeting.files or ()):
                self._require_chosen(meeting, revision)
                api.to_trash(meeting.uuid)
                return
            for file in own:
                if file.has_id:
                    api.to_trash(meeting.uuid, file.id)

    def _require_chosen(self, meeting: Meeting, revision: str) -> None:
        """Raise ProviderError where the meeting, looked at anew, is another recording by now."""
        found = self._segments(meeting)
        if [each.file.revision for each in found if each.file] != [revision] or len(found) > 1:
            message = f"“{meeting.name}” has another part in Zoom by now"
            raise ProviderError(message, hint="it stays there; see what `leap plan` says of it")

    def _segments(self, meeting: Meeting) -> tuple[Segment, ...]:
        if meeting.starts is None:
            return ()
        return segments(meeting, self._settings.prefer, self._settings.segments)

    def _client(self) -> Client:
        return client("Zoom", allow_insecure=self._transfer.allow_insecure)

    def _api(self, http: Client) -> Api:
        return Api(http, self._endpoint, self._access, self._settings.plan)

    def _whose(self) -> Whose:
        settings = self._settings
        if settings.listing == "account" and self._access.is_personal:
            return Whose(settings.hosts, "personal")
        return Whose(settings.hosts, settings.listing)

    def _observed(self, meeting: Meeting, now: datetime) -> Iterator[Observed]:
        found = self._segments(meeting)
        for segment in found:
            place = f"{meeting.uuid}#{segment.key}" if segment.key else meeting.uuid
            seen = Observed(
                source=self._name,
                source_kind=self.kind,
                account="",  # a uuid is one of a kind all over the world
                external_id=place,
                locator=place,
                revision="",
                title=meeting.topic,
                started_at=segment.starts,
                size=0,
            )
            if segment.file is None:
                settled_at = next_look(segment.starts, now)
                yield replace(seen, settled_at=settled_at, waits=segment.waits)
                continue
            seconds = segment.seconds or (meeting.seconds if len(found) == 1 else None)
            seen = replace(
                seen, revision=segment.file.revision, size=segment.file.size, duration=seconds
            )
            yield replace(seen, mark=_mark(seen))


def _mark(seen: Observed) -> str:
    """Return what is another as soon as anything is that the listing says."""
    said = [seen.title, seen.started_at.isoformat(), seen.revision, seen.duration]
    text = json.dumps(said, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
