"""Which files a repository has. A file's path says what it is and what it is called.

leap.yaml                                the operator
pipelines/<name>.yaml
tenants/<tenant>/tenant.yaml
tenants/<tenant>/{sources,templates,presets,overrides}/<name>.yaml
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from leap.config.events import MAX_BYTES, without_control
from leap.config.model import NAME_HINT, NAME_PATTERN
from leap.errors import Diagnostic

Kind = Literal["operator", "pipeline", "tenant", "source", "template", "preset", "override"]

FileType = Literal["a file", "a folder", "a link", "a pipe or device"]

OPERATOR: Final = "leap.yaml"
FOLDERS: Final[dict[str, Kind]] = {
    "sources": "source",
    "templates": "template",
    "presets": "preset",
    "overrides": "override",
}
#: The tenant's encrypted credentials, which leap.secrets reads.
SECRETS: Final = "secrets.sops.yaml"
#: The tenant's pictures, which leap.config.thumbnails looks at.
THUMBNAILS: Final = "thumbnails"
_OTHERS = (THUMBNAILS, SECRETS)

MAX_FILES = 2000
MAX_TENANT_BYTES = 5 * 1024 * 1024

_NAME = re.compile(NAME_PATTERN)
#: https://learn.microsoft.com/windows/win32/fileio/naming-a-file#naming-conventions
_RESERVED = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")


@dataclass(frozen=True, slots=True)
class File:
    """One YAML file: ``path`` is relative to the root, with ``/``; ``size`` is in bytes."""

    path: str
    kind: Kind
    name: str
    tenant: str | None = None
    size: int = 0


@dataclass(slots=True)
class Found:
    """The files of a repository, and what is wrong with their names and places."""

    files: list[File] = field(default_factory=list)
    tenants: list[str] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def problem(self, path: str, message: str, hint: str | None = None) -> None:
        """Add an error about a whole file or folder, whose name may be anything."""
        self.diagnostics.append(Diagnostic(without_control(path), 0, 0, message, hint))


def find(root: Path, tenants: Collection[str] | None = None) -> Found:
    """Return the files of the repository at ``root``, of all tenants or of the named ones."""
    found = Found()
    top = {entry.name: entry for entry in _entries(found, root, "")}
    if OPERATOR not in top:
        found.problem(OPERATOR, "the file is missing", "it marks the root of a LEAP repository")
    elif _sound_file(found, top[OPERATOR], OPERATOR, "leap"):
        found.files.append(File(OPERATOR, "operator", "leap"))
    if "pipelines" in top and _sound_folder(found, top["pipelines"], "pipelines", "pipelines"):
        found.files += _limited(found, "pipelines", _folder(found, root, "pipelines", "pipeline"))
    there: list[os.DirEntry[str]] = []
    if "tenants" in top and _sound_folder(found, top["tenants"], "tenants", "tenants"):
        there = [each for each in _entries(found, root, "tenants") if _kind(each) != "a file"]
    names = [entry.name for entry in there]
    for name in tenants or ():
        if name not in names:
            close = difflib.get_close_matches(name, names, n=1)
            hint = f"did you mean `{close[0]}`?" if close else "see the folders in tenants/"
            found.problem(f"tenants/{name}", "there is no such tenant", hint)
    for entry in there:
        if tenants is None or entry.name in tenants:
            _tenant(found, root, entry)
    return found


def _tenant(found: Found, root: Path, folder: os.DirEntry[str]) -> None:
    tenant = folder.name
    base = f"tenants/{tenant}"
    if not _sound_folder(found, folder, base, tenant):
        return
    found.tenants.append(tenant)
    files: list[File] = []
    entries = {entry.name: entry for entry in _entries(found, root, base)}
    for name, entry in entries.items():
        place = f"{base}/{name}"
        if name in FOLDERS:
            if _sound_folder(found, entry, place, name):
                files += _folder(found, root, place, FOLDERS[name], tenant)
        elif name == "tenant.yaml":
            if _sound_file(found, entry, place, "tenant"):
                files.append(File(place, "tenant", tenant, tenant, _size(entry)))
        elif name == THUMBNAILS:
            _sound_folder(found, entry, place, name)
        elif name == SECRETS:
            _sound_secrets(found, entry, place)
        elif _kind(entry) != "a file" or name.endswith((".yaml", ".yml")):
            known = [*FOLDERS, "tenant.yaml", *_OTHERS]
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean `{close[0]}`?" if close else f"there are {', '.join(known)}"
            found.problem(place, "nothing reads this", hint)
    if "tenant.yaml" not in entries:
        found.problem(f"{base}/tenant.yaml", "the file is missing", "it needs at least a `title`")
    found.files += _limited(found, base, files)


def _sound_secrets(found: Found, entry: os.DirEntry[str], place: str) -> None:
    if _sound_file(found, entry, place, "secrets") and _size(entry) > MAX_BYTES:
        found.problem(place, f"more than {MAX_BYTES >> 10} KiB")


def _limited(found: Found, base: str, files: Iterable[File]) -> list[File]:
    """Return ``files``, or none of them where they are more than one tenant may have."""
    files = list(files)
    if len(files) > MAX_FILES:
        found.problem(base, f"more than {MAX_FILES} files")
        return []
    if sum(each.size for each in files) > MAX_TENANT_BYTES:
        found.problem(base, f"more than {MAX_TENANT_BYTES >> 20} MiB of YAML")
        return []
    return files


def _folder(
    found: Found, root: Path, base: str, kind: Kind, tenant: str | None = None
) -> Iterator[File]:
    for entry in _entries(found, root, base):
        place = f"{base}/{entry.name}"
        stem, dot, ending = entry.name.rpartition(".")
        if _kind(entry) == "a folder":
            found.problem(place, "folders in here are not read", "move the files one level up")
        elif ending == "yml" and dot:
            found.problem(place, "the ending is not `.yaml`", f"rename it to {stem}.yaml")
        elif ending == "yaml" and dot and _sound_file(found, entry, place, stem):
            yield File(place, kind, stem, tenant, _size(entry))


def _sound_folder(found: Found, entry: os.DirEntry[str], place: str, name: str) -> bool:
    return _sound(found, entry, place, name, "a folder")


def _sound_file(found: Found, entry: os.DirEntry[str], place: str, name: str) -> bool:
    return _sound(found, entry, place, name, "a file")


def _sound(found: Found, entry: os.DirEntry[str], place: str, name: str, wanted: FileType) -> bool:
    """Tell whether an entry has a proper name and is what is wanted, really and in this place."""
    kind = _kind(entry)
    if not _NAME.fullmatch(name):
        found.problem(place, f"`{without_control(name[:60])}` is not a name", NAME_HINT)
    elif _RESERVED.fullmatch(name):
        found.problem(place, f"`{name}` is a device on Windows", "choose another name")
    elif kind == "a link":
        found.problem(place, "a symbolic link is not followed", f"put the {wanted[2:]} itself here")
    elif kind != wanted and wanted == "a folder":
        found.problem(
            place, "cannot be read: not a directory", "make it a folder that you can read"
        )
    elif kind != wanted:
        found.problem(place, f"not a file, but {kind}", "put a regular file here")
    else:
        return True
    return False


def _kind(entry: os.DirEntry[str]) -> FileType:
    if entry.is_symlink():
        return "a link"
    if entry.is_dir(follow_symlinks=False):
        return "a folder"
    return "a file" if entry.is_file(follow_symlinks=False) else "a pipe or device"


def _entries(found: Found, root: Path, base: str) -> list[os.DirEntry[str]]:
    """Return what is in a folder, sorted, without hidden files; nothing where there is none."""
    try:
        with os.scandir(root / base) as entries:
            seen = [entry for entry in entries if entry.name[0] != "."]
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        found.problem(
            base or ".", f"cannot be read: {reason}", "make it a folder that you can read"
        )
        return []
    return sorted(seen, key=lambda entry: entry.name)


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_size
    except OSError:
        return 0
