"""One declaration over a catalogue: what it wants for every recording that is known."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from leap.config import Declaration, Effective, effective, override_for
from leap.config.templating import render
from leap.config.variables import variables
from leap.domain.catalogue import Catalogue, CatalogueEntry
from leap.domain.demand import Taking
from leap.domain.expense import Expense
from leap.domain.recording import Listing, Observed
from leap.domain.snapshot import Actual, PublicationFact, RecordingRow
from leap.domain.stage import Stage
from leap.errors import LeapError
from leap.planning.cost import expected
from leap.planning.desired import Desired, desire
from leap.planning.match import match
from leap.planning.quota import taking

#: The same inputs give the same answer: there is no now in it.
_THEN = datetime(2000, 1, 1, tzinfo=UTC)
#: What only a run knows stands in rendered titles by its name.
_UNKNOWN = (
    *("topic", "topics", "chapters", "summary", "questions"),
    *("duration", "duration_hm", "publish_date", "publish_date_iso", "publish_time_hm"),
)


@dataclass
class Side:
    """What ``declaration`` wants for every recording of ``catalogue``, by id in ``wishes``.

    Raises ConfigError where its settings contradict each other for a recording.
    """

    declaration: Declaration
    tenant: str
    catalogue: Catalogue
    wishes: dict[str, Desired] = field(init=False)
    _effective: dict[tuple[str, str], Effective] = field(default_factory=dict)

    def __post_init__(self) -> None:
        entries = self.catalogue.recordings
        listings = [
            Listing(source, tuple(_observed(e) for e in entries if e.source == source and e.listed))
            for source in self.declaration.tenants[self.tenant].sources
        ]
        actual = Actual(
            self.tenant,
            recordings={entry.id: _row(entry) for entry in entries},
            publications={entry.id: _facts(entry) for entry in entries if entry.published},
        )
        wishes = desire(self.declaration, self.tenant, listings, actual, _THEN)
        self.wishes = {each.row.id: each for each in wishes}

    def matching(self, entry: CatalogueEntry) -> str | None:
        """Return the template whose rules fit, whatever the recording is bound to."""
        found = match(_observed(entry), self.declaration.tenants[self.tenant].templates)
        return found.template.name if found.template else None

    def texts(self, entry: CatalogueEntry, row: RecordingRow, preset: str) -> tuple[str, str]:
        """Return title and description as they would be published, as far as is known."""
        declared = self.declaration.tenants[self.tenant]
        settings = self._settings(row)
        values = dict(
            variables(
                title=entry.title,
                started_at=entry.started_at,
                duration=0.0,
                recording=entry.id,
                tenant=declared.config.title,
                time_zone=declared.config.time_zone,
                date_format=settings.metadata.date_format,
            )
        )
        values |= {name: f"‹{name}›" for name in _UNKNOWN}
        publication = settings.publications[preset]
        try:
            values["title"] = render(publication.title, values) or values["display_name"]
            return values["title"], render(publication.description, values)
        except LeapError as error:
            return f"‹{error.message}›", ""

    def expenses(self, row: RecordingRow, stages: Iterable[Stage]) -> tuple[Expense, ...]:
        """Return what those of ``stages`` that ask a cloud are expected to cost."""
        settings, operator = self._settings(row), self.declaration.operator
        found = (expected(operator, settings, stage, row.duration) for stage in stages)
        return tuple(each for each in found if each is not None)

    def taking(
        self, row: RecordingRow, preset: str, parts: Collection[str], known: PublicationFact | None
    ) -> Taking:
        """Return what it takes of an app's day to bring about ``parts`` of a publication."""
        publication = self._settings(row).publications[preset]
        operator = self.declaration.operator
        return taking(operator, self.tenant, row.id, publication, parts, known)

    def _settings(self, row: RecordingRow) -> Effective:
        override = override_for(self.declaration.tenants[self.tenant], row)
        here = row.template or "", override.file if override else ""
        if here not in self._effective:
            self._effective[here] = effective(self.declaration, self.tenant, here[0], override)
        return self._effective[here]


def _observed(entry: CatalogueEntry) -> Observed:
    return Observed(
        source=entry.source,
        source_kind="catalogue",
        account="",
        external_id=entry.id,
        locator=entry.id,
        revision=entry.revision,
        title=entry.title,
        started_at=entry.started_at,
        size=entry.size,
        duration=entry.duration,
        settled_at=None if entry.revision else _THEN,
    )


def _row(entry: CatalogueEntry) -> RecordingRow:
    return RecordingRow(
        id=entry.id,
        source=entry.source,
        source_kind="catalogue",
        account="",
        external_id=entry.id,
        locator=entry.id,
        revision=entry.revision,
        title=entry.title,
        started_at=entry.started_at,
        size=entry.size,
        duration=entry.duration,
        template=entry.template,
        skip=entry.skip,
        reason="",
        settled_at=None,
        listed=entry.listed,
        wanted=None,
        since=_THEN,
    )


def _facts(entry: CatalogueEntry) -> tuple[PublicationFact, ...]:
    return tuple(
        PublicationFact(each.preset, each.platform, "applied", _THEN, external_id="known")
        for each in entry.published
    )
