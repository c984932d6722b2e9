"""The day that a platform gives an app, over the ledger: never more is used than there is.

A publication takes everything that it will need when it begins, or nothing.
What it did not need goes back in the end; what a killed runner has taken stays
taken, since nobody knows what of it was used.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from types import MappingProxyType

from leap.domain.fingerprint import digest
from leap.domain.ledger import Ledger
from leap.domain.platforms import name_of
from leap.domain.ports import Clock
from leap.domain.quotas import Bucket, Shortage
from leap.domain.snapshot import PublicationFact
from leap.errors import DeferUntil, LedgerError
from leap.planning.quota import buckets, is_refresh, needs
from leap.tasks.job import Job
from leap.tasks.leaving import refreshes_as
from leap.tasks.survey import Session

_log = logging.getLogger(__name__)

_NOTHING: Mapping[str, int] = MappingProxyType({})


@contextmanager
def quotas_of(job: Job, known: PublicationFact | None) -> Iterator[LedgerQuotas]:
    """Return the days that publishing ``job`` may use up, for the length of a block.

    ``known`` is what the ledger has of the publication. What takes one away
    may use the whole day.
    """
    operator, publication = job.session.declaration.operator, job.publication
    applied = known.applied if known else {}
    parts = [part for part, digest in job.wanted.items() if applied.get(part) != digest]
    options, platform = publication.options, publication.platform
    reserve = needs(operator, platform, options, parts, known, at_most=True)
    refreshing = is_refresh(known) and not job.step.withdraws
    account = publication.account or ""
    with quotas_for(
        job.session, job.tenant, account, platform, reserve, refreshing=refreshing
    ) as quotas:
        yield quotas


@contextmanager
def quotas_for(
    session: Session,
    tenant: str,
    account: str,
    platform: str,
    reserve: Mapping[str, int] = _NOTHING,
    *,
    refreshing: bool = True,
) -> Iterator[LedgerQuotas]:
    """Return the days that ``account`` may use up on ``platform``, for the length of a block.

    Looking at what is there counts as refreshing. For ``reserve`` see ``LedgerQuotas``.
    """
    limits = buckets(session.declaration.operator, platform)
    quotas = LedgerQuotas(
        *(session.ledger, session.clock, tenant, account, platform, limits, reserve),
        refreshing=refreshing,
    )
    try:
        yield quotas
    finally:
        quotas.close()


class LedgerQuotas:
    """Days of apps for one publication (``leap.domain.ports.Quotas``).

    Args:
        account: the account whose app is counted by.
        limits: what the platform counts, by bucket; anything else is free.
        reserve: what the whole will take, which the first ``spend`` takes at once.
        refreshing: whether it is for what people can see already, which may
            take a part of the day alone.
    """

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        tenant: str,
        account: str,
        platform: str,
        limits: Mapping[str, Bucket],
        reserve: Mapping[str, int],
        *,
        refreshing: bool,
    ) -> None:
        self._ledger, self._clock = ledger, clock
        self._tenant, self._account, self._platform = tenant, account, platform
        self._limits, self._refreshing = limits, refreshing
        self._reserve = dict(reserve)
        self._left: dict[str, int] = {}
        self._day: tuple[str, date, datetime] | None = None

    def spend(self, holder: str, bucket: str, units: int) -> None:
        """Take ``units`` off the day, out of what was reserved as far as that goes."""
        if bucket not in self._limits or not units:
            return
        self._forget_yesterday()
        wanted = {**self._reserve, bucket: max(units, self._reserve.get(bucket, 0))}
        missing = {
            name: amount - self._left.get(name, 0)
            for name, amount in wanted.items()
            if amount > self._left.get(name, 0)
        }
        if missing:
            self._take(self._counted_by(holder), missing)
        self._reserve = {}
        self._left[bucket] -= units

    def exhausted(self, holder: str, bucket: str) -> datetime:
        """Note that the platform says that ``bucket`` is empty; return when it is filled."""
        self._left[bucket] = 0
        return self._ledger.empty_quota(
            self._tenant, self._account, self._counted_by(holder), self._limits[bucket]
        )

    def close(self) -> None:
        """Give back what was reserved and not spent."""
        rest = {name: units for name, units in self._left.items() if units}
        self._left = {}
        if self._day is None or not rest:
            return
        holder, day, _ = self._day
        try:
            self._ledger.return_quota(self._tenant, holder, day, rest, refreshing=self._refreshing)
        except LedgerError as error:
            # They are there again tomorrow; what was published matters more.
            _log.warning("%s of today stay taken: %s", ", ".join(rest), error)

    def _take(self, holder: str, missing: Mapping[str, int]) -> None:
        answer = self._ledger.take_quota(
            self._tenant,
            self._account,
            holder,
            {self._limits[name]: units for name, units in missing.items()},
            refreshing=self._refreshing,
        )
        if isinstance(answer, Shortage):
            raise self._put_off(answer, missing[answer.bucket])
        for name, units in missing.items():
            self._left[name] = self._left.get(name, 0) + units
        self._day = holder, answer.day, answer.until

    def _forget_yesterday(self) -> None:
        """Take no more out of what was reserved of a day that has ended."""
        if self._day is not None and self._clock.now() >= self._day[2]:
            self.close()
            self._day = None

    def _put_off(self, shortage: Shortage, units: int) -> DeferUntil:
        name = name_of(self._platform)
        message = (
            f"{name} quota: {shortage.used:,} of {shortage.of:,} {shortage.bucket} of today"
            f" are used, and this takes {units:,}"
        )
        if not self._refreshing:
            return DeferUntil(message, until=shortage.until, for_account=True)
        if shortage.for_refreshes:
            message += "; the rest of the day is for new lectures"
        # New publications go on, and may need less.
        refreshes = refreshes_as(self._account)
        self._ledger.defer(self._tenant, refreshes, shortage.until, message)
        return DeferUntil(message, until=shortage.until)

    def _counted_by(self, holder: str) -> str:
        # Whoever reads the database learns that two accounts share an app, not which.
        return digest([self._platform, holder])
