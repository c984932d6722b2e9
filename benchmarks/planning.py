"""Planning ten thousand recordings in memory: which template, what shall be, what is missing.

``leap.planning.plan.make_plan`` on the demo tenant, without files, ledger or
network: once where everything is new, once where everything is published
already. There is no limit; a plan of a large university should not be felt.

Before that, which of 200 templates takes each of 10,000 new titles, within two
seconds, beside asking one template after the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from making import empty_repository
from measuring import Result, timed

from leap.config import Declaration, load
from leap.config.document import Document
from leap.config.model import declare
from leap.config.rules import judge
from leap.config.template import Template
from leap.domain.plan import Plan
from leap.domain.recording import Listing, Observed
from leap.domain.snapshot import Actual, PublicationFact, StageFact
from leap.planning.matcher import Matcher
from leap.planning.plan import make_plan

MANY, TEMPLATES = 10_000, 200
MATCH_SECONDS = 2.0
TENANT, SOURCE = "demo", "recordings"
NOW = datetime(2026, 11, 30, tzinfo=UTC)


def run(runs: int | None) -> Iterator[Result]:
    """Yield how long matching takes, and both plans."""
    yield _matching(runs)
    declaration = load(empty_repository("planning"))
    listing = Listing(SOURCE, tuple(map(observed, range(MANY))))
    empty = Actual(TENANT)
    published = _published(planned(declaration, listing, empty))
    for what, actual in (("all new", empty), ("all published", published)):
        plan = planned(declaration, listing, actual)
        if plan.has_changes == (actual is published):
            raise SystemExit(f"{what}: not the plan that was to be measured")
        (timing,) = timed(runs or 3, lambda actual=actual: planned(declaration, listing, actual))
        yield Result(
            f"plan {MANY} recordings, {what}",
            f"{timing}, {timing.median / MANY * 1e6:.0f} us each",
            "no limit",
            None,
        )


def _matching(runs: int | None) -> Result:
    templates = [_template(number) for number in range(TEMPLATES)]
    titles = [
        f"{number % (TEMPLATES + 20):03} Kurs, Vorlesung {number // TEMPLATES}: Grundlagen"
        for number in range(MANY)
    ]

    def at_once() -> list[str | None]:
        matcher = Matcher(templates)
        return [found.name if (found := matcher.first(each, "")) else None for each in titles]

    def one_by_one() -> list[str | None]:
        return [
            next((each.name for each in templates if judge(each.match, title, "").taken), None)
            for title in titles[: MANY // 100]
        ]

    if at_once()[: MANY // 100] != one_by_one() or None not in at_once():
        raise SystemExit("the two ways of matching differ")
    together, singly = timed(runs or 3, at_once, one_by_one)
    return Result(
        f"match {MANY} titles with {TEMPLATES} templates",
        f"{together}, 1/{singly.least * 100 / together.least:.0f} of one by one",
        f"<= {MATCH_SECONDS:.0f} s",
        together.median <= MATCH_SECONDS,
    )


def _template(number: int) -> Template:
    rules = {
        "keywords": [f"{number:03} kurs", f"course {number:03}"],
        "patterns": [rf"\bK{number:03}\b", rf"^{number:03}[ .:-]+(kurs|course)\b"],
        "exclude": {"keywords": ["exam", "test"], "patterns": [r"\bprivate?\b"]},
    }
    data = {"match": rules, "pipeline": "lecture"}
    return declare(Template, f"course-{number:03}", Document(f"course-{number:03}.yaml", data))


def planned(declaration: Declaration, listing: Listing, actual: Actual) -> Plan:
    """Return the plan for what is listed, knowing what ``actual`` says."""
    return make_plan(declaration, {TENANT: (listing,)}, {TENANT: actual}, (), NOW)


def observed(number: int) -> Observed:
    """Return the recording of that number: a lecture that one of the demo's templates takes."""
    name = f"{number:05} Machine Learning, lecture {number}.mp4"
    return Observed(
        source=SOURCE,
        source_kind="folder",
        account="",
        external_id=name,
        locator=name,
        revision=hashlib.sha256(name.encode()).hexdigest(),
        title=f"Machine Learning, lecture {number}",
        started_at=NOW - timedelta(hours=number + 1),
        size=100_000_000,
        duration=3600.0,
    )


def _published(plan: Plan) -> Actual:
    """Return what the ledger knows once ``plan`` has been carried out."""
    rows = {row.id: row for row in plan.rows[TENANT]}
    wanted = {row.id: row.wanted for row in rows.values() if row.wanted is not None}
    return Actual(
        TENANT,
        recordings=rows,
        stages={
            recording: tuple(
                StageFact(stage, key, "done", NOW) for stage, key in each.stages.items()
            )
            for recording, each in wanted.items()
        },
        publications={
            recording: tuple(
                PublicationFact(preset, "site", "applied", NOW, "page", applied=dict(digests))
                for preset, digests in each.publications.items()
            )
            for recording, each in wanted.items()
        },
    )
