"""Looking around: what is declared, what the sources list, what the ledger knows."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType

from leap.config import Declaration
from leap.domain.accounts import Deferral
from leap.domain.drift import Drift, View
from leap.domain.ledger import Ledger
from leap.domain.manifest import Manifest, TargetName
from leap.domain.plan import Plan
from leap.domain.ports import Progress, Tokens
from leap.domain.recording import FileMemo, Listing
from leap.domain.snapshot import Actual, Only, PublicationFact, StageFact
from leap.domain.stage import FILE_STAGES
from leap.ledger import open_ledger
from leap.planning.drift import as_seen, waiting
from leap.planning.plan import make_plan
from leap.providers.pages import publication_stands
from leap.store import Store, open_store
from leap.tasks.look import look_at


class SystemClock:
    """The machine's clock (``leap.domain.ports.Clock``)."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Session:
    """What a command works with: the declaration, an open ledger and the store.

    ``over_budget`` are the tenants of which a person has accepted, for this
    run, that they spend more than their budget.
    """

    declaration: Declaration
    ledger: Ledger
    store: Store
    clock: SystemClock = field(default_factory=SystemClock)
    over_budget: frozenset[str] = frozenset()

    @property
    def state(self) -> Path:
        return self.declaration.operator.state


@contextlib.contextmanager
def open_session(declaration: Declaration) -> Iterator[Session]:
    """Open the ledger and the store of ``declaration`` for the length of a block.

    Raises LedgerError where the ledger cannot be reached.
    """
    operator = declaration.operator
    with open_ledger(operator.database, operator.state) as ledger:
        yield Session(declaration, ledger, open_store(operator))


@dataclass(frozen=True, slots=True)
class Survey:
    """Everything a plan is made from; making it anew does not list again.

    ``actuals`` is what the ledger knew, by tenant, when the sources were listed:
    about the recordings of ``only``. ``left_out`` counts the others, which are
    settled and unchanged, by template. ``at`` is when that was, and what the
    plan goes by; ``deferred`` are the accounts, by tenant, that were put off then,
    and ``not_asked`` the sources that were not listed since theirs was before.
    ``drifts`` are what platforms were found to show differently, and the ledger
    does not know yet.
    """

    listings: Mapping[str, tuple[Listing, ...]]
    problems: tuple[str, ...]
    at: datetime
    notes: tuple[str, ...] = ()
    actuals: Mapping[str, Actual] = field(default_factory=dict)
    only: Mapping[str, Only] = field(default_factory=dict)
    left_out: Mapping[str, Mapping[str | None, int]] = field(default_factory=dict)
    deferred: Mapping[str, Mapping[str, Deferral]] = field(default_factory=dict)
    not_asked: tuple[str, ...] = ()
    drifts: tuple[Drift, ...] = ()

    def memos(self, tenant: str) -> dict[str, Sequence[FileMemo]]:
        """Return what was learned about files, by source, to be remembered."""
        return {listing.source: listing.memos for listing in self.listings[tenant] if listing.memos}


def survey(
    session: Session,
    tenants: Collection[str],
    progress: Progress,
    views: Mapping[str, View] = MappingProxyType({}),
) -> tuple[Survey, Plan]:
    """List the sources of ``tenants`` and return what was found, with the plan.

    ``views`` are what their platforms show, by tenant, where that was looked at.
    A source that fails is a problem of the plan and keeps nothing else back.
    """
    declaration, ledger, now = session.declaration, session.ledger, session.clock.now()
    looks = {
        tenant: look_at(
            *(declaration, ledger, tenant, now, progress, _tokens(session, tenant)),
            changed={each.recording for each in views[tenant].drifts} if tenant in views else (),
        )
        for tenant in tenants
    }
    result = Survey(
        listings={tenant: look.listings for tenant, look in looks.items()},
        problems=(
            *(problem for look in looks.values() for problem in look.problems),
            *(problem for view in views.values() for problem in view.problems),
        ),
        at=now,
        notes=(
            *(note for look in looks.values() for note in look.notes),
            *(note for view in views.values() for note in view.notes),
        ),
        only={tenant: look.only for tenant, look in looks.items()},
        left_out={tenant: look.left_out for tenant, look in looks.items()},
        deferred={
            tenant: {**look.deferred, **(views[tenant].deferred if tenant in views else {})}
            for tenant, look in looks.items()
        },
        not_asked=tuple(
            f"{tenant}/{source}" for tenant, look in looks.items() for source in look.not_asked
        ),
        drifts=tuple(each for view in views.values() for each in view.drifts),
    )
    result = replace(result, actuals=known(session, result))
    return result, plan_again(session, result, result.actuals)


