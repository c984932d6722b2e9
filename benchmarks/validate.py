"""`leap validate` of 100 tenants with 20 files each, against reading the same files with a schema.

The files are like the demo's: sources, templates with keywords, patterns,
examples and titles, a preset, overrides. Whole processes, from start to exit,
with nothing kept from before. The named alternative checks less: one process
that parses every file with PyYAML's C loader and validates it with jsonschema
against LEAP's own schemas, each compiled once; it follows no reference, tries
no example, reads no regular expression and no title, and says no line.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from making import scratch
from measuring import CLONE, LEAP, Result, process, timed

TENANTS, LIMIT = 100, 2.0

_ALTERNATIVE = """
import json, sys
from pathlib import Path
import jsonschema, yaml

root, schemas = map(Path, sys.argv[1:])
validators = {
    path.name.partition(".")[0]: jsonschema.Draft202012Validator(json.loads(path.read_text()))
    for path in schemas.glob("*.json")
}
def kind(path):
    parts = path.relative_to(root).parts
    names = {"leap.yaml": "operator", "tenant.yaml": "tenant"}
    return names.get(parts[-1]) or parts[-2].removesuffix("s")

for path in sorted(root.rglob("*.yaml")):
    data = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    for error in validators[kind(path)].iter_errors(data):
        sys.exit(f"{path}: {error.message}")
"""

_SUBJECTS = (
    "Machine Learning", "Linear Algebra", "Topology", "Databases", "Compilers", "Statistics",
    "History of Printing", "Квантовая механика", "Операционные системы", "Optics", "Networks",
    "Number Theory", "Microeconomics", "Phonetics",
)  # fmt: skip

_TEMPLATE = """\
# yaml-language-server: $schema=../../../schemas/template.schema.json
description: The course of the winter term.
match:
  keywords: ["{subject}"]
  patterns: ['^C{number}\\d\\d\\b']
  exclude: {{keywords: [exam, test recording]}}
  sources: [studio]
examples:
  matches: ["{subject}, lecture 3", "C{number}01 introduction"]
  rejects: ["{subject} exam", "Office hours"]
pipeline: lecture
transcribe: {{language: en, vocabulary: [gradient, Hilbert, backpropagation]}}
subtitles: {{line_length: 36}}
metadata:
  title: "{{{{ display_name }}}} | {{{{ topic }}}} ({{{{ record_date }}}})"
  description: |
    {{{{ summary }}}}

    {{{{ chapters }}}}
publish:
  site: {{title: "{{{{ display_name }}}}{{% if topic %}}: {{{{ topic | truncate(60) }}}}{{% endif %}} ({code})"}}
"""


def run(runs: int | None) -> Iterator[Result]:
    """Yield one result: `leap validate`, against the limit and beside the alternative."""
    root = many_tenants()
    ours, theirs = timed(
        runs or 7,
        process(LEAP, "validate", "-C", root),
        process(sys.executable, "-c", _ALTERNATIVE, root, CLONE / "schemas"),
    )
    yield Result("PyYAML's C loader + jsonschema, the same files", str(theirs), "for scale", None)
    yield Result(
        f"leap validate, {TENANTS} tenants x 20 files",
        f"{ours}, {ours.least / theirs.least:.2f} x",
        f"<= {LIMIT:.0f} s",
        ours.median <= LIMIT,
    )


def many_tenants() -> Path:
    """Return a sound repository of 100 tenants with 20 files each."""
    root = scratch() / "tenants"
    _write(root / "leap.yaml", "operator", "folders: [recordings]\nsites: [site]\n")
    stages = "stages: [download, trim, transcribe, topics, subtitles, publish]\n"
    _write(root / "pipelines" / "lecture.yaml", "pipeline", stages)
    for number in range(TENANTS):
        base = root / "tenants" / f"faculty-{number:02}"
        title = f"title: Faculty {number}\ntime_zone: Europe/Berlin\nowners: ['@org/media']\n"
        _write(base / "tenant.yaml", "tenant", title)
        source = f"kind: folder\npath: recordings/{base.name}\nsettle: 90 s\n"
        _write(base / "sources" / "studio.yaml", "source", source)
        preset = f"platform: site\npath: site/{base.name}\nprivacy: public\n"
        _write(base / "presets" / "site.yaml", "preset", preset)
        for index, subject in enumerate(_SUBJECTS):
            code = f"F{number}-C{index}"  # No title is like another.
            text = _TEMPLATE.format(subject=subject, number=10 + index, code=code)
            _write(base / "templates" / f"course-{index:02}.yaml", "template", text)
        for day in range(1, 4):
            override = f"for: {{recording: 2026-11-0{day}-{day:012x}}}\ntrim: {{padding: 2 s}}\n"
            _write(base / "overrides" / f"day-{day}.yaml", "override", override)
    return root


def _write(path: Path, kind: str, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    first = f"# yaml-language-server: $schema=/{kind}.schema.json\n"
    path.write_text(text if text.startswith("# yaml-") else first + text, encoding="utf-8")
