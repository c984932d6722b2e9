"""A hundred thousand published recordings, and a plan that finds nothing to do.

``leap plan`` as a person calls it, from start to exit: it starts the embedded
PostgreSQL, lists a folder of 100,000 files, reads the ledger, looks whether
every page still stands, and compares. For scale: a shell that only lists the
same files with ``find``. The files are sparse and the ledger is filled by SQL;
nothing was ever transcribed here.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from making import empty_repository
from measuring import LEAP, Result, process, timed

MANY = 100_000
MOST_SECONDS, MOST_STATEMENTS = 5.0, 20
TENANT, SOURCE = "demo", "recordings"
_SIZE = 100_000_000

#: What the stages are remembered with; of the size that a real run leaves.
_FACTS = {
    "duration": 3600.0,
    "files": ["video.mp4", "audio.flac", "trim.json"],
    "removed": 312.5,
    "settings": {"line_length": 42, "lines": 2, "reading_speed": 17, "formats": ["srt", "vtt"]},
}
_STAGES = """
    INSERT INTO leap.stages (tenant, recording, stage, key, state, since, seconds, facts)
    SELECT tenant, id, made.key, made.value, 'done', since, 60, %s::jsonb
    FROM leap.recordings, jsonb_each_text(wanted->'stages') AS made
"""
_PUBLICATIONS = """
    INSERT INTO leap.publications
        (tenant, recording, preset, platform, state, since, external_id, url, applied, wanted)
    SELECT tenant, id, shown.key, 'site', 'applied', since, right(id, 12),
        'https://lectures.example.org/' || right(id, 12) || '/', shown.value, shown.value
    FROM leap.recordings, jsonb_each(wanted->'publications') AS shown
"""


def run(runs: int | None) -> Iterator[Result]:
    """Yield how long a plan for nothing takes, and how often it asks the ledger."""
    root = university()
    planned, found = timed(
        runs or 5,
        process(LEAP, "plan", "--detailed-exitcode", "-C", root),
        process("find", root / "state" / "demo" / "recordings", "-type", "f", "-size", "+1k"),
    )
    yield Result(f"find {MANY} files", str(found), "for scale", None)
    yield Result(
        f"leap plan, {MANY} recordings in sync",
        f"{planned}, {planned.least / found.least:.1f} x find",
        f"<= {MOST_SECONDS:.0f} s",
        planned.median <= MOST_SECONDS,
    )
    asked = _statements(root)
    yield Result(
        "statements to the ledger",
        f"{asked}",
        f"<= {MOST_STATEMENTS}",
        asked <= MOST_STATEMENTS,
    )


@cache
def university() -> Path:
    """Return a repository whose 100,000 recordings are all published, as far as the ledger says."""
    root = empty_repository("university")
    folder = root / "state" / "demo" / "recordings"
    _lay_out(folder)
    from leap.config import load
    from leap.domain.recording import FileMemo
    from leap.tasks.reconcile import admit
    from leap.tasks.survey import open_session, survey

    declaration = load(root)
    with open_session(declaration) as session:
        memos = [
            FileMemo(entry.name, _SIZE, entry.stat().st_mtime_ns, f"{number:064x}", 3600.0)
            for number, entry in enumerate(os.scandir(folder))
        ]
        session.ledger.admit(TENANT, (), {SOURCE: memos})
        found, plan = survey(session, [TENANT], _quiet)
        admit(session, found, plan)
        _fill(session.ledger)
        lectures = root / "state" / "site" / "demo" / "lectures"
        for row in plan.rows[TENANT]:
            page = lectures / row.id[-12:]
            page.mkdir(parents=True)
            (page / "index.html").touch()
        # As at the end of every run: what is in sync now is written down as settled.
        found, plan = survey(session, [TENANT], _quiet)
        admit(session, found, plan)
    return root


def _lay_out(folder: Path) -> None:
    folder.mkdir(parents=True)
    for number in range(MANY):
        path = folder / f"{number:06} Machine Learning, lecture {number}.mp4"
        with path.open("wb") as file:
            file.truncate(_SIZE)
        os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))


def _fill(ledger: Any) -> None:
    def work(connection: Any) -> None:
        connection.execute(_STAGES, [json.dumps(_FACTS)])
        connection.execute(_PUBLICATIONS)

    ledger._connections.run(TENANT, work)  # noqa: SLF001  # no verb of the ledger invents facts


def _statements(root: Path) -> int:
    """Return how many statements one plan sends, as psycopg sees them."""
    import psycopg

    from leap.config import load
    from leap.tasks.survey import open_session, survey

    sent: list[str] = []
    execute = psycopg.Cursor.execute

    def counted(self: Any, query: Any, *args: Any, **named: Any) -> Any:
        sent.append(str(query))
        return execute(self, query, *args, **named)

    psycopg.Cursor.execute = counted  # type: ignore[method-assign]
    try:
        with open_session(load(root)) as session:
            survey(session, [TENANT], _quiet)
    finally:
        psycopg.Cursor.execute = execute  # type: ignore[method-assign]
    return len(sent)


def _quiet(share: float | None, message: str = "") -> None:
    """Take no notice of progress."""
