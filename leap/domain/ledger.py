"""What the inside asks of the ledger, which remembers everything between runs.

Looking and planning get a ``LedgerReader``; only the runner gets a ``Ledger``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from leap.domain.accounts import CredentialState, Deferral
from leap.domain.calls import Paid
from leap.domain.expense import Expense
from leap.domain.money import Money
from leap.domain.ports import Placed, Receipt
from leap.domain.quotas import AppDay, Bucket, Granted, Shortage
from leap.domain.recording import FileMemo
from leap.domain.snapshot import (
    Actual,
    Glance,
    Only,
    PublicationFact,
    RecordingRow,
    Settled,
    StageFact,
)
from leap.domain.stage import Stage


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to do one piece of work, until it is released or expires."""

    scope: str
    holder: str
    fence: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What publishing must not forget of one publication, besides its fact.

    Attributes:
        notes: what is under way, as JSON data by name.
        sealed: secrets, sealed for the tenant's readers, by name.
        details: what the platform was last given, by part.
    """

    notes: Mapping[str, Any] = field(default_factory=dict)
    sealed: Mapping[str, bytes] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)


class LedgerReader(Protocol):
    """What planning and looking may do: read one tenant in one query each."""

    def snapshot(self, tenant: str, only: Only | None = None) -> Actual:
        """Return everything about all recordings of ``tenant``, or about those of ``only``."""

    def settled(self, tenant: str, declared: str) -> Sequence[Settled]:
        """Return the recordings that need no plan, by id.

        A plan found nothing to do for them under the declaration with the
        digest ``declared``, and none of their facts was written since.
        """

    def published(self, tenant: str, platform: str) -> Sequence[tuple[str, ...]]:
        """Return ``(recording, preset, external id)`` of what stands on ``platform``."""

    def memos(self, tenant: str, source: str) -> Mapping[str, FileMemo]:
        """Return what was learned about the files of ``source``, by path."""

    def glance(self, tenant: str, newest: int | None = None, beginning: str = "") -> Glance:
        """Return what statuses are derived from; of settled recordings the ``newest``, or all.

        ``beginning`` is of the ids of all that are looked at, or of their 12 hex digits.
        """

    def stage(self, tenant: str, recording: str, stage: Stage, key: str) -> StageFact | None:
        """Return what is known of one stage under one key now."""

    def publication(self, tenant: str, recording: str, preset: str) -> PublicationFact | None:
        """Return one publication as it stands now."""

    def kept(self, tenant: str, recording: str, preset: str) -> Kept:
        """Return what publishing has kept of one publication."""

    def given(self, tenant: str, platform: str) -> Mapping[tuple[str, str], Mapping[str, Any]]:
        """Return what ``platform`` was last given, part by part, by recording and preset.

        Of what is published there, as far as the ledger knows.
        """

    def applied_commit(self, tenant: str) -> str | None:
        """Return the commit of the configuration that the newest run worked with, if known."""

    def is_fresh(self, tenant: str, platforms: Collection[str]) -> bool:
        """Tell whether no publication on ``platforms`` is known, nor an acceptance of that.

        Nothing was ever published there, or the ledger has lost what it knew.
        """

    def started(self, tenant: str, after: datetime) -> Sequence[RecordingRow]:
        """Return the recordings that started at ``after`` or later, oldest first.

        Whatever became of them, the skipped and the settled too.
        """

    def deferrals(self, tenant: str) -> Mapping[str, Deferral]:
        """Return the accounts that are to be left alone now, by the database's clock."""

    def credential(self, tenant: str, account: str) -> CredentialState | None:
        """Return what became of a credential, or None where no run has used it."""

    def credentials(self, tenant: str) -> Mapping[str, CredentialState]:
        """Return what became of every credential that a run has used, by account."""

    def app_days(self, tenant: str, zone: str) -> Sequence[AppDay]:
        """Return the apps that the tenant's accounts ask as, and what they used up today.

        It is today in ``zone``. An account that was never counted is not there.
        """

    def spent(self, tenant: str) -> Sequence[Money]:
        """Return what was spent this month (UTC, by the database's clock), in each currency.

        A call without an answer counts with what it costs at most.
        """


