"""YAML files in, one immutable declaration out; or every mistake at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from leap.config.assembly import assemble
from leap.config.checks import check_tree
from leap.config.declaration import Declaration
from leap.config.lasting import check_lasting
from leap.config.override import Override, Recording, fitting
from leap.config.tenant import TenantDeclaration
from leap.config.tree import grow
from leap.errors import ConfigError, Diagnostic


def load(root: Path, *, tenants: Collection[str] | None = None) -> Declaration:
    """Return what the repository at ``root`` declares, for all tenants or the named ones.

    A mistake in the files of a tenant that is not named does no harm. Raises
    ConfigError with every error of all files that were read.
    """
    tree = grow(root.resolve(), tenants)
    errors = [each for each in check_tree(tree) if each.severity == "error"]
    if errors:
        raise ConfigError(errors)
    declaration = assemble(tree)
    assert declaration is not None  # noqa: S101 -- without it there was an error
    return declaration


@dataclass(frozen=True, slots=True)
class Checked:
    """What checking a repository gave: diagnostics by file and line, and what was looked at."""

    diagnostics: tuple[Diagnostic, ...]
    files: int
    tenants: tuple[str, ...]


def check(root: Path, *, tenants: Collection[str] | None = None) -> tuple[Diagnostic, ...]:
    """Return every error and warning of the repository at ``root``, by file and line."""
    return check_files(root, tenants=tenants).diagnostics


def check_files(root: Path, *, tenants: Collection[str] | None = None) -> Checked:
    """Return the same, with how many files of which tenants were read."""
    tree = grow(root.resolve(), tenants)
    found = set(check_tree(tree))
    if all(each.severity != "error" for each in found):
        declaration = assemble(tree)
        found |= set(check_lasting(declaration)) if declaration else set()
    return Checked(tuple(sorted(found, key=by_place)), tree.files, tuple(tree.tenants))


def by_place(diagnostic: Diagnostic) -> tuple[str, int, int, str]:
    """Return what diagnostics are sorted by."""
    return diagnostic.file, diagnostic.line, diagnostic.column, diagnostic.message


def override_for(tenant: TenantDeclaration, recording: Recording) -> Override | None:
    """Return the override of ``recording``, or None.

    Raises ConfigError where two overrides name the same recording.
    """
    fits = fitting(tenant.overrides, recording, tenant.config.time_zone)
    if len(fits) > 1:
        files = " and ".join(each.file for each in fits)
        message = f"{recording.id} has two overrides: {files}"
        raise ConfigError(
            [each.document.error(("for",), message, "keep one of them") for each in fits]
        )
    return fits[0] if fits else None
