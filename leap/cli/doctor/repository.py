"""The repository: its clone, its YAML, its secrets and their keys."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from leap.cli.doctor.check import Check, failed
from leap.errors import ConfigError, LeapError

if TYPE_CHECKING:
    from leap.config.operator import Operator


def git(root: Path) -> list[Check]:
    """Look whether changes are kept in git, and guarded."""
    from leap.secrets.git import line
    from leap.secrets.gitsetup import is_set_up

    if shutil.which("git") is None:
        return [Check("warn", "git", "not installed", "apt install git, or brew install git")]
    if line(root, "rev-parse", "--show-toplevel") is None:
        fix = f"git init '{root}' && leap secrets git"
        return [Check("warn", "git", f"{root} is not in a git clone", fix)]
    if not is_set_up(root):
        message = "this clone does not check what is committed"
        return [Check("warn", "git", message, "leap secrets git")]
    return [Check("ok", "git", "what is committed is checked")]


def operator(root: Path) -> Operator | None:
    """Return the operator's settings, or None where leap.yaml cannot be used."""
    from leap.config import load

    try:
        return load(root, tenants=()).operator
    except LeapError:
        return None


def configuration(root: Path) -> list[Check]:
    """Look whether every YAML file can be used."""
    from leap.config import load

    try:
        declaration = load(root)
    except ConfigError as error:
        first = error.diagnostics[0]
        message = f"{error.message}; the first: {first}"
        return [Check("fail", "configuration", message, "leap validate")]
    count = len(declaration.tenants)
    return [Check("ok", "configuration", f"{count} {'tenant' if count == 1 else 'tenants'}")]


def secrets(root: Path) -> list[Check]:
    """Look whether the secrets of every tenant can be opened here."""
    found = (_opened(root, path.name) for path in sorted((root / "tenants").glob("[!.]*/")))
    return [check for check in found if check is not None]


def _opened(root: Path, tenant: str) -> Check | None:
    from leap.secrets import check, credentials, secrets_path

    name = f"key of {tenant}"
    try:
        if not secrets_path(root, tenant).exists():
            return Check("ok", name, "no secrets.sops.yaml, so none is needed")
        accounts = len(credentials(root, tenant))
    except LeapError as error:
        return failed(name, error)
    wrong = check(root, tenant)
    if wrong:
        return Check("warn", name, str(wrong[0]), "leap secrets check")
    return Check("ok", name, f"opens {accounts} {'credential' if accounts == 1 else 'credentials'}")


def accounts(root: Path) -> list[Check]:
    """Look whether the accounts at vendors have credentials that last; asks no vendor."""
    from datetime import UTC, datetime

    from leap.cli.common import ledger_if_any, tenant_names
    from leap.render.accounts import trouble
    from leap.tasks.accounts import look

    now = datetime.now(UTC)
    with contextlib.ExitStack() as stack:
        ledger = None
        # What is wrong with it is said in its own line.
        with contextlib.suppress(LeapError):
            ledger = ledger_if_any(operator(root), stack)
        found = [each for each in look(root, tenant_names(root), ledger, now) if each.uses]
    # What cannot be opened here is said about the tenant's key.
    for state in ("needs you", "ends soon"):
        for each in found:
            if each.state == state:
                message = f"{each.name} of {each.tenant}: {trouble(each, now)}"
                return [Check("warn", "accounts", message, "leap auth status")]
    if not found:
        return []
    count = f"{len(found)} declared" if len(found) > 1 else "one declared"
    return [Check("ok", "accounts", f"{count}; `leap auth check` asks the vendors")]


def keys(root: Path) -> list[Check]:
    """Look whether anybody else could read, or commit, the private keys."""
    from leap.secrets.git import line
    from leap.secrets.keys import keys_folder

    folder = keys_folder(root)
    named = os.environ.get("SOPS_AGE_KEY_FILE")
    files = [*sorted(folder.glob("*.agekey")), *([Path(named).expanduser()] if named else [])]
    found = []
    for path in files:
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            message = f"{path}: others than you can read this private key"
            found.append(Check("fail", "private keys", message, f"chmod 600 '{path}'"))
    for path in folder.glob("*.agekey"):
        tracked = line(root, "ls-files", "--error-unmatch", "--", str(path)) is not None
        in_clone = line(root, "rev-parse", "--show-toplevel") is not None
        if tracked:
            tenant = path.stem
            message = f"{path}: this private key is in git"
            fix = f"git rm --cached '{path}' && leap secrets rotate {tenant} --key"
            found.append(Check("fail", "private keys", message, fix))
        elif in_clone and line(root, "check-ignore", "--quiet", "--", str(path)) is None:
            message = f"{path}: git does not ignore this private key"
            fix = f"echo '*.agekey' >> '{root / '.gitignore'}'"
            found.append(Check("warn", "private keys", message, fix))
    return found
