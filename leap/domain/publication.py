"""How the publications of a recording compare with what is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from leap.domain.snapshot import PublicationFact, RecordingRow


class PublicationName(StrEnum):
    """How a publication compares with what is wanted."""

    #: Wanted, and not there yet.
    PENDING = "pending"
    #: A publisher is at work, or was interrupted.
    PUBLISHING = "publishing"
    #: There, and as it is wanted.
    PUBLISHED = "published"
    #: There, and different from what is wanted.
    OUTDATED = "outdated"
    #: It did not work, and a later run tries again; or a gate keeps it back.
    HELD = "held"
    #: It failed for good.
    FAILED = "failed"
    #: There, and nothing declares it any more.
    UNMANAGED = "unmanaged"
    #: Taken down, because an override says so.
    WITHDRAWN = "withdrawn"


_WAITING = (PublicationName.PENDING, PublicationName.OUTDATED, PublicationName.HELD)


@dataclass(frozen=True, slots=True)
class PublicationState:
    """One publication of a recording; ``platform`` is None until a publisher touched it.

    One that is held is tried again at ``until``, or by the next run;
    ``needs_person`` tells that somebody has to do what the reason says.
    """

    preset: str
    platform: str | None
    status: PublicationName
    url: str | None = None
    external_id: str | None = None
    reason: str = ""
    since: datetime | None = None
    until: datetime | None = None
    needs_person: bool = False


def compare(row: RecordingRow, facts: Sequence[PublicationFact]) -> tuple[PublicationState, ...]:
    """Return every publication that is wanted for ``row`` or known, by preset."""
    known = {fact.preset: fact for fact in facts}
    wanted = row.wanted.publications if row.wanted else {}
    states = [
        PublicationState(preset, None, PublicationName.PENDING)
        for preset in wanted
        if preset not in known
    ]
    for fact in known.values():
        name = _name(row, fact)
        troubled = name in (PublicationName.HELD, PublicationName.FAILED)
        held = name is PublicationName.HELD
        states.append(
            PublicationState(
                fact.preset,
                fact.platform,
                name,
                fact.url,
                fact.external_id,
                reason=fact.reason if troubled else "",
                since=fact.since,
                until=fact.until if held else None,
                needs_person=held and fact.needs_person,
            )
        )
    gates = row.wanted.held if row.wanted else {}
    return tuple(
        sorted(
            (_gated(state, gates.get(state.preset)) for state in states),
            key=lambda state: state.preset,
        )
    )


def _gated(state: PublicationState, reason: str | None) -> PublicationState:
    """Return ``state`` as it is where a gate keeps the recording from being published."""
    if reason is None or state.status not in _WAITING:
        return state
    return replace(state, status=PublicationName.HELD, reason=reason, until=None, needs_person=True)


def _name(row: RecordingRow, fact: PublicationFact) -> PublicationName:
    if row.wanted is None and row.skip is None and fact.state == "applied":
        return PublicationName.PUBLISHED  # nothing is wanted yet, so it cannot differ
    digests = row.wanted.publications.get(fact.preset) if row.wanted else None
    if fact.state == "withdrawn":
        return PublicationName.WITHDRAWN if digests is None else PublicationName.PENDING
    if fact.state == "unmanaged" or digests is None:
        return PublicationName.UNMANAGED
    if fact.is_complete(digests):
        return PublicationName.PUBLISHED
    # An intent or a failure counts only for what is still wanted.
    if fact.state == "intended" and fact.wanted == digests:
        return PublicationName.PUBLISHING
    if fact.state == "failed" and fact.wanted == digests:
        return PublicationName.FAILED if fact.permanent else PublicationName.HELD
    return PublicationName.OUTDATED if fact.applied else PublicationName.PENDING
