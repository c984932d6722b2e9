"""What the inside asks of platforms: to publish at once, or a video part by part, and only once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, Protocol

from leap.domain.progress import Progress
from leap.domain.snapshot import PublicationFact
from leap.domain.topics import Break, Outline

_NOTHING: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
_NAMES = MappingProxyType({"youtube": "YouTube", "vk": "VK"})


def name_of(platform: str) -> str:
    """Return what people call ``platform``."""
    return _NAMES.get(platform, platform)


@dataclass(frozen=True, slots=True)
class Publication:
    """One recording as it shall appear on one platform.

    Attributes:
        files: what there is to publish, by role: ``video``, ``vtt``, ``srt``,
            ``transcript`` (segments.txt), ``topics`` (topics.json); a role is
            absent where the pipeline does not make it.
        wanted: the digests the publication shall have when it is complete.
        settings: the preset's options merged with the template's, as data.
        marker: a short opaque token that proves a publication to be ours.
    """

    tenant: str
    recording: str
    preset: str
    title: str
    description: str
    started_at: datetime
    duration: float
    language: str
    files: Mapping[str, Path]
    outline: Outline | None
    breaks: tuple[Break, ...]
    segments: Sequence[Any]
    wanted: Mapping[str, str]
    settings: Mapping[str, Any]
    marker: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a platform holds after a step, as it is written beside the targets."""

    platform: str
    external_id: str
    url: str
    applied: Mapping[str, str]
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Placed:
    """Where on its platform a video is, whatever state it is in there."""

    external_id: str
    url: str


class Checkpoint(Protocol):
    """What one publication must not forget, kept where a crash cannot reach it.

    Every write is durable when it returns, and is refused (LeaseLost) to a
    runner whose lease is another's by now; it raises LedgerError where nothing
    could be written, and then what it was about must not be done.
    """

    @property
    def placed(self) -> Placed | None:
        """The video on the platform, as far as is known."""

    @property
    def applied(self) -> Mapping[str, str]:
        """The digests that the platform's copy has, by part."""

    @property
    def details(self) -> Mapping[str, Any]:
        """What the platform was last given, by part; of earlier publications too."""

    def read(self, name: str) -> Any:
        """Return what was last saved under ``name``, or None."""

    def save(self, name: str, value: Any) -> None:
        """Keep ``value`` (JSON data, no secret) under ``name``; None forgets it."""

    def read_secret(self, name: str) -> str | None:
        """Return the secret that was last saved under ``name``, or None. Raises SecretError."""

    def save_secret(self, name: str, value: str | None) -> None:
        """Keep ``value`` sealed for the tenant's readers; None forgets it. Raises SecretError."""

    def place(self, placed: Placed) -> None:
        """Note where the video is, before anything else is done with it."""

    def apply(self, part: str, details: Any = None) -> None:
        """Note that the platform's copy has ``part`` as it is wanted.

        ``details`` is what it was given, in the shape in which ``Seen`` tells
        what it has. A part that is not wanted is not noted.
        """

    def begin_anew(self) -> None:
        """Forget where the video was and all that was saved: there is none any more."""


class Quotas(Protocol):
    """How often vendors may be asked in a day, shared by all who use an app there."""

    def spend(self, holder: str, bucket: str, units: int) -> None:
        """Take ``units`` off today's ``bucket``, before they are used up.

        ``holder`` is what the vendor counts by, such as the id of an app.
        Raises DeferUntil (for the account) where that much is not left, until
        the vendor's next day.
        """

    def exhausted(self, holder: str, bucket: str) -> datetime:
        """Note that the vendor says that ``bucket`` is empty; return when it is filled."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a platform shows of one video now.

    Attributes:
        state: ``missing`` where nobody has it any more; ``blocked`` where the
            platform keeps it from people, which ``reason`` explains.
        parts: what it has, in the shape of ``Checkpoint.details``; a part that
            was not looked at is absent.
    """

    state: Literal["standing", "processing", "missing", "blocked"]
    reason: str = ""
    parts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Video:
    """One video that is on a platform already, whoever put it there.

    ``published_at`` is aware; ``duration`` is in seconds, or None while the
    platform does not know. ``marker`` is that of the publication that made it,
    or empty.
    """

    placed: Placed
    title: str
    published_at: datetime
    duration: float | None
    privacy: str
    marker: str = ""


class VideoPublisher(Protocol):
    """Brings recordings to a platform of videos, part by part.

    ``place`` comes first; then each part of ``parts`` that is wanted and not
    there yet is applied, in their order. A part that fails keeps no other from
    being tried; but a video whose media or metadata are not as they are wanted
    is not opened by ``privacy``, which is the last.
    """

    platform: str
    #: Whether changed media can take the place of published media under one address.
    replaces_media: bool

    @property
    def parts(self) -> tuple[str, ...]:
        """What is applied to a video that is placed, in this order."""

    def place(self, publication: Publication, checkpoint: Checkpoint, progress: Progress) -> Placed:
        """Make sure that the video is there, once; safe to repeat after any crash.

        What is at stake is saved to ``checkpoint`` before each request that
        could make a video. Parts that it brings along are applied there. Until
        ``privacy`` is applied nobody else sees the video, where the platform
        can hide one. Raises NeedsHuman where looking cannot decide whether it
        is there, DeferUntil, and other ProviderErrors.
        """

    def apply(
        self,
        part: str,
        publication: Publication,
        placed: Placed,
        checkpoint: Checkpoint,
        progress: Progress,
    ) -> Any:
        """Make ``part`` as it is wanted; safe to repeat. Return what the video has of it then.

        Changes no more than is ours. Raises ProviderErrors.
        """

    def left_over(self, marker: str, checkpoint: Checkpoint) -> Sequence[Placed]:
        """Return what a ``place`` that was cut may have made, known by ``marker``.

        Raises DeferUntil where the platform may not show yet what it has, and
        other ProviderErrors.
        """

    def take_down(self, placed: Placed) -> None:
        """Delete the video; one that is gone already is no error. Raises ProviderErrors."""

    def look(
        self,
        placed: Sequence[Placed],
        parts: Collection[str],
        progress: Progress,
        given: Mapping[str, Mapping[str, Any]] = _NOTHING,
    ) -> Mapping[str, Seen]:
        """Return what the platform shows of each, by external id, as cheaply as it can be had.

        ``given`` is what each was last given (``Checkpoint.details``), by
        external id: of captions and playlists nothing else is looked for, so
        that what others have added is no difference.
        """

    def videos(self, progress: Progress) -> Iterator[Video]:
        """Yield what the account has published there, newest first."""


class Publisher(Protocol):
    """Brings recordings to where people watch them, all at once."""

    platform: str
    #: Whether changed media can take the place of published media under one address.
    replaces_media: bool

    def publish(
        self, publication: Publication, known: PublicationFact | None, progress: Progress
    ) -> Receipt:
        """Make the platform's copy equal to ``publication``; safe to repeat."""

    def withdraw(self, recording: str, known: PublicationFact) -> None:
        """Take the platform's copy away; safe to repeat."""
