"""Which accounts a tenant's files name, and where; sound or not."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from leap.config.source import AnySource
from leap.config.tree import Branch, grow


@dataclass(frozen=True, slots=True)
class Use:
    """A source or a preset that names an account; ``model`` is a sound source's."""

    role: Literal["source", "preset"]
    name: str
    vendor: str
    model: AnySource | None = None


#: Accounts by name, with everything that names them.
Accounts = Mapping[str, tuple[Use, ...]]


def accounts_in(root: Path, tenants: Collection[str] | None = None) -> Mapping[str, Accounts]:
    """Return by tenant the accounts that its files name, of all tenants or the named ones.

    Mistakes elsewhere in the files do no harm: an account that is yet to be
    set up is one of them.
    """
    tree = grow(root.resolve(), tenants)
    return {name: _of(branch) for name, branch in tree.tenants.items()}


def _of(branch: Branch) -> Accounts:
    found: dict[str, list[Use]] = {}
    for entry in branch.sources.values():
        account, kind = entry.document.data.get("account"), entry.document.data.get("kind")
        if isinstance(account, str):
            found.setdefault(account, []).append(Use("source", entry.name, str(kind), entry.model))
    for entry in branch.presets.values():
        account, platform = entry.document.data.get("account"), entry.document.data.get("platform")
        if isinstance(account, str):
            found.setdefault(account, []).append(Use("preset", entry.name, str(platform)))
    return {account: tuple(uses) for account, uses in sorted(found.items())}
