"""Taking over what is published already: looked up, shown, and only then written down.

What is taken over has its media as it is wanted; everything else is open, so
that the next plan shows what LEAP would rewrite. Nothing is uploaded again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leap.domain.importing import Found, Match
from leap.domain.ports import Progress, Receipt, Video
from leap.domain.snapshot import RecordingRow
from leap.errors import UsageError
from leap.planning.decisions import MEDIA, stands
from leap.planning.importing import match_videos
from leap.planning.parts import unmanaged
from leap.providers import open_video_publisher
from leap.tasks.job import alone
from leap.tasks.quotas import quotas_for
from leap.tasks.survey import Session, survey
from leap.tasks.tokens import tokens_for

#: How long is waited for a runner that publishes the same recording.
_PATIENCE_SECONDS = 10.0
#: Stands for the digest of a part that is as somebody else made it.
_AS_FOUND = "as-found"


def place_of(
    session: Session, platform: str, preset: str | None, tenants: Sequence[str]
) -> tuple[str, str]:
    """Return tenant and preset that are meant; the name may be left out where there is one.

    Raises UsageError.
    """
    declared = session.declaration.tenants
    there = [
        (tenant, name)
        for tenant in (tenants or declared)
        for name, each in declared[tenant].presets.items()
        if each.platform == platform
    ]
    names = ", ".join(f"{tenant}/{name}" for tenant, name in there)
    found = [each for each in there if preset in (None, each[1])]
    if not found:
        what = f"preset {preset} of {platform}" if preset else f"preset of {platform}"
        hint = f"there is {names}" if names else "write one into tenants/<tenant>/presets/"
        raise UsageError(f"there is no {what}", hint=hint)
    if len(found) > 1:
        message = f"several presets are of {platform}: {names}"
        raise UsageError(message, hint="name the preset, and with --tenant whose it is")
    return found[0]


def look_up(session: Session, tenant: str, preset: str, progress: Progress) -> Found:
    """List the channel of ``preset`` and find its recordings; nothing is written.

    Raises ProviderError, SecretError, LedgerError.
    """
    declared = session.declaration.tenants[tenant]
    chosen = declared.presets[preset]
    listed, plan = survey(session, [tenant], progress)
    actual = session.ledger.snapshot(tenant)
    rows = {**actual.recordings, **{row.id: row for row in plan.rows.get(tenant, ())}}
    places = {
        fact.external_id
        for facts in actual.publications.values()
        for fact in facts
        if fact.platform == chosen.platform and stands(fact)
    }
    candidates = [
        row
        for row in rows.values()
        if row.wanted is not None
        and preset in row.wanted.publications
        and not stands(actual.publication(row.id, preset))
    ]
    account = str(chosen.account)
    with quotas_for(session, tenant, account, chosen.platform) as quotas:
        publisher = open_video_publisher(
            session.declaration.operator,
            alone(chosen),
            tokens_for(session, tenant)(account),
            quotas,
            tenant=tenant,
        )
        videos = list(publisher.videos(progress))
        fresh = [each for each in videos if each.placed.external_id not in places]
        zone = declared.config.time_zone
        matches = match_videos(tenant, preset, candidates, fresh, zone)
        placed = [match.video.placed for match in matches.certain]
        parts = set(publisher.parts) - {"captions"}
        seen = publisher.look(placed, parts, progress) if placed else {}
    known = len(videos) - len(fresh)
    return Found(tenant, preset, chosen.platform, matches, seen, known, listed.problems)


def take_over(session: Session, found: Found) -> tuple[Match, ...]:
    """Write down that the certain ones are published, and return them. Safe to repeat.

    A recording that another runner publishes at this moment is left out.
    """
    done = []
    for match in found.matches.certain:
        scope = f"{match.row.id}/{found.preset}"
        session.ledger.admit(found.tenant, [match.row], {})
        with session.ledger.lease(found.tenant, scope, wait=_PATIENCE_SECONDS):
            known = session.ledger.publication(found.tenant, match.row.id, found.preset)
            if stands(known):
                continue
            _write_down(session, found, match)
            done.append(match)
    return tuple(done)


def _write_down(session: Session, found: Found, match: Match) -> None:
    row, video = match.row, match.video
    here = found.tenant, row.id, found.preset
    details = _details(found, video)
    receipt = Receipt(
        found.platform,
        video.placed.external_id,
        video.placed.url,
        _applied(session, found, row, details),
        {**details, "imported": match.by},
    )
    at = session.clock.now()
    record = session.store.file_receipt(*here, receipt, at)
    session.ledger.publication_applied(*here, receipt, record.number, at)
    session.ledger.event(
        *(found.tenant, row.id, "publication.imported"),
        f"{found.preset}: taken over by {match.by}: {video.title}",
        url=video.placed.url,
    )


def _applied(
    session: Session, found: Found, row: RecordingRow, details: Mapping[str, Any]
) -> dict[str, str]:
    """Return what the video has as it is wanted: its media, and what is left to people.

    Of everything else is known what is there, and that it is not LEAP's.
    """
    preset = session.declaration.tenants[found.tenant].presets[found.preset]
    wanted = row.wanted.publications[found.preset] if row.wanted else {}
    left = {MEDIA, *unmanaged(alone(preset))}
    return {
        part: key if part in left else _AS_FOUND
        for part, key in wanted.items()
        if part in left or part in details
    }


def _details(found: Found, video: Video) -> dict[str, Any]:
    seen = found.seen.get(video.placed.external_id)
    return {"privacy": video.privacy, **(seen.parts if seen is not None else {})}
