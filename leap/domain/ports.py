"""What the inside asks of the outside: one Protocol per kind of provider.

Providers translate between a vendor and these shapes. They know neither the
ledger nor Luigi; credentials reach them as values. What is asked of platforms
is in ``leap.domain.platforms``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, runtime_checkable

from leap.domain.calls import Call, Paid
from leap.domain.money import Usage
from leap.domain.platforms import (
    Checkpoint,
    Placed,
    Publication,
    Publisher,
    Quotas,
    Receipt,
    Seen,
    Video,
    VideoPublisher,
)
from leap.domain.progress import Progress
from leap.domain.recording import FileMemo, Listing
from leap.domain.topics import Break, Outline
from leap.domain.transcript import Heard, Transcript

__all__ = [
    "Answers",
    "Calls",
    "Checkpoint",
    "Clock",
    "Discarding",
    "Fetching",
    "Payment",
    "Placed",
    "Progress",
    "Publication",
    "Publisher",
    "Quotas",
    "Receipt",
    "Renewal",
    "Seen",
    "Source",
    "Tokens",
    "TopicFinder",
    "TopicsRequest",
    "Transcribed",
    "Transcriber",
    "TranscriptionRequest",
    "Video",
    "VideoPublisher",
]

_NONE: Mapping[str, str] = MappingProxyType({})


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
