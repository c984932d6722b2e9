"""A recording is downloaded from where it is at that moment, and is the one that was planned."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest
from emulators.bodies import sha256
from emulators.zoom import SIGN_IN, video

from leap.errors import ProviderError

DAY = datetime(2026, 11, 3, 9, tzinfo=UTC)
ONE = "GET /v2/meetings/*/recordings"
DOOR = "GET /rec/download/*"


@pytest.fixture
def fetch(opened, tmp_path):
    """Return a function that lists, and fetches the only recording."""

    def fetch_only(**changed):
        source = opened()
        (seen,) = source.list({}, DAY + timedelta(days=1), _nobody).observed
        place = {"locator": seen.locator, "revision": seen.revision} | changed
        facts = source.fetch(destination=tmp_path / "source.part", progress=_nobody, **place)
        return facts, (tmp_path / "source.part").read_bytes()

    return fetch_only


def _nobody(share, message=""):
    """Take progress, and do nothing with it."""


@pytest.mark.parametrize("uuid", ["4444AAAiAAAAAiAiAiiAii==", "a/b+c==", "/abc==", "ab//cd=="])
def test_the_bytes_are_those_that_zoom_lists(zoom, fetch, uuid):
    """Whatever stands in the uuid: with two slashes, or one in front, it is encoded twice."""
    meeting = zoom.meeting(topic="Trees", start=DAY, uuid=uuid, files=[300_000])

    facts, content = fetch()

    assert ("download", 300_000) == (facts["fetched"], facts["size"])
    assert sha256(meeting.files[0].body) == facts["sha256"]
    assert 300_000 == len(content)
    assert 300_000 == facts["transfer"]["bytes"]


def test_the_token_goes_to_zoom_alone(zoom, fetch):
    """The host of the bytes has a signature of its own, and refuses it."""
    zoom.meeting(topic="Trees", start=DAY)

    fetch()

    assert all(each.request.bearer for each in zoom.journal.of(DOOR))
    assert not any(
        "authorization" in each.request.headers for each in zoom.journal.of(origin="storage")
    )
    assert not any("access_token" in each.request.target for each in zoom.journal.of(DOOR))


def test_another_host_gets_no_token(zoom, fetch, opened):
    """An address that does not lead to Zoom is asked for without."""
    from leap.providers.transfer import TransferSettings
    from leap.providers.zoom.links import Links
    from leap.providers.zoom.meetings import Meeting, read_meeting

    class Api:
        def __init__(self, url):
            self.url = url

        def recording(self, uuid: str) -> Meeting:
            file = {"id": "f", "file_type": "MP4", "file_size": 5, "download_url": self.url}
            found = read_meeting({"uuid": uuid, "recording_files": [file]})
            assert found
            return found

        def bearer(self):
            return "token"

    def headers(url, *, endpoint="https://api.zoom.us"):
        links = Links(Api(url), endpoint, TransferSettings(), "uuid", "f:5")
        return dict(links.fresh().headers)

    token = {"Authorization": "Bearer token"}
    for url in (
        "https://us02web.zoom.us/rec/download/x",
        "https://zoom.us/rec/download/x",
        "https://x.zoomgov.com/rec",
        "https://uni.zoom.com/rec",
    ):
        assert token == headers(url)
    assert token == headers("https://zoom.example.org/x", endpoint="https://zoom.example.org")
    for url in (
        "https://evilzoom.us/rec/download/x",
        "https://zoom.us.example.org/rec",
        "https://example.org/zoom.us",
    ):
        assert {} == headers(url)
    for url in ("http://zoom.us/rec", "https://127.0.0.1/rec", "ftp://zoom.us/rec"):
        with pytest.raises(ProviderError):
            headers(url)


def test_each_attempt_gets_a_fresh_address(zoom, fetch):
    """Signatures and addresses of Zoom go stale."""
    meeting = zoom.meeting(topic="Trees", start=DAY)
    zoom.after(ONE, meeting.outdate)

    facts, _ = fetch()

    assert 64_000 == facts["size"]
    assert 2 <= zoom.journal.count(ONE)


def test_the_recordings_own_token_is_the_second_try(zoom, fetch):
    """Right after a meeting Zoom refuses the other now and then."""
    zoom.meeting(topic="Trees", start=DAY)
    zoom.fault(DOOR, times=1, **SIGN_IN)

    fetch()

    first, *_, last = (each.request.bearer for each in zoom.journal.of(DOOR))
    assert first != last
    assert zoom.oauth.known(last).meeting


def test_a_page_instead_of_the_recording_is_a_failure(zoom, fetch, tmp_path):
    """However often it comes; it is never taken for a video."""
    zoom.meeting(topic="Trees", start=DAY)
    zoom.fault(DOOR, times=None, **SIGN_IN)

    with pytest.raises(ProviderError, match="Zoom shows a web page instead of the recording"):
        fetch()


def test_a_recording_that_is_gone_is_said_so(zoom, fetch):
    """Deleted, or in the trash, since it was listed."""
    meeting = zoom.meeting(topic="Trees", start=DAY)
    zoom.after("GET /v2/accounts/me/recordings", meeting.disappear)

    with pytest.raises(ProviderError, match="Zoom has no such recording: not any more, or not yet"):
        fetch()


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda file: setattr(file, "id", "new"), "Zoom has another file of “Trees"),
        (lambda file: setattr(file, "said_size", 5), "Zoom has changed the file of “Trees"),
        (lambda file: setattr(file, "said_size", 0), "Zoom is processing “Trees"),
    ],
)
def test_another_file_is_not_fetched(zoom, fetch, change, message):
    """The revision says which one was planned, and how large it was."""
    meeting = zoom.meeting(topic="Trees", start=DAY)
    zoom.after("GET /v2/accounts/me/recordings", lambda: change(meeting.files[0]))

    with pytest.raises(ProviderError, match=message):
        fetch()
    assert 0 == zoom.journal.count(DOOR)


def test_one_segment_of_several_is_fetched(zoom, opened, tmp_path):
    """By the file in its revision."""
    zoom.meeting(
        topic="Trees",
        start=DAY,
        files=[
            video(1000, lasts=timedelta(minutes=30)),
            video(2000, after=timedelta(minutes=40), lasts=timedelta(minutes=20)),
        ],
    )
    source = opened()
    _, second = source.list({}, DAY + timedelta(days=1), _nobody).observed

    facts = source.fetch(second.locator, second.revision, tmp_path / "part", _nobody)

    assert 2000 == facts["size"]


def test_nothing_secret_is_logged(zoom, account, fetch, caplog):
    """Neither tokens nor signatures, at the loudest."""
    caplog.set_level(logging.DEBUG)
    zoom.meeting(topic="Trees", start=DAY)
    zoom.fault(DOOR, times=1, status=503)

    fetch()

    logged = "\n".join(f"{each.getMessage()} {each.args}" for each in caplog.records)
    assert "zoom" in logged.lower() or "127.0.0.1" in logged
    for secret in ("eyJ", "Signature", account.client_secret, "Bearer"):
        assert secret not in logged


# ── the trash ──────────────────────────────────────────────────────────────


def test_a_recording_goes_to_the_trash(zoom, opened):
    """Where it can be recovered; doing it twice is no error, nor is one that is gone."""
    meeting = zoom.meeting(topic="Trees", start=DAY, uuid="/abc==")
    source = opened()
    revision = f"{meeting.files[0].id}:64000"

    source.discard("/abc==", revision)
    assert meeting.in_trash(zoom.clock.now())
    source.discard("/abc==", revision)
    meeting.disappear()
    source.discard("/abc==", revision)

    deletes = zoom.journal.of("DELETE /v2/meetings/*/recordings")
    assert [{"action": "trash"}] == [each.request.query for each in deletes]


def test_of_several_segments_only_the_published_one_goes_to_the_trash(zoom, opened):
    """With its other views; what the others are made of stays."""
    half = timedelta(minutes=30)
    meeting = zoom.meeting(
        topic="Trees",
        start=DAY,
        files=[
            video(1000, lasts=half),
            video(900, recording_type="active_speaker", lasts=half),
            video(2000, after=timedelta(minutes=40), lasts=half),
        ],
    )
    source = opened()
    first, _ = source.list({}, DAY + timedelta(days=1), _nobody).observed

    source.discard(first.locator, first.revision)
    source.discard(first.locator, first.revision)

    assert [2000] == [file.size for file in meeting.kept()]
    assert meeting.stands()


def test_a_meeting_of_which_another_part_is_the_longest_by_now_stays(zoom, opened):
    """Also where only the longest part counts: that one was not published."""
    half, later = timedelta(minutes=30), timedelta(minutes=40)
    meeting = zoom.meeting(
        topic="Trees",
        start=DAY,
        files=[video(1000, lasts=half), video(900, after=later, lasts=timedelta(minutes=5))],
    )
    source = opened(segments="longest")
    (seen,) = source.list({}, DAY + timedelta(days=1), _nobody).observed
    meeting.files.append(video(3000, after=2 * later, lasts=2 * half))

    with pytest.raises(ProviderError, match="has another part in Zoom by now"):
        source.discard(seen.locator, seen.revision)
    assert meeting.stands()

    meeting.files.pop()
    source.discard(seen.locator, seen.revision)
    assert not meeting.stands()


def test_another_file_than_was_published_stays(zoom, opened):
    """Nobody has seen that one."""
    meeting = zoom.meeting(topic="Trees", start=DAY)

    with pytest.raises(ProviderError, match="Zoom has another file of “Trees"):
        opened().discard(meeting.uuid, f"{meeting.files[0].id}:63999")
    assert meeting.stands()


def test_without_the_scope_nothing_goes_to_the_trash(zoom, account, opened):
    """And a person is told which one is missing."""
    meeting = zoom.meeting(topic="Trees", start=DAY)
    account.app.scopes = tuple(each for each in account.app.scopes if "delete" not in each)

    with pytest.raises(ProviderError, match="cloud_recording:delete:meeting_recording"):
        opened().discard(meeting.uuid, f"{meeting.files[0].id}:64000")
    assert meeting.stands()
