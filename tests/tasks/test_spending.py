"""Money, with the real program and an emulated cloud: foreseen, written down, limited, known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from emulators.fireworks import Fireworks, Text

from leap import secrets
from leap.config.budgets import Limit
from leap.domain.calls import Call
from leap.domain.money import Money, Price, Usage
from leap.domain.stage import Stage
from leap.errors import DeferUntil, NeedsHuman, NotSent, RetrySoon
from leap.ledger import open_ledger
from leap.tasks.paying import LedgerCalls

KEY = "fw-canary-77aa10"
A_SECOND = Call("fireworks", "whisper-v3-turbo", "speech", "d" * 64, Usage(seconds=1.0))


@pytest.fixture
def cloud() -> Iterator[Fireworks]:
    with Fireworks(heard=Text("Welcome to the lecture. Any questions?"), key=KEY) as cloud:
        yield cloud


@pytest.fixture
def campus(university, cloud):
    """Give a university whose words cost one dollar a second."""
    declare(university, cloud)
    university.edit("tenants/uni/tenant.yaml", "{beam: 1}", "{with: fireworks, account: speech}")
    (university.root / ".sops.yaml").write_text("stores: {yaml: {indent: 2}}\ncreation_rules: []\n")
    secrets.keygen(university.root, "uni")
    fields = {"kind": "fireworks", "api_key": KEY}
    secrets.set_credential(university.root, "uni", "speech", fields)
    university.record("2026-11-03 Lecture.mp4")
    return university


def declare(university, cloud, more: str = "", price: str = "60 USD") -> None:
    endpoint = json.dumps({"models": cloud.urls})
    university.write(
        "leap.yaml",
        f"""
        folders: [recordings]
        sites: [state/site]
        workers: 1
        endpoints: {{speech: {{fireworks: {endpoint}}}}}
        allow_insecure_endpoints: true
        prices: {{fireworks: {{whisper-v3-turbo: {{minute: {price}}}}}}}
        {more}
        """,
    )


def plan(campus, *arguments: str):
    return json.loads(campus.leap("plan", "--format", "json", *arguments).out)


def usage(campus):
    found = json.loads(campus.leap("usage", "--format", "json").out)
    return found["tenants"]["uni"]["months"]


def forget(campus) -> None:
    """Lose everything that the ledger says of calls."""
    with open_ledger("embedded", campus.root / "state") as ledger:
        for statement in ("DELETE FROM leap.calls", "DELETE FROM leap.spending"):
            ledger._connections.run("uni", lambda c, t=statement: c.execute(t))


def test_what_a_plan_expects_is_what_usage_shows_beside_what_was_paid(campus, cloud):
    """Seconds times price, to the last digit; nothing is expected of what was paid already."""
    before = plan(campus)
    (expected,) = before["cost"]["tenants"]["uni"]["expenses"]
    assert Decimal(expected["seconds"]).quantize(Decimal("0.001")) == Decimal(
        expected["cost"]
    ).quantize(Decimal("0.001"))
    assert "Cost: about" in campus.leap("plan").out

    campus.reconcile()

    (month,) = usage(campus)
    (model,) = month["models"]
    assert [expected] == month["expected"]
    assert (1, 0, 0) == (model["answered"], model["unanswered"], model["refused"])
    assert Decimal(str(model["seconds"])) == Decimal(model["cost"])
    assert abs(Decimal(model["cost"]) - Decimal(expected["cost"])) < Decimal("0.2")
    assert {} == plan(campus)["cost"]["tenants"]
    assert "1 call" in campus.leap("usage").out


def test_new_trim_settings_cost_nothing(campus, cloud):
    """What was heard is kept; only another model or language is paid for."""
    campus.reconcile()

    campus.edit("tenants/uni/tenant.yaml", "padding: 0.5 s", "padding: 0.4 s")
    trimmed = plan(campus)
    campus.edit("tenants/uni/tenant.yaml", "account: speech}", "account: speech, prompt: Hm.}")

    assert "transcribe" in trimmed["changes"][0]["stages"]
    assert {} == trimmed["cost"]["tenants"]
    assert ["uni"] == list(plan(campus)["cost"]["tenants"])


def test_without_a_price_nothing_is_free(campus, cloud):
    """A model of which nobody wrote the price has no cost, which is not none."""
    campus.edit("leap.yaml", "whisper-v3-turbo: {minute", "whisper-v3: {minute")

    found = plan(campus)["cost"]
    assert ({}, ["fireworks whisper-v3-turbo"]) == (found["total"], found["price_unknown"])
    assert "the price of fireworks whisper-v3-turbo is unknown." in campus.leap("plan").out

    campus.reconcile()

    assert [None] == [model["cost"] for month in usage(campus) for model in month["models"]]
    assert "price unknown" in campus.leap("usage").out


def test_a_plan_above_the_budget_is_refused_by_name(campus, cloud):
    """Nothing is asked for; a person may accept it, for this run."""
    declare(campus, cloud, "budget: {month: 2 USD}")

    refused = campus.leap("reconcile")

    assert 5 == refused.code
    assert "and 0.00 USD of 2.00 USD are spent this month" in " ".join(refused.out.split())
    assert 0 == cloud.requests

    accepted = campus.leap("reconcile", "--accept", "budget")

    assert (0, 1) == (accepted.code, cloud.requests)


def test_a_call_that_was_killed_counts_as_one_that_was_paid(campus, cloud):
    """It may have been: so the budget is spent, and whoever looks is told."""
    cost = Decimal(plan(campus)["cost"]["total"]["USD"])
    declare(campus, cloud, f"budget: {{month: {cost + 1:.2f} USD}}")

    campus.leap("reconcile", LEAP_FAULT="calls.asked:killgroup")

    (month,) = usage(campus)
    (model,) = month["models"]
    assert (0, 1) == (model["answered"], model["unanswered"])
    assert "1 call without an answer: may cost money, up to" in campus.leap("usage").out
    assert ["budget"] == [each["name"] for each in plan(campus)["refusals"]]


def test_a_rebuilt_ledger_knows_what_was_paid(campus, cloud):
    """Every kept answer says what it cost; telling it twice changes nothing."""
    campus.reconcile()
    before = usage(campus)[0]["models"]
    forget(campus)
    assert [] == usage(campus)[0]["models"]

    for _ in range(2):
        found = campus.leap("ledger", "rebuild")
        assert "1 paid call." in found.out

    assert before == usage(campus)[0]["models"]


# ── one call ───────────────────────────────────────────────────────────────


@pytest.fixture
def ledger(university):
    with open_ledger("embedded", university.root / "state") as ledger:
        yield ledger


@pytest.fixture
def calls(ledger):
    """Give calls of which three are within the budget."""
    price = Price("USD", minute=Decimal(60))
    limit = Limit(Money(Decimal(3), "USD"), "leap.yaml", 7)
    known = {("fireworks", "whisper-v3-turbo"): price}
    return LedgerCalls(ledger, "uni", "r", Stage.TRANSCRIBE, known, limit)


def spent(ledger):
    return sum(each.amount for each in ledger.spent("uni"))


def test_within_a_run_the_budget_is_kept_call_by_call(calls, ledger):
    """The fourth call is not made, and waits for the next month."""
    for _ in range(3):
        with calls.paying(A_SECOND) as payment:
            payment.answered(Usage(seconds=1.0))

    with pytest.raises(DeferUntil) as caught, calls.paying(A_SECOND):
        pytest.fail("the call was made")

    assert caught.value.message.startswith("budget: 3.00 USD of 3.00 USD are spent in ")
    assert (1, 0, 0) == (caught.value.until.day, caught.value.until.hour, caught.value.until.minute)
    assert "raise it (leap.yaml:7), then run `leap retry`" == caught.value.hint
    assert 3 == spent(ledger)


@pytest.mark.parametrize(
    "error, cost",
    [
        (NeedsHuman("no credit left"), 0),
        (NotSent("no connection"), 0),
        (RetrySoon("the answer was cut off"), 1),
        (OSError("the disk is full"), 1),
        (KeyboardInterrupt(), 1),
    ],
)
def test_what_an_error_costs(calls, ledger, error, cost):
    """Nothing where the vendor said no or was not reached, else what it may have cost."""
    with pytest.raises(type(error)), calls.paying(A_SECOND):
        raise error

    assert cost == spent(ledger)


def test_the_first_word_of_a_call_stands(calls, ledger):
    """An answer that is of no use was paid for all the same."""
    with pytest.raises(NeedsHuman), calls.paying(A_SECOND) as payment:
        payment.answered(Usage(seconds=0.5))
        raise NeedsHuman("it is no transcript")

    assert Decimal("0.5") == spent(ledger)


def test_a_budget_cannot_be_kept_without_a_price(calls):
    """The call is not made, and the hint says where the price goes; one's own server needs none."""
    unpriced = LedgerCalls(calls.ledger, "uni", "r", Stage.TOPICS, {}, calls.limit)

    with pytest.raises(NeedsHuman) as caught, unpriced.paying(A_SECOND):
        pytest.fail("the call was made")

    assert "is not known, so the budget of 3.00 USD a month cannot be kept" in caught.value.message
    own = replace(A_SECOND, provider="speaches")
    with unpriced.paying(own) as payment:
        assert payment.answered(Usage(seconds=1.0)).cost is None
    assert "write it under `prices: fireworks:` in leap.yaml" == caught.value.hint
