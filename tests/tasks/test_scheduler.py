"""A central scheduler that is safe to run: who may ask it, what it keeps, how it ends."""

from __future__ import annotations

import contextlib
import http.client
import json
import signal
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import pytest

from leap.tasks.scheduler import refusal

if TYPE_CHECKING:
    from conftest import Luigid, University

OWN = {"Host": "127.0.0.1:8082"}
LIST, PAUSE = "/api/task_list", "/api/pause"
PAGE = "/static/visualiser/index.html"
EVIL = "https://evil.example"


@pytest.mark.parametrize(
    "method, path, more",
    [
        ("POST", "/api/get_work", {}),  # a worker
        ("GET", LIST, {}),  # curl
        ("GET", PAUSE, {"X-Requested-With": "XMLHttpRequest", "Sec-Fetch-Site": "same-origin"}),
        ("POST", PAUSE, {"Origin": "http://127.0.0.1:8082", "Sec-Fetch-Site": "same-origin"}),
        ("GET", PAGE, {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}),  # a link
        ("GET", LIST, {"Host": "localhost:9000"}),  # through a tunnel
        ("GET", LIST, {"Host": "[::1]:8082"}),
        ("GET", LIST, {"Host": "luigi.example.org"}),  # a proxy that leap.yaml names
        ("HEAD", "/", {}),
    ],
)
def test_workers_and_its_own_pages_may_ask(method: str, path: str, more: dict[str, str]) -> None:
    assert refusal(method, path, OWN | more, frozenset({"luigi.example.org"})) is None


@pytest.mark.parametrize(
    "method, path, more",
    [
        ("POST", PAUSE, {"Origin": EVIL}),
        ("POST", PAUSE, {"Origin": "null"}),
        ("POST", PAUSE, {"Origin": "http://127.0.0.1:3000"}),  # another program's page
        ("POST", PAUSE, {"Sec-Fetch-Site": "cross-site"}),
        ("POST", PAUSE, {"Sec-Fetch-Site": "same-site"}),
        ("GET", LIST, {"Sec-Fetch-Site": "cross-site"}),
        ("GET", PAUSE, {}),  # <img src="http://127.0.0.1:8082/api/pause"> in an old browser
        ("GET", LIST, {"Host": "evil.example:8082"}),  # DNS rebinding
        ("POST", PAUSE, {"Host": "localhost.evil.example"}),
        ("POST", PAUSE, {"Host": ""}),
        ("POST", PAUSE, {"Host": "[::1"}),
        ("OPTIONS", PAUSE, {}),
        ("PUT", PAUSE, {}),
        ("GET", "/history", {}),  # loads scripts from elsewhere
        ("GET", "/tasklist", {}),
        ("GET", "/api/", {}),
    ],
)
def test_nobody_else_may(method: str, path: str, more: dict[str, str]) -> None:
    assert refusal(method, path, OWN | more)


def ask(
    luigid: Luigid, method: str, path: str, headers: dict[str, str], **data: Any
) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(urlsplit(luigid.url).netloc, timeout=10)
    body = urlencode({"data": json.dumps(data)}) if method == "POST" else None
    form = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    connection.request(method, path, body, form | headers)
    answer = connection.getresponse()
    answer.text = answer.read().decode(errors="replace")
    connection.close()
    return answer


def test_a_page_of_another_site_changes_nothing(luigid: Callable[..., Luigid]) -> None:
    """Neither with a form, nor by a name of its own that leads here; both get one line."""
    server = luigid()
    limits = server.ask("resource_list")

    form = ask(
        server, "POST", "/api/update_resource", {"Origin": EVIL}, resource="ffmpeg", amount=9
    )
    rebound = ask(server, "POST", PAUSE, {"Host": "evil.example"})
    image = ask(server, "GET", PAUSE, {"Sec-Fetch-Site": "cross-site"})

    assert [403, 403, 403] == [form.status, rebound.status, image.status]
    assert "the request comes from a page of another site\n" == form.text
    assert limits == server.ask("resource_list")
    assert {"paused": False} == server.ask("is_paused")
    assert 200 == ask(server, "POST", "/api/pause", {"Origin": server.url}).status
    assert {"paused": True} == server.ask("is_paused")


