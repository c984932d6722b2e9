"""Who a process is, so that another can tell later whether it still runs.

A process id alone proves nothing: ids are used again. Together with the boot
of the kernel, the namespace that the id belongs to and the moment the process
began, it names one process for ever.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Identity:
    """One process of one machine; ``str`` and ``parse`` turn it into text and back."""

    host: str
    boot: str
    namespace: str
    pid: int
    began: str

    def __str__(self) -> str:
        return f"{self.host}/{self.boot}/{self.namespace}/{self.pid}/{self.began}"

    @classmethod
    def parse(cls, text: str) -> Identity | None:
        """Return the identity written as ``text``, or None where it is none."""
        match text.split("/"):
            case [host, boot, namespace, pid, began] if pid.isdecimal():
                return cls(host, boot, namespace, int(pid), began)
        return None


def identity() -> Identity:
    """Return the identity of this process."""
    pid = os.getpid()
    return Identity(socket.gethostname(), _boot(), _namespace(), pid, _began(pid) or "")


def is_gone(other: Identity) -> bool:
    """Tell whether ``other`` has certainly ended.

    Only a process of this boot and namespace can be judged; for every other
    the answer is False, and the caller has to wait for an expiry.
    """
    mine = identity()
    same_machine = (other.host, other.boot, other.namespace) == (
        mine.host,
        mine.boot,
        mine.namespace,
    )
    return same_machine and _began(other.pid) != other.began


def runs(pid: int) -> bool:
    """Tell whether ``pid`` is a process that has not ended; a zombie has."""
    return _began(pid) is not None


def works_in(pid: int, folder: Path) -> bool:
    """Tell whether ``pid`` runs with ``folder`` as its working directory."""
    try:
        if _PROC.is_dir():
            cwd = (_PROC / str(pid) / "cwd").readlink()
        else:
            import psutil

            try:
                cwd = Path(psutil.Process(pid).cwd())
            except psutil.Error:
                return False
        return cwd.samefile(folder)
    except OSError:
        return False


def _began(pid: int) -> str | None:
    """Return when ``pid`` began, on its kernel's own clock; None where it has ended."""
    if not _PROC.is_dir():
        return _began_elsewhere(pid)
    try:
        stat = (_PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return None
    # The second field is the command in brackets and may hold anything:
    # https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    fields = stat.rpartition(")")[2].split()
    state, began = fields[0], fields[19]
    return None if state in "ZX" else began


def _began_elsewhere(pid: int) -> str | None:
    import psutil

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.3f}"
    except psutil.Error:
        return None


@cache
def _boot() -> str:
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        import psutil

        return f"{psutil.boot_time():.0f}"


@cache
def _namespace() -> str:
    try:
        return str((_PROC / "self/ns/pid").readlink())
    except OSError:
        return "-"
