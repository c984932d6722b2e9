"""What would be published of a recording, as text and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leap.domain.stage import Stage
from leap.render.terminal import Paint, Row, clean, counted, heading, indented, plain, table


@dataclass(frozen=True, slots=True)
class Preview:
    """What a preset would say of a recording.

    Attributes:
        name: the recording's own name.
        time_zone: in which dates and times are given.
        values: every variable's value.
        unknown: the variables whose value nobody knows yet → the stage that
            finds it out. Their values are their names, as ``‹topic›``.
    """

    tenant: str
    recording: str
    name: str
    template: str
    preset: str
    platform: str
    time_zone: str
    title: str
    description: str
    values: Mapping[str, str]
    unknown: Mapping[str, Stage]


def json_data(preview: Preview) -> dict[str, Any]:
    """Return the JSON data of ``leap preset render --format json``; lengths are in characters."""
    return {
        "tenant": preview.tenant,
        "recording": preview.recording,
        "template": preview.template,
        "preset": preview.preset,
        "platform": preview.platform,
        "time_zone": preview.time_zone,
        "title": {"text": preview.title, "length": len(preview.title)},
        "description": {"text": preview.description, "length": len(preview.description)},
        "variables": {
            name: {
                "value": value,
                "waits_for": preview.unknown[name].value if name in preview.unknown else None,
            }
            for name, value in preview.values.items()
        },
    }


def text(preview: Preview, *, width: int = 80, paint: Paint = plain) -> str:
    """Return title and description as they would be published, and all variables."""
    head = [heading(f"{preview.recording}  {clean(preview.name)}", "", width, paint)]
    head += [
        f"  {word:<8}  {value}"
        for word, value in (
            ("tenant", preview.tenant),
            ("template", preview.template),
            ("preset", f"{preview.preset} ({preview.platform})"),
        )
    ]
    title = [_titled("Title", preview.title, width, paint), *_lines(preview.title, width)]
    description = [
        _titled("Description", preview.description, width, paint),
        *(_lines(preview.description, width) or ["  (empty)"]),
    ]
    blocks = [head, title, description, _variables(preview, width, paint), _notes(preview, width)]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _titled(word: str, content: str, width: int, paint: Paint) -> str:
    return heading(word, counted(len(content), "character"), width, paint)


def _lines(content: str, width: int) -> list[str]:
    """Return ``content`` with its own lines, each wrapped and without control characters."""
    return [
        line
        for each in content.splitlines()
        for line in (indented([clean(each)], 2, width) or [""])
    ]


def _variables(preview: Preview, width: int, paint: Paint) -> list[str]:
    rows = [
        Row(
            (
                (f"  {name}", ""),
                (clean(value), "yellow" if name in preview.unknown else ""),
            )
        )
        for name, value in preview.values.items()
    ]
    laid_out = table(rows, flexible=1, width=width, paint=paint)
    head = heading("Variables", f"times of {preview.time_zone}", width, paint)
    return [head, *(line for lines in laid_out for line in lines)]


def _notes(preview: Preview, width: int) -> list[str]:
    """Return which values are made up, and what finds them out."""
    stages = sorted(set(preview.unknown.values()), key=list(Stage).index)
    return [
        line
        for stage in stages
        for line in indented(
            [
                f"`{stage.value}` has not run: it finds out "
                + ", ".join(f"‹{name}›" for name, each in preview.unknown.items() if each is stage)
                + "."
            ],
            0,
            width,
        )
    ]
