"""What shall be: for every recording its template, its targets and its publications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from leap.config import (
    Declaration,
    Effective,
    PublicationSettings,
    TenantDeclaration,
    effective,
    override_for,
)
from leap.config.gates import Gates
from leap.config.override import Override
from leap.config.source import ZoomSource
from leap.domain.recording import Listing
from leap.domain.snapshot import Actual, PublicationFact, RecordingRow, Skip, Wanted
from leap.domain.stage import FILE_STAGES, Stage
from leap.planning.decisions import kept
from leap.planning.identify import Identified, identify
from leap.planning.keys import Keys
from leap.planning.matcher import Matcher


@dataclass(frozen=True, slots=True)
class Desired:
    """One recording as it shall be.

    ``row`` is what the ledger shall say, ``known`` what it says now;
    ``settings`` are those behind each key, and None for a recording that is
    not worked on: skipped, still settling, or without its template.
    ``withdraw`` maps the presets from which it shall be taken down to why.
    ``discard`` says why the source's recording goes into the source's trash
    once all is published, or is empty. ``is_unseen`` tells that its source
    could not be asked: nothing that needs the source can be done. ``gates``
    are what it has to pass before it is published, ``publications`` how it is
    published, and ``approved`` tells that a person wants it to be.
    """

    row: RecordingRow
    known: RecordingRow | None
    settings: Mapping[Stage, Mapping[str, object]] | None = None
    withdraw: Mapping[str, str] = field(default_factory=dict)
    discard: str = ""
    is_unseen: bool = False
    gates: Gates | None = None
    publications: Mapping[str, PublicationSettings] = field(default_factory=dict)
    approved: bool = False


def desire(
    declaration: Declaration,
    tenant: str,
    listings: Sequence[Listing],
    actual: Actual,
    now: datetime,
) -> tuple[Desired, ...]:
    """Return every recording of ``tenant`` as it shall be, in order of date and id.

    Recordings that are skipped, in sources that were not listed this time, and
    all of sources that are declared no more, stay as the ledger has them.
    """
    identities = identify(tenant, listings, actual)
    wishes = _Wishes(declaration, tenant)
    results = [
        _settled(wishes.listed(item, actual.publications.get(item.id, ()), now))
        for item in identities.listed
    ]
    results += [wishes.gone(row, now) for row in identities.gone]
    results += filter(None, (wishes.unseen(row, now) for row in identities.unseen))
    results.sort(key=lambda each: (each.row.started_at, each.row.id))
    return tuple(_kept(each, actual) for each in results)


@dataclass(frozen=True, slots=True)
class _Resolved:
    """The merged settings of one template and override, with what is derived from them once."""

    effective: Effective
    keyed: Mapping[Stage, Mapping[str, object]]
    keys: Keys


@dataclass
class _Wishes:
    """The declaration of one tenant, asked once per recording."""

    declaration: Declaration
    tenant: str
    _cache: dict[tuple[str, str], _Resolved] = field(default_factory=dict)

    @cached_property
    def declared(self) -> TenantDeclaration:
        return self.declaration.tenants[self.tenant]

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(template.name for template in self.declared.templates)

    @cached_property
    def _matcher(self) -> Matcher:
        return Matcher(self.declared.templates)

    def listed(
        self, item: Identified, publications: Sequence[PublicationFact], now: datetime
    ) -> Desired:
        """Return what shall be of a recording that its source lists."""
        seen, known = item.observed, item.known
        if seen.settled_at is not None and known is not None and known.revision:
            # Somebody writes to a file that is known already: nothing is
            # decided before the writing has ended.
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
            mark=seen.mark,
            changes=known.changes if known else 0,
        )
        override = override_for(self.declared, row)
        bound = self._bound_template(known, publications)
        found = None if bound else self._matcher.first(seen.title, seen.source)
        template = found.name if found else bound
        row = replace(row, template=template)

        def skipped(skip: Skip, reason: str) -> Desired:
            return Desired(replace(row, skip=skip, reason=reason), known)

        if override is not None and override.withdraw:
            return self._withdrawn(row, known, override)
        if seen.settled_at is not None:
            return Desired(
                replace(row, reason=seen.waits or "the file is still being written"), known
            )
        if item.original is not None:
            return skipped(Skip.DUPLICATE, f"the same content as “{item.original}”")
        if override is not None and override.skip:
            return skipped(Skip.DECLARED, override.reason)
        if template is None:
            return skipped(Skip.NO_TEMPLATE, "no template matches")
        resolved = self._resolve(template, override)
        blank = None if bound else _blank(row, resolved.effective)
        if blank is not None:
            return skipped(Skip.BLANK, blank)
        most = resolved.effective.download.max_size
        if row.size > most:
            reason = f"too large: {_size(row.size)} is more than {_size(most)} (download.max_size)"
            return skipped(Skip.TOO_LARGE, reason)
        return self._wanted(row, known, resolved, override)

    def gone(self, known: RecordingRow, now: datetime) -> Desired:
        """Return what shall be of a recording that its source lists no more.

        Its settings are still read, so that what is published from targets
        that are there can follow an edit of its template.
        """
        row = replace(known, listed=False, since=now if known.listed else known.since)
        return self._unlisted(row, known, now)

    def unseen(self, known: RecordingRow, now: datetime) -> Desired | None:
        """Return what shall be of a recording of which its source could not tell.

        What is there already is worked on, as the settings say; whether it is
        skipped is decided when the source can be asked again.
        """
        if known.skip is not None or known.settled_at is not None:
            return None
        found = self._unlisted(known, known, now)
        has_work = found.settings or found.withdraw
        return replace(found, is_unseen=True, discard="") if has_work else None

    def _unlisted(self, row: RecordingRow, known: RecordingRow, now: datetime) -> Desired:
        override = override_for(self.declared, row)
        if override is not None and override.withdraw:
            return _settled(self._withdrawn(replace(row, since=now), known, override))
        if row.skip is Skip.DECLARED and not (override and override.skip):
            # The override is gone, and with it the reason to skip it.
            row = replace(row, skip=None, reason="", since=now)
        if row.skip is not None or row.template not in self._names or not row.revision:
            return Desired(row, known)
        return self._wanted(row, known, self._resolve(str(row.template), override), override)

    def _withdrawn(
        self, row: RecordingRow, known: RecordingRow | None, override: Override
    ) -> Desired:
        """Return that nothing is done for a recording any more, and what is published taken down."""
        reason = f"withdrawn: {override.reason}"
        row = replace(row, skip=Skip.DECLARED, reason=reason, wanted=None)
        why = f"withdrawn by {override.file}: {override.reason}"
        return Desired(row, known, withdraw=dict.fromkeys(self.declared.presets, why))

    def _bound_template(
        self, known: RecordingRow | None, publications: Sequence[PublicationFact]
    ) -> str | None:
        """Return the template that a published recording keeps, if it still exists."""
        standing = (fact for fact in publications if fact.state != "withdrawn")
        if known is None or not any(fact.external_id for fact in standing):
            return None
        return known.template if known.template in self._names else None

    def _resolve(self, template: str, override: Override | None) -> _Resolved:
        here = template, override.file if override else ""
        if here not in self._cache:
            merged = effective(self.declaration, self.tenant, template, override)
            keyed: dict[Stage, Mapping[str, object]] = {
                stage: merged.settings_of(stage) for stage in FILE_STAGES if stage in merged.stages
            }
            keys = Keys(self.declared.config, merged, keyed)
            self._cache[here] = _Resolved(merged, keyed, keys)
        return self._cache[here]

    def _wanted(
        self,
        row: RecordingRow,
        known: RecordingRow | None,
        resolved: _Resolved,
        override: Override | None,
    ) -> Desired:
        generation = override.generation if override else 0
        keys = resolved.keys.of_stages(row.revision, generation)
        publications = resolved.keys.of_publications(row, keys)
        wanted = Wanted(resolved.effective.pipeline, keys, publications)
        row = replace(row, wanted=wanted)
        gates = resolved.effective.gates
        return Desired(
            *(row, known, resolved.keyed),
            discard=self._discard(row),
            gates=gates,
            publications=resolved.effective.publications,
            approved=override is not None and override.approve,
        )

    def _discard(self, row: RecordingRow) -> str:
        """Return why the source's recording of a published lecture goes, or nothing."""
        source = self.declared.sources.get(row.source)
        if not row.listed or not isinstance(source, ZoomSource):
            return ""
        if source.after_publication != "trash" or not (row.wanted and row.wanted.publications):
            return ""
        return f"published; {source.file} says `after_publication: trash`"


