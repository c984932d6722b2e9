"""Calls that cost money: written down before they are made, paid once, never over the limit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from leap.domain.calls import Call, Paid
from leap.domain.expense import Expense
from leap.domain.money import Money, Usage
from leap.domain.stage import Stage

LECTURE = Usage(seconds=5400.0)
CALL = Call("fireworks", "whisper-v3-turbo", "fireworks-main", "d" * 64, LECTURE)
LONG_AGO, FAR_OFF = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def usd(amount):
    return Money(Decimal(amount), "USD")


def paid(number=1, cost="0.081", **changes):
    values = {
        "id": f"call-{number}", "call": CALL, "recording": "r", "stage": Stage.TRANSCRIBE,
        "at": datetime.now(UTC), "usage": LECTURE, "cost": None if cost is None else usd(cost),
    }  # fmt: skip
    return Paid(**values | changes)


def usage_of(ledger, tenant="acme"):
    return ledger.usage(tenant, LONG_AGO, FAR_OFF)


def test_a_call_that_was_cut_off_is_seen(ledger):
    """It may have been paid for, so it counts with what it costs at most."""
    assert ledger.call_asked("acme", paid()) is None

    (found,) = usage_of(ledger)
    assert (0, 1, 0) == (found.answered, found.unanswered, found.refused)
    assert (usd("0"), usd("0.081")) == (found.cost, found.possible)
    assert (usd("0.081"),) == ledger.spent("acme")


def test_an_answer_takes_the_place_of_what_was_asked(ledger):
    """What it really used up is what counts then."""
    ledger.call_asked("acme", paid(cost="0.09"))

    ledger.call_made("acme", paid(outcome="answered", cost="0.0805", usage=Usage(5366.5)))

    (found,) = usage_of(ledger)
    assert (1, 0, 0) == (found.answered, found.unanswered, found.refused)
    assert (Usage(5366.5), usd("0.0805"), usd("0")) == (found.usage, found.cost, found.possible)
    assert (usd("0.0805"),) == ledger.spent("acme")


def test_what_was_refused_costs_nothing(ledger):
    """The call stays known, for whoever wonders why."""
    ledger.call_asked("acme", paid())
    ledger.call_made("acme", paid(outcome="refused", cost="0", usage=Usage()))

    (found,) = usage_of(ledger)
    assert (0, 0, 1) == (found.answered, found.unanswered, found.refused)
    assert (usd("0"),) == ledger.spent("acme")


def test_written_twice_it_is_one_call(ledger):
    """A commit whose answer was lost is tried again, and a rebuild may repeat everything."""
    for _ in range(2):
        ledger.call_asked("acme", paid())
    for _ in range(2):
        ledger.call_made("acme", paid(outcome="answered"))

    assert [1] == [each.answered for each in usage_of(ledger)]
    assert (usd("0.081"),) == ledger.spent("acme")


def test_an_answer_has_the_last_word(ledger):
    """A runner that was thought lost comes back with it; nothing undoes it."""
    ledger.call_asked("acme", paid())
    ledger.call_made("acme", paid(outcome="lost"))
    ledger.call_made("acme", paid(outcome="answered", cost="0.08"))
    ledger.call_made("acme", paid(outcome="lost"))

    (found,) = usage_of(ledger)
    assert (1, 0) == (found.answered, found.unanswered)
    assert (usd("0.08"),) == ledger.spent("acme")


def test_a_call_that_the_ledger_does_not_know_is_added(ledger):
    """So that a rebuilt ledger knows what was paid, in the month when it was."""
    at = datetime(2026, 3, 31, 23, 59, tzinfo=UTC)
    for _ in range(2):
        ledger.call_made("acme", paid(outcome="answered", at=at))

    (found,) = usage_of(ledger)
    assert ("2026-03", 1, usd("0.081")) == (found.month, found.answered, found.cost)
    assert () == ledger.spent("acme")


def test_the_limit_is_reached_exactly_and_never_passed(ledger):
    """Decimals are compared, so that the last cent may be spent."""
    limit = usd("0.30")
    for number in range(3):
        assert ledger.call_asked("acme", paid(number, cost="0.1"), limit) is None

    assert usd("0.3") == ledger.call_asked("acme", paid(4, cost="0.000000000001"), limit)
    assert 3 == usage_of(ledger)[0].unanswered


def test_what_was_given_back_may_be_spent_again(ledger):
    """A refused call makes room."""
    limit = usd("0.1")
    ledger.call_asked("acme", paid(1, cost="0.1"), limit)
    assert ledger.call_asked("acme", paid(2, cost="0.1"), limit) is not None

    ledger.call_made("acme", paid(1, cost="0", outcome="refused"))

    assert ledger.call_asked("acme", paid(2, cost="0.1"), limit) is None


def test_asking_again_for_the_same_call_is_no_second_one(ledger):
    """It was admitted before, although the limit is reached by it."""
    for _ in range(2):
        assert ledger.call_asked("acme", paid(cost="0.1"), usd("0.1")) is None


def test_a_price_that_is_not_known_is_no_nothing(ledger):
    """Such calls are counted by themselves, without a cost."""
    ledger.call_asked("acme", paid(1, cost=None))
    ledger.call_made("acme", paid(1, cost=None, outcome="answered"))
    ledger.call_made("acme", paid(2, outcome="answered"))

    priced, unpriced = usage_of(ledger)
    assert (usd("0.081"), None, None) == (priced.cost, unpriced.cost, unpriced.possible)
    assert (1, LECTURE) == (unpriced.answered, unpriced.usage)


def test_sums_are_exact_and_by_model(ledger):
    """A hundred tenths are ten, in the database too."""
    chat = replace(CALL, provider="deepseek", model="deepseek-flash")
    tokens = Usage(prompt_tokens=900, cached_tokens=400, completion_tokens=70)
    for number in range(100):
        ledger.call_made("acme", paid(number, cost="0.1", outcome="answered"))
    for number in range(100, 103):
        made = paid(number, cost="0.000000000003", outcome="answered", call=chat, usage=tokens)
        ledger.call_made("acme", made)

    found = {each.provider: each for each in usage_of(ledger)}
    assert usd("10.0") == found["fireworks"].cost
    assert 540_000.0 == found["fireworks"].usage.seconds
    assert usd("0.000000000009") == found["deepseek"].cost
    assert Usage(0, 2700, 1200, 210) == found["deepseek"].usage


def test_usage_is_of_the_time_that_is_asked_for(ledger):
    """From its beginning on, and not at its end any more."""
    at = datetime(2026, 3, 1, tzinfo=UTC)
    ledger.call_made("acme", paid(outcome="answered", at=at))

    assert 1 == len(ledger.usage("acme", at, at + timedelta(seconds=1)))
    assert () == ledger.usage("acme", at - timedelta(days=1), at)


def test_one_tenant_knows_nothing_of_another_s_money(ledger):
    """Neither calls nor what was spent nor the limit is shared."""
    ledger.call_asked("acme", paid(cost="0.1"), usd("0.1"))

    assert ((), ()) == (usage_of(ledger, "globex"), ledger.spent("globex"))
    assert ledger.call_asked("globex", paid(cost="0.1"), usd("0.1")) is None


def test_what_runs_expected_is_summed(ledger):
    """By month and model; what has no price stays without."""
    speech = Expense("fireworks", "whisper-v3-turbo", LECTURE, 1, usd("0.081"))
    chat = Expense("deepseek", "other", Usage(prompt_tokens=7, completion_tokens=3))
    for _ in range(2):
        ledger.run_started("acme", None, [speech, chat])
    ledger.run_started("acme")
    ledger.run_started("globex", None, [speech])

    month = datetime.now(UTC).strftime("%Y-%m")
    assert (
        (month, Expense("deepseek", "other", Usage(0, 14, 0, 6))),
        (month, Expense("fireworks", "whisper-v3-turbo", Usage(10800.0), 2, usd("0.162"))),
    ) == ledger.forecasts("acme", LONG_AGO, FAR_OFF)


RACE = """
    import sys
    from dataclasses import replace
    from datetime import UTC, datetime
    from decimal import Decimal
    from leap.domain.calls import Call, Paid
    from leap.domain.money import Money, Usage
    from leap.domain.stage import Stage
    from leap.ledger import PostgresLedger
    from leap.ledger.address import Address

    runner, limit, address = sys.argv[1], sys.argv[2], eval(sys.argv[3])
    ledger = PostgresLedger(lambda: Address(**address))
    ledger.spent("acme")
    print("ready", flush=True)
    sys.stdin.readline()
    admitted = 0
    for number in range(40):
        call = Call("fireworks", "m", "a", "d", Usage(60.0))
        cost = Money(Decimal("0.01"), "USD")
        paid = Paid(f"{runner}-{number}", call, "r", Stage.TRANSCRIBE, datetime.now(UTC), cost=cost)
        admitted += ledger.call_asked("acme", paid, Money(Decimal(limit), "USD")) is None
    print(admitted, flush=True)
    ledger.close()
"""


@pytest.mark.parametrize("limit", ["0.41", "0.01"])
def test_two_processes_cannot_spend_the_same_cent(ledger, database, start_python, limit):
    """Whoever comes second waits for the first, and sees what is left."""
    user = database.user
    address = repr({name: getattr(user, name) for name in user.__dataclass_fields__})
    runners = [start_python(RACE, str(number), limit, address) for number in range(2)]
    for each in runners:
        assert "ready\n" == each.stdout.readline()
    for each in runners:
        each.stdin.write("go\n")
        each.stdin.flush()

    admitted = [int(each.stdout.readline()) for each in runners]

    assert Decimal(limit) == sum(admitted) * Decimal("0.01")
    assert (usd(limit),) == ledger.spent("acme")
