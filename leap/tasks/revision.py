"""The YAML and the pictures of another git revision, laid out in a folder as plain files.

Blobs are read from git's object store one by one, never checked out: so no
hook, filter, attribute, submodule or large-file storage has a say, nothing is
fetched, and a link is not followed because it is not made.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from leap.errors import UsageError

_HINT = "name a branch, a tag or a commit of this repository, or a folder that holds one"
#: What a declaration consists of.
_PARTS = ("leap.yaml", "pipelines", "tenants")
_SUFFIXES = (".yaml", ".yml", ".png", ".jpg", ".jpeg")
_MAX_FILES = 100_000
_MAX_BYTES = 256 << 20
_MAX_REF = 255
_SECONDS = 120
#: Mode, type, name and size as `git ls-tree -l -z` has them.
_LINE = re.compile(rb"(\d{6}) (\w+) ([0-9a-f]{40,64}) +(\d+|-)\t(.*)", re.DOTALL)
_REGULAR = (b"100644", b"100755")


@dataclass(frozen=True, slots=True)
class _Blob:
    name: str
    size: int
    path: PurePosixPath


def resolve(root: Path, ref: str) -> str | None:
    """Return the commit that ``ref`` names in the repository around ``root``, or None.

    Raises UsageError for what cannot be the name of a revision, and where git
    cannot be asked.
    """
    if ref.startswith("-") or len(ref) > _MAX_REF or not ref.isprintable():
        shown = ref if ref.isprintable() else "this"
        raise UsageError(f"--against: `{shown[:60]}` is not a revision", hint=_HINT)
    if not ref:
        return None
    options = ("--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    said = _git(root, "rev-parse", *options)
    commit = said.stdout.decode("ascii", "replace").strip()
    return commit if said.returncode == 0 and commit else None


def lay_out(root: Path, commit: str, out: Path) -> None:
    """Write the YAML files of ``commit``, and its thumbnails, into the empty folder ``out``, as they lie below ``root``.

    Only regular files are written, and only those that a declaration is made
    of. Raises UsageError where they cannot be read or are too many.
    """
    blobs = list(_blobs(root, commit))
    if len(blobs) > _MAX_FILES or sum(blob.size for blob in blobs) > _MAX_BYTES:
        raise UsageError(f"--against: {commit[:12]} has too many files to be compared")
    content = _contents(root, blobs)
    for blob in blobs:
        path = out / blob.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(next(content))


def _blobs(root: Path, commit: str) -> Iterator[_Blob]:
    """Yield YAML and pictures of a commit below ``root``; what is no plain file is left out."""
    # In a subfolder of a repository git takes paths as relative to it.
    said = _git(root, "ls-tree", "-r", "-l", "-z", commit, "--", *_PARTS)
    _require(said, commit)
    for line in said.stdout.split(b"\0"):
        found = _LINE.fullmatch(line)
        if found is None or found[1] not in _REGULAR:
            continue
        path = PurePosixPath(os.fsdecode(found[5]))
        safe = not path.is_absolute() and not {"", ".", "..", ".git"} & set(path.parts)
        if safe and path.suffix.lower() in _SUFFIXES:
            yield _Blob(found[3].decode(), int(found[4]), path)


def _contents(root: Path, blobs: Sequence[_Blob]) -> Iterator[bytes]:
    """Yield the bytes of ``blobs`` in order, from one git process."""
    asked = "".join(f"{blob.name}\n" for blob in blobs).encode()
    said = _git(root, "cat-file", "--batch", given=asked)
    _require(said, "the revision")
    rest = memoryview(said.stdout)
    for blob in blobs:
        head = bytes(rest[: len(blob.name) + 40]).partition(b"\n")[0]
        if head != f"{blob.name} blob {blob.size}".encode():
            raise UsageError(f"--against: {blob.path} of that revision is not in this clone")
        start = len(head) + 1
        yield bytes(rest[start : start + blob.size])
        rest = rest[start + blob.size + 1 :]


def _require(said: subprocess.CompletedProcess[bytes], what: str) -> None:
    if said.returncode:
        reason = said.stderr.decode("utf-8", "replace").strip().splitlines()
        cause = reason[-1] if reason else f"git ended with {said.returncode}"
        raise UsageError(f"--against: {what[:60]} cannot be read: {cause[:200]}", hint=_HINT)


def _git(root: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {
        **os.environ,
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        # A partial clone would fetch what it lacks: nothing is fetched here.
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_TERMINAL_PROMPT": "0",
    }
    command = ["git", "-C", str(root), "--no-pager", "--literal-pathspecs", *arguments]
    try:
        return subprocess.run(
            command, input=given, capture_output=True, timeout=_SECONDS, check=False,
            env=environment,
        )  # fmt: skip
    except FileNotFoundError:
        hint = "install git, or give the folder of the other checkout"
        raise UsageError("--against: there is no git here", hint=hint) from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"--against: git cannot be asked: {error}") from None
