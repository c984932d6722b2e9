from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leap.providers.transfer.bandwidth import Bandwidth

RATE = 1000.0


@given(st.lists(st.tuples(st.integers(1, 500), st.floats(0, 0.5)), min_size=1, max_size=50))
def test_however_it_is_asked_for_no_more_than_the_rate_passes(portions):
    """Whoever waits as told stays below the rate, but for a tenth of a second that is caught up."""
    now, passed = 0.0, 0
    limit = Bandwidth(RATE, lambda: now)
    for size, idle in portions:
        now += idle
        passed += size
        now += limit.pause(size)
        assert passed <= RATE * (now + 0.1) + 1e-6


def test_without_a_rate_nothing_waits():
    """None is no limit."""
    assert 0.0 == Bandwidth(None, lambda: 0.0).pause(10**12)
