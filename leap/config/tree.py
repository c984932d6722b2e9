"""A repository as it was read: documents and models by place, sound or not."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from leap.config.complaints import MAX_SHOWN, diagnose, did_you_mean, rest, shown
from leap.config.document import Document
from leap.config.document import Path as Place
from leap.config.events import MAX_BYTES
from leap.config.files import read_file
from leap.config.model import Declared, declare
from leap.config.operator import Operator
from leap.config.override import Override
from leap.config.pipeline import Pipeline
from leap.config.presets import PRESETS
from leap.config.reader import read
from leap.config.repository import OPERATOR, File, Found, Kind, find
from leap.config.source import SOURCES
from leap.config.template import Template
from leap.config.tenant import Tenant
from leap.errors import Diagnostic

_MODELS: Mapping[Kind, type[Declared]] = {
    "operator": Operator,
    "pipeline": Pipeline,
    "tenant": Tenant,
    "template": Template,
    "override": Override,
}
#: Kinds with a union of models: the key that tells them apart, and the models.
_UNIONS: Mapping[Kind, tuple[str, Mapping[str, type[Declared]]]] = {
    "source": ("kind", SOURCES),
    "preset": ("platform", PRESETS),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: what it says, and the model of it, or None where it has errors."""

    name: str
    document: Document
    model: Any


@dataclass(slots=True)
class Branch:
    """The files of one tenant, by kind and name."""

    tenant: Entry | None = None
    sources: dict[str, Entry] = field(default_factory=dict)
    templates: dict[str, Entry] = field(default_factory=dict)
    presets: dict[str, Entry] = field(default_factory=dict)
    overrides: dict[str, Entry] = field(default_factory=dict)

    def publications(self) -> Iterator[tuple[Document, Place, Mapping[str, Any]]]:
        """Yield everything said of publications: where, and what, as it was written."""
        for preset in self.presets.values():
            yield preset.document, (), preset.document.data
        for entry in (*self.templates.values(), *self.overrides.values()):
            publish = entry.document.data.get("publish")
            for name, said in publish.items() if isinstance(publish, Mapping) else ():
                if isinstance(said, Mapping):
                    yield entry.document, ("publish", name), said

    def thumbnails(self) -> Iterator[tuple[Document, Place, str]]:
        """Yield every picture that is named, and where."""
        for document, path, said in self.publications():
            if isinstance(said.get("thumbnail"), str):
                yield document, (*path, "thumbnail"), said["thumbnail"]


@dataclass(slots=True)
class Tree:
    """The files of a repository. A broken file is an entry too, so that its name is known."""

    root: Path
    operator: Entry
    pipelines: dict[str, Entry] = field(default_factory=dict)
    tenants: dict[str, Branch] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    files: int = 0


def grow(root: Path, tenants: Collection[str] | None = None) -> Tree:
    """Read every file of the repository at ``root`` (of the named tenants)."""
    found: Found = find(root, tenants)
    tree = Tree(root, Entry("leap", Document(OPERATOR), None), diagnostics=found.diagnostics)
    tree.files = len(found.files)
    tree.tenants = {name: Branch() for name in found.tenants}
    for file in found.files:
        entry = _read(tree, file)
        if file.kind == "operator":
            tree.operator = entry
        elif file.kind == "pipeline":
            tree.pipelines[file.name] = entry
        elif file.kind == "tenant":
            tree.tenants[file.name].tenant = entry
        else:
            branch = tree.tenants[str(file.tenant)]
            getattr(branch, f"{file.kind}s")[file.name] = entry
    return tree


def _read(tree: Tree, file: File) -> Entry:
    try:
        content = read_file(tree.root / file.path, MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        tree.diagnostics.append(Diagnostic(file.path, 0, 0, f"cannot be read: {reason}"))
        return Entry(file.name, Document(file.path), None)
    document, problems = read(content, file.path)
    tree.diagnostics += [*problems[:MAX_SHOWN], *rest(file.path, len(problems))]
    if problems and not document.data:
        return Entry(file.name, document, None)
    document = _with_bare_presets(document)
    model = _model_of(tree, file, document)
    if model is None:
        return Entry(file.name, document, None)
    try:
        declared = declare(model, file.name, document)
    except ValidationError as error:
        tree.diagnostics += diagnose(error, model, document)
        return Entry(file.name, document, None)
    return Entry(file.name, document, None if problems else declared)


def _model_of(tree: Tree, file: File, document: Document) -> type[Declared] | None:
    if file.kind in _MODELS:
        return _MODELS[file.kind]
    key, models = _UNIONS[file.kind]
    chosen = document.data.get(key)
    if isinstance(chosen, str) and chosen in models:
        return models[chosen]
    names = ", ".join(f"`{name}`" for name in models)
    if chosen is None:
        problem = document.error((), f"the key `{key}` is missing", f"there is {names}")
    else:
        hint = did_you_mean(str(chosen), models) or f"there is {names}"
        problem = document.error((key,), f"{shown(chosen)} is not a {key}", hint)
    tree.diagnostics.append(problem)
    return None


def _with_bare_presets(document: Document) -> Document:
    """Give a preset that is named without a value (``site:``) an empty mapping.

    Elsewhere nothing means "not given"; here the name itself says: publish there.
    """
    if ("publish",) not in document.keys:
        return document
    publish = document.data.get("publish")
    names = [path[1] for path in document.keys if len(path) == 2 and path[0] == "publish"]  # noqa: PLR2004
    if publish is None and names:
        publish = {}
    if not isinstance(publish, Mapping) or all(name in publish for name in names):
        return document
    whole = {str(name): publish.get(str(name), {}) for name in names}
    data = {**document.data, "publish": whole}
    return Document(document.file, data, document.positions, document.keys)
