"""Repositories as ``leap init`` makes them, and a GitHub that answers on this machine."""

from __future__ import annotations

import io
import json
import os
import re
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from leap.scaffold import Answers, Continuous, build, find_place

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LEAP = f"leap[embedded,whisper] @ git+https://github.com/org/leap@{COMMIT}"

#: Every kind of repository that there is.
KINDS = {
    "local": Answers("acme", "Acme University", LEAP),
    "hosted": Answers(
        "acme", "Acme University", LEAP, ci=Continuous("s3://our-lectures", "LEAP_DATABASE_URL")
    ),
    "self-hosted": Answers(
        "acme",
        'Кафедра "Логика": №1 # the first',
        LEAP,
        language="ru",
        recordings="/srv/записи лекций",
        site="www",
        ci=Continuous(),
    ),
    "local, with Zoom": Answers("acme", "Acme", LEAP, zoom_since="2026-11-20"),
    "self-hosted, with a database": Answers(
        "acme-1", "Acme", LEAP, ci=Continuous(database_secret="LEDGER")
    ),
}


@pytest.fixture(scope="session", params=KINDS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a repository of every kind, to be looked at only."""
    return make(tmp_path_factory.mktemp("сделано") / "new", KINDS[request.param])


@pytest.fixture(scope="session")
def hosted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a repository that hosted runners reconcile, to be looked at only."""
    return make(tmp_path_factory.mktemp("hosted") / "new", KINDS["hosted"])


def make(folder: Path, answers: Answers) -> Path:
    return build(answers, find_place(folder)).root


@dataclass
class GitHub:
    """What a fake GitHub has about one repository, and what it was asked."""

    url: str = ""
    elsewhere: str = ""
    pulls: list[dict[str, Any]] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    comments: list[dict[str, Any]] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)
    #: By the id of a run: the name and the bytes of an artifact.
    artifacts: dict[int, dict[str, bytes]] = field(default_factory=dict)
    #: Called before each answer, with the path that was asked for.
    before: Callable[[str], None] = lambda path: None
    asked: list[str] = field(default_factory=list)
    tokens: dict[str, str | None] = field(default_factory=dict)

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Any:
        """Return what GitHub answers: data, or None for 404."""
        self.before(path)
        self.asked.append(f"{method} {path}")
        page = int(query.get("page", 1))
        start, size = (page - 1) * int(query.get("per_page", 30)), int(query.get("per_page", 30))
        match method, path.split("/"):
            case "GET", ["pulls"]:
                label = query["head"]
                return [x for x in self.pulls if x["label"] == label and x["open"]]
            case "GET", ["pulls", _, "files"]:
                return self.files[start : start + size]
            case "GET", ["issues", _, "comments"]:
                return self.comments[start : start + size]
            case "POST", ["issues", _, "comments"]:
                made = {"id": len(self.comments) + 1, "user": {"login": "github-actions[bot]"}}
                self.comments.append(made | body)
                return self.comments[-1]
            case "PATCH", ["issues", "comments", number]:
                self.comments[int(number) - 1] |= body
                return self.comments[int(number) - 1]
            case "GET", ["actions", "workflows", "reconcile.yml", "runs"]:
                return {"workflow_runs": self.runs} if self.runs else None
            case "GET", ["actions", "runs", run, "artifacts"]:
                have = self.artifacts.get(int(run), {})
                packed = have.get(query["name"])
                listed = {"id": int(run), "expired": False, "name": query["name"]}
                found = [listed | {"size_in_bytes": len(packed)}] if packed is not None else []
                return {"artifacts": found}
        return None


@pytest.fixture
def github() -> Iterator[GitHub]:
    """Give a GitHub on loopback whose artifacts lie on another host, as the real one's do."""
    state = GitHub()

    class Handler(BaseHTTPRequestHandler):
        def do(self) -> None:
            where = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            state.tokens[where.path] = self.headers.get("Authorization")
            if found := re.fullmatch(r"/stored/(\d+)", where.path):
                (packed,) = state.artifacts[int(found[1])].values()
                return self.send(200, packed)
            path = where.path.removeprefix("/repos/org/lectures/")
            if found := re.fullmatch(r"actions/artifacts/(\d+)/zip", path):
                self.send_response(302)
                self.send_header("Location", f"{state.elsewhere}/stored/{found[1]}")
                self.send_header("Content-Length", "0")
                return self.end_headers()
            query = {name: values[0] for name, values in parse_qs(where.query).items()}
            answer = state.answer(self.command, path, query, body)
            return self.send(404 if answer is None else 200, json.dumps(answer).encode())

        do_GET = do_POST = do_PATCH = do  # noqa: N815 -- names of http.server

        def send(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Handler) for _ in range(2)]
    threads = [threading.Thread(target=each.serve_forever, args=(0.01,)) for each in servers]
    for thread in threads:
        thread.start()
    # Another name is another host, though both are this machine.
    state.url = f"http://127.0.0.1:{servers[0].server_port}"
    state.elsewhere = f"http://localhost:{servers[1].server_port}"
    yield state
    for server, thread in zip(servers, threads, strict=True):
        server.shutdown()
        server.server_close()
        thread.join()


def packed(**members: str | bytes) -> bytes:
    """Return a zip with a file for each argument: ``plan_md`` is ``plan.md``."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "."), content)
    return out.getvalue()


def runner_environment(tools: Path, **more: str) -> dict[str, str]:
    """Return the environment of a step: a few tools, no secret, nothing of this machine."""
    return {"PATH": str(tools), "HOME": str(tools), "LANG": "C.UTF-8", **more}


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the tools that a runner has, as far as the workflows use them."""
    import shutil
    import sys

    folder = tmp_path_factory.mktemp("tools")
    for name in ("bash", "cat", "git", "mkdir"):
        found = shutil.which(name)
        assert found, f"{name} is needed"
        (folder / name).symlink_to(os.path.realpath(found))
    for name in ("python", "python3"):
        (folder / name).symlink_to(os.path.realpath(sys.executable))
    return folder
