"""Files of the emulated Zoom: the address that wants a token, and the host that wants none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from emulators.bodies import FTYP, sha256
from emulators.messages import Bytes
from emulators.zoom import SIGN_IN, video

DAY = datetime(2026, 11, 3, 9, tzinfo=UTC)


@pytest.fixture
def meeting(zoom, account):
    return zoom.meeting(topic="a", start=DAY, files=[video(3_000_000)])


@pytest.fixture
def token(zoom, account):
    return {"Authorization": f"Bearer {zoom.oauth.access_token(account.app)}"}


@pytest.fixture
def fetch(zoom, meeting, token, web):
    """Fetch a file as a client does that follows redirects and keeps its token to itself."""

    def fetched(**headers):
        return web.get(zoom.address(meeting), headers=token | headers, follow_redirects=True)

    return fetched


def test_a_file_comes_from_another_host(zoom, meeting, fetch):
    """The address redirects to a signed one, where the bytes are."""
    answer = fetch()
    (hop,) = answer.history
    assert (302, "localhost", 200) == (hop.status_code, answer.url.host, answer.status_code)
    assert zoom.url.split(":")[:2] != zoom.storage.split(":")[:2]
    assert (3_000_000, "video/mp4") == (len(answer.content), answer.headers["content-type"])
    assert answer.content.startswith(FTYP)
    assert sha256(meeting.files[0].body) == sha256(Bytes(answer.content))


def test_a_token_that_is_passed_on_is_refused(zoom, meeting, token, web):
    """The other host takes either a signature or a token, and it has the signature."""
    there = web.get(zoom.address(meeting), headers=token).headers["location"]
    answer = web.get(there, headers=token)
    assert (400, "InvalidArgument") == (answer.status_code, _code(answer))


def test_signatures_expire(zoom, meeting, token, web):
    """In an hour, or as soon as is wanted; a changed or missing one is no better."""
    there = web.get(zoom.address(meeting), headers=token).headers["location"]
    assert 200 == web.get(there).status_code
    zoom.clock.forward(timedelta(hours=1))
    assert (403, "AccessDenied") == (web.get(there).status_code, _code(web.get(there)))
    later = there.replace("Expires=", "Expires=9")
    assert [403, 403] == [web.get(url).status_code for url in (later, there.split("?")[0])]


def test_a_signature_expires_between_ranges(zoom, meeting, token, web):
    """The first part comes, the next one wants a new signature."""
    zoom.downloads.signature_lives = timedelta(seconds=5)
    there = web.get(zoom.address(meeting), headers=token).headers["location"]
    assert 206 == web.get(there, headers={"Range": "bytes=0-99"}).status_code
    zoom.clock.forward(5)
    assert 403 == web.get(there, headers={"Range": "bytes=100-199"}).status_code


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}])
def test_without_a_token_there_is_a_page(zoom, meeting, web, header):
    """It is no error to HTTP: 200, text/html, a page on which to sign in."""
    answer = web.get(zoom.address(meeting), headers=header)
    assert (200, "text/html;charset=utf-8") == (
        answer.status_code,
        answer.headers["content-type"],
    )
    assert "Sign In" in answer.text


def test_expired_tokens_see_the_page_too(zoom, meeting, token, web):
    """Not 401."""
    zoom.clock.forward(timedelta(hours=1))
    answer = web.get(zoom.address(meeting), headers=token)
    assert (200, True) == (answer.status_code, "Sign In" in answer.text)


def test_tokens_in_the_query_still_work(zoom, account, meeting, web):
    """As they did before 2023."""
    query = {"access_token": zoom.oauth.access_token(account.app)}
    assert 302 == web.get(zoom.address(meeting), params=query).status_code


def test_a_meetings_own_token(zoom, account, meeting, web, ask):
    """It opens this meeting's files, no other's, and nothing of the API."""
    other = zoom.meeting(topic="b", start=DAY)
    path = f"meetings/{meeting.id}/recordings"
    own = ask(path, include_fields="download_access_token").json()["download_access_token"]
    header = {"Authorization": f"Bearer {own}"}
    assert [302, 404] == [
        web.get(zoom.address(each), headers=header).status_code for each in (meeting, other)
    ]
    assert 401 == web.get("/v2/users", headers=header).status_code


def test_addresses_become_stale(zoom, meeting, token, web, ask):
    """An old address leads nowhere; a new list has the new one."""
    old = zoom.address(meeting)
    meeting.outdate()
    assert 404 == web.get(old, headers=token).status_code
    (file,) = ask(f"meetings/{meeting.id}/recordings").json()["recording_files"]
    assert 302 == web.get(file["download_url"], headers=token).status_code


def test_a_recording_disappears_before_its_download(zoom, meeting, token, web):
    """Deleted or in the trash, its address is a page that says so."""
    address = zoom.address(meeting)
    meeting.disappear()
    assert 404 == web.get(address, headers=token).status_code


def test_ranges_and_their_ends(zoom, meeting, fetch):
    """206 with its part, 416 beyond the end, 200 where the host knows no ranges."""
    whole = fetch().content
    part = fetch(Range="bytes=1000-")
    assert (206, "bytes 1000-2999999/3000000") == (
        part.status_code,
        part.headers["content-range"],
    )
    assert whole[1000:] == part.content
    beyond = fetch(Range="bytes=3000000-")
    assert (416, "bytes */3000000") == (beyond.status_code, beyond.headers["content-range"])
    stale = fetch(Range="bytes=1000-", **{"If-Range": '"other"'})
    assert (200, whole) == (stale.status_code, stale.content)
    meeting.files[0].ranges = False
    ignored = fetch(Range="bytes=1000-")
    assert (200, whole) == (ignored.status_code, ignored.content)


def test_downloads_go_wrong_in_many_ways(zoom, meeting, fetch):
    """Cut, without a length, with a page instead, with 401 twice before it is good."""
    zoom.fault("GET /replay/*", cut=1000)
    with pytest.raises(httpx.RemoteProtocolError):
        fetch()
    zoom.fault("GET /replay/*", length="omitted", cut=1000)
    assert 1000 == len(fetch().content)
    zoom.fault("GET /rec/download/*", **SIGN_IN)
    assert "Sign In" in fetch().text
    zoom.fault("GET /rec/download/*", times=2, status=401)
    assert [401, 401, 200] == [fetch().status_code for _ in range(3)]


def test_sizes_may_be_wrong(zoom, account, ask, token, web):
    """What a list says of a size need not be what comes."""
    meeting = zoom.meeting(topic="b", start=DAY, files=[video(500, said_size=900)])
    (file,) = ask(f"meetings/{meeting.id}/recordings").json()["recording_files"]
    answer = web.get(file["download_url"], headers=token, follow_redirects=True)
    assert (900, 500) == (file["file_size"], len(answer.content))


def test_files_come_from_disk(zoom, account, token, web, tmp_path):
    """A test can give a real video."""
    path = tmp_path / "лекция.mp4"
    path.write_bytes(b"real")
    meeting = zoom.meeting(topic="b", start=DAY, files=[path])
    answer = web.get(zoom.address(meeting), headers=token, follow_redirects=True)
    assert (b"real", 4) == (answer.content, meeting.files[0].size)


def test_both_hosts_stand_in_one_journal(zoom, meeting, fetch):
    """In the order of the requests, told apart by their origin."""
    fetch()
    assert ["zoom", "storage"] == [each.request.origin for each in zoom.journal]
    assert [None] == [
        each.request.headers.get("authorization") for each in zoom.journal.of(origin="storage")
    ]


def _code(answer):
    return answer.text.partition("<Code>")[2].partition("<")[0]
