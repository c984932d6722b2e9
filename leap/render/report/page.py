"""The page: from an overview to one HTML text that needs nothing else, or to JSON data."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from leap.domain.history import Run, Usage
from leap.domain.stage import FILE_STAGES, Stage
from leap.domain.status import StatusName
from leap.render import status as render_status
from leap.render.missed import json_data as late_data
from leap.render.missed import sentence
from leap.render.report import charts, figures
from leap.render.report.deciding import Editor, choices, for_script
from leap.render.report.figures import Amount, Period
from leap.render.report.overview import Overview, TenantOverview
from leap.render.report.privacy import Privacy
from leap.render.report.rows import Line, kind_of, kind_of_name, lines, packed, stamp
from leap.render.terminal import clean, duration, size

if TYPE_CHECKING:
    from jinja2 import Environment

#: In the page's table without a script, and in its data with one.
IN_TABLE, IN_DATA = 200, 10_000
#: In each of the sections on what failed, waits and comes next.
_IN_SECTION = 50
#: Longer reasons are no reasons, but output that somebody put there.
_WHOLE = 2000
_RUNS = 12
_PERIODS: tuple[Period, ...] = ("day", "week", "month")


def html(overview: Overview) -> str:
    """Return the page. All text in it is escaped; it asks for nothing from anywhere."""
    privacy = Privacy(overview.root, overview.folder)
    found = [
        line for tenant in overview.tenants for line in lines(tenant, tenant.standings, privacy)
    ]
    found.sort(key=lambda line: (line.recorded, line.id), reverse=True)
    by_kind = Counter(line.kind for line in found)
    day = stamp(overview.at)[:10]
    script = _text("report.js")
    page = _environment().get_template("report.html")
    return page.render(
        overview=overview,
        heading=_heading(overview.tenants),
        several=len(overview.tenants) > 1,
        made_at=stamp(overview.at),
        total=len(found),
        statuses=_statuses(overview.tenants),
        failed=_worst(overview, privacy, "failed"),
        waiting=_worst(overview, privacy, "waits"),
        late=_late(overview, privacy),
        coming=_coming(found),
        by_kind=by_kind,
        table=found[:IN_TABLE],
        data=packed(found[:IN_DATA], for_script(overview.editor, day)),
        choices=partial(_choices, overview.editor, day),
        has_editor=overview.editor is not None,
        endings=[privacy.text(each) for tenant in overview.tenants for each in tenant.endings],
        in_data=min(len(found), IN_DATA),
        templates=sorted({line.template for line in found if line.template}),
        charts=[
            charts.transcribed_chart(_amounts(overview, period), period) for period in _PERIODS
        ],
        stage_times=_stage_times(overview.tenants),
        storage=_storage(overview.tenants),
        runs=_runs(overview.tenants),
        last_run=_runs(overview.tenants)[:1],
        css=_text("report.css"),
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


def json_data(overview: Overview) -> dict[str, Any]:
    """Return the same as JSON data: the interface of ``leap report --format json``.

    Times are ISO 8601 in UTC, lengths seconds or minutes as their names say,
    sizes bytes.
    """
    privacy = Privacy(overview.root, overview.folder)
    return {
        "at": overview.at.isoformat(),
        "leap": overview.version,
        "tenants": [_tenant_data(overview, tenant, privacy) for tenant in overview.tenants],
    }


# ── the page's parts ───────────────────────────────────────────────────────


def _heading(tenants: Sequence[TenantOverview]) -> str:
    return clean(tenants[0].title)[:120] if len(tenants) == 1 else f"{len(tenants)} tenants"


def _statuses(tenants: Iterable[TenantOverview]) -> list[dict[str, Any]]:
    counts = sum((tenant.counts for tenant in tenants), Counter[StatusName]())
    return [
        {"name": name.value, "kind": kind_of_name(name), "count": counts[name]}
        for name in sorted(StatusName, key=lambda name: name is not StatusName.FAILED)
        if counts[name]
    ]


def _worst(overview: Overview, privacy: Privacy, kind: str) -> list[Line]:
    """Return the latest lines of ``kind``, with their whole reason; a person's cases first."""
    found = [
        line
        for tenant in overview.tenants
        for line in lines(
            tenant,
            [each for each in tenant.standings if kind_of(each.status) == kind],
            privacy,
            reason=_WHOLE,
        )
    ]
    found.sort(key=lambda line: (line.needs_person, line.since), reverse=True)
    return found[:_IN_SECTION]


def _late(overview: Overview, privacy: Privacy) -> list[dict[str, str]]:
    """Return the expected lectures that did not come, the latest first; not all of them."""
    found = [each for tenant in overview.tenants for each in tenant.late]
    found.sort(key=lambda each: each.missed.at, reverse=True)
    return [
        {
            "tenant": each.tenant,
            "what": privacy.text(sentence(each)),
            "place": f"{each.file}:{each.line}",
            "recording": each.missed.recording or "",
        }
        for each in found[:_IN_SECTION]
    ]


def _choices(editor: Editor | None, day: str, line: Line) -> list[dict[str, str]]:
    """Return what may be decided about a line; ``href`` is empty without an editor."""
    found = choices(line.tenant, line.id, line.title, line.decide, day=day, override=line.override)
    return [
        {
            "label": each.label,
            "path": each.path,
            "text": each.text,
            "adds": "adds" if each.adds else "",
            "href": each.href(editor) if editor else "",
        }
        for each in found
    ]


def _coming(found: Sequence[Line]) -> list[Line]:
    """Return what is at work and then what is still to do, the oldest first; not all of it."""
    order = [*reversed(found)]
    at_work = [line for line in order if line.kind == "runs"]
    return [*at_work, *(line for line in order if line.kind == "open")][:_IN_SECTION]


