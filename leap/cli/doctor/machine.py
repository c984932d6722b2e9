"""The machine itself: Python, memory, locale, temporary files, ports."""

from __future__ import annotations

import codecs
import errno
import os
import platform
import socket
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from leap.cli.doctor.check import Check

if TYPE_CHECKING:
    from leap.config.operator import Operator

_GB = 1 << 30
#: An estimate: Postgres, two stages of 150 MB (see benchmarks/) and the smallest model.
_LEAST_MEMORY = 1 * _GB
_COMFORTABLE_MEMORY = 2 * _GB
_FIRST, _LAST = (3, 11), (3, 13)
#: What listens by default, and the option that gives it another port.
_PORTS = {8000: "leap serve", 8082: "leap scheduler"}
_LOOPBACK = "127.0.0.1"
_SECONDS = 1.0
_NO_LIMIT = 1 << 60


def python() -> list[Check]:
    """Look at the Python that runs LEAP."""
    return [python_check(sys.version_info[:2], platform.python_version())]


def python_check(version: Sequence[int], name: str) -> Check:
    """Return whether LEAP runs on this ``version``, called ``name``."""
    if _FIRST <= tuple(version) <= _LAST:
        return Check("ok", "python", name)
    why = "too old" if tuple(version) < _FIRST else "too new for Luigi"
    message = f"Python {name} is {why}: LEAP runs on 3.11 to 3.13"
    return Check(
        "fail", "python", message, "python3.13 -m venv .venv && .venv/bin/pip install leap"
    )


def locale() -> list[Check]:
    """Look whether every letter can be shown."""
    encoding = codecs.lookup(sys.stdout.encoding).name
    if encoding == "utf-8":
        return [Check("ok", "locale", "UTF-8")]
    message = f"the terminal's encoding is {encoding}: letters that it lacks are shown as ?"
    return [Check("warn", "locale", message, "export LANG=C.UTF-8")]


def memory() -> list[Check]:
    """Look how much memory a run may use."""
    import psutil

    machine = int(psutil.virtual_memory().total)
    return [memory_check(min(machine, _group_limit()))]


def memory_check(size: int) -> Check:
    """Return whether ``size`` bytes of memory are enough."""
    message = f"{size / _GB:.1f} GB"
    if size >= _COMFORTABLE_MEMORY:
        return Check("ok", "memory", message)
    fix = "set `workers: 1` in leap.yaml, or give LEAP more memory"
    if size >= _LEAST_MEMORY:
        return Check("warn", "memory", f"{message} is enough for one stage at a time", fix)
    return Check("fail", "memory", f"{message} is too little to transcribe", fix)


def _group_limit() -> int:
    """Return the memory that a container leaves us, or a very large number.

    https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files
    """
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        try:
            text = Path("/sys/fs/cgroup", name).read_text().strip()
        except OSError:
            continue
        return int(text) if text.isdecimal() else _NO_LIMIT
    return _NO_LIMIT


def temporary() -> list[Check]:
    """Look whether temporary files can be written, and where."""
    chosen = os.environ.get("TMPDIR")
    try:
        folder = tempfile.gettempdir()
    except FileNotFoundError:
        message = "there is no folder for temporary files that can be written"
        return [Check("fail", "temporary files", message, "mkdir -p ~/tmp && export TMPDIR=~/tmp")]
    if chosen and Path(chosen).resolve() != Path(folder).resolve():
        message = f"TMPDIR={chosen} cannot be written; {folder} is used instead"
        return [Check("warn", "temporary files", message, f"mkdir -p '{chosen}', or unset TMPDIR")]
    return [Check("ok", "temporary files", folder)]


def ports() -> list[Check]:
    """Look whether the ports that servers of LEAP listen on are free."""
    return [port_check(port, verb) for port, verb in _PORTS.items()]


def port_check(port: int, verb: str) -> Check:
    """Return whether ``verb`` could listen on ``port``."""
    name = f"port {port}"
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((_LOOPBACK, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                message = f"cannot be listened on: {error.strerror}"
                return Check("warn", name, message, f"{verb} --port {port + 1}")
        else:
            return Check("ok", name, f"free for `{verb}`")
    who, ours = _listener(port, verb)
    if ours:
        return Check("ok", name, f"{who} listens on it")
    message = f"{who} listens on it, so `{verb}` cannot"
    return Check("warn", name, message, f"{verb} --port {port + 1}")


def _listener(port: int, verb: str) -> tuple[str, bool]:
    """Return who listens on ``port``, as far as one may know, and whether it is ``verb``."""
    import psutil

    try:
        found = psutil.net_connections(kind="tcp")
        pids = [
            each.pid
            for each in found
            if each.status == "LISTEN" and each.laddr and each.laddr.port == port
        ]
        process = psutil.Process(next(pid for pid in pids if pid))
        words = process.cmdline()
    except (psutil.Error, StopIteration):
        return "a process of somebody else", False
    ours = verb.rsplit(maxsplit=1)[-1] in words and any("leap" in word for word in words)
    return f"{verb if ours else process.name()} (process {process.pid})", ours


def scheduler(operator: Operator) -> list[Check]:
    """Look whether the central scheduler answers, where there is one."""
    address = os.environ.get("LEAP_SCHEDULER") or operator.scheduler
    if not address:
        return []
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        with socket.create_connection((parts.hostname or "", port), timeout=_SECONDS):
            return [Check("ok", "scheduler", f"{parts.hostname}:{port} answers")]
    except OSError as error:
        cause = error.strerror or "no answer in time"
        message = f"{parts.hostname}:{port} does not answer: {cause}"
        return [Check("fail", "scheduler", message, "start it there with `leap scheduler`")]
