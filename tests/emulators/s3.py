"""An S3 on this machine: moto's, with a journal, faults, and what real ones promise besides."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

KEY, SECRET = "AKIAEXAMPLE", "kanarienvogel-9b1f-secret"
#: What a program needs of its environment to use the bucket.
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": KEY,
    "AWS_SECRET_ACCESS_KEY": SECRET,
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}

App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Fault = Callable[[dict[str, Any]], bool]


@dataclass
class S3:
    """A running server; ``journal`` has every request as ``PUT /bucket/name?query``."""

    url: str
    _app: App = field(repr=False)
    journal: list[str] = field(default_factory=list)
    #: Whether it knows ``If-None-Match``, as a real one does.
    is_exclusive: bool = True
    _errors: list[tuple[str, int]] = field(default_factory=list)
    _cuts: list[str] = field(default_factory=list)
    _lost: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def new_bucket(self) -> str:
        """Make an empty bucket and return its name."""
        name = f"leap-{uuid.uuid4().hex[:8]}"
        httpx.put(f"{self.url}/{name}").raise_for_status()
        return name

    def reset(self) -> None:
        """Forget the faults and the journal."""
        for each in (self.journal, self._errors, self._cuts, self._lost):
            each.clear()
        self.is_exclusive = True

    def refuse(self, *requests: str, status: int = 500) -> None:
        """Answer the next request that begins like each of ``requests`` with an error."""
        self._errors += [(each, status) for each in requests]

    def cut(self, *requests: str) -> None:
        """Close the connection in the middle of the answer to such requests."""
        self._cuts += requests

    def lose(self, *requests: str) -> None:
        """Do what such requests ask for, and answer with an error all the same."""
        self._lost += requests

    def count(self, beginning: str) -> int:
        """Return how many requests began so."""
        return sum(each.startswith(beginning) for each in self.journal)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        query = f"?{environ['QUERY_STRING']}" if environ["QUERY_STRING"] else ""
        said = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}{query}"
        with self._lock:
            self.journal.append(said)
            status = self._error(said)
            is_cut = _taken(self._cuts, said)
            is_lost = _taken(self._lost, said)
        if status:
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            return _error(start_response, status)
        if not self.is_exclusive:
            environ.pop("HTTP_IF_NONE_MATCH", None)
        if "HTTP_IF_NONE_MATCH" in environ:
            # moto looks first and writes then; S3 does both at once.
            with self._lock:
                answer = list(self._app(environ, start_response if not is_lost else _nothing))
        else:
            answer = self._app(environ, start_response if not is_lost else _nothing)
        if is_lost:
            return _error(start_response, 500)
        if is_cut:
            whole = b"".join(answer)
            return [whole[: len(whole) // 2]]
        return answer

    def _error(self, said: str) -> int:
        for index, (beginning, status) in enumerate(self._errors):
            if said.startswith(beginning):
                del self._errors[index]
                return status
        return 0


def _taken(beginnings: list[str], said: str) -> bool:
    for index, beginning in enumerate(beginnings):
        if said.startswith(beginning):
            del beginnings[index]
            return True
    return False


def _nothing(*_: Any, **__: Any) -> None:
    return None


def _error(start_response: Callable[..., Any], status: int) -> list[bytes]:
    body = b"<Error><Code>InternalError</Code><Message>We are sorry.</Message></Error>"
    start_response(f"{status} Fault", [("Content-Type", "text/xml")])
    return [body]


@contextmanager
def running_s3() -> Iterator[S3]:
    """Give a server with an empty bucket for a block."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        def log(self, *_: Any) -> None:
            """Say nothing: the journal is kept instead."""

    s3 = S3("", DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, s3, threaded=True, request_handler=Quiet)
    s3.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield s3
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
