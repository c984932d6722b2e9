"""What a plan is expected to cost: minutes and tokens, at the operator's prices.

What was heard once is kept, and mapped anew: new trim settings cost nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal

from leap.config import Declaration, Effective
from leap.config.operator import Operator
from leap.config.prices import OWN
from leap.domain.expense import Expense
from leap.domain.money import Usage
from leap.domain.plan import Plan
from leap.domain.snapshot import Actual, RecordingRow
from leap.domain.stage import Stage
from leap.planning.merged import MergedSettings

#: A lecturer says some 150 words in a minute. Their tokens are about 200 in
#: English and 350 in Russian, and the numbers of sentences come on top:
#: https://api-docs.deepseek.com/quick_start/token_usage
PROMPT_TOKENS_PER_MINUTE = 400
#: What a model is told besides the transcript.
INSTRUCTION_TOKENS = 1_500
#: Some twenty titles, a summary and questions, and one correction of all that.
ANSWER_TOKENS = 3_000

#: One step, by tenant, recording and stage.
Key = tuple[str, str, Stage]


def expenses(
    plan: Plan, declaration: Declaration, actuals: Mapping[str, Actual]
) -> dict[Key, Expense]:
    """Return what each step of ``plan`` that asks a cloud is expected to cost."""
    rows = {(tenant, row.id): row for tenant, found in plan.rows.items() for row in found}
    settings = MergedSettings(declaration)
    costs: dict[Key, Expense] = {}
    for change in plan.work:
        row = rows.get((change.tenant, change.recording))
        if row is None:
            continue
        for stage in (Stage.TRANSCRIBE, Stage.TOPICS):
            if stage not in change.stages:
                continue
            merged = settings.of(change, row)
            if stage is Stage.TRANSCRIBE and _is_heard(row, merged, actuals.get(change.tenant)):
                continue
            found = expected(declaration.operator, merged, stage, row.duration)
            if found is not None:
                costs[change.tenant, change.recording, stage] = found
    return costs


def expected(
    operator: Operator, settings: Effective, stage: Stage, length: float | None
) -> Expense | None:
    """Return what ``stage`` costs for a recording of ``length`` seconds; None where nothing.

    A recording whose length is not known counts as one of them.
    """
    who = _asked(operator, settings, stage)
    if who is None:
        return None
    vendor, model = who
    usage = Usage()
    if length is not None:
        usage = Usage(seconds=length) if stage is Stage.TRANSCRIBE else tokens(length)
    priced = operator.prices.get(vendor, {}).get(model)  # type: ignore[call-overload]
    if priced is None and vendor in OWN:
        return None
    cost = priced.price.of(usage) if priced else None
    return Expense(vendor, model, usage, int(length is None), cost)


def tokens(length: float) -> Usage:
    """Return what finding the topics of ``length`` seconds uses up, about."""
    minutes = math.ceil(Decimal(str(length)) / 60)
    prompt = INSTRUCTION_TOKENS + minutes * PROMPT_TOKENS_PER_MINUTE
    return Usage(prompt_tokens=prompt, completion_tokens=ANSWER_TOKENS)


def _asked(operator: Operator, settings: Effective, stage: Stage) -> tuple[str, str] | None:
    """Return the vendor and the model that ``stage`` asks first, or None for this machine."""
    if stage is Stage.TRANSCRIBE:
        speech = settings.transcribe
        if not speech.is_in_a_cloud:
            return None
        models = operator.endpoints.speech.of(speech.with_).models
        return speech.with_, speech.model or next(iter(models), "")
    topics = settings.topics
    if not topics.is_in_a_cloud:
        return None
    return topics.with_, topics.model or operator.endpoints.chat.of(topics.with_).model


def _is_heard(row: RecordingRow, settings: Effective, actual: Actual | None) -> bool:
    """Tell whether the same sound was transcribed with the same settings before."""
    known = actual.recordings.get(row.id) if actual else None
    if actual is None or known is None or known.revision != row.revision:
        return False
    wanted = settings.settings_of(Stage.TRANSCRIBE)
    return any(
        fact.stage is Stage.TRANSCRIBE
        and fact.state in ("done", "evicted")
        and fact.facts.get("settings") == wanted
        for fact in actual.stages.get(row.id, ())
    )
