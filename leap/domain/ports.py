"""What the inside asks of the outside: one Protocol per kind of provider.

Providers translate between a vendor and these shapes. They know neither the
ledger nor Luigi; credentials reach them as values.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, Protocol, runtime_checkable

from leap.domain.calls import Call, Paid
from leap.domain.money import Usage
from leap.domain.recording import FileMemo, Listing
from leap.domain.snapshot import (
    PublicationFact,
)
from leap.domain.topics import Break, Outline
from leap.domain.transcript import Heard, Transcript

_NONE: Mapping[str, str] = MappingProxyType({})
_NOTHING: Mapping[str, Mapping[str, Any]] = MappingProxyType({})


class Progress(Protocol):
    """Called by long work, as often as it likes; the receiver thins the calls out."""

    def __call__(self, share: float | None, message: str = "") -> None:
        """``share`` is 0..1, or None where it is unknown."""


class Clock(Protocol):
    """The only way the inside learns the time; always aware, UTC."""

    def now(self) -> datetime: ...


# ── sources ────────────────────────────────────────────────────────────────


class Fetching(Protocol):
    """Where the bytes of recordings come from."""

    def fetch(
        self, locator: str, revision: str, destination: Path, progress: Progress
    ) -> Mapping[str, Any]:
        """Bring the bytes of ``revision`` at ``locator`` to ``destination``; return facts.

        What an earlier attempt at the same revision left at ``destination``
        and beside it may be continued; a source that cannot do that begins
        anew. ``sha256`` is among the facts where it was computed on the way.
        The source is never changed. Raises ProviderError or BadInput.
        """


class Source(Fetching, Protocol):
    """Where recordings come from."""

    #: One word for the kind: ``folder``, ``zoom``.
    kind: str

    def list(
        self,
        memos: Mapping[str, FileMemo],
        now: datetime,
        progress: Progress,
        settled: Mapping[str, str] = _NONE,
    ) -> Listing:
        """Return every recording there is. ``memos`` spares reading known files again.

        ``settled`` are the marks of recordings that are in sync, by locator;
        a source that sees the same mark may name such a recording in
        ``Listing.unchanged`` instead of describing it.
        Raises ProviderError where nothing at all can be listed.
        """


@runtime_checkable
class Discarding(Protocol):
    """A source that can put what was published into its own trash."""

    def discard(self, locator: str, revision: str) -> None:
        """Move the recording to the source's trash; safe to repeat.

        One that is gone already is no error. Raises ProviderError.
        """


@runtime_checkable
class Transcribed(Protocol):
    """A source that may have a transcript of its own."""

    def transcript(
        self, locator: str, revision: str, scratch: Path, progress: Progress
    ) -> str | None:
        """Return the source's transcript as WebVTT, or None where it has none.

        ``scratch`` is a folder for what is fetched. Raises DeferUntil while the
        source still writes it, ProviderError.
        """


# ── accounts ───────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a vendor answered when it was asked for new tokens.

    ``fields`` replace those of the credential with the same names; all are
    secret. ``expires_at`` is when the credential as a whole stops working if
    nobody uses it, where that is known (aware, UTC).
    """

    fields: Mapping[str, str]
    expires_at: datetime | None = None


class Tokens(Protocol):
    """One account's credential: what its file says, and what was rotated since."""

    #: The name of the account, for messages.
    account: str

    def current(self) -> Mapping[str, str]:
        """Return the newest fields of the credential, ``kind`` among them.

        Raises SecretError where they cannot be opened, NeedsHuman where the
        account does not exist.
        """

    def renewed(
        self, stale: Mapping[str, str], renew: Callable[[Mapping[str, str]], Renewal]
    ) -> Mapping[str, str]:
        """Return fields that are newer than ``stale``, which did not work any more.

        One renewal happens at a time, over all runners: whoever waited gets
        what the other has renewed, and ``renew`` is not called. What ``renew``
        returns is stored, sealed, before it is returned; where nothing can be
        stored, ``renew`` is not called at all, since a rotated token that is
        lost is an account that is lost. Raises ProviderError, LedgerError.
        """


# ── words ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class TranscriptionRequest:
    """What can change the words that a transcriber hears.

    ``language`` is a code such as ``en``, or None to have it detected.
    ``course`` is what the recording is called; a hint alone, it may change
    without anything being heard again.
    """

    language: str | None = None
    prompt: str = ""
    vocabulary: tuple[str, ...] = ()
    temperature: float = 0.0
    course: str = ""


class Transcriber(Protocol):
    """Turns 16 kHz mono FLAC into words with times."""

    #: What a manifest records: provider, model and their versions.
    versions: Mapping[str, str]

    def fingerprint(self, request: TranscriptionRequest) -> Mapping[str, Any]:
        """Return everything but the audio that identifies an answer (model, parameters)."""

    def transcribe(self, audio: Path, request: TranscriptionRequest, progress: Progress) -> Heard:
        """Return the words of ``audio``. An audio without speech gives no words."""


class Payment(Protocol):
    """One call while it is made."""

    def answered(self, usage: Usage) -> Paid:
        """Write down that the answer came, and what it used up."""

    def refused(self) -> None:
        """Write down that the vendor said no: nothing has to be paid."""


class Calls(Protocol):
    """Where calls that cost money are written down; no such call is made without."""

    def paying(self, call: Call) -> AbstractContextManager[Payment]:
        """Make ``call`` once, inside of the block.

        ::

            with calls.paying(call) as payment:
                response = send(request)      # may raise
                payment.answered(usage)

        A block that ends without a word from it, by an error or not, has lost
        the answer, unless the error is NeedsHuman or DeferUntil, with which a
        vendor says no, or NotSent. Raises DeferUntil before anything is sent where the
        budget of the month does not allow the call, LedgerError where it
        cannot be written down.
        """


class Answers(Protocol):
    """Answers of transcribers and models, kept by content so that none is paid for twice."""

    def get(self, digest: str) -> dict[str, Any] | None: ...

    def put(self, digest: str, answer: Mapping[str, Any]) -> None: ...


@dataclass(frozen=True, slots=True)
class TopicsRequest:
    """What can change the outline of a transcript.

    ``pauses`` are silences of the trimmed timeline as ``(start, end)`` and may
    serve as boundaries; ``breaks`` are those long enough to be named.
    ``chapter_every`` is how many seconds a chapter shall last on average, or
    None to go by the length of the lecture and ``granularity``. ``questions``
    is how many questions a finder that can ask shall write for students.
    ``length`` is how many seconds the lecture took, without breaks and whatever
    was cut out of it later; None to go by the transcript.
    """

    title: str
    granularity: str = "long"
    breaks: tuple[Break, ...] = ()
    pauses: tuple[tuple[float, float], ...] = ()
    chapter_every: float | None = None
    questions: int = 0
    length: float | None = None


class TopicFinder(Protocol):
    """Turns a transcript into chapters with titles."""

    versions: Mapping[str, str]

    def find(self, transcript: Transcript, request: TopicsRequest, progress: Progress) -> Outline:
        """Return the outline; an empty transcript gives an empty outline."""


# ── publishing ─────────────────────────────────────────────────────────────


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
    #: What is applied to a video that is placed, in this order.
    parts: tuple[str, ...]

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
