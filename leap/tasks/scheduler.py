"""A central scheduler: Luigi's own ``luigid``, made safe to run.

Luigi's server knows no users, and does whatever a page of any site asks a
browser to send it. So it listens on this machine alone, answers only to its
own names and its own pages, and keeps its state where nobody else can write:
what it reads there is code. https://docs.python.org/3/library/pickle.html
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import errno
import hashlib
import logging
import logging.handlers
import os
import re
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.ioloop import PeriodicCallback
from tornado.netutil import bind_sockets
from tornado.routing import Router
from tornado.web import Application, OutputTransform, RequestHandler

from leap.errors import LeapError
from leap.ledger.locks import FileLock
from leap.tasks.adapter import PAGES, central_scheduler, web_application
from leap.tasks.central import is_loopback

_LOOPBACK = "127.0.0.1"
_LAST_PORT = 65535
_PRUNE_EVERY_MS = 5_000
_LONGEST_BODY = 10 * 1024 * 1024
_LONGEST_LOG, _LOGS = 1024 * 1024, 3
_OTHERS_MAY_WRITE = 0o022

#: Luigi's pages, what they and the workers call, and nothing else: the pages of
#: the task history load scripts from elsewhere.
_SERVED = re.compile(r"/|/api/[a-z_]+|/static/.+")

#: What may be asked with GET by something else than Luigi's own pages.
_READING = frozenset(
    {
        "count_pending",
        "dep_graph",
        "fetch_error",
        "get_task_progress_percentage",
        "get_task_status_message",
        "graph",
        "has_task_history",
        "inverse_dep_graph",
        "is_pause_enabled",
        "is_paused",
        "resource_list",
        "task_list",
        "task_search",
        "worker_list",
    }
)


def serve(
    state: Path,
    resources: Mapping[str, int],
    *,
    port: int,
    hosts: frozenset[str] = frozenset(),
    announce: Callable[[str], object],
) -> None:
    """Run a scheduler until SIGINT, SIGTERM or SIGHUP; ``announce`` gets its address.

    Args:
        state: the operator's state folder; the scheduler's is ``scheduler/`` in it.
        resources: how many tasks may use each resource at once.
        port: where to listen; 0 takes any free one.
        hosts: names besides this machine's own by which it may be called.

    Raises LeapError where the port or the folder is taken or cannot be used.
    """
    with _folder(state) as folder, _logging(folder / "scheduler.log"):
        sockets = _listen(port)
        address = f"http://{_LOOPBACK}:{sockets[0].getsockname()[1]}"
        scheduler = central_scheduler(str(folder / "state.pickle"), resources)
        asyncio.run(_until_stopped(scheduler, sockets, hosts, lambda: announce(address)))
        scheduler.dump()


async def _until_stopped(
    scheduler: Any, sockets: list[socket.socket], hosts: frozenset[str], ready: Callable[[], object]
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    application = web_application(scheduler)
    application.add_transform(SafeHeaders)
    server = HTTPServer(Gate(application, hosts), max_body_size=_LONGEST_BODY)
    server.add_sockets(sockets)
    pruning = PeriodicCallback(scheduler.prune, _PRUNE_EVERY_MS)
    pruning.start()
    ready()
    await stop.wait()
    pruning.stop()
    server.stop()
    await server.close_all_connections()


class Gate(Router):
    """Lets requests of workers and of Luigi's own pages through, and of nobody else's."""

    def __init__(self, application: Application, hosts: frozenset[str]) -> None:
        self._application = application
        self._hosts = hosts
        self._closed = Application([(r".*", Refused)])
        self._closed.add_transform(SafeHeaders)

    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> Any:
        reason = refusal(request.method or "", request.path, request.headers, self._hosts)
        if reason is None:
            return self._application.find_handler(request, **kwargs)
        logging.getLogger(__name__).warning(
            "refused %s %.100r: %s", request.method, request.path, reason
        )
        return self._closed.get_handler_delegate(request, Refused, {"reason": reason})


def refusal(
    method: str, path: str, headers: Mapping[str, str], hosts: frozenset[str] = frozenset()
) -> str | None:
    """Return why a request is refused, or None where it may pass.

    A browser says where a request comes from, and no page can make it lie:
    https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
    """
    if not _SERVED.fullmatch(path) or method not in ("GET", "HEAD", "POST"):
        return "there is no such page"
    host = headers.get("Host", "")
    name = _name(host)
    # A name of somebody else's that leads here (DNS rebinding) is not ours.
    if not is_loopback(name) and name not in hosts:
        return "this scheduler is called by another name"
    origin = headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return "the request comes from a page of another site"
    if not path.startswith("/api/"):
        return None
    if headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        return "the request comes from a page of another site"
    # An old browser does not say where from; only the own pages can add this header.
    asks = path.removeprefix("/api/") in _READING
    if method != "POST" and not asks and "X-Requested-With" not in headers:
        return "what changes something is asked with POST"
    return None


def _name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


class Refused(RequestHandler):
    """Answers 403 with one line."""

    def initialize(self, reason: str = "refused") -> None:
        self._why = reason

    def prepare(self) -> None:
        self.set_status(403)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{self._why}\n")


class SafeHeaders(OutputTransform):
    """Tells browsers to load nothing from elsewhere and to show the pages in no frame."""

    def transform_first_chunk(
        self,
        status_code: int,
        headers: HTTPHeaders,
        chunk: bytes,
        finishing: bool,  # noqa: FBT001 -- Tornado's
    ) -> tuple[int, HTTPHeaders, bytes]:
        for name, value in SAFE.items():
            headers[name] = value
        return status_code, headers, chunk


def _policy() -> str:
    """Return the content security policy: Luigi's own files, and the one script in its page."""
    page = (PAGES / "index.html").read_bytes()
    inline = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"
        for script in re.findall(rb"<script>(.*?)</script>", page, re.DOTALL)
    )
    return (
        f"default-src 'none'; script-src 'self' {inline}; style-src 'self' 'unsafe-inline';"
        " img-src 'self' data:; font-src 'self'; connect-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


SAFE = {
    "Content-Security-Policy": _policy(),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Server": "leap",
}


@contextlib.contextmanager
def _folder(state: Path) -> Iterator[Path]:
    """Give the scheduler's folder, private and for this scheduler alone."""
    folder = state / "scheduler"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
        if found.st_uid != os.geteuid():
            raise LeapError(f"{folder} belongs to another user", hint="remove it, or be that user")
        folder.chmod(0o700)
        pickle = folder / "state.pickle"
        if pickle.exists() and pickle.stat().st_mode & _OTHERS_MAY_WRITE:
            raise LeapError(f"{pickle} can be written by others", hint="remove it")
        lock = FileLock(folder / "lock")
        alone = lock.acquire()
    except OSError as error:
        cause = (error.strerror or str(error)).lower()
        hint = "name another folder under `state:` in leap.yaml"
        raise LeapError(f"{error.filename or folder}: {cause}", hint=hint) from error
    if not alone:
        message = f"a scheduler runs already for {state}"
        raise LeapError(message, hint="join it with `leap reconcile --scheduler URL`, or stop it")
    try:
        yield folder
    finally:
        lock.release()


def _listen(port: int) -> list[socket.socket]:
    try:
        return bind_sockets(port, _LOOPBACK, family=socket.AF_INET, reuse_port=False)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            hint = f"take another: `leap scheduler --port {port + 1 if port < _LAST_PORT else 0}`"
            raise LeapError(f"port {port} is taken", hint=hint) from error
        cause = (error.strerror or str(error)).lower()
        raise LeapError(f"port {port}: {cause}", hint="try `leap scheduler --port 8082`") from error


@contextlib.contextmanager
def _logging(file: Path) -> Iterator[None]:
    """Write what Luigi and Tornado say into ``file``, which stays short."""
    handler = logging.handlers.RotatingFileHandler(
        file, maxBytes=_LONGEST_LOG, backupCount=_LOGS, encoding="utf-8", delay=True
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    loggers = [logging.getLogger(name) for name in ("leap", "luigi", "luigi-interface", "tornado")]
    logging.getLogger("tornado.access").setLevel(logging.WARNING)
    for logger in loggers:
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
        handler.close()
