"""What a publication says of its lecture: the values of the variables, title and description."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from leap.config import Effective, PublicationSettings
from leap.config.tenant import TenantDeclaration
from leap.domain.snapshot import RecordingRow
from leap.domain.topics import Break, Outline


@dataclass(frozen=True, slots=True)
class Texts:
    """A title and a description as they are published."""

    title: str
    description: str


def values_of(
    declared: TenantDeclaration,
    settings: Effective,
    row: RecordingRow,
    *,
    duration: float,
    outline: Outline | None,
    breaks: Sequence[Break],
    language: str,
    published_at: datetime,
) -> dict[str, str]:
    """Return the value of every variable but ``title``.

    Args:
        declared: what the recording's tenant declares.
        settings: those of the recording.
        row: the recording.
        duration: of the trimmed video, in seconds.
        outline: None where the pipeline finds no topics.
        breaks: the breaks that were found with the topics.
        language: what is spoken, as a BCP 47 code.
        published_at: aware.
    """
    from leap.config.variables import variables
    from leap.domain.chapters import chapter_text

    chapters = chapter_text(outline.topics, breaks, language=language) if outline else ""
    found = variables(
        title=row.title,
        started_at=row.started_at,
        duration=duration,
        recording=row.id,
        tenant=declared.config.title,
        time_zone=declared.config.time_zone,
        date_format=settings.metadata.date_format,
        outline=outline,
        chapters=chapters,
        published_at=published_at,
    )
    return dict(found)


def rendered(publication: PublicationSettings, values: Mapping[str, str]) -> Texts:
    """Return title and description with ``values`` in the place of variables. Raises BadInput."""
    from leap.config.templating import render

    # An emoji or nothing at all is a title too; a publication needs a readable one.
    title = render(publication.title, values) or values["display_name"]
    return Texts(title, render(publication.description, {**values, "title": title}))
