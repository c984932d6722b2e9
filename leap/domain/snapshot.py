"""What the ledger knows about a tenant, read in one go: the *actual* side of a plan."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from leap.domain.stage import Stage


class Skip(StrEnum):
    """Why a recording is not worked on."""

    NO_TEMPLATE = "no-template"
    BLANK = "blank"
    TOO_LARGE = "too-large"
    DUPLICATE = "duplicate"
    DECLARED = "declared"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the last reconcile wanted for a recording; statuses are judged by it.

    ``stages`` maps each stage of the pipeline but ``publish`` to its key;
    ``publications`` maps each preset to the digests that its publication
    shall have; ``held`` those presets to which it does not go, because it
    fails a gate, to why.
    """

    pipeline: str
    stages: Mapping[Stage, str]
    publications: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    held: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecordingRow:
    """One recording as the ledger holds it.

    Attributes:
        id: ``YYYY-MM-DD-<12 hex>``; never changes.
        external_id: what the identity was computed from; never changes.
        locator: where its bytes are now.
        template: the template that takes it, or None.
        skip: why it is not worked on, with ``reason`` in words, or None.
        settled_at: a file that still changes is looked at again from then on.
        listed: False once its source no longer lists it.
        wanted: what was last wanted for it, or None while it is skipped.
        since: when its admission (template, skip, revision) last changed.
        mark: what its source showed of it then, see ``Observed.mark``.
        changes: how often its facts were written; counted by the ledger.
        settled: what ``settled_under`` returned when a plan found nothing to
            do for it, or None.
    """

    id: str
    source: str
    source_kind: str
    account: str
    external_id: str
    locator: str
    revision: str
    title: str
    started_at: datetime
    size: int
    duration: float | None
    template: str | None
    skip: Skip | None
    reason: str
    settled_at: datetime | None
    listed: bool
    wanted: Wanted | None
    since: datetime
    mark: str = ""
    changes: int = 0
    settled: str | None = None


def settled_under(changes: int, declared: str) -> str:
    """Return what holds as long as neither facts nor declaration change.

    ``declared`` is the digest of the tenant's declaration. The ledger compares
    it with ``settled``; see ``LedgerReader.settled``.
    """
    return f"{changes}:{declared[:32]}"


class Settled(NamedTuple):
    """A recording for which there was nothing to do, and whose facts are still the same.

    ``template`` is None for one that is skipped.
    """

    id: str
    source: str
    locator: str
    mark: str
    listed: bool
    template: str | None


@dataclass(frozen=True, slots=True)
class Only:
    """Which recordings a snapshot shall have, where most of them are settled.

    Those that are not settled under the declaration with the digest
    ``declared``, those with one of ``ids``, and those at one of ``places``
    (locators). Of all others with one of ``revisions``, or that were first seen
    at one of ``places``, it tells in ``Actual.others``.
    """

    declared: str
    ids: Collection[str] = ()
    places: Collection[str] = ()
    revisions: Collection[str] = ()


class Other(NamedTuple):
    """A settled recording that newcomers are compared with."""

    id: str
    revision: str
    title: str


@dataclass(frozen=True, slots=True)
class StageFact:
    """The latest thing known about one stage of one recording under one key.

    ``done`` and ``evicted`` index a manifest of the store; ``running`` says
    that somebody began and has not finished (or was killed); ``failed`` comes
    with a reason, and ``permanent`` failures are not tried again. A failure
    may wait ``until`` a known time, or for a person (``needs_person``).
    """

    stage: Stage
    key: str
    state: Literal["running", "done", "evicted", "failed"]
    since: datetime
    reason: str = ""
    permanent: bool = False
    seconds: float | None = None
    facts: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    until: datetime | None = None
    needs_person: bool = False


@dataclass(frozen=True, slots=True)
class PublicationFact:
    """The latest thing known about one publication of one recording.

    ``applied`` are the digests that the platform's copy has: ``media``,
    ``metadata``, ``captions`` and whatever else the publisher declares. A
    publication is complete when they equal the wanted ones. ``intended`` means
    that a publisher was about to act; ``unmanaged`` that nothing declares the
    publication any more. A failure may wait ``until`` a known time, or for a
    person (``needs_person``). ``reason`` is that of a failure, or what a look at
    the platform found out about something that is applied.
    """

    preset: str
    platform: str
    state: Literal["intended", "applied", "failed", "unmanaged", "withdrawn"]
    since: datetime
    external_id: str | None = None
    url: str | None = None
    applied: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    wanted: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    reason: str = ""
    permanent: bool = False
    receipts: int = 0
    until: datetime | None = None
    needs_person: bool = False

    def is_complete(self, wanted: Mapping[str, str]) -> bool:
        """Tell whether the platform's copy has the ``wanted`` digests, all and no others."""
        return self.state == "applied" and dict(self.applied) == dict(wanted)


def is_deferred(fact: StageFact | PublicationFact, now: datetime) -> bool:
    """Tell whether what failed was put off until a time after ``now``."""
    failed = fact.state == "failed" and not fact.permanent
    return failed and fact.until is not None and fact.until > now


@dataclass(frozen=True, slots=True)
class Actual:
    """What the ledger knows about one tenant, keyed by recording id.

    Where only some recordings were asked for, ``left_out`` counts the settled
    ones that are not here, by template (None: skipped), and ``others`` are
    those of them that newcomers may be confused with.
    """

    tenant: str
    recordings: Mapping[str, RecordingRow] = field(default_factory=dict)
    stages: Mapping[str, tuple[StageFact, ...]] = field(default_factory=dict)
    publications: Mapping[str, tuple[PublicationFact, ...]] = field(default_factory=dict)
    left_out: Mapping[str | None, int] = field(default_factory=dict)
    others: tuple[Other, ...] = ()

    def fact(self, recording: str, stage: Stage, key: str) -> StageFact | None:
        """Return what is known of ``stage`` of ``recording`` under ``key``."""
        for fact in self.stages.get(recording, ()):
            if fact.stage is stage and fact.key == key:
                return fact
        return None

    def publication(self, recording: str, preset: str) -> PublicationFact | None:
        """Return what is known of the publication of ``recording`` to ``preset``."""
        for fact in self.publications.get(recording, ()):
            if fact.preset == preset:
                return fact
        return None


@dataclass(frozen=True, slots=True)
class Glance:
    """What the ledger knows about one tenant, as far as statuses need it.

    ``actual`` has no memos, no facts of stages, and no stages of recordings
    that are settled: skipped, or published as they shall be. ``skipped`` and
    ``uploaded`` count the settled recordings that are left out of it.
    """

    actual: Actual
    skipped: int = 0
    uploaded: int = 0
