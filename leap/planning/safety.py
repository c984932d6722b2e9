"""What a plan must not do unasked: one rule per danger, each with numbers and the way out.

A refusal concerns one tenant. What LEAP has not done yet is never refused for
being new, but where it may have been done and forgotten; and a plan that does
nothing is never refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType

from leap.config import Declaration
from leap.config.budgets import limit_for
from leap.config.presets import CLOUD_PLATFORMS
from leap.config.presets.parts import UNSPLIT
from leap.config.safety import Threshold
from leap.domain.expense import totals
from leap.domain.money import Money
from leap.domain.plan import Change, Plan, Refusal, Step
from leap.domain.platforms import name_of
from leap.domain.snapshot import Actual, PublicationFact
from leap.domain.stage import Stage
from leap.planning.case import Case, Evidence, Why, first_of, recordings

__all__ = ["ABOUT_PUBLISHING", "RULES", "Evidence", "refusals"]

#: The part of a video's publication that opens it.
_PRIVACY_PART = "privacy"
#: From the fewest who may look to the most.
_PRIVACY = ("private", "friends", "unlisted", "public")


def refusals(
    plan: Plan,
    declaration: Declaration,
    actuals: Mapping[str, Actual],
    evidence: Mapping[str, Evidence],
) -> tuple[Refusal, ...]:
    """Return why parts of ``plan`` must not be carried out, by tenant and name.

    ``actuals`` is what the ledger knew before the plan; ``evidence`` may lack
    tenants for which nothing had to be looked at.
    """
    work: dict[str, list[Change]] = {}
    for change in plan.work:
        work.setdefault(change.tenant, []).append(change)
    found = []
    for tenant, changes in sorted(work.items()):
        case = Case(
            plan, declaration, tenant, changes, actuals[tenant], evidence.get(tenant, Evidence())
        )
        for name, rule in RULES.items():
            why = rule(case)
            if why is not None:
                message = f"{name.replace('-', ' ')}: {why.what}; accept with --accept {name}"
                found.append(Refusal(name, tenant, f"{message}, or {why.instead}"))
    return tuple(found)


# ── the rules ──────────────────────────────────────────────────────────────


def _privacy_widened(case: Case) -> Why | None:
    """Published recordings would be seen by more people than before."""
    opened: list[tuple[Change, str, str, str, str]] = []
    for change, step, fact in case.publishing:
        preset = step.preset or ""
        if fact is None or not fact.external_id or not opens(fact, step):
            continue
        settings = case.settings(change)
        wanted = settings.publications[preset].options.get("privacy")
        before = case.evidence.privacy.get((change.recording, preset))
        if _openness(wanted) > _openness(before):
            place = settings.origins().get(f"publish.{preset}.privacy")
            where = f" ({place.file}:{place.line})" if place and place.file else ""
            opened.append((change, preset, before or "a privacy not known", str(wanted), where))
    if not opened:
        return None
    change, preset, before, wanted, where = opened[0]
    count = len(opened)
    return Why(
        f"{recordings(count, 'published')} would go from {before} to {wanted}"
        f" ({first_of(change, count)} on {preset})",
        f"set `privacy` back{where}",
    )


def opens(fact: PublicationFact, step: Step) -> bool:
    """Tell whether ``step`` may open to more people what some can see already."""
    if fact.platform in CLOUD_PLATFORMS:
        return _PRIVACY_PART in step.parts and _PRIVACY_PART in fact.applied
    return UNSPLIT in step.parts


def _too_much_rework(case: Case) -> Why | None:
    """A large share of what is finished would be made again."""
    share, least = case.limits["rework"], case.limits["at_least"]
    again = [
        change
        for change in case.changes
        if any(step.stage is not Stage.PUBLISH for step in change.steps)
        and _finished(case.actual, change.recording)
    ]
    if len(again) <= share.value * least.value:
        return None  # whatever the rest is like: no need to look at it
    finished = sum(_finished(case.actual, recording) for recording in case.actual.recordings)
    finished += sum(count for name, count in case.actual.left_out.items() if name)
    if finished < least.value or len(again) <= share.value * finished:
        return None
    return Why(
        f"{len(again)} of {finished} finished recordings ({_percent(len(again), finished)})"
        f" would be made again, {_more_than(share)}",
        _raise(share),
    )


def _too_many_matches(case: Case) -> Why | None:
    """One template would take a large share of the recordings that were known before."""
    share, least = case.limits["matches"], case.limits["at_least"]
    taken: dict[str, int] = {}
    for change in case.changes:
        known = case.actual.recordings.get(change.recording)
        if known is not None and change.template and known.template != change.template:
            taken[change.template] = taken.get(change.template, 0) + 1
    known_before = len(case.actual.recordings) + sum(case.actual.left_out.values())
    if not taken or known_before < least.value:
        return None
    template, count = max(taken.items(), key=lambda each: (each[1], each[0]))
    if count <= share.value * known_before:
        return None
    rules = case.declaration.tenants[case.tenant].template(template).document
    line, _ = rules.position(("match",), key=True)
    return Why(
        f"template {template} would newly take {count} of {known_before} recordings"
        f" ({_percent(count, known_before)}), {_more_than(share)}",
        f"narrow its `match` ({rules.file}:{line})",
    )


def _would_duplicate(case: Case) -> Why | None:
    """What is published for the first time is to be seen in that place already."""
    first = [
        (change, step.preset)
        for change, step, fact in case.publishing
        if step.preset and (fact is None or not fact.external_id)
    ]
    if not first:
        return None
    media = {
        (fact.preset, fact.applied.get("media")): recording
        for recording, facts in case.actual.publications.items()
        for fact in facts
        if fact.external_id and fact.applied.get("media")
    }
    twice: list[tuple[Change, str, str]] = []
    for change, preset in first:
        shown = [
            other
            for recording, other in case.evidence.shown.get(preset, ())
            if recording == change.recording and other != preset
        ]
        wanted = case.rows[change.recording].wanted
        same = media.get((preset, wanted.publications[preset].get("media"))) if wanted else None
        if shown:
            twice.append((change, preset, f"by preset {shown[0]}"))
        elif same is not None and same != change.recording:
            twice.append((change, preset, f"as {same}"))
    if not twice:
        return None
    change, preset, how = twice[0]
    count = len(twice)
    verb = "is" if count == 1 else "are"
    return Why(
        f"{recordings(count)} {verb} to be seen on {preset} already"
        f" ({first_of(change, count)}, {how})",
        "give the preset its former name back, or skip the recording in an override",
    )


def _fresh_ledger(case: Case) -> Why | None:
    """Videos would be published that the ledger may have forgotten about."""
    if not case.evidence.is_fresh:
        return None
    first = case.first_to_clouds
    if not first:
        return None
    count, presets = len({each.recording for each, _ in first}), {preset for _, preset in first}
    platforms = sorted({case.platform(preset) for preset in presets})
    imports = " or ".join(f"`leap import {platform}`" for platform in platforms)
    return Why(
        f"the ledger knows of nothing that {case.tenant} has published, and"
        f" {recordings(count)} would go to {' and '.join(sorted(presets))}"
        f" ({first_of(first[0][0], count)})",
        "let it learn what is there before: `leap ledger rebuild` reads what earlier runs have"
        f" kept, {imports} takes over what is on the channel",
    )


def _quota(case: Case) -> Why | None:
    """A publication needs more than its platform ever gives in a day."""
    found = [
        each
        for demand in case.plan.demands
        for each in demand.too_much
        if each.taking.tenant == case.tenant
    ]
    if not found:
        return None
    taking, amount = found[0].taking, found[0].amount
    change = next(each for each in case.changes if each.recording == taking.recording)
    count = len({each.taking.recording for each in found})
    name = "refreshes" if taking.refreshing else amount.bucket
    whose = "changes of what is published may take" if taking.refreshing else "a day has"
    return Why(
        f"{recordings(count)} can never be published ({first_of(change, count)} takes"
        f" {amount.wanted:,} {amount.bucket} of {name_of(taking.platform)}, and {whose} {amount.limit:,})",
        f"raise quotas.{taking.platform}.{name} in leap.yaml",
    )


def _deletes(case: Case) -> Why | None:
    """Something published would be taken away from where people see it."""
    gone = [change for change in case.changes if any(step.withdraws for step in change.steps)]
    if not gone:
        return None
    count = len(gone)
    return Why(
        f"{recordings(count, 'published')} would be taken down ({first_of(gone[0], count)})",
        "undo what withdraws them",
    )


def _not_ours(case: Case) -> Why | None:
    """A site would be written over pages that somebody else made."""
    for preset in sorted({step.preset for _, step, _ in case.publishing if step.preset}):
        pages = case.evidence.foreign.get(preset, ())
        if pages:
            declared = case.declaration.tenants[case.tenant].presets[preset]
            line, _ = declared.document.position(("path",), key=True)
            more = f" and {len(pages) - 1} more" if len(pages) > 1 else ""
            return Why(
                f"preset {preset} would write to a folder with pages that LEAP did not make"
                f" ({pages[0]}{more})",
                f"give it another `path` ({declared.file}:{line})",
            )
    return None


def _stale_config(case: Case) -> Why | None:
    """The configuration is older than what was applied last."""
    if case.evidence.newer is None:
        return None
    return Why(
        f"commit {case.evidence.newer[:12]}, which is newer than this one, was applied before",
        "check out the newest commit; to go back, revert it in a new one",
    )


def _budget(case: Case) -> Why | None:
    """More would be spent in this month than the tenant may spend."""
    limit = limit_for(
        case.declaration.operator, case.declaration.tenants[case.tenant].config, case.tenant
    )
    costs = case.plan.forecast.get(case.tenant, ())
    if limit is None or not costs:
        return None
    unpriced = [f"{each.provider} {each.model}" for each in costs if each.cost is None]
    if unpriced:
        return Why(
            f"the price of {' and '.join(unpriced)} is not known, so {limit.month} a month"
            f" ({limit.place}) cannot be kept",
            "write it under `prices` in leap.yaml",
        )
    none = Money(Decimal(0), limit.month.currency)
    cost = next(iter(totals(each.cost for each in costs)), none)
    spent = next((each for each in case.evidence.spent if each.currency == none.currency), none)
    if (spent + cost).amount <= limit.month.amount:
        return None
    return Why(
        f"this costs about {cost}, and {spent} of {limit.month} are spent this month",
        f"do less at once with --select, or raise the budget ({limit.place})",
    )


#: Name → rule, in the order in which refusals are shown.
RULES: Mapping[str, Callable[[Case], Why | None]] = MappingProxyType(
    {
        "stale-config": _stale_config,
        "fresh-ledger": _fresh_ledger,
        "privacy-widened": _privacy_widened,
        "deletes": _deletes,
        "would-duplicate": _would_duplicate,
        "not-ours": _not_ours,
        "too-much-rework": _too_much_rework,
        "too-many-matches": _too_many_matches,
        "budget": _budget,
        "quota": _quota,
    }
)

#: What only publishing can do: a run that publishes nothing is not refused for it.
ABOUT_PUBLISHING = frozenset(
    {"fresh-ledger", "privacy-widened", "deletes", "would-duplicate", "not-ours", "quota"}
)


# ── small words ────────────────────────────────────────────────────────────


def _finished(actual: Actual, recording: str) -> bool:
    """Tell whether every stage that was wanted of a recording had been made."""
    row = actual.recordings.get(recording)
    if row is None or row.skip is not None or row.wanted is None or not row.wanted.stages:
        return False
    made = {
        (fact.stage, fact.key)
        for fact in actual.stages.get(recording, ())
        if fact.state in ("done", "evicted")
    }
    return made >= set(row.wanted.stages.items())


def _openness(privacy: object) -> int:
    """Return how many people may look; what is not known counts as the fewest."""
    return _PRIVACY.index(str(privacy)) if privacy in _PRIVACY else 0


def _percent(part: int, whole: int) -> str:
    return f"{part / whole * 100:.0f} %"


def _more_than(share: Threshold) -> str:
    return f"more than {share.value * 100:g} % ({share.place})"


def _raise(share: Threshold) -> str:
    name = f"safety.{share.name}"
    return f"raise {name} there" if share.file else f"set {name} in leap.yaml"
