"""Where an embedded ledger keeps its files, and which user its server runs as.

A normal user's ledger lives in the state folder. PostgreSQL refuses to run as
root, so root's lives in `/var/lib/leap`, owned by the user who runs it, and
the state folder holds only a pointer. Deleting the pointer gives the ledger
up: the next one starts empty.
"""

from __future__ import annotations

import hashlib
import json
import os
import pwd
import re
import secrets
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from leap.errors import LedgerError
from leap.ledger.binaries import User

#: Root's clusters: `<hash of the state folder>/<random id>/`.
LIBRARY = Path("/var/lib/leap")

#: Who runs PostgreSQL for root: the first of them that exists.
SERVICE_USERS = ("postgres", "nobody")

#: Of 107 bytes, the socket's own name takes 17 and a lock beside it 5 more.
_SOCKET_LIMIT = 80

_POINTER = "location"
_ORIGIN = "origin"


@dataclass(frozen=True, slots=True)
class Home:
    """A folder of one cluster.

    Attributes:
        path: holds ``data/``, ``run/`` (the socket) and ``server.log``.
        user: who runs the server, or None for whoever runs this process.
        logins: the operating system's users that may connect.
    """

    path: Path
    user: User | None
    logins: tuple[str, ...]

    @property
    def data(self) -> Path:
        return self.path / "data"

    @property
    def log(self) -> Path:
        return self.path / "server.log"

    @property
    def owner(self) -> int:
        """The user id that the server's files belong to."""
        return os.geteuid() if self.user is None else self.user.uid


def find_home(folder: Path) -> Home | None:
    """Return the cluster that the ledger in ``folder`` has, or None where it has none yet.

    Raises LedgerError where the cluster is another user's.
    """
    if (folder / "data").exists():
        return _in_place(folder)
    try:
        pointer = json.loads((folder / _POINTER).read_text())
        path = Path(pointer["home"])
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LedgerError(
            f"{folder / _POINTER} cannot be read ({error})",
            hint=f"delete {folder} and run `leap ledger rebuild`",
        ) from error
    if os.geteuid() != 0:
        raise LedgerError(
            f"the ledger in {folder} belongs to root",
            hint=f"run as root, or delete {folder} as root and run `leap ledger rebuild`",
        )
    if not path.is_dir() or not _is_pointed_from(path, folder):
        return None
    return Home(path, _owner_of(path), (_name(0),))


def make_home(folder: Path) -> Home:
    """Return a new empty place for the cluster of the ledger in ``folder``."""
    if os.geteuid() != 0:
        return _in_place(folder)
    user = _service_user()
    path = LIBRARY / _digest(folder) / secrets.token_hex(8)
    LIBRARY.mkdir(mode=0o755, parents=True, exist_ok=True)
    path.parent.mkdir(mode=0o711, exist_ok=True)
    path.mkdir(mode=0o700)
    (path / _ORIGIN).write_text(str(folder))
    os.chown(path, user.uid, user.gid)
    _write_whole(folder / _POINTER, json.dumps({"home": str(path)}) + "\n")
    return Home(path, user, (_name(0),))


def abandoned_homes(folder: Path) -> list[Path]:
    """Return root's clusters that nothing points to, as far as that is certain.

    These are the former clusters of the ledger in ``folder``, and those whose
    state was in a temporary folder that is gone. A cluster whose state is
    merely absent may be on a disk that is not mounted now; it is kept.
    """
    if os.geteuid() != 0:
        return []
    current = find_home(folder)
    temporary = Path(tempfile.gettempdir())
    found = []
    for note in LIBRARY.glob(f"*/*/{_ORIGIN}"):
        try:
            origin = Path(note.read_text())
        except FileNotFoundError:
            # Another command is just removing it.
            continue
        former = origin == folder and (current is None or current.path != note.parent)
        if former or (temporary in origin.parents and not origin.exists()):
            found.append(note.parent)
    return found


def remove_home(path: Path) -> None:
    """Remove one of root's clusters whose server does not run."""
    shutil.rmtree(path, ignore_errors=True)
    # Its parent goes with its last cluster.
    with suppress(OSError):
        path.parent.rmdir()


def socket_folder(home: Home) -> Path:
    """Return the folder for the server's socket; short, and plain to libpq.

    A socket's path has at most 107 bytes, and both libpq and the server read
    commas in it as separators, so that unusual places get a folder elsewhere.
    """
    usual = home.path / "run"
    if _fits_socket(usual):
        return usual
    # The data folder's inode tells a ledger from a deleted one at the same place.
    what = f"{home.path}\0{home.data.stat().st_ino}"
    name = f"leap-{home.owner}-{hashlib.sha256(os.fsencode(what)).hexdigest()[:16]}"
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR", ""))
    mine = runtime.is_absolute() and runtime.is_dir() and runtime.stat().st_uid == home.owner
    return runtime / name if mine and _fits_socket(runtime / name) else Path("/tmp") / name  # noqa: S108  # made by us alone, and checked


def _fits_socket(folder: Path) -> bool:
    name = str(folder)
    return len(name) <= _SOCKET_LIMIT and re.fullmatch(r"[A-Za-z0-9/._-]+", name) is not None


def _in_place(folder: Path) -> Home:
    """Return the cluster inside the state folder; root serves it as its owner."""
    me = os.geteuid()
    owner = folder.stat().st_uid if not (folder / "data").exists() else _uid(folder / "data")
    if me not in (0, owner):
        raise LedgerError(
            f"the ledger in {folder} belongs to {_name(owner)}, not to {_name(me)}",
            hint=f"run as {_name(owner)}",
        )
    logins = tuple(dict.fromkeys((_name(owner), _name(0))))
    return Home(folder, _owner_of(folder / "data") if me == 0 else None, logins)


def _is_pointed_from(path: Path, folder: Path) -> bool:
    """Tell whether the cluster at ``path`` is that of ``folder``, which may have moved.

    A copied state folder brings the pointer along; it must not share, and so
    spoil, the ledger of the original.
    """
    note = path / _ORIGIN
    origin = Path(note.read_text())
    if origin == folder:
        return True
    try:
        original = json.loads((origin / _POINTER).read_text())
    except (OSError, ValueError):
        original = None
    if isinstance(original, dict) and original.get("home") == str(path):
        return False
    _write_whole(note, str(folder))
    return True


def _write_whole(path: Path, text: str) -> None:
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    scratch.write_text(text)
    scratch.replace(path)


def _service_user() -> User:
    for name in SERVICE_USERS:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return User(found.pw_name, found.pw_uid, found.pw_gid)
    raise LedgerError(
        "PostgreSQL cannot run as root, and there is no user `postgres` or `nobody` to run it as",
        hint="run LEAP as another user, or set LEAP_DATABASE_URL",
    )


def _owner_of(path: Path) -> User:
    found = path.stat()
    return User(_name(found.st_uid), found.st_uid, found.st_gid)


def _uid(path: Path) -> int:
    return path.stat().st_uid


def _name(uid: int) -> str:
    """Return the name of a user; without one, PostgreSQL cannot tell who connects."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        raise LedgerError(
            f"user id {uid} has no name on this machine, and PostgreSQL needs one",
            hint="add the user to /etc/passwd, or set LEAP_DATABASE_URL",
        ) from None


def _digest(folder: Path) -> str:
    return hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