def _amounts(overview: Overview, period: Period) -> list[Amount]:
    zone = ZoneInfo(overview.tenants[0].time_zone) if overview.tenants else ZoneInfo("UTC")
    today = overview.at.astimezone(zone).date()
    return figures.transcribed(overview.tenants, today, period)


def _stage_times(tenants: Iterable[TenantOverview]) -> list[dict[str, Any]]:
    times = figures.stage_times(run for tenant in tenants for run in tenant.recent)
    most = max((each.per_hour or 0 for each in times), default=0)
    return [
        {
            "stage": each.stage.value,
            "count": each.count,
            "median": duration(each.median),
            "longest": duration(each.longest),
            "per_hour": "–" if each.per_hour is None else duration(each.per_hour),
            "share": _share(each.per_hour or 0, most),
        }
        for each in times
    ]


def _storage(tenants: Iterable[TenantOverview]) -> dict[str, Any]:
    by_stage: dict[Stage, Usage] = {stage: Usage() for stage in FILE_STAGES}
    for tenant in tenants:
        for stage, used in tenant.storage.items():
            by_stage[stage] = _sum(by_stage[stage], used)
    most = max(each.size for each in by_stage.values())
    total = Usage()
    for each in by_stage.values():
        total = _sum(total, each)
    return {
        "stages": [
            {**_room(used), "stage": stage.value, "share": _share(used.size, most)}
            for stage, used in by_stage.items()
            if used.size
        ],
        "total": _room(total),
        "linked": size(total.linked) if total.linked else "",
    }


def _sum(one: Usage, other: Usage) -> Usage:
    return Usage(one.targets + other.targets, one.size + other.size, one.linked + other.linked)


def _room(used: Usage) -> dict[str, Any]:
    return {"targets": used.targets, "size": size(used.size)}


def _share(part: float, most: float) -> float:
    """Return the length of a bar, 0 to 100; what is there at all can be seen."""
    return round(max(100 * part / most, 0.6), 2) if part else 0.0


def _runs(tenants: Sequence[TenantOverview]) -> list[dict[str, str]]:
    found = [(run, tenant.name) for tenant in tenants for run in tenant.runs]
    found.sort(key=lambda each: each[0].started_at, reverse=True)
    return [_run(run, tenant) for run, tenant in found[:_RUNS]]


def _run(run: Run, tenant: str) -> dict[str, str]:
    finished = run.finished_at
    outcome = run.outcome or "unfinished"
    return {
        "tenant": tenant,
        "started": stamp(run.started_at),
        "took": duration((finished - run.started_at).total_seconds()) if finished else "–",
        "outcome": clean(outcome)[:40],
        "kind": {"done": "done", "failed": "failed"}.get(outcome, "waits"),
        "commit": (run.commit or "")[:10],
    }


# ── JSON ───────────────────────────────────────────────────────────────────


def _tenant_data(overview: Overview, tenant: TenantOverview, privacy: Privacy) -> dict[str, Any]:
    today = overview.at.astimezone(ZoneInfo(tenant.time_zone)).date()
    return {
        "tenant": tenant.name,
        "title": tenant.title,
        "time_zone": tenant.time_zone,
        "counts": {name.value: tenant.counts[name] for name in StatusName if tenant.counts[name]},
        "recordings": [_recording_data(each, privacy) for each in tenant.standings],
        "expected": [
            {**each, "reason": privacy.text(each["reason"])} for each in late_data(tenant.late)
        ],
        "endings": [privacy.text(each) for each in tenant.endings],
        "stage_times": {
            each.stage.value: {
                "count": each.count,
                "median_seconds": each.median,
                "longest_seconds": each.longest,
                "seconds_per_hour": each.per_hour,
            }
            for each in figures.stage_times(tenant.recent)
        },
        "transcribed": {
            period: [
                {
                    "start": each.start.isoformat(),
                    "recordings": each.recordings,
                    "minutes": round(each.minutes, 2),
                }
                for each in figures.transcribed([tenant], today, period)
            ]
            for period in _PERIODS
        },
        "storage": {
            stage.value: {"targets": used.targets, "bytes": used.size, "linked": used.linked}
            for stage, used in _in_order(tenant)
        },
        "runs": [
            {
                "run": run.id,
                "started_at": run.started_at.isoformat(),
                "finished_at": run.finished_at.isoformat() if run.finished_at else None,
                "commit": run.commit,
                "outcome": run.outcome,
            }
            for run in tenant.runs
        ],
    }


def _in_order(tenant: TenantOverview) -> list[tuple[Stage, Usage]]:
    return [(stage, tenant.storage[stage]) for stage in FILE_STAGES if stage in tenant.storage]


def _recording_data(standing: render_status.Standing, privacy: Privacy) -> dict[str, Any]:
    """Return a recording as ``leap status`` tells it, without what is private."""
    data = render_status.recording(standing)
    data["reason"] = privacy.text(data["reason"])
    data["recorded_at"] = standing.row.started_at.isoformat()
    data["duration"] = standing.row.duration
    del data["external_id"]
    if data["hold"]:
        data["hold"] = {**data["hold"], "reason": privacy.text(data["hold"]["reason"])}
    for publication in data["publications"]:
        publication["url"] = privacy.link(publication["url"])
        publication["reason"] = privacy.text(publication["reason"])
    return data


# ── the files beside this module ───────────────────────────────────────────


@cache
def _text(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    return Environment(
        loader=FunctionLoader(_text),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
