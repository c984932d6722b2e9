"""``leap serve``: what a browser and its video player need, and nothing else."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import leap
from leap.cli.webserver import SiteServer, serve_folders
from leap.errors import LeapError

VIDEO = bytes(range(256)) * 4


def lay_out(folder: Path) -> Path:
    """A site with a page, a video, a hidden file and two links."""
    page = folder / "lectures" / "первая 1"
    page.mkdir(parents=True)
    (folder / "index.html").write_text("front", encoding="utf-8")
    (page / "index.html").write_text("lecture", encoding="utf-8")
    (page / "video-0.mp4").write_bytes(VIDEO)
    (page / "captions.vtt").write_text("WEBVTT\n")
    (folder / ".leap-site.lock").write_text("")
    secret = folder.parent / "secret.txt"
    secret.write_text("secret")
    (folder / "leak.txt").symlink_to(secret)
    (folder / "alias.html").symlink_to("index.html")
    return folder


@pytest.fixture
def listen():
    """Start servers that are stopped when the test ends."""
    running = []

    def start(**sites: Path) -> SiteServer:
        server = SiteServer(("127.0.0.1", 0), {n.replace("_", "/"): p for n, p in sites.items()})
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        running.append((server, thread))
        return server

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def ask(tmp_path, listen):
    """Ask the server of one site; return status, headers and body."""
    server = listen(demo=lay_out(tmp_path / "site"))

    def request(path: str, method: str = "GET", **headers: str):
        connection = http.client.HTTPConnection(*server.server_address[:2], timeout=10)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers=named)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, answer.headers, body

    return request


PAGE = "/lectures/%D0%BF%D0%B5%D1%80%D0%B2%D0%B0%D1%8F%201"
CLIP = f"{PAGE}/video-0.mp4"


@pytest.mark.parametrize(
    "asked, expected, span",
    [
        ("bytes=0-99", VIDEO[:100], "bytes 0-99/1024"),
        ("bytes=1000-", VIDEO[1000:], "bytes 1000-1023/1024"),
        ("bytes=1000-9999", VIDEO[1000:], "bytes 1000-1023/1024"),
        ("bytes=-24", VIDEO[-24:], "bytes 1000-1023/1024"),
        ("bytes=-9999", VIDEO, "bytes 0-1023/1024"),
        ("bytes=1023-1023", VIDEO[1023:], "bytes 1023-1023/1024"),
    ],
)
def test_a_range_is_answered_with_that_part(ask, asked, expected, span):
    """This is how a player seeks."""
    status, headers, body = ask(CLIP, Range=asked)
    assert (status, headers["Content-Range"], body) == (206, span, expected)
    assert headers["Content-Type"] == "video/mp4"


@pytest.mark.parametrize("asked", ["bytes=1024-", "bytes=5000-6000", "bytes=-0"])
def test_a_range_beyond_the_end_says_how_long_the_file_is(ask, asked):
    """416, as the standard has it."""
    status, headers, body = ask(CLIP, Range=asked)
    assert (status, headers["Content-Range"], body) == (416, "bytes */1024", b"")


@pytest.mark.parametrize("asked", ["bytes=9-2", "bytes=0-1,5-6", "lines=1-2", "bytes=-", "x"])
def test_what_is_no_single_range_gets_the_whole_file(ask, asked):
    """A server may ignore a range that it does not know."""
    status, headers, body = ask(CLIP, Range=asked)
    assert (status, body) == (200, VIDEO)
    assert headers["Accept-Ranges"] == "bytes"


def test_a_range_of_another_version_gets_the_whole_file(ask):
    """If-Range keeps a player from gluing two versions together."""
    etag = ask(CLIP)[1]["ETag"]
    assert ask(CLIP, Range="bytes=0-9", If_Range=etag)[0] == 206
    assert ask(CLIP, Range="bytes=0-9", If_Range='"other"')[0] == 200
    assert ask(CLIP, If_None_Match=etag)[0] == 304


def test_head_gives_the_headers_alone(ask):
    """With the length that GET would have."""
    status, headers, body = ask(CLIP, "HEAD")
    assert (status, headers["Content-Length"], body) == (200, "1024", b"")


@pytest.mark.parametrize(
    "path, kind",
    [
        ("/", "text/html; charset=utf-8"),
        (f"{PAGE}/", "text/html; charset=utf-8"),
        (f"{PAGE}/captions.vtt", "text/vtt; charset=utf-8"),
        ("/alias.html?x=1", "text/html; charset=utf-8"),
    ],
)
def test_pages_have_their_type(ask, path, kind):
    """Whatever the machine's own table says, and nobody guesses another."""
    status, headers, _ = ask(path)
    assert (status, headers["Content-Type"]) == (200, kind)
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/lectures/",
        "/missing",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "//secret.txt",
        "/leak.txt",
        "/.leap-site.lock",
        "/index.html%00",
        "/index.html/",
        "/%ff",
    ],
)
def test_nothing_outside_the_site_and_no_listing_is_served(ask, path):
    """Neither by dots, nor by encoded dots, nor by a link."""
    status, _, body = ask(path)
    assert status == 404
    assert b"secret" not in body


