"""What publishing takes of an app's day, as people and programs read it."""

from __future__ import annotations

from leap.domain.demand import Amount, Demand
from leap.render.demand import json_data, lines

UNITS, UPLOADS = Amount("units", 6_000, 10_000, 4_500), Amount("uploads", 12, 100)
DEMAND = Demand("youtube", (("acme", "yt"),), (UPLOADS, UNITS), 2)


def test_one_app_is_one_line() -> None:
    """What is nearest to its end comes first."""
    assert ["YouTube: 6,000 of 10,000 units (4,500 used today), 12 of 100 uploads: 2 days"] == list(
        lines([DEMAND])
    )


def test_several_are_told_apart() -> None:
    """By tenant and account; those that share an app are together."""
    shared = Demand("youtube", (("acme", "yt"), ("uni", "main")), (UPLOADS,), 1)
    other = Demand("youtube", (("x", "y"),), (Amount("units", 20_000, 10_000),), None)

    assert [
        "YouTube (acme yt, uni main): 12 of 100 uploads: today",
        "YouTube (x y): 20,000 of 10,000 units: more than a day ever has",
    ] == list(lines([shared, other]))


def test_what_takes_nothing_is_not_mentioned() -> None:
    """An account whose publications need none of what is counted."""
    nothing = Demand("youtube", (("acme", "yt"),), (), 1)

    assert ([], []) == (list(lines([nothing])), json_data([nothing]))


def test_programs_get_numbers() -> None:
    assert [
        {
            "platform": "youtube",
            "accounts": [{"tenant": "acme", "account": "yt"}],
            "buckets": {
                "uploads": {"wanted": 12, "limit": 100, "used_today": 0},
                "units": {"wanted": 6_000, "limit": 10_000, "used_today": 4_500},
            },
            "days": 2,
        }
    ] == json_data([DEMAND])
