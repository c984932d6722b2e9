"""The core of the emulators: a server that answers well, and badly where it is told to."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from emulators.bodies import FTYP, Bytes, File, Generated, sha256
from emulators.clock import Clock
from emulators.journal import Journal
from emulators.messages import Answer, Pattern, Request, Wire, as_json, redirect
from emulators.ranges import served
from emulators.serving import Pipe, Server

WORDS = b"a lecture of many words " * 1000


@pytest.fixture
def origin() -> Iterator[Server]:
    """Serve WORDS under every path."""
    with Server(lambda request: served(request, Bytes(WORDS), etag='"one"')) as server:
        yield server


@pytest.fixture
def client(origin: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=origin.url, timeout=5) as client:
        yield client


def test_one_connection_carries_many_requests(origin, client):
    """Connections are kept, whole answers come whole, and each stands in the journal."""
    assert [WORDS] * 3 == [client.get(f"/{number}?a=b%20c").content for number in range(3)]
    assert origin.connections == 1
    assert [("GET", "/0", "b c"), ("GET", "/1", "b c"), ("GET", "/2", "b c")] == [
        (each.request.method, each.request.path, each.request.query["a"]) for each in origin.journal
    ]
    assert {(200, len(WORDS), "whole")} == {
        (each.status, each.sent, each.ended) for each in origin.journal.wait(times=3, ended=True)
    }


def test_what_is_sent_arrives():
    """Forms, JSON, chunks and credentials of a request can be read."""
    seen: list[Request] = []

    def note(request: Request) -> Answer:
        seen.append(request)
        return as_json({"да": 1}, 201)

    with Server(note) as server, httpx.Client(base_url=server.url) as client:
        answer = client.post("/form", data={"a": "1 2"}, auth=("me", "se:cret"))
        client.put("/json", json=[1], headers={"Authorization": "Bearer abc"})
        client.put("/chunks", content=iter([b"one", b"two"]))
        head = client.head("/head")
    assert (201, {"да": 1}) == (answer.status_code, answer.json())
    form, as_sent, chunks, _ = seen
    assert ({"a": "1 2"}, ("me", "se:cret")) == (form.form, form.basic)
    assert ([1], "abc") == (as_sent.json, as_sent.bearer)
    assert b"onetwo" == chunks.body
    assert (b"", "10") == (head.content, head.headers["content-length"])


@pytest.mark.parametrize(
    "asked, status, expected, part",
    [
        ("bytes=0-4", 206, WORDS[:5], "bytes 0-4/24000"),
        ("bytes=23990-", 206, WORDS[23990:], "bytes 23990-23999/24000"),
        ("bytes=-7", 206, WORDS[-7:], "bytes 23993-23999/24000"),
        ("bytes=5-99999999", 206, WORDS[5:], "bytes 5-23999/24000"),
        ("bytes=24000-", 416, b"", "bytes */24000"),
        ("pages=1-2", 200, WORDS, None),
    ],
)
def test_ranges(client, asked, status, expected, part):
    """A part that is asked for comes as 206, one that there is not as 416."""
    answer = client.get("/", headers={"Range": asked})
    assert (status, expected) == (answer.status_code, answer.content)
    assert part == answer.headers.get("content-range")


def test_a_part_of_another_version_is_not_given(client):
    """If-Range that names an older ETag gets the whole."""
    headers = {"Range": "bytes=5-"}
    same = client.get("/", headers={**headers, "If-Range": '"one"'})
    other = client.get("/", headers={**headers, "If-Range": '"two"'})
    assert [(206, WORDS[5:]), (200, WORDS)] == [
        (each.status_code, each.content) for each in (same, other)
    ]


def test_a_cut_body_is_noticed(origin, client):
    """The connection ends within the body, orderly or by a reset."""
    origin.fault("GET /*", cut=1000)
    with pytest.raises(httpx.RemoteProtocolError, match="received 1000 bytes"):
        client.get("/")
    origin.fault("GET /*", cut=1000, reset=True)
    with pytest.raises(httpx.ReadError):
        client.get("/")
    assert WORDS == client.get("/").content
    assert [(1000, "cut"), (1000, "cut"), (24000, "whole")] == [
        (each.sent, each.ended) for each in origin.journal.wait(times=3, ended=True)
    ]


def test_a_cut_body_without_length_is_not_noticed(origin, client):
    """Where no length is told, the end of the connection is the end of the body."""
    origin.fault("GET /*", cut=1000, length="omitted")
    answer = client.get("/")
    assert WORDS[:1000] == answer.content
    assert "content-length" not in answer.headers


def test_lengths_can_be_chunked_or_wrong(origin, client):
    """A body may come in chunks; a length may promise more than comes, or less."""
    origin.fault("GET /chunked", length="chunked")
    chunked = client.get("/chunked")
    assert (WORDS, "chunked") == (chunked.content, chunked.headers["transfer-encoding"])
    origin.fault("GET /more", length=24001)
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/more")
    origin.fault("GET /less", length=10)
    assert client.get("/less").content == WORDS[:10]


def test_a_stalled_body_stays_open(origin, client):
    """After a stall nothing comes any more, though the connection stands."""
    origin.fault("GET /*", stall=500)
    with client.stream("GET", "/", timeout=0.3) as answer:
        parts = answer.iter_raw()
        assert next(parts) == WORDS[:500]
        with pytest.raises(httpx.ReadTimeout):
            next(parts)


def test_a_rate_is_kept(origin, client):
    """A slow answer takes as long as its rate says, a delayed one as long as it was told."""
    origin.fault("GET /slow", rate=80_000)
    origin.fault("GET /late", delay=0.2)
    began = time.perf_counter()
    assert client.get("/slow").content == WORDS
    middle = time.perf_counter()
    client.get("/late")
    assert 0.25 <= middle - began < 3
    assert time.perf_counter() - middle >= 0.2


def test_connections_share_a_pipe():
    """All that go through one pipe take together what it lets through."""
    with Server(lambda _: Answer(body=Generated(100_000)), pipe=Pipe(400_000)) as server:
        began = time.perf_counter()
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(httpx.get, [server.url] * 2))
    assert [100_000, 100_000] == [len(each.content) for each in answers]
    assert time.perf_counter() - began >= 0.45


def test_an_answer_may_get_lost():
    """A dropped request is never handled; a lost answer is of one that was."""
    handled: list[str] = []

    def handle(request: Request) -> Answer:
        handled.append(request.path)
        return Answer()

    with Server(handle) as server:
        server.fault("POST /dropped", drop=True)
        server.fault("POST /lost", lost=True)
        for path in ("/dropped", "/lost"):
            with pytest.raises(httpx.RemoteProtocolError):
                httpx.post(server.url + path)
        assert [(None, "cut"), (None, "cut")] == [
            (each.status, each.ended) for each in server.journal.wait(times=2, ended=True)
        ]
    assert handled == ["/lost"]


def test_rules_choose_their_requests(origin, client):
    """A rule may skip, end, look into query and body, and put another answer."""
    origin.fault("GET /page", skip=1, times=2, status=503, json={"wait": True})
    assert [200, 503, 503, 200] == [client.get("/page").status_code for _ in range(4)]
    rule = origin.fault("* /q", query={"page": "2"}, times=None, status=429, headers={"A": "b"})
    assert [200, 429, 429] == [client.get(f"/q?page={n}").status_code for n in (1, 2, 2)]
    assert ((2, 2), "b") == ((rule.seen, rule.hits), client.get("/q?page=2").headers["a"])
    origin.faults.remove(rule)
    assert client.get("/q?page=2").status_code == 200
    origin.fault("POST /form", contains=b"second", status=400)
    assert [200, 400] == [
        client.post("/form", content=text).status_code for text in ("first", "second")
    ]
    assert origin.journal.of(status=400)[0].fault == "POST /form"


def test_chance_repeats_with_its_seed():
    """What happens by chance is the same each time."""

    def tried() -> list[int]:
        with Server(lambda _: Answer()) as server, httpx.Client() as client:
            server.fault("GET /*", times=None, chance=0.5, status=500)
            return [client.get(server.url).status_code for _ in range(20)]

    first = tried()
    assert {200, 500} == set(first)
    assert first == tried()


@pytest.mark.parametrize(
    "pattern, target, fits",
    [
        ("GET /v2/users/*/recordings", "/v2/users/a%40b.c/recordings?page=1", True),
        ("GET /v2/users/*/recordings", "/v2/users/a/b/recordings", False),
        ("POST /v2/users", "/v2/users", False),
        ("/v2/**", "/v2/a/b/c", True),
        ("* /v2/*", "/v2/a", True),
        ("GET /v2/meetings/%252Fa%253D%253D/*", "/v2/meetings/%252Fa%253D%253D/recordings", True),
    ],
)
def test_patterns(pattern, target, fits):
    """A star is a part of one segment, two stars are any number of segments."""
    request = Request(datetime.now(UTC), "origin", "GET", target, {})
    assert fits is Pattern(pattern).fits(request)


def test_the_journal_on_disk_is_read_by_others(tmp_path):
    """Each exchange is a line of JSON as soon as it ended."""
    path = tmp_path / "journal.jsonl"
    journal = Journal(path)
    with Server(lambda _: as_json({"a": 1}), journal=journal, name="api") as server:
        httpx.post(server.url + "/x?y=1", content=b"body")
        journal.wait("POST /x", ended=True)
    line = json.loads(path.read_text(encoding="utf-8"))
    expected = {"origin": "api", "method": "POST", "target": "/x?y=1", "body": "body"}
    expected |= {"status": 200, "content": '{"a":1}', "sent": 7, "ended": "whole"}
    assert expected == {name: line[name] for name in expected}
    journal.close()


def test_waiting_for_what_does_not_come(origin):
    """Waiting ends with an error that says what was missing."""
    with pytest.raises(TimeoutError, match=r"GET /never came 0 times, not 1"):
        origin.journal.wait("GET /never", timeout=0.05)


def test_two_origins_are_two_hosts():
    """A server may be called by another name, so that a redirect leads to another host."""
    with Server(lambda _: Answer(body=Bytes(b"here")), host="localhost") as other:
        with Server(lambda _: redirect(other.url + "/file")) as first:
            headers = {"Authorization": "Bearer secret"}
            answer = httpx.get(first.url, follow_redirects=True, headers=headers)
        assert (b"here", "localhost") == (answer.content, answer.url.host)
        assert "authorization" not in other.journal.of()[0].request.headers


def test_a_mistake_of_the_emulator_is_not_hidden():
    """What a handler raises is raised again at the end."""

    def wrong(_: Request) -> Answer:
        raise KeyError("forgotten")

    with pytest.raises(KeyError, match="forgotten"), Server(wrong) as server:
        assert httpx.get(server.url).status_code == 500


def test_closing_ends_what_is_under_way(origin):
    """A server that stalls can still be closed at once."""
    origin.fault("GET /*", stall=0)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(httpx.get, origin.url)
        origin.journal.wait("GET /")
        began = time.perf_counter()
        origin.close()
        with pytest.raises(httpx.RemoteProtocolError):
            waiting.result()
    assert time.perf_counter() - began < 2


def test_generated_bytes_have_no_two_equal_parts():
    """Any part can be read alone; a part at the wrong place changes the hash."""
    body = Generated(5_000_000, seed=3, head=FTYP)
    whole = b"".join(body.pieces(0, body.size))
    assert (5_000_000, FTYP) == (len(whole), whole[: len(FTYP)])
    assert whole[1_048_000:2_100_000] == b"".join(body.pieces(1_048_000, 1_052_000))
    assert 5 == len({whole[start : start + 1000] for start in range(100, 5_000_000, 1 << 20)})
    assert sha256(body) == sha256(Bytes(whole)) != sha256(Generated(5_000_000, seed=4, head=FTYP))


def test_files_are_read_from_disk(tmp_path):
    """A file is served as it is now."""
    path = tmp_path / "лекция.mp4"
    path.write_bytes(WORDS)
    assert (24000, WORDS[7:20]) == (File(path).size, b"".join(File(path).pieces(7, 13)))


@pytest.mark.parametrize("step", [3600, timedelta(hours=1)])
def test_time_passes_when_told(step):
    """A clock that stands moves only when it is told to."""
    began = datetime(2026, 11, 22, 9, tzinfo=UTC)
    clock = Clock(began, still=True)
    assert began == clock.now()
    assert began + timedelta(hours=1) == clock.forward(step) == clock.now()
    clock.set(began)
    assert began == clock.now()


def test_time_runs_on_its_own():
    """A clock runs, from where it was put, until it is stopped."""
    clock = Clock(datetime(2026, 1, 1, tzinfo=UTC))
    time.sleep(0.01)
    assert datetime(2026, 1, 1, tzinfo=UTC) < clock.now() < datetime(2026, 1, 2, tzinfo=UTC)
    clock.stop()
    assert clock.now() == clock.now()


def test_wires_can_be_given_by_the_handler():
    """A handler may say itself how its answer goes over the wire."""
    slow: Callable[[Request], Answer] = lambda _: Answer(body=Bytes(WORDS), wire=Wire(cut=3))  # noqa: E731
    with Server(slow) as server, pytest.raises(httpx.RemoteProtocolError):
        httpx.get(server.url)


def test_a_body_can_be_handled_while_it_comes():
    """What a server streams is never whole in memory, and what nobody reads is thrown away."""
    seen: list[tuple[int, int]] = []

    def handle(request: Request) -> Answer:
        assert request.incoming
        wanted = int(request.query["read"])
        first = sum(len(piece) for piece in request.incoming.pieces(wanted))
        seen.append((first, len(request.body)))
        return Answer(204)

    with (
        Server(handle, streams=lambda request: request.method == "PUT") as server,
        httpx.Client(base_url=server.url) as web,
    ):
        for _ in range(2):
            answer = web.put("/", params={"read": 300_000}, content=bytes(10**6))
            assert 204 == answer.status_code
    assert [(300_000, 0)] * 2 == seen


def test_a_body_that_ends_early():
    """Its pieces come as far as they came, then the handler hears that the client is gone."""
    got: list[int] = []

    def handle(request: Request) -> Answer:
        assert request.incoming
        got.extend(len(piece) for piece in request.incoming.pieces())
        return Answer(204)

    with Server(handle, streams=lambda _: True) as server:
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(b"PUT / HTTP/1.1\r\nContent-Length: 100\r\n\r\n" + bytes(40))
        (exchange,) = server.journal.wait(ended=True)
    assert (40, "gone") == (sum(got), exchange.ended)


def test_the_intake_can_be_slow():
    """Bodies of requests are let in at a rate, all together."""
    with (
        Server(lambda _: Answer(204), intake=Pipe(1_000_000)) as server,
        httpx.Client(base_url=server.url) as web,
    ):
        began = time.monotonic()
        web.put("/", content=bytes(300_000))
        assert time.monotonic() - began >= 0.2