def test_a_folder_without_its_slash_is_sent_there(ask):
    """Else the page's relative links would lead astray; and never to another host."""
    status, headers, _ = ask(PAGE)
    assert (status, headers["Location"]) == (301, f"{PAGE}/")
    status, headers, _ = ask("//lectures")
    assert headers["Location"] == "/lectures/"


def test_other_methods_are_refused(ask):
    """There is nothing to change here."""
    assert ask("/", "POST")[0] == 501


def test_several_sites_are_listed(tmp_path, listen):
    """Each below its own name, which is text and not markup."""
    one, two = lay_out(tmp_path / "a" / "site"), lay_out(tmp_path / "b" / "site")
    server = listen(demo_open=one, demo_closed=two)
    connection = http.client.HTTPConnection(*server.server_address[:2], timeout=10)
    pages = {}
    for path in ("/", "/demo/open/", "/demo/closed/index.html", "/demo/", "/other/"):
        connection.request("GET", path)
        answer = connection.getresponse()
        pages[path] = (answer.status, answer.read())
    connection.close()
    assert b'href="/demo/open/"' in pages["/"][1]
    assert pages["/demo/open/"] == (200, b"front")
    assert pages["/demo/closed/index.html"] == (200, b"front")
    assert pages["/demo/"][0] == pages["/other/"][0] == 404


def test_a_taken_port_is_one_line_with_the_next_command(tmp_path):
    """The hint works when it is typed: it names a port that is free."""
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        one.listen()
        port = one.getsockname()[1]
        with contextlib.suppress(OSError):  # taken already: so much the better
            two.bind(("127.0.0.1", port + 1))
            two.listen()
        with pytest.raises(LeapError, match=rf"port {port} of 127\.0\.0\.1 is taken") as refused:
            serve_folders({"demo": tmp_path}, host="127.0.0.1", port=port, announce=print)
        other = int(re.search(r"--port (\d+)`", str(refused.value))[1])
        assert other != port + 1
        SiteServer(("127.0.0.1", other), {"demo": tmp_path}).server_close()


def test_an_address_of_another_machine_is_one_line(tmp_path):
    """Nothing can listen there."""
    with pytest.raises(LeapError, match=r"203\.0\.113\.1"):
        serve_folders({"demo": tmp_path}, host="203.0.113.1", port=0, announce=print)


# ── the command ────────────────────────────────────────────────────────────


@pytest.fixture
def repository(tmp_path) -> Path:
    """A repository that declares one site."""
    files = {
        "leap.yaml": "state: state\n",
        "tenants/demo/tenant.yaml": "title: Demo University\n",
        "tenants/demo/presets/site.yaml": "platform: site\n",
    }
    for name, text in files.items():
        path = tmp_path / "repository" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "repository"


def start(repository: Path, *options: str) -> subprocess.Popen[str]:
    """Run ``leap serve`` as a user does."""
    return subprocess.Popen(
        [sys.executable, "-m", "leap", "serve", "-C", str(repository), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(leap.__file__).parents[1],
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_the_address_is_printed_and_ctrl_c_stops_cleanly(repository, stop):
    """No traceback, exit 0."""
    lay_out(repository / "state" / "site" / "demo")
    with start(repository, "--port", "0") as process:
        url = process.stdout.readline().split()[0]
        host, _, port = url.removeprefix("http://").rstrip("/").partition(":")
        assert host == "127.0.0.1"
        connection = http.client.HTTPConnection(host, int(port), timeout=10)
        connection.request("GET", "/")
        assert connection.getresponse().read() == b"front"
        connection.close()
        process.send_signal(stop)
        _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (0, "stopped\n")


def test_before_the_first_publication_the_next_command_is_named(repository):
    """One line, exit 1."""
    with start(repository) as process:
        _, said = process.communicate(timeout=20)
    assert process.returncode == 1
    assert said.count("\n") == 1
    assert "leap reconcile" in said
