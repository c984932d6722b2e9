"""What a publication consists of: the digest of every part, platform by platform.

A part's digest changes exactly when something that it shows may change. Keys
stand for the files that they name. Which option is in which part is said at
the options' own fields, in ``leap.config.presets``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from leap.config import Effective, PublicationSettings
from leap.config.presets import PARTS
from leap.config.tenant import Tenant
from leap.domain.fingerprint import KEY_LENGTH, Prepared, digest, hole
from leap.domain.snapshot import RecordingRow
from leap.domain.stage import Stage

#: Returns the digest of every part of a publication, in the order of the work.
Parts: TypeAlias = Callable[[RecordingRow, Mapping[Stage, str]], dict[str, str]]

#: What a part consists of, as ``manage`` of a preset names it; other parts are their own fields.
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "metadata": ("title", "description", "tags", "settings"),
    "albums": ("album",),
}
#: The options that ``manage`` does not sum up as ``settings``.
_NAMED = frozenset({"tags"})

_TOPICAL = re.compile(r"\b(topic|topics|chapters|summary|questions)\b")
_TIMED = re.compile(r"\b(duration|duration_hm)\b")


def parts_of(tenant: Tenant, effective: Effective, publication: PublicationSettings) -> Parts:
    """Return what makes the digests of ``publication`` for any recording."""
    make = _of_site if publication.platform == "site" else _of_video
    return make(tenant, effective, publication)


def unmanaged(publication: PublicationSettings) -> frozenset[str]:
    """Return the parts that are left as they are, once they have been published.

    One of which some fields are managed is not among them.
    """
    manage = publication.options.get("manage")
    if manage is None:
        return frozenset()
    parts = {*PARTS[publication.platform], "metadata"}
    return frozenset(
        part for part in parts if not set(_FIELDS.get(part, (part,))).intersection(manage)
    )


# ── a site, whose pages are made in one go ─────────────────────────────────


def _of_site(tenant: Tenant, effective: Effective, publication: PublicationSettings) -> Parts:
    shown = ("display_name", "started_at", "topics")
    metadata = _metadata(tenant, effective, publication, shown)
    (names,) = PARTS["site"].values()
    options = {name: publication.options[name] for name in names if name in publication.options}
    fixed = _short({"account": publication.account, "options": options})

    def parts(row: RecordingRow, keys: Mapping[Stage, str]) -> dict[str, str]:
        values = row.title, row.started_at.isoformat(), keys.get(Stage.TOPICS)
        found = {
            "media": keys[Stage.TRIM],
            "metadata": metadata.digest(*values)[:KEY_LENGTH],
            "options": fixed,
        }
        if Stage.TRANSCRIBE in keys:
            found["transcript"] = keys[Stage.TRANSCRIBE]
        if Stage.SUBTITLES in keys:
            found["captions"] = keys[Stage.SUBTITLES]
        return found

    return parts


# ── platforms of videos ────────────────────────────────────────────────────


def _of_video(tenant: Tenant, effective: Effective, publication: PublicationSettings) -> Parts:
    """Return what makes the digests of a video.

    Updates are counted by such platforms, or slow. So texts that name no topic
    stay as they are when topics are found anew.
    """
    options = publication.options
    texts = f"{_kept(publication, 'title')} {_kept(publication, 'description')}"
    inputs = {
        "topics": Stage.TOPICS if _TOPICAL.search(texts) else None,
        "length": Stage.TRIM if _TIMED.search(texts) else None,
    }
    metadata = _metadata(tenant, effective, publication, ("display_name", "started_at", *inputs))
    thumbnail = options.get("thumbnail")
    fixed = {
        part: _short({name: options.get(name) for name in names})
        for part, names in PARTS[publication.platform].items()
        if part not in ("metadata", "captions", "thumbnail")
    }

    def parts(row: RecordingRow, keys: Mapping[Stage, str]) -> dict[str, str]:
        values = (keys.get(stage) if stage else None for stage in inputs.values())
        shown = row.title, row.started_at.isoformat(), *values
        found = {"media": keys[Stage.TRIM], "metadata": metadata.digest(*shown)[:KEY_LENGTH]}
        if options.get("captions") and Stage.SUBTITLES in keys:
            found["captions"] = keys[Stage.SUBTITLES]
        if thumbnail is not None:
            found["thumbnail"] = _of_thumbnail(thumbnail, keys)
        return found | fixed

    return parts


def _of_thumbnail(thumbnail: Mapping[str, Any], keys: Mapping[Stage, str]) -> str:
    if "frame" in thumbnail:
        return _short({"frame": thumbnail["frame"], "of": keys[Stage.TRIM]})
    return _short({"sha256": thumbnail["sha256"]})


def _kept(publication: PublicationSettings, field: str) -> str:
    """Return the template of a text that is kept as declared; nothing of another one.

    All texts count where none is managed: then the whole part is left alone
    once it is published, and is what it is before.
    """
    is_managed = field in publication.options.get("manage", (field,))
    text: str = getattr(publication, field)
    return text if is_managed or "metadata" in unmanaged(publication) else ""


# ── what both have ─────────────────────────────────────────────────────────


def _metadata(
    tenant: Tenant, effective: Effective, publication: PublicationSettings, shown: tuple[str, ...]
) -> Prepared:
    """Return what makes the digest of title, description and what else is said of a lecture."""
    metadata: dict[str, Any] = {
        **{name: hole(name) for name in shown},
        "time_zone": tenant.time_zone,
        "date_format": effective.metadata.date_format,
        "tenant": tenant.title,
        "title": _kept(publication, "title"),
        "description": _kept(publication, "description"),
    }
    names = PARTS[publication.platform].get("metadata", ())
    manage = publication.options.get("manage", ())
    if names:
        metadata["options"] = {
            name: publication.options.get(name)
            for name in names
            if "metadata" in unmanaged(publication)
            or (name if name in _NAMED else "settings") in manage
        }
    return Prepared(metadata, shown)


def _short(value: Any) -> str:
    return digest(value)[:KEY_LENGTH]
