"""Which files a repository has. A file's path says what it is and what it is called.

leap.yaml                                the operator
pipelines/<name>.yaml
tenants/<tenant>/tenant.yaml
tenants/<tenant>/{sources,templates,presets,overrides}/<name>.yaml
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from leap.config.model import NAME_HINT, NAME_PATTERN
from leap.errors import Diagnostic

Kind = Literal["operator", "pipeline", "tenant", "source", "template", "preset", "override"]

OPERATOR: Final = "leap.yaml"
FOLDERS: Final[dict[str, Kind]] = {
    "sources": "source",
    "templates": "template",
    "presets": "preset",
    "overrides": "override",
}
#: The tenant's encrypted credentials, which leap.secrets reads.
SECRETS: Final = "secrets.sops.yaml"
_OTHERS = ("thumbnails", SECRETS)

MAX_FILES = 2000
MAX_TENANT_BYTES = 5 * 1024 * 1024

_NAME = re.compile(NAME_PATTERN)


@dataclass(frozen=True, slots=True)
class File:
    """One YAML file: ``path`` is relative to the root, with ``/``."""

    path: str
    kind: Kind
    name: str
    tenant: str | None = None


@dataclass(slots=True)
class Found:
    """The files of a repository, and what is wrong with their names and places."""

    files: list[File] = field(default_factory=list)
    tenants: list[str] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def problem(self, path: str, message: str, hint: str | None = None) -> None:
        self.diagnostics.append(Diagnostic(path, 0, 0, message, hint))


def find(root: Path, tenants: Collection[str] | None = None) -> Found:
    """Return the files of the repository at ``root``, of all tenants or of the named ones."""
    found = Found()
    if (root / OPERATOR).is_file():
        found.files.append(File(OPERATOR, "operator", "leap"))
    else:
        found.problem(OPERATOR, "the file is missing", "it marks the root of a LEAP repository")
    pipelines = root / "pipelines"
    if pipelines.is_dir() and _sound(found, pipelines, "pipelines", "pipelines"):
        found.files += _folder(found, root, "pipelines", "pipeline")
    there = [path.name for path in _entries(found, root, "tenants") if path.is_dir()]
    for name in tenants or ():
        if name not in there:
            close = difflib.get_close_matches(name, there, n=1)
            hint = f"did you mean `{close[0]}`?" if close else "see the folders in tenants/"
            found.problem(f"tenants/{name}", "there is no such tenant", hint)
    for name in there:
        if tenants is None or name in tenants:
            _tenant(found, root, name)
    return found


def _tenant(found: Found, root: Path, tenant: str) -> None:
    base = f"tenants/{tenant}"
    if not _sound(found, root / base, base, tenant):
        return
    found.tenants.append(tenant)
    files: list[File] = []
    for path in _entries(found, root, base):
        place = f"{base}/{path.name}"
        if path.name in FOLDERS:
            if _sound(found, path, place, path.name):
                files += _folder(found, root, place, FOLDERS[path.name], tenant)
        elif path.name == "tenant.yaml":
            if _sound(found, path, place, "tenant"):
                files.append(File(place, "tenant", tenant, tenant))
        elif path.name not in _OTHERS and (path.is_dir() or path.suffix in (".yaml", ".yml")):
            known = [*FOLDERS, "tenant.yaml", *_OTHERS]
            close = difflib.get_close_matches(path.name, known, n=1)
            hint = f"did you mean `{close[0]}`?" if close else f"there are {', '.join(known)}"
            found.problem(place, "nothing reads this", hint)
    if not (root / base / "tenant.yaml").exists():
        found.problem(f"{base}/tenant.yaml", "the file is missing", "it needs at least a `title`")
    if len(files) > MAX_FILES:
        found.problem(base, f"more than {MAX_FILES} files")
        return
    if sum(_size(root / file.path) for file in files) > MAX_TENANT_BYTES:
        found.problem(base, f"more than {MAX_TENANT_BYTES >> 20} MiB of YAML")
        return
    found.files += files


def _folder(
    found: Found, root: Path, base: str, kind: Kind, tenant: str | None = None
) -> Iterator[File]:
    for path in _entries(found, root, base):
        place = f"{base}/{path.name}"
        if path.is_dir():
            found.problem(place, "folders in here are not read", "move the files one level up")
        elif path.suffix == ".yml":
            found.problem(place, "the ending is not `.yaml`", f"rename it to {path.stem}.yaml")
        elif path.suffix == ".yaml" and _sound(found, path, place, path.stem):
            yield File(place, kind, path.stem, tenant)


def _sound(found: Found, path: Path, place: str, name: str) -> bool:
    """Tell whether a file or folder has a proper name and is really here, not a link."""
    if not _NAME.match(name):
        found.problem(place, f"`{name}` is not a name", NAME_HINT)
        return False
    if path.is_symlink():
        found.problem(place, "a symbolic link is not followed", "put the file itself here")
        return False
    return True


def _entries(found: Found, root: Path, base: str) -> list[Path]:
    """Return what is in a folder, sorted, without hidden files; nothing where there is none."""
    try:
        return sorted(path for path in (root / base).iterdir() if path.name[0] != ".")
    except FileNotFoundError:
        return []
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        found.problem(base, f"cannot be read: {reason}", "make it a folder that you can read")
        return []


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
