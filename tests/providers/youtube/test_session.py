"""A resumable upload on the wire, against servers that YouTube's emulator does not play."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from emulators.messages import Answer, Request, as_json
from emulators.serving import Server

from leap.errors import ProviderError, RetrySoon
from leap.providers.youtube.film import Film
from leap.providers.youtube.session import Done, Gone, Received, Session


@pytest.fixture
def film(tmp_path):
    path = tmp_path / "video.mp4"
    path.write_bytes(bytes(range(256)) * 4096)
    return path


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that answers with what ``say`` holds."""

    def handle(request: Request) -> Answer:
        return server.say(request)

    with Server(handle) as server:
        server.say = lambda _: Answer(308)
        yield server


@pytest.fixture
def asked(server, film, publisher):
    """Return a function that asks the server what it has."""

    def ask(address=None):
        with publisher._wire() as wire, Film(film) as open_film:
            place = publisher._place.endpoints.api
            return Session(wire, place, address or f"{server.url}/u", open_film, 1 << 20).ask()

    return ask


@pytest.mark.parametrize(
    "answer,state",
    [
        (Answer(308), Received(0)),
        (Answer(308, headers={"Range": "bytes=0-99"}), Received(100)),
        (Answer(308, headers={"Range": "bytes=0 - 99"}), Received(100)),
        (Answer(308, headers={"Range": "rubbish"}), Received(0)),
        (Answer(308, headers={"Range": f"bytes=0-{'9' * 5000}"}), Received(0)),
        (Answer(308, headers={"Location": "http://[broken"}), Received(0)),
        (Answer(404), Gone()),
        (Answer(410), Gone()),
        (as_json({"id": "v1"}), Done({"id": "v1"})),
        (as_json({"id": "v1"}, 201), Done({"id": "v1"})),
    ],
)
def test_what_a_server_says_it_has(server, asked, answer, state):
    """308 is no redirect here, but "go on"."""
    server.say = lambda _: answer
    assert state == asked()


@pytest.mark.parametrize(
    "answer", [Answer(200), as_json([]), as_json({"kind": "video"}), Answer(503)]
)
def test_an_answer_that_says_too_little_is_asked_for_again(server, asked, answer):
    """The video is there, perhaps; so nothing is begun anew."""
    server.say = lambda _: answer

    with pytest.raises(RetrySoon):
        asked()


def test_an_answer_that_makes_no_sense_is_told(server, asked):
    """With its number."""
    server.say = lambda _: Answer(302, headers={"Location": f"{server.url}/else"})

    with pytest.raises(ProviderError, match="answered an upload with 302"):
        asked()


def test_a_token_goes_to_the_api_alone(server, asked, youtube):
    """An address elsewhere needs none: whoever has it may write there."""
    asked()

    (exchange,) = server.journal
    assert "authorization" not in exchange.request.headers
    assert f"bytes */{1 << 20}" == exchange.request.headers["content-range"]


def test_a_film_is_known_again(tmp_path, film):
    """The same bytes are the same film, others are another one."""
    copy, other = tmp_path / "copy.mp4", tmp_path / "other.mp4"
    copy.write_bytes(film.read_bytes())
    other.write_bytes(film.read_bytes()[:-1] + b"!")

    prints = []
    for path in (film, copy, other):
        with Film(path) as each:
            prints.append(each.fingerprint)
    assert prints[0] == prints[1] != prints[2]


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    """With its place."""
    with pytest.raises(ProviderError, match=r"video\.mp4: cannot be read: no such file"):
        Film(tmp_path / "video.mp4")
