"""Why a recording is treated as it is, told from the declaration as it stands now."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from leap.config import Declaration, Effective, effective, override_for
from leap.config.override import Override
from leap.config.templating import VARIABLES, render
from leap.config.tenant import TenantDeclaration
from leap.config.variables import variables
from leap.domain.explanation import Explanation, Setting, Shown, Verdict
from leap.domain.recording import Observed
from leap.domain.snapshot import RecordingRow
from leap.planning.match import MatchResult, match


def explain_title(
    declaration: Declaration, tenant: str, title: str, source: str | None = None
) -> tuple[Explanation, ...]:
    """Return why a recording called ``title`` would be treated as it would.

    Without ``source`` every source of the tenant is tried; those that make no
    difference are told together.
    """
    declared = declaration.tenants[tenant]
    found: list[Explanation] = []
    for name in [source] if source is not None else list(declared.sources) or [""]:
        one = _explain(declaration, _Case(declared, title, name))
        same = next((each for each in found if replace(each, sources=one.sources) == one), None)
        if same is None:
            found.append(one)
        else:
            index = found.index(same)
            found[index] = replace(same, sources=(*same.sources, *one.sources))
    return tuple(found)


def explain_recording(
    declaration: Declaration, tenant: str, row: RecordingRow, published: Collection[str] = ()
) -> Explanation:
    """Return why the recording ``row`` is treated as it is.

    ``published`` are the presets that it is published to: then it keeps its template.
    """
    declared = declaration.tenants[tenant]
    return _explain(declaration, _Case(declared, row.title, row.source, row, bool(published)))


@dataclass(frozen=True, slots=True)
class _Case:
    """What is to be explained; without ``row`` a title that could be a recording's."""

    declared: TenantDeclaration
    title: str
    source: str
    row: RecordingRow | None = None
    is_published: bool = False

    @property
    def override(self) -> Override | None:
        return override_for(self.declared, self.row) if self.row is not None else None

    @property
    def bound(self) -> str | None:
        """The template that a published recording keeps, if it still exists."""
        names = {template.name for template in self.declared.templates}
        if self.row is None or not self.is_published or self.row.template not in names:
            return None
        return self.row.template


def _explain(declaration: Declaration, case: _Case) -> Explanation:
    declared, row = case.declared, case.row
    matched = match(_observed(case), declared.templates)
    first = matched.template.name if matched.template else None
    taken_by = case.bound or first
    others = [name for name in (first, *matched.runners_up) if name and name != taken_by]
    bound = ""
    if case.bound and case.bound != first:
        instead = f"`{first}` would take it now" if first else "no template would take it now"
        bound = f"it keeps its template because it is published; {instead}"
    override = case.override
    told = Explanation(
        tenant=declared.name,
        title=case.title,
        sources=(case.source,) if case.source else (),
        recording=row.id if row is not None else None,
        verdicts=tuple(_verdicts(declared, matched)),
        taken_by=taken_by,
        rule=next((v.rule for v in matched.considered if v.template == taken_by), matched.rule),
        next=others[0] if others else None,
        tie=matched.tie and taken_by == first,
        bound=bound,
        override=override.file if override is not None else None,
        skip=_skip(row, override),
    )
    if taken_by is None:
        return told
    merged = effective(declaration, declared.name, taken_by, override)
    return replace(
        told,
        pipeline=merged.pipeline,
        stages=merged.stages,
        settings=tuple(_settings(merged)),
        publications=tuple(_publications(declared, merged, case)),
    )


def _observed(case: _Case) -> Observed:
    """Return what matching looks at: title and source."""
    never = datetime.fromtimestamp(0, UTC)
    return Observed(case.source, "", "", "", "", "", case.title, never, 0)


def _verdicts(declared: TenantDeclaration, matched: MatchResult) -> Iterator[Verdict]:
    for each in matched.considered:
        template = declared.template(each.template)
        yield Verdict(template.name, template.priority, each.fits, each.rule, template.file)
    for template in declared.templates:
        if template.draft:
            rule = "a draft takes nothing"
            yield Verdict(template.name, template.priority, False, rule, template.file)


def _skip(row: RecordingRow | None, override: Override | None) -> str:
    if override is not None and override.skip:
        return f"{override.reason} ({override.file})"
    return row.reason if row is not None and row.skip is not None else ""


def _settings(merged: Effective) -> Iterator[Setting]:
    written = merged.written()
    for path, origin in merged.origins().items():
        # What a publication says is told where it is decided for this publication.
        if path in ("metadata.title", "metadata.description") and merged.publications:
            continue
        yield Setting(path, written[path], origin.layer, origin.file, origin.line)


def _publications(declared: TenantDeclaration, merged: Effective, case: _Case) -> Iterator[Shown]:
    values = {name: f"‹{name}›" for name in VARIABLES}
    values |= {"display_name": case.title, "tenant": declared.config.title}
    if case.row is not None:
        known = variables(
            title=case.title,
            started_at=case.row.started_at,
            duration=case.row.duration or 0,
            recording=case.row.id,
            tenant=declared.config.title,
            time_zone=declared.config.time_zone,
            date_format=merged.metadata.date_format,
        )
        # The length is the trimmed one, and that is not known here.
        dated = [name for name in known if name.startswith("record_")]
        values |= {name: known[name] for name in (*dated, "recording_id")}
    for name, publication in merged.publications.items():
        title = render(publication.title, values) if publication.title else case.title
        yield Shown(name, publication.platform, title)
