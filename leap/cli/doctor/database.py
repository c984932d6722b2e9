"""The ledger's database: it opens, its schema fits, its clock is ours."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

from leap.cli.doctor.check import Check

if TYPE_CHECKING:
    from leap.config.operator import Operator
    from leap.ledger.health import Health

#: https://www.postgresql.org/support/versioning/
_OLDEST = 14
#: Seconds; settling of files and schedules would be off by as much.
_SKEW = 30.0


def ledger(operator: Operator) -> list[Check]:
    """Open the ledger as a run would."""
    from leap.ledger import open_ledger
    from leap.ledger.health import left_by_killed_server

    embedded = operator.database == "embedded"
    dead = left_by_killed_server(Path(operator.state)) if embedded else None
    began = time.monotonic()
    with open_ledger(operator.database, Path(operator.state)) as opened:
        health = opened.health()
        tenants = len(opened.tenants())
    seconds = time.monotonic() - began
    kind = "embedded" if embedded else "your"
    noun = "tenant" if tenants == 1 else "tenants"
    message = f"{kind} Postgres {health.version}, {tenants} {noun}, open in {seconds:.1f} s"
    found = [version_check(health.version, message)]
    if not embedded:
        found.append(clock_check(health.clock_behind))
    return [*found, *_leftovers(health, dead)]


def version_check(version: str, message: str) -> Check:
    """Return whether a Postgres of ``version`` still gets fixes."""
    major = re.match(r"\d+", version)
    if major and int(major.group()) < _OLDEST:
        text = f"Postgres {version} gets no fixes any more"
        return Check("warn", "ledger", text, f"upgrade the server to {_OLDEST} or newer")
    return Check("ok", "ledger", message)


def clock_check(behind: float) -> Check:
    """Return whether this machine's clock, ``behind`` seconds of the database's, will do."""
    if abs(behind) <= _SKEW:
        return Check("ok", "clock", f"{abs(behind):.1f} s from the database's")
    side = "behind" if behind > 0 else "ahead of"
    message = f"this clock is {abs(behind):.0f} s {side} the database's"
    return Check("warn", "clock", message, "sudo timedatectl set-ntp true")


def _leftovers(health: Health, dead: int | None) -> list[Check]:
    """Say that what killed runs left in the ledger stands in nobody's way."""
    found = []
    if dead is not None:
        message = f"process {dead} of a killed Postgres was still noted; forgotten"
        found.append(Check("ok", "leftovers", message))
    if health.expired:
        message = f"{health.expired} expired leases of killed runs, which nobody waits for"
        found.append(Check("ok", "leases", message))
    if health.leases:
        message = f"{health.leases} held: a run is at work, or was killed within a minute"
        found.append(Check("ok", "leases", message))
    return found
