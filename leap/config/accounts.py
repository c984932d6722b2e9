"""Which accounts a tenant's files name, and where; sound or not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from leap.config.declaration import Declaration
from leap.config.document import Document
from leap.config.presets import AnyPreset
from leap.config.source import AnySource
from leap.config.tree import Branch, Tree, grow

#: What names an account of its own.
Named: TypeAlias = AnySource | AnyPreset

#: The sections of settings that may name an account.
_PAYING = (("transcribe",), ("topics",), ("topics", "fallback"))


@dataclass(frozen=True, slots=True)
class Use:
    """What names an account; ``model`` is a sound source's or preset's."""

    role: Literal["source", "preset", "settings"]
    name: str
    vendor: str
    model: Named | None = None


#: Accounts by name, with everything that names them.
Accounts = Mapping[str, tuple[Use, ...]]


def accounts_in(root: Path, tenants: Collection[str] | None = None) -> Mapping[str, Accounts]:
    """Return by tenant the accounts that its files name, of all tenants or the named ones.

    Mistakes elsewhere in the files do no harm: an account that is yet to be
    set up is one of them.
    """
    tree = grow(root.resolve(), tenants)
    return {name: _of(tree, branch) for name, branch in tree.tenants.items()}


def accounts_of(declaration: Declaration, tenant: str) -> Accounts:
    """Return the accounts that the settings of ``tenant`` name, of a sound declaration."""
    declared = declaration.tenants[tenant]
    used = {template.pipeline for template in declared.templates}
    layers = [
        declaration.operator.document,
        *(pipeline.document for name, pipeline in declaration.pipelines.items() if name in used),
        declared.config.document,
        *(each.document for each in declared.templates),
        *(each.document for each in declared.overrides),
    ]
    return _gathered(_paying(layers))


def _of(tree: Tree, branch: Branch) -> Accounts:
    found: list[tuple[str, Use]] = []
    for entry in branch.sources.values():
        account, kind = entry.document.data.get("account"), entry.document.data.get("kind")
        if isinstance(account, str):
            found.append((account, Use("source", entry.name, str(kind), entry.model)))
    for entry in branch.presets.values():
        account, platform = entry.document.data.get("account"), entry.document.data.get("platform")
        if isinstance(account, str):
            found.append((account, Use("preset", entry.name, str(platform), entry.model)))
    used = {entry.document.data.get("pipeline") for entry in branch.templates.values()}
    layers = [
        tree.operator.document,
        *(entry.document for name, entry in tree.pipelines.items() if name in used),
        *([branch.tenant.document] if branch.tenant else []),
        *(entry.document for entry in branch.templates.values()),
        *(entry.document for entry in branch.overrides.values()),
    ]
    return _gathered([*found, *_paying(layers)])


def _paying(layers: Iterable[Document]) -> Iterator[tuple[str, Use]]:
    """Yield the accounts that settings name, the outermost layer first.

    One that does not say for which vendor is for the one that was named last.
    """
    vendors: dict[tuple[str, ...], str] = {}
    for document in layers:
        for section in _PAYING:
            said = _section(document, section)
            vendor, account = said.get("with"), said.get("account")
            if isinstance(vendor, str):
                vendors[section] = vendor
            if isinstance(account, str):
                yield account, Use("settings", document.file, vendors.get(section, ""))


def _section(document: Document, path: Iterable[str]) -> Mapping[str, Any]:
    for data in (document.data, document.data.get("defaults")):
        found: Any = data
        for name in path:
            found = found.get(name) if isinstance(found, Mapping) else None
        if isinstance(found, Mapping):
            return found
    return {}


def _gathered(found: Iterable[tuple[str, Use]]) -> Accounts:
    by_name: dict[str, list[Use]] = {}
    for account, use in found:
        by_name.setdefault(account, []).append(use)
    return {account: tuple(uses) for account, uses in sorted(by_name.items())}
