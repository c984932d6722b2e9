"""Resumable uploads: what is stored, what is said of it, and what can go wrong with it."""

from __future__ import annotations

import hashlib
import random
import socket
from datetime import timedelta
from typing import Any

import httpx
import pytest

from emulators.youtube import FORCE_SSL, READONLY, UPLOAD
from emulators.youtube.conftest import reason

GRAIN = 256 * 1024
FILM = random.Random(1).randbytes(3 * GRAIN + 1000)
SIZE = len(FILM)
UPLOADS = "/upload/youtube/v3/videos"
BODY: dict[str, Any] = {
    "snippet": {"title": "Лекция", "categoryId": "27"},
    "status": {"privacyStatus": "private"},
}


@pytest.fixture
def begin(ask):
    """Open a session; ``more`` are headers."""

    def begun(body: Any = BODY, size: int | None = SIZE, **more: Any) -> httpx.Response:
        headers = {"X-Upload-Content-Type": "video/mp4"}
        if size is not None:
            headers["X-Upload-Content-Length"] = str(size)
        parts = ",".join(body)
        query = {"part": parts, "uploadType": "resumable"} | more.pop("query", {})
        return ask(UPLOADS, method="POST", json=body, headers=headers, **query, **more)

    return begun


@pytest.fixture
def place(begin) -> str:
    return begin().headers["location"]


@pytest.fixture
def put(youtube, web, app, channel):
    """Send a range of the film, or ask for the state."""

    def sent(
        place: str, first: int | None = None, end: int = SIZE, total: Any = SIZE
    ) -> httpx.Response:
        span = "*" if first is None else f"{first}-{end - 1}"
        content = b"" if first is None else FILM[first:end]
        token = youtube.access_token(app, channel)
        headers = {"Authorization": f"Bearer {token}", "Content-Range": f"bytes {span}/{total}"}
        return web.put(place, headers=headers, content=content)

    return sent


def state(answer: httpx.Response) -> tuple[int, str | None]:
    return answer.status_code, answer.headers.get("range")


def test_a_file_in_chunks(youtube, place, put):
    """Each answer says how much is stored; the last is the video, which is the file."""
    assert (308, None) == state(put(place))
    assert (308, f"bytes=0-{GRAIN - 1}") == state(put(place, 0, GRAIN))
    assert (308, f"bytes=0-{3 * GRAIN - 1}") == state(put(place, GRAIN, 3 * GRAIN))
    done = put(place, 3 * GRAIN)
    (video,) = youtube.live()
    assert (200, video.id, "youtube#video") == (
        done.status_code,
        done.json()["id"],
        done.json()["kind"],
    )
    assert (hashlib.sha256(FILM).hexdigest(), SIZE, FILM) == (
        video.sha256,
        video.size,
        video.content,
    )
    assert [] == youtube.violations


def test_a_file_at_once(youtube, place, put, web):
    """One request may bring it all, with its range or without."""
    assert 200 == put(place, 0).status_code
    assert 1 == len(youtube.live())


def test_each_session_has_its_own_address(begin):
    """The address is a secret of the session; what was asked stays in it."""
    first, second = (begin().headers["location"] for _ in range(2))
    assert first != second
    assert "uploadType=resumable" in first


def test_what_is_done_stays_done(youtube, place, put):
    """The last bytes once more, or a question, give the same video."""
    first = put(place, 0).json()["id"]
    assert [first, first] == [put(place, 0).json()["id"], put(place).json()["id"]]
    assert 1 == len(youtube.live())


def test_bytes_come_again(youtube, place, put):
    """What is stored already is passed over, and counted."""
    put(place, 0, 2 * GRAIN)
    assert 200 == put(place, GRAIN).status_code
    (session,) = youtube.api.uploads.sessions.values()
    assert (GRAIN, hashlib.sha256(FILM).hexdigest()) == (session.again, youtube.live()[0].sha256)


@pytest.mark.parametrize("how", ["308", "503", "cut"])
def test_fewer_bytes_are_stored_than_were_sent(youtube, place, put, how):
    """As many whole pieces of 256 KiB as were told; what is right then goes on from there."""
    youtube.slip(how, chunk=0, keep=GRAIN + 5)
    if how == "cut":
        with pytest.raises(httpx.TransportError):
            put(place, 0, 3 * GRAIN)
    else:
        assert int(how) == put(place, 0, 3 * GRAIN).status_code
    assert (308, f"bytes=0-{GRAIN - 1}") == state(put(place))
    assert 200 == put(place, GRAIN).status_code
    assert hashlib.sha256(FILM).hexdigest() == youtube.live()[0].sha256


def test_nothing_is_stored(youtube, place, put):
    """An answer without a range says so."""
    youtube.slip("308", chunk=0, keep=0)
    assert (308, None) == state(put(place, 0, GRAIN))


def test_the_last_answer_is_lost(youtube, place, put):
    """The video is there; who asks the session again is told of it."""
    youtube.slip("lost")
    put(place, 0, GRAIN)
    with pytest.raises(httpx.RemoteProtocolError):
        put(place, GRAIN)
    (video,) = youtube.live()
    assert video.id == put(place).json()["id"]


def test_a_client_that_dies(youtube, place, put):
    """What came of a chunk is kept, in pieces of 256 KiB."""
    host, port = youtube.url.removeprefix("http://").split(":")
    token = put(place).request.headers["authorization"]
    head = (
        f"PUT {place.removeprefix(youtube.url)} HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\n"
    )
    head += f"Content-Range: bytes 0-{SIZE - 1}/{SIZE}\r\nContent-Length: {SIZE}\r\n\r\n"
    with socket.create_connection((host, int(port))) as client:
        client.sendall(head.encode() + FILM[: GRAIN + 100])
    youtube.journal.wait("PUT /upload/**", 2, ended=True)
    assert (308, f"bytes=0-{GRAIN - 1}") == state(put(place))