def _kept(each: Desired, actual: Actual) -> Desired:
    """Want nothing else of those parts of publications that are left as they are."""
    wanted = each.row.wanted
    facts = actual.publications.get(each.row.id) if each.publications and wanted else None
    if wanted is None or not facts:
        return each
    known = {fact.preset: fact for fact in facts}
    publications = {
        name: kept(each.publications[name], known[name], parts) if name in known else parts
        for name, parts in wanted.publications.items()
    }
    if publications == wanted.publications:
        return each
    return replace(each, row=replace(each.row, wanted=replace(wanted, publications=publications)))


def _settled(each: Desired) -> Desired:
    """Keep ``since`` where the admission is the same as before."""
    row, known = each.row, each.known
    if known is None or row is known:
        return each
    now = (row.template, row.skip, row.reason, row.revision, row.listed)
    before = (known.template, known.skip, known.reason, known.revision, known.listed)
    return replace(each, row=replace(row, since=known.since)) if now == before else each


def _blank(row: RecordingRow, settings: Effective) -> str | None:
    """Return why a recording is too short or too small to be a lecture, or None."""
    limits = settings.blank
    if row.duration is not None and row.duration < limits.shorter_than:
        return f"blank: {_length(row.duration)} is shorter than {_length(limits.shorter_than)}"
    if row.size < limits.smaller_than:
        return f"blank: {_size(row.size)} is smaller than {_size(limits.smaller_than)}"
    return None


def _length(seconds: float) -> str:
    return f"{seconds / 60:.1f} min" if seconds >= 60 else f"{seconds:.0f} s"  # noqa: PLR2004


def _size(count: float) -> str:
    if count >= 1e9:  # noqa: PLR2004
        return f"{count / 1e9:.1f} GB"
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"  # noqa: PLR2004
