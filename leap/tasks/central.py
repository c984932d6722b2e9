"""A central scheduler as its users see it: its address, its pages, and how it may be missing."""

from __future__ import annotations

import ipaddress
import os
import re
import secrets
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlencode, urlsplit

from leap.errors import LeapError, UsageError

#: The environment variable with a scheduler's address, and credentials if it needs them.
VARIABLE = "LEAP_SCHEDULER"

#: The environment variable with the name of this runner on Luigi's pages.
NAME = "LEAP_RUNNER"

_EXAMPLE = "write it like `http://127.0.0.1:8082`"
_NAME = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class Central:
    """Where a central scheduler is; ``url`` has no credentials and no slash at its end."""

    url: str
    login: tuple[str, str] | None = field(default=None, repr=False)

    @property
    def is_local(self) -> bool:
        """Tell whether it is this machine's."""
        return is_loopback(urlsplit(self.url).hostname or "")

    def graph_page(self, task: str) -> str:
        """Return the address of the page that draws what the task of that id requires."""
        return self._page(tab="graph", taskId=task, visType="svg", hideDone="0")

    def list_page(self, words: str = "") -> str:
        """Return the address of the page that lists the tasks whose names have ``words``."""
        return self._page(search__search=words) if words else self._page(tab="tasks")

    def _page(self, **state: str) -> str:
        return f"{self.url}/static/visualiser/index.html#{urlencode(state)}"


class SchedulerDown(LeapError):
    """Nobody answers at the address of a central scheduler."""

    def __init__(self, central: Central) -> None:
        super().__init__(
            f"the scheduler at {central.url} does not answer", hint="start it with `leap scheduler`"
        )


class WrongScheduler(LeapError):
    """Somebody answers at the address of a central scheduler, but it is no use."""

    def __init__(self, central: Central, reason: str) -> None:
        super().__init__(f"--scheduler {central.url}: {reason}", hint="check the address")


def chosen(option: str | None, declared: str | None) -> Central | None:
    """Return the scheduler that a run joins, or None for the one in its own process.

    ``option`` of the command line comes first, then the environment, then what
    ``leap.yaml`` declares. Raises UsageError for what is no address.
    """
    if option is not None:
        return parsed(option, "--scheduler")
    if named := os.environ.get(VARIABLE):
        return parsed(named, VARIABLE, may_have_login=True)
    return parsed(declared, "leap.yaml: scheduler") if declared else None


def parsed(text: str, place: str, *, may_have_login: bool = False) -> Central:
    """Return the scheduler at the address ``text``. Raises UsageError, never repeating a password."""
    try:
        url = urlsplit(text.strip())
        host, port = url.hostname, url.port
    except ValueError:
        raise UsageError(f"{place}: not an address", hint=_EXAMPLE) from None
    if url.scheme not in ("http", "https") or not host or re.search(r"\s", text.strip()):
        raise UsageError(f"{place}: not an http or https address", hint=_EXAMPLE)
    if url.query or url.fragment:
        raise UsageError(f"{place}: an address without `?` and `#` is wanted", hint=_EXAMPLE)
    login = None
    if "@" in url.netloc:
        if not may_have_login:
            raise UsageError(
                f"{place}: credentials do not belong here", hint=f"put the whole URL in {VARIABLE}"
            )
        if url.scheme == "http" and not is_loopback(host):
            raise UsageError(
                f"{place}: credentials would be sent unencrypted", hint="use an https address"
            )
        login = unquote(url.username or ""), unquote(url.password or "")
    shown = f"[{host}]" if ":" in host else host
    where = f"{shown}:{port}" if port is not None else shown
    return Central(f"{url.scheme}://{where}{url.path.rstrip('/')}", login)


def is_loopback(host: str) -> bool:
    """Tell whether ``host`` is a name or an address of this machine for itself alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def runner_name() -> str:
    """Return what this process is called on Luigi's pages; no two runners share it."""
    named = os.environ.get(NAME) or socket.gethostname().partition(".")[0]
    return f"{_NAME.sub('-', named)[:40] or 'runner'}-{secrets.token_hex(2)}"


def missing_limits(ours: Iterable[str], theirs: Iterable[str]) -> tuple[str, ...]:
    """Return the resources that a run declares and its scheduler does not know.

    Luigi would let one task at a time use each of them, without a word.
    """
    return tuple(sorted(set(ours) - set(theirs)))
