"""Which values two declarations write differently, and in which lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from leap.config import Declaration, TenantDeclaration
from leap.config.document import Document, Path
from leap.domain.speculation import Edit

_LONGEST = 200


def shared_edits(base: Declaration | None, head: Declaration) -> tuple[Edit, ...]:
    """Return the edits of leap.yaml and of pipelines."""
    return _edits(_shared(base) if base else {}, _shared(head))


def tenant_edits(
    base: TenantDeclaration | None, head: TenantDeclaration | None
) -> tuple[Edit, ...]:
    """Return the edits of a tenant's files, by file and line; pictures come last."""
    files = _edits(_files(base) if base else {}, _files(head) if head else {})
    return (*files, *_pictures(base, head))


def _pictures(base: TenantDeclaration | None, head: TenantDeclaration | None) -> Iterator[Edit]:
    """Yield the thumbnails that are named by both and show something else now."""
    if base is None or head is None:
        return
    for name, picture in sorted(head.pictures.items()):
        before = base.pictures.get(name)
        if before is not None and before.sha256 != picture.sha256:
            yield Edit(picture.file, 0, "", "a picture", "another picture")


def _shared(declaration: Declaration) -> dict[str, Document]:
    found = [declaration.operator.document]
    found += [pipeline.document for pipeline in declaration.pipelines.values()]
    return {document.file: document for document in found}


def _files(tenant: TenantDeclaration) -> dict[str, Document]:
    found = [tenant.config.document]
    found += [source.document for source in tenant.sources.values()]
    found += [template.document for template in tenant.templates]
    found += [preset.document for preset in tenant.presets.values()]
    found += [override.document for override in tenant.overrides]
    return {document.file: document for document in found}


def _edits(base: Mapping[str, Document], head: Mapping[str, Document]) -> tuple[Edit, ...]:
    found: list[Edit] = []
    for file in sorted({*base, *head}):
        if file not in head:
            found.append(Edit(file, 0, "", "a file", None))
        elif file not in base:
            found.append(Edit(file, 0, "", None, "a file"))
        else:
            lines = _compare(head[file], (), base[file].data, head[file].data)
            found += sorted(lines, key=lambda edit: (edit.line, edit.path))
    return tuple(found)


def _compare(document: Document, path: Path, before: Any, after: Any) -> Iterator[Edit]:
    """Yield the leaves that differ; a list is compared as a whole."""
    if before == after and type(before) is type(after):
        return
    if isinstance(before, Mapping | None) and isinstance(after, Mapping | None):
        old, new = before or {}, after or {}
        if old or new:
            for key in sorted({*old, *new}):
                yield from _compare(document, (*path, key), old.get(key), new.get(key))
            return
    # A key that is gone is shown where it stood: at what stands around it.
    line, _ = document.position(path, key=True)
    yield Edit(document.file, line, ".".join(map(str, path)), _written(before), _written(after))


def _written(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        text = value
    else:
        text = json.dumps(value, ensure_ascii=False)
    return text if text is None or len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