def test_browsers_are_told_to_load_nothing_from_elsewhere(luigid: Callable[..., Luigid]) -> None:
    server = luigid()

    for path in (PAGE, "/static/visualiser/lib/AdminLTE/css/AdminLTE.min.css", LIST, "/history"):
        answer = ask(server, "GET", path, {})
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, path
        assert "style-src 'self' 'unsafe-inline';" in policy
        assert "frame-ancestors 'none'" in policy
        assert "nosniff" == answer.headers["X-Content-Type-Options"]
        assert "Tornado" not in answer.headers["Server"]


def test_its_limits_are_those_of_leap_yaml(
    university: University, luigid: Callable[..., Luigid]
) -> None:
    """And of no luigi.cfg, wherever one lies."""
    university.write("luigi.cfg", "[resources]\nffmpeg=77\nevil=1\n[scheduler]\nretry_count=7\n")
    university.environment["LUIGI_CONFIG_PATH"] = str(university.root / "luigi.cfg")

    limits = {each["name"]: each["num_total"] for each in luigid().ask("resource_list")}

    assert {"ffmpeg": 2, "whisper": 1}.items() <= limits.items()
    assert "evil" not in limits


def test_what_it_knows_survives_a_restart(
    university: University, luigid: Callable[..., Luigid]
) -> None:
    server = luigid()
    server.ask("add_task", task_id="leap.Trim_1", worker="w", family="leap.Trim", params={})
    server.process.send_signal(signal.SIGTERM)
    out, err = server.process.communicate(timeout=10)

    assert (0, "") == (server.process.returncode, out)
    assert "what it knows is kept" in err
    assert ["leap.Trim_1"] == list(luigid().ask("task_list", status="PENDING", upstream_status=""))
    folder = university.root / "state" / "scheduler"
    assert 0o700 == stat.S_IMODE(folder.stat().st_mode)


def test_a_spoiled_state_is_left_behind(
    university: University, luigid: Callable[..., Luigid]
) -> None:
    folder = university.root / "state" / "scheduler"
    folder.mkdir(parents=True)
    (folder / "state.pickle").write_bytes(b"\x80\x05not a pickle")
    (folder / "state.pickle").chmod(0o600)

    assert {} == luigid().ask("task_list", status="", upstream_status="")


def test_a_state_that_others_could_have_written_is_not_read(university: University) -> None:
    """What is in it would be run."""
    folder = university.root / "state" / "scheduler"
    folder.mkdir(parents=True)
    (folder / "state.pickle").write_bytes(b"")
    (folder / "state.pickle").chmod(0o666)

    ran = university.leap("scheduler", "--port", "0")

    assert (1, "") == (ran.code, ran.out)
    assert "can be written by others; remove it" in ran.err


def test_a_second_one_for_the_same_state_is_refused(
    university: University, luigid: Callable[..., Luigid]
) -> None:
    luigid()
    ran = university.leap("scheduler", "--port", "0")

    assert 1 == ran.code
    assert "a scheduler runs already for" in ran.err
    assert 1 == ran.err.count("\n")


@contextlib.contextmanager
def taken() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_taken_port_is_one_line_with_the_next_command(university: University) -> None:
    with taken() as port:
        ran = university.leap("scheduler", "--port", str(port))

    assert (1, "") == (ran.code, ran.out)
    assert f"error: port {port} is taken; take another: `leap scheduler --port {port + 1}`\n" == (
        ran.err
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_ends_when_told_to(luigid: Callable[..., Luigid], number: signal.Signals) -> None:
    server = luigid()
    server.process.send_signal(number)
    _, err = server.process.communicate(timeout=10)

    assert 0 == server.process.returncode
    assert "Traceback" not in err


def test_it_listens_on_this_machine_alone(luigid: Callable[..., Luigid]) -> None:
    port = urlsplit(luigid().url).port
    table = Path("/proc/net/tcp")
    if not table.is_file():
        pytest.skip("needs /proc/net/tcp, which only Linux has")
    listening = [line.split()[1] for line in table.read_text().splitlines()[1:]]

    assert [f"0100007F:{port:04X}"] == [
        each for each in listening if each.endswith(f":{port:04X}") and "0100007F" in each
    ][:1]
    assert f"00000000:{port:04X}" not in listening
