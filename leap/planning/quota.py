"""What publishing takes of the day that a platform gives an app: per publication, and as days.

What a publication takes is known before it begins, so that none is begun that
the day is too short for: a video whose captions wait for tomorrow is not seen
today either.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from leap.config import Declaration, PublicationSettings
from leap.config.operator import Operator
from leap.config.presets import PRESETS
from leap.config.presets.parts import UNSPLIT
from leap.config.quotas import YouTubeMethod, YouTubeQuota
from leap.domain.demand import Amount, Taking, Takings, Today
from leap.domain.plan import Plan
from leap.domain.quotas import AppDay, Bucket
from leap.domain.snapshot import Actual, PublicationFact
from leap.planning.merged import MergedSettings

UPLOADS: Final = "uploads"
UNITS: Final = "units"
#: The part with which people begin to see it, on platforms of videos and on a site.
_LAST: Final = frozenset({"privacy", UNSPLIT})
#: Where YouTube's day begins at midnight.
#: https://developers.google.com/youtube/v3/getting-started#quota
_PACIFIC: Final = "America/Los_Angeles"
#: How often a new video is looked at while YouTube works on it, and before, about.
_LOOKS: Final = 10


def buckets(operator: Operator, platform: str) -> dict[str, Bucket]:
    """Return what ``platform`` counts by the day, by name; nothing where it does not."""
    if platform != "youtube":
        return {}
    quota = operator.quotas.youtube
    return {
        name: Bucket(name, limit, int(limit * quota.refreshes), _PACIFIC)
        for name, limit in ((UPLOADS, quota.uploads), (UNITS, quota.units))
    }


def every_bucket(operator: Operator) -> dict[str, dict[str, Bucket]]:
    """Return the same of each platform that counts anything."""
    return {platform: its for platform in PRESETS if (its := buckets(operator, platform))}


def is_refresh(known: PublicationFact | None) -> bool:
    """Tell whether people can see the publication already: what is done to it can wait."""
    return known is not None and not _LAST.isdisjoint(known.applied)


def today(
    declaration: Declaration, tenant: str, days: Callable[[str], Sequence[AppDay]]
) -> tuple[Today, ...]:
    """Return what was used today of the apps that ``tenant`` publishes with.

    ``days`` tells what the ledger has counted of the day of a zone.
    """
    presets = declaration.tenants[tenant].presets.values()
    found = []
    for platform, limits in every_bucket(declaration.operator).items():
        accounts = {preset.account for preset in presets if preset.platform == platform}
        zones = {limit.zone for limit in limits.values()} if accounts else ()
        for day in (day for zone in zones for day in days(zone) if day.account in accounts):
            amounts = tuple(
                Amount(name, 0, limit.limit, day.used[name])
                for name, limit in limits.items()
                if day.used.get(name)
            )
            if amounts:
                found.append(Today(platform, tenant, day.account, amounts))
    return tuple(found)


def takings(plan: Plan, declaration: Declaration, actuals: Mapping[str, Actual]) -> Takings:
    """Return what the publications of ``plan`` take of the days of their apps.

    ``actuals`` is what the ledger knows, by tenant.
    """
    limits = every_bucket(declaration.operator)
    rows = {(tenant, row.id): row for tenant, its_rows in plan.rows.items() for row in its_rows}
    settings = MergedSettings(declaration)
    found: dict[tuple[str, str, str], Taking] = {}
    for change in plan.work:
        presets, actual = declaration.tenants[change.tenant].presets, actuals.get(change.tenant)
        here = change.tenant, change.recording
        for step in change.steps:
            preset = presets.get(step.preset or "")
            if preset is None or preset.platform not in limits or step.withdraws:
                continue
            if here not in rows:
                continue
            known = actual.publication(change.recording, preset.name) if actual else None
            publication = settings.of(change, rows[here]).publications[preset.name]
            found[*here, preset.name] = taking(
                declaration.operator, *here, publication, step.parts, known
            )
    return Takings(found, limits)


def taking(
    operator: Operator,
    tenant: str,
    recording: str,
    publication: PublicationSettings,
    parts: Collection[str],
    known: PublicationFact | None,
) -> Taking:
    """Return what it takes to bring about ``parts`` of one publication; see ``needs``."""
    amounts = needs(operator, publication.platform, publication.options, parts, known)
    account = publication.account or ""
    return Taking(
        tenant, account, publication.platform, recording, amounts, refreshing=is_refresh(known)
    )


def needs(
    operator: Operator,
    platform: str,
    options: Mapping[str, Any],
    parts: Collection[str],
    known: PublicationFact | None,
    *,
    at_most: bool = False,
) -> dict[str, int]:
    """Return what it takes to bring about ``parts`` of a publication, by bucket.

    ``options`` are those of the publication, ``known`` is what the ledger has
    of it. A little more is reckoned than is taken when all goes well; with
    ``at_most`` also for playlists that may have to be made.
    """
    if platform != "youtube":
        return {}
    quota = operator.quotas.youtube
    placed = known is not None and known.external_id is not None
    units = sum(_units(quota, part, options, known, placed=placed) for part in parts)
    if at_most and "playlists" in parts and options.get("create_playlist"):
        units += quota.cost("playlists.insert") * len(options.get("playlist") or ())
    uploads = int("media" in parts and not placed)
    return {name: amount for name, amount in ((UPLOADS, uploads), (UNITS, units)) if amount}


def _units(
    quota: YouTubeQuota,
    part: str,
    options: Mapping[str, Any],
    known: PublicationFact | None,
    *,
    placed: bool,
) -> int:
    def cost(*methods: YouTubeMethod) -> int:
        return sum(quota.cost(method) for method in methods)

    match part:
        case "media":
            return 0 if placed else cost("videos.insert") + _LOOKS * cost("videos.list")
        case "metadata":
            # A new video comes with it.
            return cost("videos.list", "videos.update") if placed else 0
        case "captions":
            is_there = known is not None and "captions" in known.applied
            return cost("captions.list", "captions.update" if is_there else "captions.insert")
        case "thumbnail":
            return cost("thumbnails.set")
        case "playlists":
            each = cost("playlists.list", "playlistItems.list", "playlistItems.insert")
            return each * max(1, len(options.get("playlist") or ()))
        case "privacy":
            return cost("videos.list", "videos.update")
        case _:
            return 0
