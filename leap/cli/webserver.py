"""A small web server for folders of static pages, with what a video player needs.

The standard library's server knows no ranges, and without them no browser can
seek in a video: https://docs.python.org/3/library/http.server.html
"""

from __future__ import annotations

import contextlib
import errno
import html
import os
import re
import signal
import socket
from collections.abc import Callable, Mapping
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote, urlsplit

from leap import __version__
from leap.errors import LeapError

_CHUNK = 1 << 18
_IDLE_SECONDS = 60
_LAST_PORT = 65535
_TRIES = 20
_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".m4a": "audio/mp4",
    ".mkv": "video/x-matroska",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".srt": "application/x-subrip; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".vtt": "text/vtt; charset=utf-8",
    ".webm": "video/webm",
}


def serve_folders(
    sites: Mapping[str, Path], *, host: str, port: int, announce: Callable[[str], object]
) -> None:
    """Serve ``sites`` until Ctrl-C or SIGTERM; ``announce`` gets the address.

    Raises LeapError where nothing can listen there.
    """
    try:
        server = SiteServer((host, port), sites)
    except OSError as error:
        raise _refused(error, host, port) from error
    with server:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        announce(f"{server.url}  (Ctrl-C stops)")
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()


def _refused(error: OSError, host: str, port: int) -> LeapError:
    if isinstance(error, socket.gaierror):
        return LeapError(f"{host}: not an address of this machine", hint="try --host 127.0.0.1")
    if error.errno == errno.EADDRINUSE:
        hint = f"take another: `leap serve --port {_next_free(host, port)}`"
        return LeapError(f"port {port} of {host} is taken", hint=hint)
    cause = (error.strerror or str(error)).lower()
    return LeapError(f"{host}:{port}: {cause}", hint="try `leap serve --port 8000`")


def _next_free(host: str, port: int) -> int:
    """Return the first free one of the ports after ``port``; 0, any free one, if they are taken."""
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    for other in range(port + 1, min(port + _TRIES, _LAST_PORT) + 1):
        with socket.socket(family) as trial, contextlib.suppress(OSError):
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((host, other))
            return other
    return 0


