"""A recording as a line of the page's table: in HTML, and as data for its script."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from leap.domain.publication import PublicationName, PublicationState
from leap.domain.status import Status, StatusName
from leap.render.report.deciding import Decision
from leap.render.report.overview import TenantOverview
from leap.render.report.privacy import Privacy
from leap.render.status import Standing, needs_somebody, why
from leap.render.terminal import clean

#: Longer titles and reasons are cut; the sections on few recordings show more of a reason.
_TITLE, _REASON = 160, 300


@dataclass(frozen=True, slots=True)
class Link:
    """Where a recording is published; ``href`` is None where nobody else can go there."""

    preset: str
    href: str | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One recording as the page shows it; every text is one harmless line.

    ``kind`` says how its status looks: done, failed, waits, runs, open or off.
    ``recorded`` is by the tenant's clock, ``since`` UTC, ``length`` in seconds and
    ``lasts`` the same in words. ``decide`` is what there is to be decided of it,
    and ``override`` the file that says something of it already.
    """

    id: str
    recorded: str
    title: str
    tenant: str
    template: str
    status: str
    kind: str
    reason: str
    since: str
    length: int | None
    lasts: str
    links: tuple[Link, ...]
    retry: bool
    needs_person: bool = False
    decide: tuple[Decision, ...] = ()
    override: str | None = None


_KINDS = {
    StatusName.UPLOADED: "done",
    StatusName.FAILED: "failed",
    StatusName.SKIPPED: "off",
    StatusName.EXPIRED: "off",
    StatusName.DOWNLOADING: "runs",
    StatusName.PROCESSING: "runs",
    StatusName.TRANSCRIBING: "runs",
    StatusName.UPLOADING: "runs",
}


def kind_of(status: Status) -> str:
    """Return how a recording looks: done, failed, waits, runs, open or off."""
    if status.status is not StatusName.FAILED and needs_somebody(status):
        return "waits"
    return "done" if status.complete else kind_of_name(status.status)


def kind_of_name(name: StatusName) -> str:
    """Return how a status looks, if nothing holds the recording."""
    return _KINDS.get(name, "open")


def lines(
    tenant: TenantOverview,
    standings: Iterable[Standing],
    privacy: Privacy,
    *,
    reason: int = _REASON,
) -> list[Line]:
    """Return ``standings`` of ``tenant`` as lines, in their order; reasons are cut at ``reason``."""
    zone = ZoneInfo(tenant.time_zone)
    return [_line(tenant, standing, zone, privacy, reason) for standing in standings]


def _line(
    tenant: TenantOverview, standing: Standing, zone: ZoneInfo, privacy: Privacy, longest: int
) -> Line:
    row, status = standing.row, standing.status
    title = clean(row.title[: 4 * _TITLE])
    return Line(
        id=row.id,
        recorded=f"{row.started_at.astimezone(zone):%Y-%m-%d %H:%M}",
        title=title if len(title) <= _TITLE else f"{title[: _TITLE - 1]}…",
        tenant=standing.tenant,
        template=row.template or "",
        status=status.status.value,
        kind=kind_of(status),
        # A link says by itself that the recording is published.
        reason="" if _is_plain(status) else privacy.text(why(status), longest),
        since=stamp(status.since),
        length=None if row.duration is None else round(row.duration),
        lasts="" if row.duration is None else _lasts(row.duration),
        links=tuple(_link(each, privacy) for each in status.publications if each.url),
        retry=status.status is StatusName.FAILED,
        needs_person=status.hold is not None and status.hold.needs_person,
        decide=_open_to(status, awaits=row.id in tenant.awaiting),
        override=tenant.overrides.get(row.id),
    )


def _open_to(status: Status, *, awaits: bool) -> tuple[Decision, ...]:
    """Return what a person can decide about a recording."""
    if status.status is StatusName.SKIPPED:
        return ()
    is_published = any(each.url for each in status.publications)
    last: Decision = "withdraw" if is_published else "skip"
    return ("approve", "title", last) if awaits else ("title", last)


def _is_plain(status: Status) -> bool:
    return status.status is StatusName.UPLOADED and status.hold is None


def _lasts(seconds: float) -> str:
    """Return ``6 s``, ``48 min`` or ``1 h 32 min``."""
    minutes = round(seconds / 60)
    if seconds < 60:  # noqa: PLR2004
        return f"{seconds:.0f} s"
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"  # noqa: PLR2004


def stamp(when: datetime) -> str:
    """Return ``2026-11-20 08:00``, in UTC."""
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M}"


def _link(state: PublicationState, privacy: Privacy) -> Link:
    note = "" if state.status is PublicationName.PUBLISHED else state.status.value
    return Link(clean(state.preset), privacy.link(state.url), note)


def packed(found: Sequence[Line], deciding: Mapping[str, Any]) -> str:
    """Return ``found`` as JSON text for the page's script, with repeated words told once.

    ``deciding`` is what the script makes overrides of. Safe inside ``<script>``: it has no ``<`` and no ``&``.
    """
    words: dict[str, int] = {}

    def number(word: str) -> int:
        return words.setdefault(word, len(words))

    rows: list[list[Any]] = [
        [
            *(each.id, each.recorded, each.title, number(each.tenant), number(each.template)),
            *(number(each.status), number(each.kind), number(each.reason), each.since),
            *(each.length, number(each.lasts)),
            [[number(link.preset), link.href, number(link.note)] for link in each.links],
            *(number(" ".join(each.decide)), number(each.override or "")),
        ]
        for each in found
    ]
    text = json.dumps(
        {"words": list(words), "rows": rows, "deciding": deciding},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    # https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
