"""What waits for a person's decision about one publication, and what is left to people.

An approval is given, and a change of media decided, in an override: as YAML,
like everything that lasts.
"""

from __future__ import annotations

from collections.abc import Mapping

from leap.config import PublicationSettings
from leap.domain.plan import Rule
from leap.domain.platforms import name_of
from leap.domain.snapshot import PublicationFact
from leap.planning.parts import unmanaged

MEDIA = "media"
_AWAITS = "awaits approval"


def awaits_approval(reason: str) -> bool:
    """Tell whether ``reason``, for which something is held, is a missing approval."""
    return reason.startswith(_AWAITS)


def stands(fact: PublicationFact | None) -> bool:
    """Tell whether a platform has something of ours, complete or not."""
    return fact is not None and bool(fact.external_id) and fact.state != "withdrawn"


def kept(
    publication: PublicationSettings, fact: PublicationFact | None, wanted: Mapping[str, str]
) -> Mapping[str, str]:
    """Return ``wanted`` with what is there of all parts that are left as they are.

    Those are the ones that nobody manages, and the media where it is said to be kept.
    """
    if fact is None or not stands(fact):
        return wanted
    left = _left(publication)
    return {
        part: fact.applied[part] if part in left and part in fact.applied else digest
        for part, digest in wanted.items()
    }


def undecided(
    publication: PublicationSettings,
    fact: PublicationFact | None,
    wanted: Mapping[str, str],
    recording: str,
    *,
    approved: bool,
) -> tuple[Rule, str] | None:
    """Return why a publication waits for a decision, with the way out; None where it does not.

    What is there already needs no approval any more; its media is not exchanged
    where the platform cannot do that under one address.
    """
    which = recording[-12:]
    if not stands(fact):
        if approved or publication.options.get("approval") != "required":
            return None
        return "approval", f"{_AWAITS}: write `approve: true` into an override for {which}"
    there = fact.applied.get(MEDIA) if fact is not None else None
    is_changed = there is not None and there != wanted.get(MEDIA)
    if not is_changed or publication.options.get("new_media") != "hold":
        return None
    return "media", (
        f"needs replacement: its media changed after it was published, and {name_of(publication.platform)} cannot exchange it; "
        f"write `publish: {{{publication.preset}: {{new_media: keep}}}}` into an override for "
        f"{which} to keep the video, or undo what changed it"
    )


def changing(
    publication: PublicationSettings, before: Mapping[str, str], after: Mapping[str, str]
) -> list[str]:
    """Return the parts of something published that would change, but for what is left as it is."""
    left = _left(publication)
    return [part for part, key in after.items() if before.get(part) != key and part not in left]


def _left(publication: PublicationSettings) -> frozenset[str]:
    """Return the parts that stay as they are published: the media too, where it is kept."""
    parts = unmanaged(publication)
    return parts | {MEDIA} if publication.options.get("new_media") == "keep" else parts