class Ledger(LedgerReader, Protocol):
    """What the runner may do. Every write is idempotent, short and its own transaction."""

    def admit(
        self, tenant: str, rows: Sequence[RecordingRow], memos: Mapping[str, Sequence[FileMemo]]
    ) -> int:
        """Insert or update recordings and file memos (by source); return rows written.

        Unchanged rows are not written.
        """

    def stage_started(
        self, tenant: str, recording: str, stage: Stage, key: str, lease: Lease
    ) -> None: ...

    def stage_done(
        self,
        tenant: str,
        recording: str,
        stage: Stage,
        key: str,
        *,
        seconds: float,
        facts: Mapping[str, Any],
        at: datetime | None = None,
    ) -> None:
        """Index a manifest that stands in the store."""

    def stage_failed(  # noqa: PLR0913 -- one keyword per fact
        self,
        tenant: str,
        recording: str,
        stage: Stage,
        key: str,
        *,
        reason: str,
        permanent: bool,
        until: datetime | None = None,
        needs_person: bool = False,
        at: datetime | None = None,
    ) -> None:
        """Note a failure: for good, ``until`` a known time, or until a person has acted.

        A recording that waits for a time or a person is never settled.
        """

    def publication_intended(
        self,
        tenant: str,
        recording: str,
        preset: str,
        platform: str,
        wanted: Mapping[str, str],
        lease: Lease,
    ) -> None:
        """Persist that a publisher is about to act, before it acts."""

    def publication_applied(
        self,
        tenant: str,
        recording: str,
        preset: str,
        receipt: Receipt,
        number: int,
        at: datetime | None = None,
    ) -> None: ...

    def publication_failed(  # noqa: PLR0913 -- one keyword per fact
        self,
        tenant: str,
        recording: str,
        preset: str,
        platform: str,
        *,
        wanted: Mapping[str, str],
        reason: str,
        permanent: bool,
        until: datetime | None = None,
        needs_person: bool = False,
    ) -> None:
        """Note a failure, as ``stage_failed`` does."""

    def publication_placed(
        self, tenant: str, recording: str, preset: str, placed: Placed, lease: Lease
    ) -> None:
        """Note where the intended publication is; another place than before has nothing yet.

        Raises LeaseLost.
        """

    def part_applied(
        self,
        tenant: str,
        recording: str,
        preset: str,
        part: str,
        digest: str,
        details: Any,
        lease: Lease,
    ) -> None:
        """Note that the platform has one part, and what it was given of it. Raises LeaseLost."""

    def keep(
        self,
        tenant: str,
        recording: str,
        preset: str,
        name: str,
        lease: Lease,
        *,
        note: Any = None,
        sealed: bytes | None = None,
    ) -> None:
        """Keep one thing under ``name``; neither of the two forgets it. Raises LeaseLost."""

    def begin_anew(self, tenant: str, recording: str, preset: str, lease: Lease) -> None:
        """Forget where the publication was and all that was kept. Raises LeaseLost."""

    def publication_unfinished(
        self,
        tenant: str,
        recording: str,
        preset: str,
        receipt: Receipt,
        number: int,
        at: datetime | None = None,
    ) -> None:
        """Note a publication that a receipt shows half done: it is still to be completed."""

    def publication_drifted(
        self, tenant: str, recording: str, preset: str, parts: Collection[str]
    ) -> None:
        """Note that the platform's copy stands, and that its ``parts`` are not ours any more.

        What was held because it was gone, or kept from people, is held no more.
        A publication that somebody works on now is left alone.
        """

    def publication_unmanaged(self, tenant: str, recording: str, preset: str) -> None: ...

    def publication_withdrawn(
        self,
        tenant: str,
        recording: str,
        preset: str,
        receipt: Receipt,
        number: int,
        at: datetime | None = None,
    ) -> None:
        """Note that the platform's copy was taken away, and forget what was kept of it.

        The name of the receipt, where it has one, stays known.
        """

    def defer(self, tenant: str, account: str, until: datetime, reason: str) -> None:
        """Leave ``account`` alone until ``until``; the last word counts."""

    def credential_used(
        self, tenant: str, account: str, expires_at: datetime | None = None
    ) -> None:
        """Note that a run uses the credential now, to ten minutes, and when it ends as it is."""

    def renewal_intended(self, tenant: str, account: str, renewing: str, lease: Lease) -> None:
        """Persist that fields with the fingerprint ``renewing`` are sent to be renewed.

        Asked before the vendor is: what cannot be written now could not be
        stored afterwards. Raises LeaseLost, LedgerError.
        """

    def renewal_refused(self, tenant: str, account: str, renewing: str) -> None:
        """Take the intent back: the vendor's answer is known, and nothing was renewed."""

    def store_credential(
        self,
        tenant: str,
        account: str,
        *,
        seed: str,
        generation: int,
        fields: Sequence[str],
        sealed: bytes,
        expires_at: datetime | None,
    ) -> None:
        """Store what was renewed as ``generation``, one more than before; end the intent.

        Storing the same again changes nothing. Raises LeaseLost where another
        runner has stored that generation.
        """

    def lease(self, tenant: str, scope: str, *, wait: float) -> AbstractContextManager[Lease]:
        """Hold ``scope`` (``<recording>/<stage>`` or ``<recording>/<preset>``) for a block.

        Renewed by a heartbeat of its own until the block ends. A holder on
        this machine whose process is gone is taken over at once, any other
        after its expiry by the database's clock. Waits at most ``wait``
        seconds for another holder, then raises LeaseLost.
        """

    def require(self, tenant: str, lease: Lease) -> None:
        """Raise LeaseLost unless ``lease`` is still held; asked before a commit."""

    def call_asked(self, tenant: str, paid: Paid, limit: Money | None = None) -> Money | None:
        """Write down a call before it is made, with what it costs at most; return None.

        Where this month that would be more than ``limit``, nothing is written,
        and what was spent is returned. Two runners never exceed it together.
        """

    def call_made(self, tenant: str, paid: Paid) -> None:
        """Write down what became of a call; one that the ledger does not know is added."""

    def take_quota(
        self,
        tenant: str,
        account: str,
        holder: str,
        needs: Mapping[Bucket, int],
        *,
        refreshing: bool,
    ) -> Granted | Shortage:
        """Take all of ``needs`` off today of the app ``holder``, or nothing of it.

        ``account`` is that of the tenant which asks as this app. Any number of
        runners of any tenants never take more than there is, nor more for
        ``refreshing`` what is published already than may be. A repetition
        takes it twice: what is not known counts as used up.
        """

    def return_quota(
        self, tenant: str, holder: str, day: date, rest: Mapping[str, int], *, refreshing: bool
    ) -> None:
        """Give back what was taken off ``day`` and not used up, by bucket."""

    def empty_quota(self, tenant: str, account: str, holder: str, bucket: Bucket) -> datetime:
        """Note that the platform says that ``bucket`` is empty; return when to ask again.

        That is when the platform's next day begins; or in some minutes where
        its day has only just begun here, and may not have there.
        """

    def run_started(
        self, tenant: str, commit: str | None = None, forecast: Sequence[Expense] = ()
    ) -> str:
        """Write down that a run began, with its configuration's commit; return its id.

        ``forecast`` is what its work is expected to cost.
        """

    def run_finished(self, tenant: str, run: str, outcome: str) -> None:
        """Write down how a run ended; one that was killed stays without an outcome."""

    def event(
        self, tenant: str, recording: str | None, kind: str, message: str, **data: Any
    ) -> None: ...