def _tokens(session: Session, tenant: str) -> Callable[[str], Tokens]:
    """Return what gives credentials; without a source that has one, nothing is even imported."""

    @cache
    def door() -> Callable[[str], Tokens]:
        from leap.tasks.tokens import tokens_for

        return tokens_for(session, tenant)

    def tokens(account: str) -> Tokens:
        return door()(account)

    return tokens


def known(session: Session, found: Survey) -> dict[str, Actual]:
    """Return what the ledger knows now about the recordings that have to be planned."""
    return {
        tenant: replace(session.ledger.snapshot(tenant, only), left_out=found.left_out[tenant])
        for tenant, only in found.only.items()
    }


def plan_again(
    session: Session, found: Survey, actuals: Mapping[str, Actual] | None = None
) -> Plan:
    """Return the plan for what was listed and what the ledger knows (now, by default).

    It is made as of when that was listed: what was put off until a later time
    stays put off, and what a run has put off meanwhile is no work for it.
    """
    if actuals is None:
        actuals = known(session, found)
    before = actuals
    actuals = {
        tenant: as_seen(_standing(session, actual), found.drifts)
        for tenant, actual in actuals.items()
    }
    recovered: dict[TargetName, Manifest] = {}
    while True:
        plan = make_plan(session.declaration, found.listings, actuals, found.problems, found.at)
        made, lost = _made(session.store, plan), _lost_inputs(session.store, plan)
        if not made and not lost:
            return replace(
                plan,
                notes=(*found.notes, *plan.notes),
                recovered=tuple(recovered.values()),
                drifts=found.drifts,
                deferred=waiting(found.drifts, plan.deferred, before),
            )
        recovered |= made
        actuals = {
            tenant: _with(_without(actual, lost), made) for tenant, actual in actuals.items()
        }


def _standing(session: Session, actual: Actual) -> Actual:
    """Return ``actual`` with the publications that are visibly gone as not applied.

    Only publications that can be looked at without a network are looked at.
    """
    tenant = session.declaration.tenants[actual.tenant]

    def seen(fact: PublicationFact) -> PublicationFact:
        if fact.state == "applied" and not publication_stands(tenant, fact):
            return replace(fact, applied={})
        return fact

    return replace(
        actual,
        publications={
            recording: tuple(seen(fact) for fact in facts)
            for recording, facts in actual.publications.items()
        },
    )


def _made(store: Store, plan: Plan) -> dict[TargetName, Manifest]:
    """Return the targets that the plan would make and that stand in the store already."""
    return store.standing(
        [
            TargetName(change.tenant, change.recording, step.stage, step.key)
            for change in plan.work
            for step in change.steps
            if step.stage in FILE_STAGES
        ]
    )


def _lost_inputs(store: Store, plan: Plan) -> set[TargetName]:
    """Return the targets that the plan takes in and that are not whole in the store.

    The ledger only indexes manifests: what is about to be read is checked.
    """
    taken = set()
    for change in plan.work:
        making = {step.stage for step in change.steps}
        taken |= {
            TargetName(change.tenant, change.recording, stage, key)
            for step in change.steps
            for stage, key in step.inputs.items()
            if stage not in making
        }
    return taken - store.standing(taken).keys()


def _with(actual: Actual, made: Mapping[TargetName, Manifest]) -> Actual:
    """Return ``actual`` as it is once the ledger knows about ``made``."""
    stages = dict(actual.stages)
    for name, manifest in made.items():
        if name.tenant == actual.tenant:
            others = [
                fact
                for fact in stages.get(name.recording, ())
                if (fact.stage, fact.key) != (name.stage, name.key)
            ]
            fact = StageFact(
                name.stage, name.key, "done", manifest.finished_at, facts=indexed(manifest)
            )
            stages[name.recording] = (*others, fact)
    return replace(actual, stages=stages)


def indexed(manifest: Manifest) -> dict[str, object]:
    """Return what the ledger keeps of a manifest: its facts, and the settings behind its key."""
    return {**manifest.facts, "settings": dict(manifest.settings)}


def _without(actual: Actual, lost: set[TargetName]) -> Actual:
    gone = {(name.recording, name.stage, name.key) for name in lost if name.tenant == actual.tenant}

    def kept(recording: str, fact: StageFact) -> bool:
        return (recording, fact.stage, fact.key) not in gone

    return replace(
        actual,
        stages={
            recording: tuple(fact for fact in facts if kept(recording, fact))
            for recording, facts in actual.stages.items()
        },
    )
