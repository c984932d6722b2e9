"""``leap doctor``: what this machine lacks, and the command that mends it."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from leap.cli.common import echo_json, format_option, root_option
from leap.errors import ConfigError, ExitCode, LeapError

if TYPE_CHECKING:
    from leap.config import Declaration

_GB = 1 << 30
_TIGHT = 5 * _GB
_TOO_TIGHT = _GB // 2
_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor: what was looked at, how it is, and what mends it."""

    state: Literal["ok", "warn", "fail"]
    name: str
    message: str
    fix: str | None = None


@click.command("doctor")
@root_option
@format_option
def command(root: Path, format_: str) -> int:
    """Look at everything LEAP needs on this machine; exit 1 if something is missing.

    Starts the embedded Postgres and opens every tenant's secrets, as a run
    would. Publishes nothing and asks no other server but your database.
    """
    found: list[Check] = []
    for check in _checks(root):
        found.append(check)
        if format_ == "text":
            _show(check)
    healthy = all(check.state != "fail" for check in found)
    if format_ == "json":
        echo_json({"healthy": healthy, "checks": [asdict(check) for check in found]})
    return ExitCode.OK if healthy else ExitCode.ERROR


def _show(check: Check) -> None:
    state = click.style(f"{check.state:<4}", fg=_COLOURS[check.state])
    click.echo(f"{state}  {check.name:<15} {check.message}")
    if check.fix:
        click.echo(f"{'':<22}→ {check.fix}")


def _checks(root: Path) -> Iterator[Check]:
    yield _python()
    yield _ffmpeg()
    yield _pyav()
    yield _whisper()
    yield _sops()
    try:
        from leap.config import load

        declaration = load(root)
    except ConfigError as error:
        yield Check("fail", "configuration", error.message, "leap validate")
        return
    yield Check("ok", "configuration", f"{len(declaration.tenants)} tenants")
    yield _ledger(declaration)
    for tenant in declaration.tenants:
        yield _secrets(root, tenant)
    yield _state(declaration)
    yield _space(declaration)
    for folder in declaration.operator.folders:
        yield _readable(folder)
    for folder in declaration.operator.sites:
        yield _writable("site", folder)


def _python() -> Check:
    version = platform.python_version()
    if (3, 11) <= sys.version_info[:2] < (3, 14):
        return Check("ok", "python", version)
    return Check("fail", "python", f"{version} is not 3.11 to 3.13", "install Python 3.13")


def _ffmpeg() -> Check:
    from leap.media import ffmpeg

    try:
        return Check("ok", "ffmpeg", f"{ffmpeg.version()} at {ffmpeg.find()}")
    except LeapError as error:
        return _failed("ffmpeg", error)


def _pyav() -> Check:
    try:
        return Check("ok", "pyav", importlib.metadata.version("av"))
    except importlib.metadata.PackageNotFoundError:
        return Check("fail", "pyav", "not installed", "pip install av")


def _whisper() -> Check:
    from leap.providers.whisper import Whisper

    try:
        versions = Whisper().versions
    except LeapError as error:
        # Another transcriber can be declared, so this machine may do without.
        return Check("warn", "whisper", error.message, error.hint)
    return Check("ok", "whisper", f"{versions['faster-whisper']} with {versions['model']}")


def _sops() -> Check:
    from leap.secrets import version

    try:
        return Check("ok", "sops", version())
    except LeapError as error:
        return _failed("sops", error)


def _ledger(declaration: Declaration) -> Check:
    from leap.ledger import open_ledger

    operator = declaration.operator
    began = time.monotonic()
    try:
        with open_ledger(operator.database, operator.state) as ledger:
            tenants = len(ledger.tenants())
    except LeapError as error:
        return _failed("ledger", error)
    kind = "embedded" if operator.database == "embedded" else "your Postgres"
    seconds = time.monotonic() - began
    return Check("ok", "ledger", f"{kind}, {tenants} tenants known, opened in {seconds:.2f} s")


def _secrets(root: Path, tenant: str) -> Check:
    from leap.secrets import check, credentials, secrets_path

    name = f"key of {tenant}"
    if not secrets_path(root, tenant).exists():
        return Check("ok", name, "no secrets.sops.yaml, so none is needed")
    try:
        accounts = credentials(root, tenant)
    except LeapError as error:
        return _failed(name, error)
    wrong = check(root, tenant)
    if wrong:
        return Check("warn", name, str(wrong[0]), "leap secrets check")
    return Check("ok", name, f"opens {len(accounts)} credentials")


def _state(declaration: Declaration) -> Check:
    from leap.store import Store

    found = _writable("state", declaration.operator.state)
    if found.state != "ok":
        return found
    left = Store(declaration.operator.state / "targets").sweep()
    if left:
        return Check("ok", "state", f"{found.message}; removed {left} folders of killed runs")
    return found


def _space(declaration: Declaration) -> Check:
    path = _existing(declaration.operator.state)
    free = shutil.disk_usage(path).free
    message = f"{free / _GB:.1f} GB free at {path}"
    if free >= _TIGHT:
        return Check("ok", "disk", message)
    fix = "free some space, or point `state:` in leap.yaml to another disk"
    return Check("warn" if free >= _TOO_TIGHT else "fail", "disk", message, fix)


def _readable(folder: Path) -> Check:
    if not folder.is_dir():
        return Check("warn", "recordings", f"{folder}: no such folder", f"mkdir -p '{folder}'")
    if not os.access(folder, os.R_OK | os.X_OK):
        return Check("fail", "recordings", f"{folder}: not readable", f"chmod u+rx '{folder}'")
    return Check("ok", "recordings", str(folder))


def _writable(name: str, folder: Path) -> Check:
    there = _existing(folder)
    if not there.is_dir():
        return Check("fail", name, f"{there} is not a folder", f"move '{there}' away")
    if os.statvfs(there).f_flag & os.ST_RDONLY:
        fix = "mount it for writing, or name another folder in leap.yaml"
        return Check("fail", name, f"{there}: on a read-only file system", fix)
    if not os.access(there, os.W_OK | os.X_OK):
        return Check("fail", name, f"{there}: not writable", f"chmod u+rwx '{there}'")
    return Check("ok", name, str(folder))


def _existing(path: Path) -> Path:
    """Return the nearest of ``path`` and its parents that exists."""
    return next(each for each in (path, *path.parents) if each.exists())


def _failed(name: str, error: LeapError) -> Check:
    return Check("fail", name, error.message, error.hint)
