"""Why a recording is treated as it is, for people and as JSON data.

ML lecture 3                                                            demo
  template  ml: keyword "ml"
  next      ai, by its name alone: the priorities are equal
  pipeline  lecture: download → trim → transcribe → topics → subtitles → publish

Templates, in matching order
  + ml     10  keyword "ml"
  ~ ai     10  keyword "machine"
  · exams   0  excluded by keyword "exam"

Settings that somebody decided (23 more are built in; --all shows them)
  subtitles.line_length  38  tenants/demo/templates/ml.yaml:14

Publications
  site  ML lecture 3 (2026-11-20)
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from leap.domain.explanation import Explanation, Setting, Verdict
from leap.render.terminal import Paint, Row, clean, cut, heading, indented, plain, table

_BUILT_IN = "built-in"
#: Longer values are cut; the shorter, the more places stand beside them.
_LONGEST_VALUE, _LONGEST_OF_ALL = 20, 60
_LABEL = 10


def text(
    explanations: Sequence[Explanation],
    *,
    statuses: Sequence[str] = (),
    width: int = 80,
    paint: Paint = plain,
    whole: bool = False,
) -> str:
    """Return ``explanations`` as text without a final newline; settings where there is one.

    Args:
        statuses: where the recordings stand, in words; as many as explanations, or none.
        width: columns of the terminal.
        paint: how to colour.
        whole: also the settings that nobody decided.
    """
    if len(explanations) == 1:
        (told,) = explanations
        blocks = [
            _head(told, statuses[0] if statuses else "", width, paint),
            _templates(told, width, paint),
            _settings(told.settings, width, paint, whole=whole),
            _publications(told, width, paint),
        ]
    else:
        blocks = [
            block
            for told in explanations
            for block in (_head(told, "", width, paint), _templates(told, width, paint))
        ]
        if any(told.taken_by for told in explanations):
            blocks.append(["Its settings: say which it is with --tenant or --source."])
    return "\n\n".join("\n".join(block) for block in blocks if block)


def json_data(explanations: Sequence[Explanation], statuses: Sequence[str] = ()) -> dict[str, Any]:
    """Return ``explanations`` as JSON data: the interface of ``leap explain --format json``."""
    return {
        "explanations": [
            {
                "tenant": each.tenant,
                "title": each.title,
                "sources": list(each.sources),
                "recording": each.recording,
                "status": statuses[index] if statuses else None,
                "template": each.taken_by,
                "rule": each.rule,
                "bound": each.bound or None,
                "next": each.next,
                "tie": each.tie,
                "skip": each.skip or None,
                "override": each.override,
                "templates": [
                    {
                        "template": verdict.template,
                        "priority": verdict.priority,
                        "fits": verdict.fits,
                        "rule": verdict.rule,
                        "file": verdict.file,
                    }
                    for verdict in each.verdicts
                ],
                "pipeline": each.pipeline or None,
                "stages": [stage.value for stage in each.stages],
                "settings": [
                    {
                        "path": setting.path,
                        "value": setting.value,
                        "layer": setting.layer,
                        "file": setting.file or None,
                        "line": setting.line or None,
                    }
                    for setting in each.settings
                ],
                "publications": [
                    {"preset": shown.preset, "platform": shown.platform, "title": shown.title}
                    for shown in each.publications
                ],
            }
            for index, each in enumerate(explanations)
        ]
    }


def _head(told: Explanation, status: str, width: int, paint: Paint) -> list[str]:
    title = clean(told.title) or told.recording or "(no title)"
    return [heading(title, told.tenant, width, paint), *_summary(told, status, width, paint)]


def _summary(told: Explanation, status: str, width: int, paint: Paint) -> Iterable[str]:
    """Return what matters most, one fact on a line."""
    if told.taken_by is None:
        yield from _fact("template", paint("none", "yellow") + f": {clean(told.rule)}", width)
    else:
        yield from _fact("template", f"{told.taken_by}: {clean(told.rule)}", width)
    yield from _fact("", told.bound, width)
    if told.next:
        why = ", by its name alone: the priorities are equal" if told.tie else ""
        yield from _fact("next", f"{told.next}{why}", width)
    yield from _fact("recording", told.recording or "", width)
    yield from _fact("source", " or ".join(told.sources), width)
    yield from _fact("status", clean(status), width)
    if told.skip and not status:
        yield from _fact("skipped", clean(told.skip), width)
    yield from _fact("override", told.override or "", width)
    if told.pipeline:
        stages = " → ".join(stage.value for stage in told.stages)
        yield from _fact("pipeline", f"{told.pipeline}: {stages}", width)


def _fact(label: str, words: str, width: int) -> list[str]:
    lines = indented([words], _LABEL + 3, width)
    if lines:
        lines[0] = f"  {label:<{_LABEL}} {lines[0].lstrip()}"
    return lines


def _templates(told: Explanation, width: int, paint: Paint) -> list[str]:
    rows = [_verdict(each, told) for each in told.verdicts]
    laid_out = table(rows, flexible=0, width=width, paint=paint, below=8, mixed=True)
    lines = [line for lines in laid_out for line in lines]
    return [paint("Templates, in matching order", "bold"), *lines] if lines else []


def _verdict(verdict: Verdict, told: Explanation) -> Row:
    if verdict.template == told.taken_by:
        sign, colour = "+", "green"
    else:
        sign, colour = ("~", "yellow") if verdict.fits else ("·", "dim")
    return Row(
        cells=((f"  {sign} {verdict.template}", colour), (f"{verdict.priority:>4}", "dim")),
        note=clean(verdict.rule),
    )


def _settings(settings: Sequence[Setting], width: int, paint: Paint, *, whole: bool) -> list[str]:
    """Return the settings by section, those that somebody decided first."""
    if not settings:
        return []
    decided = [each for each in settings if each.layer != _BUILT_IN]
    others = [each for each in settings if each.layer == _BUILT_IN]
    rest = f" ({len(others)} more are built in; --all shows them)" if not whole else ""
    lines = [paint("Settings that somebody decided", "bold") + rest]
    longest = _LONGEST_OF_ALL if whole else _LONGEST_VALUE
    lines += _values(decided, longest, width, paint) or ["  none"]
    if whole:
        lines += ["", paint("Built in", "bold"), *_values(others, longest, width, paint)]
    return lines


def _values(settings: Sequence[Setting], longest: int, width: int, paint: Paint) -> list[str]:
    rows = [
        Row(
            cells=((f"  {each.path}", ""), (cut(_value(each.value), longest), "cyan")),
            note=f"{each.file}:{each.line}" if each.file else "",
        )
        for each in settings
    ]
    laid_out = table(rows, flexible=1, width=width, paint=paint, below=6, mixed=True)
    return [line for lines in laid_out for line in lines]


def _value(value: Any) -> str:
    """Return a value as YAML would have it, on one line."""
    written = isinstance(value, str) and value == clean(value) and value != ""
    text = str(value) if written else json.dumps(value, ensure_ascii=False)
    return clean(text)


def _publications(told: Explanation, width: int, paint: Paint) -> list[str]:
    rows = [
        Row(cells=((f"  {shown.preset}", ""), (shown.platform, "dim")), note=clean(shown.title))
        for shown in told.publications
    ]
    laid_out = table(rows, flexible=0, width=width, paint=paint, below=6, mixed=True)
    lines = [line for lines in laid_out for line in lines]
    return [paint("Publications", "bold") + ", with their titles", *lines] if lines else []
