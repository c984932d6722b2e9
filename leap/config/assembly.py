"""From a tree of sound files to the declaration: paths made absolute, templates in order."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from leap import __version__
from leap.config.declaration import Declaration
from leap.config.operator import Operator
from leap.config.paths import resolved
from leap.config.presets import AnyPreset, SitePreset
from leap.config.source import AnySource, FolderSource
from leap.config.storage import Bucket
from leap.config.tenant import Tenant, TenantDeclaration
from leap.config.thumbnails import Picture, picture_name, pictures
from leap.config.tree import Branch, Entry, Tree
from leap.domain.fingerprint import digest

_DATABASE = "LEAP_DATABASE_URL"


def assemble(tree: Tree) -> Declaration | None:
    """Return the declaration of what is sound in ``tree``.

    Files with errors are left out, and so are tenants without a sound
    tenant.yaml; None where leap.yaml itself is not sound.
    """
    if tree.operator.model is None:
        return None
    operator = _operator(tree)
    shown = {name: _pictures(tree, name, branch) for name, branch in tree.tenants.items()}
    tenants = {
        name: _tenant(tree, operator, name, branch, branch.tenant.model, shown[name])
        for name, branch in tree.tenants.items()
        if branch.tenant is not None and branch.tenant.model is not None
    }
    return Declaration(
        root=tree.root,
        operator=operator,
        pipelines=_models(tree.pipelines),
        tenants=MappingProxyType(tenants),
        digest=_digest_of(_entries(tree), [each for each in shown.values() if each]),
        digests=MappingProxyType(_digests(tree, shown)),
    )


def _digests(tree: Tree, shown: Mapping[str, Mapping[str, Picture]]) -> dict[str, str]:
    common = _digest_of([tree.operator, *tree.pipelines.values()])
    return {
        name: digest([__version__, common, _digest_of(_entries_of(branch), [shown[name]])])
        for name, branch in tree.tenants.items()
    }


def _digest_of(entries: Iterable[Entry], shown: Iterable[Mapping[str, Picture]] = ()) -> str:
    """Return the digest of what files say, and of the pictures that they name."""
    data = {entry.document.file: entry.document.data for entry in entries}
    return digest(
        data | {each.file: each.sha256 for pictures in shown for each in pictures.values()}
    )


def _pictures(tree: Tree, tenant: str, branch: Branch) -> Mapping[str, Picture]:
    named = (name for _, _, name in branch.thumbnails())
    return pictures(tree.root, tenant, {picture_name(name) for name in named})


def _operator(tree: Tree) -> Operator:
    operator: Operator = tree.operator.model
    return operator.model_copy(
        update={
            "place": _with_whole_folder(tree, operator.place),
            "cache": operator.cache.model_copy(
                update={"path": resolved(tree.root, operator.cache.path)}
            ),
            "folders": tuple(resolved(tree.root, path) for path in operator.folders),
            "models": tuple(resolved(tree.root, path) for path in operator.models),
            "sites": tuple(resolved(tree.root, path) for path in operator.sites),
            "database": os.environ.get(_DATABASE) or operator.database,
        }
    )


def _with_whole_folder(tree: Tree, place: Path | Bucket) -> Path | Bucket:
    if isinstance(place, Bucket):
        return replace(place, folder=resolved(tree.root, place.folder))
    return resolved(tree.root, place)


def _tenant(
    tree: Tree,
    operator: Operator,
    name: str,
    branch: Branch,
    config: Tenant,
    shown: Mapping[str, Picture],
) -> TenantDeclaration:
    templates = _models(branch.templates).values()
    sources: Mapping[str, AnySource] = _models(branch.sources)
    presets: Mapping[str, AnyPreset] = _models(branch.presets)
    default = operator.sites[0] / name
    return TenantDeclaration(
        name=name,
        config=config,
        sources=MappingProxyType(
            {key: _with_whole_path(tree, source) for key, source in sources.items()}
        ),
        templates=tuple(sorted(templates, key=lambda each: (-each.priority, each.name))),
        presets=MappingProxyType(
            {key: _with_site(tree, preset, default) for key, preset in presets.items()}
        ),
        overrides=tuple(_models(branch.overrides).values()),
        pictures=MappingProxyType(shown),
    )


def _with_whole_path(tree: Tree, source: AnySource) -> AnySource:
    if not isinstance(source, FolderSource):
        return source
    return source.model_copy(update={"path": resolved(tree.root, source.path)})


def _with_site(tree: Tree, preset: AnyPreset, default: Path) -> AnyPreset:
    if not isinstance(preset, SitePreset):
        return preset
    return preset.model_copy(update={"path": resolved(tree.root, preset.path or default)})


def _models(entries: Mapping[str, Entry]) -> Mapping[str, Any]:
    return MappingProxyType(
        {name: entry.model for name, entry in entries.items() if entry.model is not None}
    )


def _entries(tree: Tree) -> Iterator[Entry]:
    yield tree.operator
    yield from tree.pipelines.values()
    for branch in tree.tenants.values():
        yield from _entries_of(branch)


def _entries_of(branch: Branch) -> Iterator[Entry]:
    if branch.tenant is not None:
        yield branch.tenant
    for group in (branch.sources, branch.templates, branch.presets, branch.overrides):
        yield from group.values()
