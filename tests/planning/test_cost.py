"""What a plan costs, foreseen from lengths and prices; and when that is above the budget."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.config import Declaration, effective, load
from leap.domain.expense import Expense
from leap.domain.money import Money, Usage
from leap.domain.plan import Change, Plan, Step
from leap.domain.snapshot import Actual, RecordingRow, StageFact, Wanted
from leap.domain.stage import Stage
from leap.planning.cost import expenses, tokens
from leap.planning.safety import Evidence, refusals

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
PRICES = (
    "prices:\n"
    "  fireworks: {whisper-v3-turbo: {minute: 0.001 USD}}\n"
    "  deepseek: {deepseek-flash: {input: 1 USD, output: 2 USD}}\n"
)
CLOUDS = (
    "defaults:\n"
    "  transcribe: {with: fireworks, account: fw}\n"
    "  topics: {with: deepseek, account: ds}\n"
)

Declare = Callable[..., Declaration]


@pytest.fixture
def declare(tmp_path: Path) -> Declare:
    """Give a function that declares a tenant whose words come from clouds."""

    def declare(operator: str = PRICES, tenant: str = CLOUDS) -> Declaration:
        files = {
            "leap.yaml": f"state: state\n{operator}",
            "pipelines/lecture.yaml": "stages: [download, trim, transcribe, topics]\n",
            "tenants/acme/tenant.yaml": f"title: Acme\n{tenant}",
            "tenants/acme/sources/folder.yaml": "kind: folder\npath: tenants/acme/in\n",
            "tenants/acme/templates/ml.yaml": "match: {keywords: [ml]}\npipeline: lecture\n",
        }
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return load(tmp_path)

    return declare


def row(duration: float | None = 3600.0, revision: str = "r1") -> RecordingRow:
    return RecordingRow(
        id="2026-11-20-000000000001", source="folder", source_kind="folder", account="",
        external_id="1.mp4", locator="1.mp4", revision=revision, title="ml", started_at=NOON,
        size=1000, duration=duration, template="ml", skip=None, reason="", settled_at=None,
        listed=True, wanted=Wanted("lecture", {}, {}), since=NOON,
    )  # fmt: skip


def plan_of(*stages: Stage, duration: float | None = 3600.0) -> Plan:
    steps = tuple(Step(stage, "k", "why") for stage in stages)
    change = Change("acme", row().id, "ml", "ml", "process", steps, "why")
    return Plan((change,), rows={"acme": (row(duration),)})


WORDS = (Stage.TRANSCRIBE, Stage.TOPICS)


def foreseen(
    declaration: Declaration, plan: Plan, actual: Actual | None = None
) -> tuple[Expense, ...]:
    costs = expenses(plan, declaration, {"acme": actual or Actual("acme")})
    return replace(plan, costs=costs).forecast.get("acme", ())


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def test_speech_costs_by_the_minute_and_topics_by_the_token(declare: Declare) -> None:
    """An hour is 60 minutes, 25,500 tokens there and 3,000 back."""
    chat, speech = foreseen(declare(), plan_of(*WORDS))

    assert Expense("fireworks", "whisper-v3-turbo", Usage(3600.0), 0, usd("0.06")) == speech
    used = Usage(0, 25_500, 0, 3_000)
    assert Expense("deepseek", "deepseek-flash", used, 0, usd("0.0315")) == chat


def test_only_what_is_to_be_done_costs_anything(declare: Declare) -> None:
    """Neither cutting nor what this machine does itself is paid for."""
    declaration = declare()

    assert ["deepseek"] == [each.provider for each in foreseen(declaration, plan_of(Stage.TOPICS))]
    assert () == foreseen(declaration, plan_of(Stage.DOWNLOAD, Stage.TRIM))
    assert () == foreseen(declare(tenant=""), plan_of(*WORDS))


def test_a_model_without_a_price_is_asked_all_the_same(declare: Declare) -> None:
    """Its minutes are known, its cost is not."""
    chat, speech = foreseen(declare(operator=""), plan_of(*WORDS))

    assert (Usage(3600.0), None, None) == (speech.usage, speech.cost, chat.cost)


def test_a_server_of_one_s_own_costs_what_the_operator_says(declare: Declare) -> None:
    """Nothing, where nothing is said."""
    own = CLOUDS.replace("with: fireworks, account: fw", "with: speaches, model: small")
    there = "endpoints: {speech: {speaches: {models: {small: 'https://speech.example.org'}}}}\n"
    price = "prices: {speaches: {small: {minute: 0.002 USD}}}\n"

    assert () == foreseen(declare(there, own), plan_of(Stage.TRANSCRIBE))
    (speech,) = foreseen(declare(there + price, own), plan_of(Stage.TRANSCRIBE))
    assert usd("0.12") == speech.cost


def test_an_unknown_length_is_counted(declare: Declare) -> None:
    """What it costs comes on top of what is known."""
    _, speech = foreseen(declare(), plan_of(*WORDS, duration=None))

    assert (Usage(), 1) == (speech.usage, speech.unknown)


@pytest.mark.parametrize("state", ["done", "evicted", "failed"])
def test_what_was_heard_before_is_not_paid_again(declare: Declare, state: str) -> None:
    """As long as the sound and the settings are the same; a failure heard nothing."""
    declaration = declare()
    settings = effective(declaration, "acme", "ml").settings_of(Stage.TRANSCRIBE)

    def known(settings: Mapping[str, object], revision: str = "r1") -> Actual:
        fact = StageFact(Stage.TRANSCRIBE, "old", state, NOON, facts={"settings": settings})  # type: ignore[arg-type]
        there = row(revision=revision)
        return Actual("acme", recordings={there.id: there}, stages={there.id: (fact,)})

    def pays(actual: Actual) -> bool:
        return bool(foreseen(declaration, plan_of(Stage.TRANSCRIBE), actual))

    assert (state == "failed") == pays(known(settings))
    assert pays(known({**settings, "language": "ru"}))
    assert pays(known(settings, revision="r0"))


@given(st.floats(0, 86_400), st.floats(0, 86_400))
def test_a_longer_lecture_never_needs_fewer_tokens(one: float, two: float) -> None:
    """Counts are whole, and grow with the length."""
    short, long = sorted([one, two])

    assert tokens(short).prompt_tokens <= tokens(long).prompt_tokens


# ── the budget ─────────────────────────────────────────────────────────────


def refused(declaration: Declaration, *spent: Money) -> list[str]:
    plan = plan_of(*WORDS)
    actual = Actual("acme")
    plan = replace(plan, costs=expenses(plan, declaration, {"acme": actual}))
    found = refusals(plan, declaration, {"acme": actual}, {"acme": Evidence(spent=spent)})
    return [each.message for each in found]


def test_a_plan_within_the_budget_is_not_refused(declare: Declare) -> None:
    """To the last digit: 0.0915 is expected, and just that is left."""
    declaration = declare(PRICES + "budget: {month: 1 USD}\n")

    assert [] == refused(declaration, usd("0.9085"))
    assert 1 == len(refused(declaration, usd("0.908500000001")))


def test_a_plan_above_the_budget_is_refused_with_its_numbers(declare: Declare) -> None:
    """And with where the budget is, which may be the tenant's own."""
    declaration = declare(PRICES + "budget: {month: 1 USD}\n", CLOUDS + "budget: {month: 0.5 USD}")

    assert [
        (
            "budget: this costs about 0.092 USD, and 0.45 USD of 0.50 USD are spent this month;"
            " accept with --accept budget, or do less at once with --select, or raise the budget"
            " (tenants/acme/tenant.yaml:5)"
        )
    ] == refused(declaration, usd("0.45"))


def test_a_budget_without_prices_is_refused(declare: Declare) -> None:
    """What cannot be reckoned cannot be kept."""
    declaration = declare("budget: {month: 1 USD}\n")

    (message,) = refused(declaration)
    assert "the price of deepseek deepseek-flash and fireworks whisper-v3-turbo is not" in message
    assert "write it under `prices` in leap.yaml" in message


def test_without_a_budget_nothing_is_refused(declare: Declare) -> None:
    """Whatever was spent, and in whatever currency."""
    assert [] == refused(declare(), usd("1000000"))
    declaration = declare(PRICES + "budget: {month: 1 USD}\n")
    assert [] == refused(declaration, Money(Decimal(9), "EUR"))
