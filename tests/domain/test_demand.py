"""How many days publications take: as runs will go through them, app by app."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leap.domain.demand import Amount, Taking, Takings, TooMuch
from leap.domain.quotas import AppDay, Bucket

ZONE = "America/Los_Angeles"
LIMITS = {
    "uploads": Bucket("uploads", 100, 50, ZONE),
    "units": Bucket("units", 10_000, 5_000, ZONE),
}


def taking(number, *, uploads=1, units=600, tenant="acme", account="main", refreshing=False):
    needs = {"uploads": uploads, "units": units}
    return Taking(tenant, account, "youtube", f"r{number}", needs, refreshing)


def demands(*takings, days=None):
    found = {(each.tenant, each.recording, "yt"): each for each in takings}
    return Takings(found, {"youtube": LIMITS}, days or {}).demands(found)


def test_what_fits_takes_today():
    """The sums are told beside what a day has."""
    (found,) = demands(*map(taking, range(16)))

    assert ("youtube", (("acme", "main"),)) == (found.platform, found.accounts)
    assert (Amount("uploads", 16, 100), Amount("units", 9600, 10_000)) == found.amounts
    assert 1 == found.days


def test_no_publication_is_halved():
    """The seventeenth would end 200 units after the day, and waits as a whole."""
    (found,) = demands(*map(taking, range(17)))

    assert 2 == found.days


def test_what_is_used_today_is_counted():
    """By whomever it was used."""
    days = {"acme": [AppDay("main", "app", {"units": 9500, "uploads": 3})]}

    (found,) = demands(taking(1), days=days)

    assert (Amount("uploads", 1, 100, 3), Amount("units", 600, 10_000, 9500)) == found.amounts
    assert 2 == found.days


def test_a_changed_year_takes_half_of_each_day():
    """400 new descriptions of 51 units: 98 a day beside whatever is new."""
    old = [taking(n, uploads=0, units=51, refreshing=True) for n in range(400)]

    assert [5] == [each.days for each in demands(*old)]
    assert [6] == [each.days for each in demands(*old, *map(taking, range(500, 517)))]


def test_accounts_of_one_app_share_its_days():
    """As far as the ledger knows that they do; else each is reckoned by itself."""
    ours, theirs = taking(1, units=9000), taking(2, units=9000, tenant="globex", account="yt")

    assert [1, 1] == [each.days for each in demands(ours, theirs)]
    days = {"acme": [AppDay("main", "app")], "globex": [AppDay("yt", "app")]}
    (found,) = demands(ours, theirs, days=days)
    assert (2, (("acme", "main"), ("globex", "yt"))) == (found.days, found.accounts)


def test_what_no_day_is_long_enough_for_is_named():
    """It would be put off for ever; what is published already has half a day."""
    huge = taking(1, units=10_001)
    old = taking(2, uploads=0, units=5_001, refreshing=True)

    (found,) = demands(huge, old, taking(3))

    assert found.days is None
    assert found.too_much == (
        TooMuch(huge, Amount("units", 10_001, 10_000)),
        TooMuch(old, Amount("units", 5_001, 5_000)),
    )


def test_only_what_is_asked_about_counts():
    """A plan that is cut short takes less."""
    found = {("acme", f"r{n}", "yt"): taking(n) for n in range(40)}
    every = Takings(found, {"youtube": LIMITS})

    assert () == every.demands([])
    assert () == every.demands([("acme", "r1", "site")])
    assert [1] == [each.days for each in every.demands(list(found)[:16])]


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 900), st.booleans()), max_size=60),
    st.integers(0, 12_000),
)
def test_days_are_as_many_as_are_needed(works, used):
    """Never fewer than the sums allow, and one day is never left unused."""
    (found,) = demands(
        taking(-1, units=0),
        *(taking(n, uploads=u, units=v, refreshing=r) for n, (u, v, r) in enumerate(works)),
        days={"acme": [AppDay("main", "app", {"units": used})]},
    )

    least = sum(units for _, units, _ in works)
    most = 10_000 * found.days - min(used, 10_000)
    assert least <= most
    assert found.days <= 2 + len(works)
