from __future__ import annotations

import pytest

from leap.providers.transfer.reporting import Meter, report


@pytest.mark.parametrize(
    "present, size, speed, connections, said",
    [
        (312e6, 900e6, 45e6, 8, (312 / 900, "312 of 900 MB, 45 MB/s, 8 connections")),
        (1.5e6, 9e6, 0.5e6, 1, (1.5 / 9, "1.5 of 9.0 MB, 0.5 MB/s")),
        (312e6, None, 45e6, 1, (None, "312 MB, 45 MB/s")),
        (0, 0, 0.0, 0, (None, "0.0 of 0.0 MB, 0.0 MB/s")),
    ],
)
def test_what_is_said(present, size, speed, connections, said):
    """How much there is, of how much, how fast it comes, and over what."""
    heard = []
    report(
        lambda *what: heard.append(what),
        present=present,
        size=size,
        speed=speed,
        connections=connections,
    )
    assert [said] == heard


def test_the_speed_is_that_of_the_last_two_seconds():
    """What was slow a while ago does not count any more."""
    meter = Meter(0.0)
    for tenth in range(1, 51):
        speed = meter.update(tenth / 10, tenth * 100)
    assert 1000 == pytest.approx(speed)
    for tenth in range(1, 31):
        speed = meter.update(5 + tenth / 10, 5000 + tenth * 500)
    assert 5000 == pytest.approx(speed)
