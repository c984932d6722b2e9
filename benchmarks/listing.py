"""Ten thousand recordings of a Zoom account, listed page by page into the ledger.

``leap reconcile`` as a person calls it, from start to exit, with an emulated
Zoom in a process of its own, whose rate limits are those of a business account.
No template takes any of the recordings, so that all of them are new rows and
nothing else is to be done. A tenant per run, since listing is new only once.
Counted is what LEAP takes beyond the time in which the server was busy with an
answer. Then the same again, unchanged, which must write no row about a recording.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

from making import empty_repository
from measuring import CLONE, LEAP, Result, process

MANY, PER_DAY = 10_000, 10
LIMIT = 5.0
RUNS = 3
ACCOUNT = "zoom-main"


def run(runs: int | None) -> Iterator[Result]:
    """Yield what listing everything costs the first time, and again."""
    with _zoom() as zoom:
        tenants = [f"faculty-{number}" for number in range((runs or RUNS) + 1)]
        root = _repository(zoom, tenants)
        first = [_reconciled(root, tenant, zoom) for tenant in tenants][1:]
        before = _rows(root, tenants[-1])
        again = [_reconciled(root, tenant, zoom) for tenant in tenants][1:]
        after = _rows(root, tenants[-1])
    asked = first[0].requests
    yield _result(f"leap reconcile, {MANY} new recordings in {asked} answers", first)
    yield _result("the same, nothing changed", again)
    yield Result(
        "rows about recordings that this wrote",
        f"{len(after - before)} of {len(after)}",
        "0",
        before == after and len(after) == MANY,
    )


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds from start to exit, those in which the server was busy, and how often it was asked."""

    whole: float
    server: float
    requests: int


@contextlib.contextmanager
def _zoom() -> Iterator[dict[str, Any]]:
    """Serve the account; yields where it is and with which credentials."""
    command = [sys.executable, "-m", "emulators.zoom", "--plan", "business"]
    command += ["--meetings", str(MANY), "--per-day", str(PER_DAY)]
    with subprocess.Popen(command, cwd=CLONE / "tests", stdout=subprocess.PIPE) as serving:
        assert serving.stdout  # noqa: S101  # it is a pipe
        try:
            yield json.loads(serving.stdout.readline())
        finally:
            serving.terminate()


def _repository(zoom: dict[str, Any], tenants: list[str]) -> Path:
    """Return a repository whose tenants all list this account, as if each knew it alone."""
    from leap import secrets

    root = empty_repository("listing")
    shutil.rmtree(root / "tenants" / "demo")
    with (root / "leap.yaml").open("a", encoding="utf-8") as file:
        file.write(f"\nendpoints: {{zoom: {{api: {zoom['url']}, oauth: {zoom['url']}}}}}\n")
        file.write("allow_insecure_endpoints: true\n")
    since = (datetime.now(UTC) - timedelta(days=MANY // PER_DAY + 3)).date()
    for tenant in tenants:
        folder = root / "tenants" / tenant
        (folder / "sources").mkdir(parents=True)
        (folder / "tenant.yaml").write_text(f"title: {tenant}\ntime_zone: Europe/Berlin\n")
        (folder / "sources" / "zoom.yaml").write_text(
            f"kind: zoom\naccount: {ACCOUNT}\nsince: {since}\nplan: business\n"
        )
        secrets.keygen(root, tenant, in_tenant=True)
        fields = {name: zoom[name] for name in ("account_id", "client_id", "client_secret")}
        secrets.set_credential(root, tenant, ACCOUNT, {"kind": "zoom_s2s", **fields})
    return root


def _reconciled(root: Path, tenant: str, zoom: dict[str, Any]) -> Timed:
    already = len(_journal(zoom))
    began = time.perf_counter()
    process(LEAP, "reconcile", "-C", root, "--tenant", tenant)()
    whole = time.perf_counter() - began
    answered = _journal(zoom)[already:]
    bad = [each for each in answered if each["status"] != HTTPStatus.OK]
    if bad:
        raise SystemExit(f"Zoom refused {len(bad)} of {len(answered)} requests: {bad[0]}")
    return Timed(whole, _busy(answered), len(answered))


def _journal(zoom: dict[str, Any]) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{zoom['control']}/journal") as answer:  # noqa: S310 -- loopback
        exchanges: list[dict[str, Any]] = json.load(answer)
    return exchanges


def _busy(exchanges: list[dict[str, Any]]) -> float:
    """Return the seconds in which at least one request was being answered."""
    busy = end = 0.0
    for each in exchanges:
        begin = datetime.fromisoformat(each["at"]).timestamp()
        busy += max(0.0, begin + each["seconds"] - max(begin, end))
        end = max(end, begin + each["seconds"])
    return busy


def _rows(root: Path, tenant: str) -> set[tuple[Any, ...]]:
    """Return every recording of the tenant with the transaction that last wrote its row."""
    from leap.config import load
    from leap.tasks.survey import open_session

    def work(connection: Any) -> list[tuple[Any, ...]]:
        return list(connection.execute("SELECT id, xmin::text FROM leap.recordings").fetchall())

    with open_session(load(root)) as session:
        return set(session.ledger._connections.run(tenant, work))  # noqa: SLF001  # xmin is no fact


def _result(what: str, runs: list[Timed]) -> Result:
    beyond = [each.whole - each.server for each in runs]
    middle = statistics.median(beyond)
    server = statistics.median(each.server for each in runs)
    return Result(
        what,
        f"{middle:.2f} s ({min(beyond):.2f}-{max(beyond):.2f}, n={len(runs)})"
        f" beyond the server's {server:.2f} s",
        f"<= {LIMIT:.0f} s",
        middle <= LIMIT,
    )
