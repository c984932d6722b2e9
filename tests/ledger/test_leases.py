"""One holder at a time: by the database's clock, a fence, and a look at who died."""

from __future__ import annotations

import signal
import threading
import time

import pytest

from leap.domain.stage import Stage
from leap.errors import LeaseLost

HOLD = """
    import json, sys
    from leap.ledger import PostgresLedger
    from leap.ledger.address import Address
    address = Address("test", json.loads(sys.argv[1]))
    with PostgresLedger(lambda: address, ttl=float(sys.argv[2])).lease("acme", "r/trim", wait=0) as lease:
        print(lease.fence, flush=True)
        sys.stdin.readline()
"""


@pytest.fixture
def hold(start_python, database):
    """Start a process that holds r/trim until it is told to stop."""
    import json

    def start(ttl=60.0):
        process = start_python(HOLD, json.dumps(dict(database.user.parameters)), ttl)
        assert process.stdout.readline().strip().isdigit()
        return process

    return start


def test_a_scope_has_one_holder(ledger, open_again):
    """A second runner is told who works on it."""
    other = open_again()

    with (
        ledger.lease("acme", "r/trim", wait=0),
        pytest.raises(LeaseLost, match=r"r/trim of acme is being worked on by process \d+ on "),
        other.lease("acme", "r/trim", wait=0),
    ):
        pass


def test_other_scopes_and_tenants_are_free(ledger):
    """A lease is for one piece of one tenant's work."""
    with (
        ledger.lease("acme", "r/trim", wait=0) as one,
        ledger.lease("acme", "r/topics", wait=0) as two,
        ledger.lease("globex", "r/trim", wait=0) as three,
    ):
        assert len({one.fence, two.fence, three.fence}) == 3


def test_a_released_scope_is_free_at_once(ledger):
    """And every lease has a fence of its own."""
    fences = []
    for _ in range(3):
        with ledger.lease("acme", "r/trim", wait=0) as lease:
            fences.append(lease.fence)

    assert sorted(set(fences)) == fences


def test_who_waits_gets_it_when_it_is_released(ledger, open_again):
    """Waiting lasts as long as the other holder, not longer."""
    other = open_again()
    holding = threading.Event()

    def hold_shortly():
        with other.lease("acme", "r/trim", wait=0):
            holding.set()
            time.sleep(0.5)

    thread = threading.Thread(target=hold_shortly)
    thread.start()
    holding.wait()
    with ledger.lease("acme", "r/trim", wait=10):
        pass
    thread.join()


def test_a_killed_holder_is_taken_over_at_once(ledger, hold):
    """Nobody waits for the expiry of a process of this machine that is gone."""
    process = hold()
    with pytest.raises(LeaseLost), ledger.lease("acme", "r/trim", wait=0):
        pass

    process.send_signal(signal.SIGKILL)
    process.wait()

    with ledger.lease("acme", "r/trim", wait=0) as lease:
        ledger.stage_started("acme", "r", Stage.TRIM, "k", lease)


def test_a_holder_that_ends_well_leaves_nothing(ledger, hold, direct):
    """The row is deleted; only the number of its fence is used up."""
    process = hold()
    process.communicate("\n")

    assert process.returncode == 0
    assert direct().execute("SELECT count(*) FROM leap.leases").fetchone() == (0,)


def test_a_stalled_holder_is_fenced_off(ledger, open_again, direct):
    """Who slept through its expiry may write no more, and does not free the successor."""
    sleeper = open_again()

    with sleeper.lease("acme", "r/trim", wait=0) as old:
        # As if the process had been stopped for a minute, seen from the database.
        direct().execute("UPDATE leap.leases SET expires_at = now() - interval '1 second'")
        with pytest.raises(LeaseLost):
            sleeper.stage_started("acme", "r", Stage.TRIM, "k", old)

        with ledger.lease("acme", "r/trim", wait=0) as new:
            with pytest.raises(LeaseLost):
                sleeper.stage_started("acme", "r", Stage.TRIM, "k", old)
            ledger.stage_started("acme", "r", Stage.TRIM, "k", new)
            ledger.require("acme", new)


def test_releasing_a_lost_lease_leaves_its_successor(ledger, open_again, direct):
    """Release goes by the fence."""
    with open_again().lease("acme", "r/trim", wait=0):
        direct().execute("UPDATE leap.leases SET expires_at = now() - interval '1 second'")
        taken = ledger.lease("acme", "r/trim", wait=0)
        new = taken.__enter__()

    ledger.require("acme", new)
    taken.__exit__(None, None, None)


def test_a_stopped_process_loses_its_lease(ledger, hold):
    """SIGSTOP stops the heartbeat too; after the expiry another may go on."""
    process = hold(ttl=1.0)
    process.send_signal(signal.SIGSTOP)
    begun = time.monotonic()

    with ledger.lease("acme", "r/trim", wait=20) as lease:
        assert time.monotonic() - begun < 15
        process.send_signal(signal.SIGCONT)
        process.communicate("\n")
        ledger.require("acme", lease)


def test_the_heartbeat_outlives_the_expiry(open_again, ledger):
    """A lease lasts as long as its block, whatever the block is busy with."""
    with open_again(ttl=1.5).lease("acme", "r/trim", wait=0) as lease:
        time.sleep(2.5)
        ledger.require("acme", lease)


def test_of_many_rivals_one_at_a_time_works(open_again, direct):
    """Every one gets its turn, and no two are inside at once."""
    inside, seen = [], []

    def work(runner):
        with runner.lease("acme", "r/trim", wait=30) as lease:
            inside.append(lease.fence)
            seen.append(len(inside))
            time.sleep(0.05)
            inside.remove(lease.fence)

    threads = [threading.Thread(target=work, args=(open_again(),)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen == [1] * 6
