"""The folders that LEAP reads and writes."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from leap.cli.doctor.check import Check, failed
from leap.errors import LeapError

if TYPE_CHECKING:
    from leap.config.operator import Operator

_GB = 1 << 30
_TIGHT = 5 * _GB
_TOO_TIGHT = _GB // 2
_PROBE = b"\0" * (1 << 16)


def state(operator: Operator) -> list[Check]:
    """Look whether the state folder can be written, and what killed runs left in it."""
    from leap.store import open_store

    folder = operator.state
    found = [_writable("state", folder)]
    if operator.bucket is not None:
        found += [_writable("cache", operator.cache.path), _bucket(operator)]
    if all(each.state != "fail" for each in found) and folder.is_dir():
        found += _foreign(folder)
        left = open_store(operator).sweep()
        if left:
            noun = "a scratch folder" if left == 1 else f"{left} scratch folders"
            found.append(Check("ok", "leftovers", f"removed {noun} of killed runs"))
    return found


def _bucket(operator: Operator) -> Check:
    """Look whether the bucket can be written, and keeps what LEAP relies on."""
    from leap.store import open_store

    url = operator.bucket.url if operator.bucket else ""
    try:
        open_store(operator).check()
    except LeapError as error:
        return failed("bucket", error)
    return Check("ok", "bucket", url)


def disk(operator: Operator) -> list[Check]:
    """Look how much room there is for targets."""
    path = _existing(operator.state if operator.bucket is None else operator.cache.path)
    return [disk_check(shutil.disk_usage(path).free, path)]


def disk_check(free: int, path: Path) -> Check:
    """Return whether ``free`` bytes at ``path`` are enough."""
    message = f"{free / _GB:.1f} GB free at {path}"
    if free >= _TIGHT:
        return Check("ok", "disk", message)
    fix = "free some space, or point `state:` in leap.yaml to another disk"
    return Check("warn" if free >= _TOO_TIGHT else "fail", "disk", message, fix)


def folders(operator: Operator) -> list[Check]:
    """Look at the folders of recordings and of sites."""
    return [
        *(_readable(Path(folder)) for folder in operator.folders),
        *(_writable("site", Path(folder)) for folder in operator.sites),
    ]


def _readable(folder: Path) -> Check:
    if not folder.is_dir():
        return Check("warn", "recordings", f"{folder}: no such folder", f"mkdir -p '{folder}'")
    if not os.access(folder, os.R_OK | os.X_OK):
        return Check("fail", "recordings", f"{folder}: not readable", f"chmod u+rx '{folder}'")
    return Check("ok", "recordings", str(folder))


def _writable(name: str, folder: Path) -> Check:
    there = _existing(folder)
    if not there.is_dir():
        return Check("fail", name, f"{there} is not a folder", f"mv '{there}' '{there}.old'")
    if os.statvfs(there).f_flag & os.ST_RDONLY:
        fix = "mount it for writing, or name another folder in leap.yaml"
        return Check("fail", name, f"{there}: on a read-only file system", fix)
    if not os.access(there, os.W_OK | os.X_OK):
        return Check("fail", name, f"{there}: not writable", _own(there))
    try:
        # Quotas and full disks show only when something is written.
        with tempfile.TemporaryFile(dir=there) as probe:
            probe.write(_PROBE)
            probe.flush()
    except OSError as error:
        fix = "free some space, or name another folder in leap.yaml"
        return Check("fail", name, f"{there}: cannot be written: {error.strerror}", fix)
    return Check("ok", name, str(folder))


def _foreign(folder: Path) -> list[Check]:
    """Look for what another user, such as root, left where we have to write."""
    me = os.geteuid()
    near = [
        folder,
        *folder.iterdir(),
        *(folder / "targets").glob("*"),
        *(folder / "keys").glob("*"),
    ]
    foreign = [path for path in near if path.lstat().st_uid not in (me, _server())]
    if not foreign:
        return []
    owner = foreign[0].lstat().st_uid
    who = "root" if owner == 0 else f"user {owner}"
    count = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
    message = f"{foreign[0]}{count} in the state folder: owned by {who}"
    if me == 0:
        fix = "run LEAP as that user, or you leave files that it cannot write"
        return [Check("warn", "leftovers", message, fix)]
    return [Check("fail", "leftovers", message, _own(folder))]


def _server() -> int:
    """Return the user who serves root's embedded ledger; its files may lie here."""
    import pwd

    try:
        return pwd.getpwnam("postgres").pw_uid
    except KeyError:
        return os.geteuid()


def _own(folder: Path) -> str:
    if folder.lstat().st_uid == os.geteuid():
        return f"chmod -R u+rwX '{folder}'"
    return f"sudo chown -R {os.geteuid()} '{folder}'"


def _existing(path: Path) -> Path:
    """Return the nearest of ``path`` and its parents that exists."""
    return next(each for each in (path, *path.parents) if each.exists())
