from __future__ import annotations

from collections.abc import Callable

from leap.providers.transfer.ramp import Ramp


def climb(most: int, rate: Callable[[int], float], seconds: float, ramp: Ramp | None = None):
    """Let a server that brings ``rate(connections)`` bytes per second run; return the ramp."""
    ramp = ramp or Ramp(most, 0.0)
    received, now = 0.0, 0.0
    ramp.begin(0.01, now, 0)
    history = []
    while now < seconds:
        now += 0.05
        received += 0.05 * rate(ramp.wanted)
        history.append(ramp.observe(now, int(received)))
    return ramp, history


def test_it_begins_with_one_connection():
    """The first request finds out whether parts may be asked for at all."""
    assert 1 == Ramp(8, 0.0).wanted


def test_a_server_that_limits_each_connection_gets_all_of_them_within_a_second():
    """Each connection brings its 8 MB/s, so eight bring eight times as much."""
    ramp, history = climb(8, lambda count: 8e6 * count, 1.0)
    assert 4 == history[0]
    assert 8 == ramp.wanted


def test_a_server_that_limits_the_whole_is_not_burdened_with_more():
    """More connections do not help there: for most of the time there are half of them."""
    _, history = climb(8, lambda count: 125e6, 60.0)
    assert 4 == sorted(history)[len(history) // 2]


def test_a_step_that_did_not_help_is_tried_again_later():
    """The network may have changed meanwhile."""
    ramp = Ramp(8, 0.0)
    received, now = 0.0, 0.0
    ramp.begin(0.01, now, 0)
    while now < 20:
        now += 0.05
        received += 0.05 * (8e6 * (min(4, ramp.wanted) if now < 4 else ramp.wanted))
        ramp.observe(now, int(received))
    assert 8 == ramp.wanted


def test_a_server_that_refuses_gets_one_less_and_never_less_than_one():
    """Whoever says 429 is not asked for as many a moment later."""
    ramp = Ramp(8, 0.0)
    ramp.begin(0.01, 0.0, 0)
    ramp.refused(4, 0.1, 0)
    assert 3 == ramp.wanted
    assert 3 == ramp.observe(1.0, 10_000_000)
    for _ in range(9):
        ramp.refused(ramp.wanted, 1.1, 0)
    assert 1 == ramp.wanted


def test_never_more_than_allowed():
    """One allowed connection stays one."""
    for most in (1, 2, 3, 5):
        _, history = climb(most, lambda count: 8e6 * count, 10.0)
        assert most == max(history)