class SiteServer(ThreadingHTTPServer):
    """Serves one folder at ``/``, or several below their names with a list at ``/``."""

    daemon_threads = True
    allow_reuse_port = False

    def __init__(self, address: tuple[str, int], sites: Mapping[str, Path]) -> None:
        self.sites = {name: path.resolve() for name, path in sites.items()}
        family, *_, place = socket.getaddrinfo(*address, type=socket.SOCK_STREAM)[0]
        self.address_family = family
        super().__init__((str(place[0]), int(place[1])), SiteHandler)

    def server_bind(self) -> None:
        """Bind without asking a name server who we are."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = self.socket.getsockname()[:2]

    @property
    def url(self) -> str:
        """The address to open in a browser."""
        host, port = str(self.server_address[0]), self.server_address[1]
        return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"

    def find(self, path: str) -> Path | None:
        """Return the file that the URL path ``path`` names; None outside the sites.

        What begins with a dot is nobody's business, and no link leads out.
        """
        parts = [unquote(part) for part in path.split("/")[1:]]
        if any(part.startswith(".") or "/" in part or "\0" in part for part in parts):
            return None
        if len(self.sites) == 1:
            (folder,) = self.sites.values()
        else:
            name = next((n for n in self.sites if parts[: n.count("/") + 1] == n.split("/")), None)
            if name is None:
                return None
            folder, parts = self.sites[name], parts[name.count("/") + 1 :]
        try:
            file = folder.joinpath(*parts).resolve(strict=True)
        except OSError:
            return None
        if path.endswith("/") and not file.is_dir():
            return None
        return file if file.is_relative_to(folder) else None


class SiteHandler(BaseHTTPRequestHandler):
    """Answers GET and HEAD: whole files, one range, or not modified."""

    server: SiteServer
    protocol_version = "HTTP/1.1"
    server_version = f"leap/{__version__}"
    sys_version = ""
    timeout = _IDLE_SECONDS

    def do_GET(self) -> None:
        """Answer with the file's bytes."""
        self._answer(body=True)

    def do_HEAD(self) -> None:
        """Answer with the headers alone."""
        self._answer(body=False)

    def handle(self) -> None:
        """Answer requests until the other side is done or gone."""
        # A player that seeks hangs up in the middle of the old range.
        with contextlib.suppress(ConnectionError, TimeoutError):
            super().handle()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited name
        """Say nothing: the terminal belongs to the user."""

    def _answer(self, *, body: bool) -> None:
        path = urlsplit(self.path).path
        if path == "/" and len(self.server.sites) > 1:
            self._text(HTTPStatus.OK, self._list_of_sites(), body=body)
            return
        file = self.server.find(path)
        if file is not None and file.is_dir():
            if not path.endswith("/"):
                self._redirect(path + "/")
                return
            file = file / "index.html"
        try:
            opened = file.open("rb") if file else None
        except OSError:
            opened = None
        if file is None or opened is None:
            text = '<h1>Not found</h1><p><a href="/">To the first page</a></p>'
            self._text(HTTPStatus.NOT_FOUND, text, body=body)
            return
        with opened:
            self._send(file, opened, body=body)

    def _send(self, file: Path, opened: BinaryIO, *, body: bool) -> None:
        # Asked of the open file: the name may be given to a new page meanwhile.
        state = os.fstat(opened.fileno())
        size, etag = state.st_size, f'"{state.st_mtime_ns:x}-{state.st_size:x}"'
        if etag in self.headers.get("If-None-Match", ""):
            self.send_response(HTTPStatus.NOT_MODIFIED)
            self.send_header("ETag", etag)
            self.end_headers()
            return
        span = self._range(size, etag)
        if span is None:
            self.send_response(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
            self.send_header("Content-Range", f"bytes */{size}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        begin, end, partial = span
        self.send_response(HTTPStatus.PARTIAL_CONTENT if partial else HTTPStatus.OK)
        if partial:
            self.send_header("Content-Range", f"bytes {begin}-{end - 1}/{size}")
        self.send_header(
            "Content-Type", _TYPES.get(file.suffix.lower(), "application/octet-stream")
        )
        self.send_header("Content-Length", str(end - begin))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Last-Modified", formatdate(state.st_mtime, usegmt=True))
        self.send_header("ETag", etag)
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if body:
            self._copy(opened, begin, end)

    def _copy(self, opened: BinaryIO, begin: int, end: int) -> None:
        opened.seek(begin)
        left = end - begin
        while left:
            chunk = opened.read(min(_CHUNK, left))
            if not chunk:
                # The file shrank under us; the promised length cannot be kept.
                self.close_connection = True
                return
            self.wfile.write(chunk)
            left -= len(chunk)

    def _range(self, size: int, etag: str) -> tuple[int, int, bool] | None:
        """Return begin, end and whether it is a part; None for a range beyond the end.

        What is no single well-formed range is ignored, as the standard allows:
        https://www.rfc-editor.org/rfc/rfc9110#field.range
        """
        asked = _RANGE.fullmatch(self.headers.get("Range", "").strip())
        unless = self.headers.get("If-Range")
        if asked is None or not any(asked.groups()) or (unless and unless != etag):
            return 0, size, False
        first, last = asked.groups()
        if not first:
            begin, end = max(0, size - int(last)), size
        else:
            begin, end = int(first), min(int(last) + 1, size) if last else size
            if last and int(last) < begin:
                return 0, size, False
        return (begin, end, True) if begin < end else None

    def _list_of_sites(self) -> str:
        links = "".join(
            f'<li><a href="/{quote(name)}/">{html.escape(name)}</a></li>'
            for name in self.server.sites
        )
        return f"<h1>Sites</h1><ul>{links}</ul>"

    def _redirect(self, path: str) -> None:
        self.send_response(HTTPStatus.MOVED_PERMANENTLY)
        # One slash only: two would name another host.
        self.send_header("Location", "/" + path.lstrip("/"))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _text(self, status: HTTPStatus, text: str, *, body: bool) -> None:
        page = (
            '<!doctype html><html lang="en"><meta charset="utf-8"><title>LEAP</title>'
            '<meta name="viewport" content="width=device-width">'
            '<meta name="color-scheme" content="light dark">'
            '<body style="font:1.1rem/1.6 system-ui,sans-serif;max-width:40rem;'
            f'margin:10vh auto;padding:0 1.25rem"><main>{text}</main></body></html>'
        ).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        if body:
            self.wfile.write(page)
