"""What one publication must not forget: rows of the ledger, written under the publication's lease.

Secrets, such as the address of an upload that is under way, are sealed for
those who can read the tenant's file, and bound to the one publication and to
the login that they were got with: another login has no use for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from leap.domain.ledger import Lease
from leap.domain.ports import Placed, Receipt
from leap.errors import SecretError
from leap.faults import point
from leap.secrets import Bond, fingerprint, seal, unseal
from leap.stages.publish import UNFINISHED, WITHDRAWN
from leap.stages.publish_video import BEGUN
from leap.tasks.job import Job
from leap.tasks.tokens import Seeds

#: How long a fingerprint is, which stands before what is sealed.
_PRINT = 32


class LedgerCheckpoint:
    """Implements ``leap.domain.ports.Checkpoint`` over the ledger and the receipts; see there.

    Where a video is goes into a receipt too, as soon as it is known: a ledger
    that is lost is rebuilt from these, and no video is made anew.

    Args:
        job: the step that publishes.
        lease: that of the publication.
        seeds: what people wrote into the tenant's secrets file.
    """

    def __init__(self, job: Job, lease: Lease, seeds: Seeds) -> None:
        self._job, self._lease, self._seeds = job, lease, seeds
        self._ledger, self._store = job.session.ledger, job.session.store
        self._where = job.tenant, job.recording, job.preset
        known, kept = self._ledger.publication(*self._where), self._ledger.kept(*self._where)
        self._notes, self._sealed = dict(kept.notes), dict(kept.sealed)
        self._details: dict[str, Any] = dict(kept.details)
        self._applied = dict(known.applied) if known else {}
        self._placed = None
        if known is not None and known.external_id:
            self._placed = Placed(known.external_id, known.url or "")
        self._agree_with_receipts()

    @property
    def placed(self) -> Placed | None:
        return self._placed

    @property
    def applied(self) -> Mapping[str, str]:
        return dict(self._applied)

    @property
    def details(self) -> Mapping[str, Any]:
        return dict(self._details)

    def read(self, name: str) -> Any:
        return self._notes.get(name)

    def save(self, name: str, value: Any) -> None:
        with _written("save"):
            self._ledger.keep(*self._where, name, self._lease, note=value)
        self._sealed.pop(name, None)
        self._notes[name] = value
        if value is None:
            del self._notes[name]

    def read_secret(self, name: str) -> str | None:
        content = self._sealed.get(name)
        seed = self._seed
        if content is None or content[:_PRINT] != self._print(seed):
            return None
        try:
            fields = unseal(content[_PRINT:], self._bond(name, seed), self._seeds.readers.keys)
        except SecretError as error:
            message = f"what was kept of the upload to {self._job.preset} cannot be opened"
            raise SecretError(f"{self._job.recording}: {message}", hint=error.hint) from error
        return fields["value"]

    def save_secret(self, name: str, value: str | None) -> None:
        content = None
        if value is not None:
            seed = self._seed
            bond, readers = self._bond(name, seed), self._seeds.readers.recipients
            content = self._print(seed) + seal({"value": value}, bond, readers)
        with _written("save_secret"):
            self._ledger.keep(*self._where, name, self._lease, sealed=content)
        self._notes.pop(name, None)
        self._sealed.pop(name, None)
        if content is not None:
            self._sealed[name] = content

    def place(self, placed: Placed) -> None:
        with _written("place"):
            self._ledger.publication_placed(*self._where, placed, self._lease)
        if self._placed is None or self._placed.external_id != placed.external_id:
            self._applied = {}
        self._placed = placed
        self._file()

    def apply(self, part: str, details: Any = None) -> None:
        if part not in self._job.wanted:
            return
        digest = self._job.wanted[part]
        with _written("apply"):
            self._ledger.part_applied(*self._where, part, digest, details, self._lease)
        self._applied[part] = digest
        self._details[part] = details

    def begin_anew(self) -> None:
        with _written("begin_anew"):
            self._ledger.begin_anew(*self._where, self._lease)
        self._placed, self._applied, self._notes, self._sealed = None, {}, {}, {}

    def _agree_with_receipts(self) -> None:
        """File what a crash has left unfiled, and recall what only the receipt still knows."""
        if self._placed is None:
            return
        last = self._store.last_receipt(*self._where)
        if BEGUN not in self._notes and last is not None and last.details.get(UNFINISHED):
            self._notes[BEGUN] = last.details[UNFINISHED]
        self._file()

    def _file(self) -> None:
        """File where the video is, unless the last receipt says so."""
        placed, last = self._placed, self._store.last_receipt(*self._where)
        if placed is None or (
            last is not None
            and last.external_id == placed.external_id
            and WITHDRAWN not in last.details
        ):
            return
        details = {**self._details, UNFINISHED: self._notes.get(BEGUN, "")}
        receipt = Receipt(
            self._job.publication.platform, placed.external_id, placed.url, self._applied, details
        )
        self._store.file_receipt(*self._where, receipt, self._job.session.clock.now())
        point("checkpoint.receipt")
        self._ledger.event(
            *(self._job.tenant, self._job.recording, "publication.placed"),
            f"the video is at {placed.url}; what belongs to it follows",
            url=placed.url,
        )

    @property
    def _seed(self) -> Mapping[str, str]:
        return self._seeds.of(self._job.publication.account or "")

    def _print(self, seed: Mapping[str, str]) -> bytes:
        return fingerprint(self._job.tenant, self._job.publication.account or "", seed).encode()

    def _bond(self, name: str, seed: Mapping[str, str]) -> Bond:
        subject = f"{self._job.publication.account}/{self._job.recording}/{self._job.preset}/{name}"
        return Bond(self._job.tenant, subject, 0, seed)


@contextmanager
def _written(what: str) -> Iterator[None]:
    """Surround one write, so that a test can cut before it and after it."""
    point(f"checkpoint.{what}.before")
    yield
    point(f"checkpoint.{what}.after")
