"""What was spent, for people at 80 columns and for programs."""

from __future__ import annotations

from decimal import Decimal

from leap.domain.calls import Spending
from leap.domain.demand import Amount, Today
from leap.domain.expense import Expense
from leap.domain.money import Money, Usage
from leap.render.usage import Used, json_data, text


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


SPEECH = Spending(
    "2026-11", "fireworks", "whisper-v3-turbo", 40, 1, 2, Usage(299_400.0), usd("4.49"), usd("0.08")
)
CHAT = Spending(
    "2026-11", "deepseek", "flash", 1, 0, 0, Usage(0, 30_000, 9, 3_000), None, None
)  # fmt: skip
OLD = Spending("2026-10", "fireworks", "v3", 1, 0, 0, Usage(60.0), usd("1"), usd("0"))
EXPECTED = ("2026-11", Expense("fireworks", "whisper-v3-turbo", Usage(1.0), 0, usd("5.2")))


def test_a_month_tells_of_each_model_what_it_was_asked_and_cost() -> None:
    """The newest month first; what did not go as it should stands below its model."""
    found = text([Used("acme", (SPEECH, CHAT, OLD), (EXPECTED,), "20.00 USD", "2026-11")])

    assert [
        "acme · 2026-11                                             4.49 USD of 20.00 USD",
        "  fireworks whisper-v3-turbo  40 calls  83 h 10 min of speech  4.49 USD",
        "    1 call without an answer: may cost money, up to 0.080 USD",
        "    2 calls refused",
        "  deepseek flash              1 call    33,000 tokens          price unknown",
        "  Expected by the plans of its runs: 5.20 USD.",
        "",
        "acme · 2026-10                                                          1.00 USD",
        "  fireworks v3  1 call  1 min of speech  1.00 USD",
    ] == found.split("\n")


TODAY = Today(
    "youtube", "acme", "yt", (Amount("uploads", 0, 100, 3), Amount("units", 0, 10_000, 1_689))
)


def test_what_was_used_of_a_platform_s_day_comes_last() -> None:
    """It costs nothing, and is over tomorrow."""
    line = "YouTube today (acme yt): 1,689 of 10,000 units, 3 of 100 uploads."
    both = [Used("acme", (SPEECH,), (), today=(TODAY,)), Used("uni", (), ())]

    assert text(both).endswith(f"\n\n{line}")
    assert f"No calls that cost money.\n{line}" == text([Used("acme", (), (), today=(TODAY,))])
    assert [
        {
            "platform": "youtube",
            "account": "yt",
            "buckets": {
                "uploads": {"used": 3, "limit": 100},
                "units": {"used": 1_689, "limit": 10_000},
            },
        }
    ] == json_data(both)["tenants"]["acme"]["today"]


def test_several_tenants_have_a_sum() -> None:
    """Below all of them."""
    both = [Used("acme", (SPEECH,), ()), Used("uni", (OLD,), ()), Used("idle", (), ())]

    assert text(both).endswith("\n\nAll tenants: 5.49 USD.")


def test_nothing_is_said_to_be_nothing() -> None:
    """A university whose machine does everything itself."""
    assert "No calls that cost money." == text([Used("acme", (), ())])


def test_a_month_in_which_a_run_expected_something_and_paid_nothing() -> None:
    """It was killed before, or refused; an unknown price was expected too."""
    unpriced = ("2026-11", Expense("groq", "v3", Usage(1.0)))

    found = text([Used("acme", (), (EXPECTED, unpriced))])

    assert "nothing" == found.split("\n")[0].split()[-1]
    assert "  Expected by the plans of its runs: 5.20 USD, price unknown." == found.split("\n")[1]


def test_hostile_and_long_names_stay_on_their_line() -> None:
    """No model's name moves the cursor or breaks the table."""
    wild = Spending("2026-11", "openai", "a\x1b[2J" + "x" * 200, 1, 0, 0, Usage(60.0), None, None)

    lines = text([Used("acme", (wild,), ())]).split("\n")

    assert all("\x1b" not in line and len(line) <= 80 for line in lines)
    assert 2 == len(lines)


def test_programs_get_exact_money() -> None:
    """As text; what is not known is null."""
    (month,) = json_data([Used("acme", (SPEECH, CHAT), (EXPECTED,))])["tenants"]["acme"]["months"]

    assert [("4.49", "0.08", "USD"), (None, None, None)] == [
        (each["cost"], each["possible"], each["currency"]) for each in month["models"]
    ]
    assert [EXPECTED[1].to_json()] == month["expected"]
