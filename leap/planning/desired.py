"""What shall be: for every recording its template, its targets and its publications."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from leap.config import Declaration, Effective, PublicationSettings, effective, override_for
from leap.config.override import Override
from leap.config.tenant import TenantDeclaration
from leap.domain.fingerprint import digest, stage_key
from leap.domain.recording import Listing
from leap.domain.snapshot import Actual, PublicationFact, RecordingRow, Skip, Wanted
from leap.domain.stage import FILE_STAGES, Stage, inputs
from leap.planning.identify import Identified, identify
from leap.planning.match import match


@dataclass(frozen=True, slots=True)
class Desired:
    """One recording as it shall be.

    ``row`` is what the ledger shall say, ``known`` what it says now;
    ``effective`` is None for a recording that is skipped or still settling,
    or whose template is gone. ``settings`` are those that go into each key.
    """

    row: RecordingRow
    known: RecordingRow | None
    effective: Effective | None = None
    settings: Mapping[Stage, Mapping[str, object]] = field(default_factory=dict)


def desire(
    declaration: Declaration,
    tenant: str,
    listings: tuple[Listing, ...],
    actual: Actual,
    now: datetime,
) -> tuple[Desired, ...]:
    """Return every recording of ``tenant`` as it shall be, in order of date and id.

    Recordings of sources that were not listed this time, or are declared no
    more, stay as the ledger has them.
    """
    identities = identify(tenant, listings, actual)
    declared = declaration.tenants[tenant]
    results = [
        _listed(declaration, declared, item, actual.publications.get(item.id, ()), now)
        for item in identities.listed
    ]
    results += [_gone(declaration, declared, row, now) for row in identities.gone]
    results.sort(key=lambda each: (each.row.started_at, each.row.id))
    return tuple(results)


def _listed(
    declaration: Declaration,
    declared: TenantDeclaration,
    item: Identified,
    publications: tuple[PublicationFact, ...],
    now: datetime,
) -> Desired:
    seen, known = item.observed, item.known
    if seen.settled_at is not None and known is not None and known.revision:
        # Somebody writes to a file that is known already: nothing is decided
        # before the writing has ended.
        return Desired(known, known)
    row = RecordingRow(
        id=item.id,
        source=seen.source,
        source_kind=seen.source_kind,
        account=seen.account,
        external_id=item.external_id,
        locator=seen.locator,
        revision=seen.revision,
        title=seen.title,
        started_at=known.started_at if known else seen.started_at,
        size=seen.size,
        duration=seen.duration,
        template=None,
        skip=None,
        reason="",
        settled_at=seen.settled_at,
        listed=True,
        wanted=None,
        since=now,
    )
    override = override_for(declared, row)
    bound = _bound_template(declared, known, publications)
    found = match(seen, declared.templates)
    template = bound or (found.template.name if found.template else None)
    if seen.settled_at is not None:
        row = replace(row, template=template, reason="the file is still being written")
    elif item.original is not None:
        row = replace(row, skip=Skip.DUPLICATE, reason=f"the same content as “{item.original}”")
    elif override is not None and override.skip:
        reason = override.reason or f"skip: true in {override.file}"
        row = replace(row, template=template, skip=Skip.DECLARED, reason=reason)
    elif template is None:
        row = replace(row, skip=Skip.NO_TEMPLATE, reason="no template matches its title")
    else:
        return _admitted(declaration, declared, row, known, template, override, bool(bound))
    return Desired(_settle(row, known), known)


def _bound_template(
    declared: TenantDeclaration,
    known: RecordingRow | None,
    publications: tuple[PublicationFact, ...],
) -> str | None:
    """Return the template that a published recording keeps, if it still exists."""
    if known is None or known.template is None:
        return None
    if not any(fact.external_id for fact in publications):
        return None
    names = {template.name for template in declared.templates}
    return known.template if known.template in names else None


def _admitted(  # noqa: PLR0913 -- the parts of one decision, used once
    declaration: Declaration,
    declared: TenantDeclaration,
    row: RecordingRow,
    known: RecordingRow | None,
    template: str,
    override: Override | None,
    published: bool,
) -> Desired:
    settings = effective(declaration, declared.name, template, override)
    row = replace(row, template=template)
    blank = None if published else _blank(row, settings)
    if blank is not None:
        return Desired(_settle(replace(row, skip=Skip.BLANK, reason=blank), known), known)
    generation = override.generation if override else 0
    keyed, wanted = want(settings, row, generation=generation)
    row = replace(row, wanted=wanted)
    return Desired(_settle(row, known), known, settings, keyed)


def _gone(
    declaration: Declaration, declared: TenantDeclaration, known: RecordingRow, now: datetime
) -> Desired:
    """Keep a recording whose source lists it no more as it was last wanted.

    Its settings are still read, so that what is published from targets that
    are there can follow an edit of its template.
    """
    row = replace(known, listed=False, since=known.since if not known.listed else now)
    names = {template.name for template in declared.templates}
    if row.skip is not None or row.template not in names or not row.revision:
        return Desired(row, known)
    override = override_for(declared, row)
    settings = effective(declaration, declared.name, row.template, override)
    keyed, wanted = want(settings, row, generation=override.generation if override else 0)
    return Desired(replace(row, wanted=wanted), known, settings, keyed)


def _blank(row: RecordingRow, settings: Effective) -> str | None:
    """Return why a recording is too short or too small to be a lecture, or None."""
    limits = settings.blank
    if row.duration is not None and row.duration < limits.shorter_than:
        return f"blank: {_minutes(row.duration)} is shorter than {_minutes(limits.shorter_than)}"
    if row.size < limits.smaller_than:
        return f"blank: {_megabytes(row.size)} is smaller than {_megabytes(limits.smaller_than)}"
    return None


def want(
    settings: Effective, row: RecordingRow, *, generation: int
) -> tuple[dict[Stage, Mapping[str, object]], Wanted]:
    """Return the settings behind each key, and the keys and digests that are wanted."""
    keyed: dict[Stage, Mapping[str, object]] = {}
    keys: dict[Stage, str] = {}
    for stage in FILE_STAGES:
        if stage not in settings.stages:
            continue
        keyed[stage] = settings.settings_of(stage)
        keys[stage] = stage_key(
            stage,
            keyed[stage],
            {other: keys[other] for other in inputs(stage, settings.stages)},
            revision=row.revision if stage is Stage.DOWNLOAD else None,
            generation=generation if stage is Stage.DOWNLOAD else 0,
        )
    publications = {}
    if Stage.PUBLISH in settings.stages:
        publications = {
            name: publication_digests(publication, row, keys)
            for name, publication in settings.publications.items()
        }
    return keyed, Wanted(settings.pipeline, keys, publications)


def publication_digests(
    publication: PublicationSettings, row: RecordingRow, keys: Mapping[Stage, str]
) -> dict[str, str]:
    """Return what a publication shall have, part by part.

    A part's digest changes exactly when something that it shows may change:
    keys stand for the files that they name.
    """
    parts = {
        "media": keys[Stage.TRIM],
        "metadata": digest(
            {
                "title": publication.title,
                "description": publication.description,
                "display_name": row.title,
                "started_at": row.started_at.isoformat(),
                "topics": keys.get(Stage.TOPICS),
            }
        )[:16],
        "options": digest(
            {"account": publication.account, "options": dict(publication.options)}
        )[:16],
    }
    if Stage.TRANSCRIBE in keys:
        parts["transcript"] = keys[Stage.TRANSCRIBE]
    if Stage.SUBTITLES in keys:
        parts["captions"] = keys[Stage.SUBTITLES]
    return parts


def _settle(row: RecordingRow, known: RecordingRow | None) -> RecordingRow:
    """Keep ``since`` where the admission is the same as before."""
    if known is None:
        return row
    same = (row.template, row.skip, row.reason, row.revision, row.listed) == (
        known.template,
        known.skip,
        known.reason,
        known.revision,
        known.listed,
    )
    return replace(row, since=known.since) if same else row


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.1f} min" if seconds >= 60 else f"{seconds:.0f} s"


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{size / 1000:.0f} kB"
