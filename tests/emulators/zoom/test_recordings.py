"""One meeting's recording at the emulated Zoom: its name in a path, its trash."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from emulators.zoom import audio, video

DAY = datetime(2026, 11, 3, 9, tzinfo=UTC)
ALL = "accounts/me/recordings"
HERS = "users/owner-1@example.org/recordings"
TRASH = {"trash": "true"}


def once(uuid):
    return quote(uuid, safe="")


def twice(uuid):
    return once(once(uuid))


def topics(answer):
    return [meeting["topic"] for meeting in answer.json()["meetings"]]


@pytest.mark.parametrize(
    "uuid, single",
    [
        ("abc+def==", 200),
        ("ab/cd==", 200),
        ("/abc==", 404),
        ("ab//cd==", 404),
    ],
)
def test_slashes_need_two_encodings(zoom, ask, uuid, single):
    """A uuid that begins with a slash or has two in a row is lost when encoded once."""
    zoom.meeting(topic="a", start=DAY, uuid=uuid)
    assert single == ask(f"meetings/{once(uuid)}/recordings").status_code
    answer = ask(f"meetings/{twice(uuid)}/recordings")
    assert (200, uuid) == (answer.status_code, answer.json()["uuid"])


def test_some_uuids_are_such(zoom):
    """What the emulator names itself has them too."""
    uuids = [zoom.meeting(topic="a", start=DAY).uuid for _ in range(40)]
    assert 40 == len(set(uuids))
    assert any(uuid.startswith("/") for uuid in uuids)
    assert all(len(uuid) == 24 and uuid.endswith("==") for uuid in uuids)


def test_a_number_is_the_latest(zoom, ask):
    """Of a series' meetings the number means the last one that is recorded."""
    zoom.meeting(topic="first", start=DAY, id=123)
    zoom.meeting(topic="last", start=DAY + timedelta(days=7), id=123)
    assert "last" == ask("meetings/123/recordings").json()["topic"]


def test_one_recording_says_more(zoom, ask):
    """A password, and on request a token for its files that lives as long as was asked."""
    meeting = zoom.meeting(topic="a", start=DAY)
    path = f"meetings/{twice(meeting.uuid)}/recordings"
    plain = ask(path).json()
    assert {"password", "participant_audio_files"} <= plain.keys()
    assert "download_access_token" not in plain
    more = ask(path, include_fields="download_access_token", ttl=60).json()
    assert zoom.oauth.known(more["download_access_token"]).meeting is meeting
    zoom.clock.forward(60)
    assert zoom.oauth.known(more["download_access_token"]) is None
    assert 400 == ask(path, include_fields="download_access_token", ttl=604_801).status_code


def test_no_recording(zoom, ask):
    """An unknown meeting, and one that disappeared, are not found with 3301."""
    meeting = zoom.meeting(topic="a", start=DAY)
    path = f"meetings/{twice(meeting.uuid)}/recordings"
    assert 200 == ask(path).status_code
    meeting.disappear()
    for gone in (path, "meetings/999/recordings"):
        answer = ask(gone)
        assert (404, 3301) == (answer.status_code, answer.json()["code"])


def test_trash_and_back(zoom, ask):
    """What is put into the trash is listed there alone, and can be recovered."""
    meeting = zoom.meeting(topic="a", start=DAY)
    path = f"meetings/{twice(meeting.uuid)}/recordings"
    november = {"from_": "2026-11-01", "to": "2026-11-30"}
    assert 204 == ask(path, method="DELETE").status_code
    assert ([], ["a"], 404) == (
        topics(ask(ALL, **november)),
        topics(ask(HERS, **TRASH)),
        ask(path).status_code,
    )
    assert 404 == ask(path, method="DELETE", action="trash").status_code
    assert 204 == ask(f"{path}/status", method="PUT", json={"action": "recover"}).status_code
    assert (["a"], []) == (topics(ask(ALL, **november)), topics(ask(HERS, **TRASH)))
    assert 404 == ask(f"{path}/status", method="PUT", json={"action": "recover"}).status_code


def test_trash_is_kept_thirty_days(zoom, ask):
    """After that nothing brings a recording back."""
    meeting = zoom.meeting(topic="a", start=DAY)
    path = f"meetings/{twice(meeting.uuid)}/recordings"
    ask(path, method="DELETE")
    zoom.clock.forward(timedelta(days=30))
    assert [] == topics(ask(HERS, **TRASH))
    assert 404 == ask(f"{path}/status", method="PUT", json={"action": "recover"}).status_code


def test_deleting_for_good(zoom, ask):
    """Then it is in no trash, and cannot be recovered."""
    meeting = zoom.meeting(topic="a", start=DAY)
    path = f"meetings/{twice(meeting.uuid)}/recordings"
    assert 204 == ask(path, method="DELETE", action="delete").status_code
    assert [] == topics(ask(HERS, **TRASH))
    assert 404 == ask(f"{path}/status", method="PUT", json={"action": "recover"}).status_code


def test_one_file_can_be_deleted(zoom, ask):
    """The others stay; the trash of files shows it with its time."""
    meeting = zoom.meeting(topic="a", start=DAY, files=[video(id="film"), audio(id="sound")])
    path = f"meetings/{twice(meeting.uuid)}/recordings"
    assert 204 == ask(f"{path}/sound", method="DELETE").status_code
    assert ["film"] == [file["id"] for file in ask(path).json()["recording_files"]]
    (trashed,) = ask(HERS, **TRASH, trash_type="recording_file").json()["meetings"]
    assert [("sound", "2026-11-22T09:00:00Z")] == [
        (file["id"], file["deleted_time"]) for file in trashed["recording_files"]
    ]
    assert 204 == ask(f"{path}/film", method="DELETE", action="delete").status_code
    assert 404 == ask(f"{path}/film", method="DELETE").status_code


def test_a_list_of_the_whole_account_knows_no_trash(zoom, ask):
    """It ignores what it does not know, and lists what stands."""
    zoom.meeting(topic="stands", start=zoom.clock.now())
    zoom.meeting(topic="trash", start=DAY, trashed=DAY)
    assert (["stands"], ["trash"]) == (topics(ask(ALL, **TRASH)), topics(ask(HERS, **TRASH)))


@pytest.mark.parametrize(
    "query",
    [{"trash": "perhaps"}, {"trash_type": "bin"}, {"trash": "true", "from": "2026-11-01"}],
)
def test_queries_of_the_trash(ask, query):
    """The trash has no range."""
    assert 400 == ask(HERS, **query).status_code


@pytest.mark.parametrize("body", [{"action": "restore"}, {}, ["recover"]])
def test_only_recover_is_known(zoom, ask, body):
    """Another action is refused."""
    meeting = zoom.meeting(topic="a", start=DAY)
    path = f"meetings/{twice(meeting.uuid)}/recordings/status"
    assert 400 == ask(path, method="PUT", json=body).status_code


def test_users_reach_their_own_alone(zoom, ask):
    """A user's token finds no recording of somebody else's."""
    meeting = zoom.meeting(topic="a", start=DAY)
    ada, app = zoom.user("ada@example.org"), zoom.app("http://127.0.0.1/")
    path = f"meetings/{twice(meeting.uuid)}/recordings"
    assert 404 == ask(path, app=app, user=ada).status_code
    assert 200 == ask(path, app=app, user=meeting.host).status_code