@pytest.mark.parametrize("status", [404, 410])
def test_a_session_ends_after_a_week(youtube, place, put, status):
    """Nothing more is known of it then, by the clock or at once."""
    youtube.api.uploads.expired_status = status
    put(place, 0, GRAIN)
    youtube.clock.forward(timedelta(days=7))
    assert status == put(place).status_code
    youtube.api.uploads.expire()
    assert status == put(place, GRAIN).status_code
    assert [] == youtube.live()


@pytest.mark.parametrize(
    "first, end, total",
    [
        (GRAIN, 2 * GRAIN, SIZE),
        (0, GRAIN, SIZE + 1),
        (0, 1000, SIZE),
        (0, SIZE, SIZE - 1),
    ],
    ids=["a gap", "another size", "too little", "too much"],
)
def test_ranges_that_are_wrong(youtube, place, put, first, end, total):
    """They are refused with 400, and noted."""
    assert 400 == put(place, first, end, total).status_code
    assert 1 == len(youtube.violations)


def test_pieces_of_another_size(youtube, place, put):
    """What is over 256 KiB is not stored, and it is noted that YouTube does not allow it."""
    assert (308, f"bytes=0-{GRAIN - 1}") == state(put(place, 0, GRAIN + 1))
    assert 1 == len(youtube.violations)


def test_the_length_must_fit(place, web, youtube, put):
    """Content-Length and Content-Range say the same."""
    token = put(place).request.headers["authorization"]
    headers = {"Content-Range": f"bytes 0-9/{SIZE}", "Authorization": token}
    assert 400 == web.put(place, headers=headers, content=b"four").status_code
    headers["Content-Range"] = "bytes ten"
    assert 400 == web.put(place, headers=headers, content=b"four").status_code


def test_the_size_may_be_told_late(youtube, begin, put):
    """Where it was not told, the first range does."""
    place = begin(size=None).headers["location"]
    assert 308 == put(place, 0, GRAIN, "*").status_code
    assert 200 == put(place, GRAIN).status_code


def test_bytes_need_a_token(youtube, place, web, put):
    """As the documents show, each request has one; it can be switched off."""
    youtube.clock.forward(3600)
    headers = {"Content-Range": f"bytes */{SIZE}"}
    assert (401, "required") == reason(web.put(place, headers=headers))
    youtube.api.uploads.token_wanted = False
    assert 308 == web.put(place, headers=headers).status_code


def test_what_is_no_video(begin, ask, youtube):
    """A type that YouTube does not take, a size that is none."""
    headers = {"X-Upload-Content-Type": "text/plain"}
    query = {"part": "snippet", "uploadType": "resumable"}
    body = {"snippet": {"title": "One"}}
    answer = ask(UPLOADS, method="POST", json=body, headers=headers, **query)
    assert (400, "badContent") == reason(answer)
    assert 400 == begin(size=0).status_code
    assert (400, "mediaBodyRequired") == reason(
        ask("videos", method="POST", json=body, part="snippet")
    )


@pytest.mark.parametrize("scope, status", [(UPLOAD, 200), (FORCE_SSL, 200), (READONLY, 403)])
def test_scopes(begin, scope, status):
    """To upload, one must be allowed to."""
    assert status == begin(scopes=(scope,)).status_code


def test_metadata_is_checked_before_a_byte_comes(begin, youtube):
    """What is wrong with it is refused when the session is opened."""
    body = {"snippet": {"title": "a < b"}}
    assert (400, "invalidTitle") == reason(begin(body))
    assert {} == youtube.api.uploads.sessions


def test_a_video_without_words_is_public(youtube, begin, put):
    """YouTube's defaults: public, in People & Blogs; its name is that of the file."""
    body = {"snippet": {"title": "One"}}
    put(begin(body, query={"notifySubscribers": "false"}).headers["location"], 0)
    put(begin(body).headers["location"], 0)
    newer, older = youtube.live()
    assert ("public", "22", [True, False]) == (
        newer.status["privacyStatus"],
        newer.snippet["categoryId"],
        [newer.notified, older.notified],
    )


def test_a_channel_that_is_locked(channel, begin, put):
    """It stores as private whatever was asked for, and says so."""
    channel.locked_private = True
    body = {**BODY, "status": {"privacyStatus": "public"}}
    done = put(begin(body).headers["location"], 0)
    assert "private" == done.json()["status"]["privacyStatus"]


def test_a_channel_takes_so_many_a_day(youtube, channel, begin, put):
    """Beyond that it refuses before a byte comes, until 24 hours have passed."""
    channel.uploads_per_day = 1
    put(begin().headers["location"], 0)
    assert (400, "uploadLimitExceeded") == reason(begin())
    youtube.clock.forward(timedelta(days=1))
    assert 200 == begin().status_code


def test_a_short_video_in_one_request(youtube, ask):
    """The older ways of uploading bring metadata and file together, or the file alone."""
    head = b'--x\r\nContent-Type: application/json\r\n\r\n{"snippet": {"title": "One"}}'
    whole = head + b"\r\n--x\r\nContent-Type: video/mp4\r\n\r\n" + FILM + b"\r\n--x--\r\n"
    kind = {"Content-Type": "multipart/related; boundary=x"}
    query = {"part": "snippet", "uploadType": "multipart"}
    assert 200 == ask(UPLOADS, method="POST", content=whole, headers=kind, **query).status_code
    assert [("One", FILM)] == [(video.title, video.content) for video in youtube.live()]
    broken = ask(UPLOADS, method="POST", content=head, headers=kind, **query)
    assert (400, "badContent") == reason(broken)
