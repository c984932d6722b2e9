"""Lists of the emulated Zoom: ranges, pages, scopes, and what moves while they are read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from emulators.zoom import audio, chat, other, summary, timeline, video

DAY = datetime(2026, 11, 3, 9, tzinfo=UTC)
ALL = "accounts/me/recordings"
NOVEMBER = {"from_": "2026-11-01", "to": "2026-11-30"}


def topics(answer):
    return [meeting["topic"] for meeting in answer.json()["meetings"]]


def test_everything_is_read_page_by_page(zoom, ask):
    """Forty meetings are three pages; the last one says so with an empty token."""
    for number in range(40):
        zoom.meeting(topic=f"Lecture {number}", start=DAY + timedelta(hours=number))
    found, token, pages = [], None, 0
    while token != "":
        more = {"next_page_token": token} if token else {}
        said = ask(ALL, page_size=15, **NOVEMBER, **more).json()
        assert (40, 3, 15) == (said["total_records"], said["page_count"], said["page_size"])
        found += [meeting["topic"] for meeting in said["meetings"]]
        token, pages = said["next_page_token"], pages + 1
    assert (3, [f"Lecture {number}" for number in reversed(range(40))]) == (pages, found)


def test_an_entry_says_what_zoom_says(zoom, account, ask):
    """The fields of a meeting and of its files, as in recorded traffic."""
    zoom.meeting(
        topic="Введение 📚",
        start=DAY,
        uuid="ODfDKShNRqKkXbGD09Sk4A==",
        id=94488262913,
        minutes=90,
        files=[video(5000, id="one"), audio(300), timeline(b"{}"), summary(b"{}")],
    )
    (meeting,) = ask(ALL, **NOVEMBER).json()["meetings"]
    expected = {
        "uuid": "ODfDKShNRqKkXbGD09Sk4A==",
        "id": 94488262913,
        "account_id": account.id,
        "host_id": account.owner.id,
        "topic": "Введение 📚",
        "start_time": "2026-11-03T09:00:00Z",
        "duration": 90,
        "total_size": 5304,
        "recording_count": 4,
    }
    assert expected == {name: meeting[name] for name in expected}
    film, _, times, told = meeting["recording_files"]
    address = film.pop("download_url")
    assert address.startswith(f"{zoom.url}/rec/download/")
    assert film.pop("play_url")
    assert film == {
        "id": "one",
        "meeting_id": "ODfDKShNRqKkXbGD09Sk4A==",
        "recording_start": "2026-11-03T09:00:00Z",
        "recording_end": "2026-11-03T10:30:00Z",
        "file_type": "MP4",
        "file_extension": "MP4",
        "file_size": 5000,
        "status": "completed",
        "recording_type": "shared_screen_with_speaker_view",
    }
    assert not {"id", "recording_type", "play_url"} & times.keys()
    assert not {"id", "recording_type"} & told.keys()


def test_files_of_every_kind(zoom, ask):
    """Several videos, an unknown kind, an empty file; a meeting without a video, or any file."""
    later = timedelta(minutes=40)
    films = [video(1, lasts=later), video(2, after=later, recording_type="hologram"), video(0)]
    zoom.meeting(topic="films", start=DAY, files=[*films, other("HOLO", "H3D")])
    zoom.meeting(topic="chat", start=DAY - timedelta(days=1), files=[chat()])
    zoom.meeting(topic="none", start=DAY - timedelta(days=2), files=[])
    several, alone, empty = ask(ALL, **NOVEMBER).json()["meetings"]
    assert [
        ("MP4", "shared_screen_with_speaker_view", 1, "2026-11-03T09:00:00Z"),
        ("MP4", "hologram", 2, "2026-11-03T09:40:00Z"),
        ("MP4", "shared_screen_with_speaker_view", 0, "2026-11-03T09:00:00Z"),
        ("HOLO", None, 1, "2026-11-03T09:00:00Z"),
    ] == [
        (each["file_type"], each.get("recording_type"), each["file_size"], each["recording_start"])
        for each in several["recording_files"]
    ]
    assert ["CHAT"] == [each["file_type"] for each in alone["recording_files"]]
    assert (0, []) == (empty["recording_count"], empty["recording_files"])


def test_what_is_processed_is_empty(zoom, ask):
    """Strings are empty and sizes zero, until the meeting is complete or its time has come."""
    meeting = zoom.meeting(topic="a", start=DAY, processing=True)
    zoom.meeting(topic="b", start=DAY, ready=zoom.clock.now() + timedelta(minutes=5))
    part = [video(7), video(8, ready=zoom.clock.now() + timedelta(minutes=9))]
    zoom.meeting(topic="c", start=DAY, files=part)

    def states():
        return {
            meeting["topic"]: (
                meeting["total_size"],
                [
                    (f["status"], f["file_type"], f["recording_end"] != "", f["file_size"])
                    for f in meeting["recording_files"]
                ],
            )
            for meeting in ask(ALL, **NOVEMBER).json()["meetings"]
        }

    nothing = ("processing", "", False, 0)
    done = (64_000, [("completed", "MP4", True, 64_000)])
    half = (15, [("completed", "MP4", True, 7), nothing])
    assert {"a": (0, [nothing]), "b": (0, [nothing]), "c": half} == states()
    zoom.clock.forward(timedelta(minutes=5))
    assert {"a": (0, [nothing]), "b": done, "c": half} == states()
    meeting.complete()
    assert states()["a"] == done


def test_without_a_range_it_is_today(zoom, ask):
    """Today in UTC, and nothing else."""
    zoom.meeting(topic="today", start=zoom.clock.now() - timedelta(hours=9))
    zoom.meeting(topic="yesterday", start=zoom.clock.now() - timedelta(hours=10))
    answer = ask(ALL)
    assert ["today"] == topics(answer)
    assert {"from": "2026-11-22", "to": "2026-11-22"}.items() <= answer.json().items()


def test_days_are_those_of_utc(zoom, ask):
    """A lecture after midnight in Belgrade is still the day before's."""
    belgrade = timezone(timedelta(hours=1))
    zoom.meeting(topic="late", start=datetime(2026, 11, 4, 0, 30, tzinfo=belgrade))
    (meeting,) = ask(ALL, from_="2026-11-03", to="2026-11-03").json()["meetings"]
    assert "2026-11-03T23:30:00Z" == meeting["start_time"]
    assert [] == topics(ask(ALL, from_="2026-11-04", to="2026-11-04"))


@pytest.mark.parametrize(
    "begin, end, status",
    [
        ("2026-10-22", "2026-11-22", 200),
        ("2026-01-31", "2026-02-28", 200),
        ("2026-10-22", "2026-11-23", 400),
        ("2026-02-01", "2026-03-02", 400),
        ("2026-11-22", "2026-11-21", 400),
        ("22.11.2026", "2026-11-22", 400),
        ("2026-10-01", None, 400),
    ],
)
def test_ranges_of_at_most_a_month(ask, begin, end, status):
    """A longer range, a reversed one, and what is no date are refused with their field."""
    answer = ask(ALL, from_=begin, **({"to": end} if end else {}))
    assert status == answer.status_code
    if status == 400:
        said = answer.json()
        assert (300, "Validation Failed.") == (said["code"], said["message"])
        assert {"field", "message"} == said["errors"][0].keys()


@pytest.mark.parametrize("size, status", [("1", 200), ("300", 200), ("301", 400), ("0", 400)])
def test_pages_of_at_most_300(ask, size, status):
    """A larger page is refused, not cut."""
    assert status == ask(ALL, page_size=size).status_code


def test_page_tokens_live_fifteen_minutes(zoom, ask):
    """After that they are refused, and for another query at once."""
    for number in range(3):
        zoom.meeting(topic=str(number), start=DAY)
    token = ask(ALL, page_size=2, **NOVEMBER).json()["next_page_token"]
    zoom.clock.forward(timedelta(minutes=14, seconds=59))
    assert 200 == ask(ALL, page_size=2, **NOVEMBER, next_page_token=token).status_code
    assert 400 == ask(ALL, page_size=1, **NOVEMBER, next_page_token=token).status_code
    zoom.clock.forward(1)
    late = ask(ALL, page_size=2, **NOVEMBER, next_page_token=token)
    assert (400, 300) == (late.status_code, late.json()["code"])
    assert 400 == ask(ALL, next_page_token="invented").status_code


def test_a_recording_appears_between_pages(zoom, ask):
    """What comes on top moves the rest: one is seen twice, and the total grows."""
    for number in range(4):
        zoom.meeting(topic=str(number), start=DAY - timedelta(days=number))
    zoom.after(f"GET /v2/{ALL}", lambda: zoom.meeting(topic="new", start=DAY + timedelta(days=1)))
    first = ask(ALL, page_size=2, from_="2026-10-20", to="2026-11-20").json()
    token = first["next_page_token"]
    second = ask(
        ALL, page_size=2, from_="2026-10-20", to="2026-11-20", next_page_token=token
    ).json()
    assert ["0", "1", "1", "2"] == [m["topic"] for m in first["meetings"] + second["meetings"]]
    assert (4, 5) == (first["total_records"], second["total_records"])
    assert second["next_page_token"]


def test_recordings_of_one_user(zoom, ask):
    """By id or address; others' are not among them, and strangers do not exist."""
    ada = zoom.user("ada@example.org")
    zoom.meeting(topic="hers", start=DAY, host=ada)
    zoom.meeting(topic="not hers", start=DAY)
    by_id, by_address = (
        ask(f"users/{name}/recordings", **NOVEMBER) for name in (ada.id, "ada%40example.org")
    )
    assert (["hers"], ["hers"]) == (topics(by_id), topics(by_address))
    stranger = ask("users/nobody@example.org/recordings")
    assert (404, 1001) == (stranger.status_code, stranger.json()["code"])


def test_me_is_for_users(zoom, account, ask):
    """A user's token says me, and nothing else; an account's does not, unless it is let."""
    ada = zoom.user("ada@example.org")
    zoom.meeting(topic="hers", start=DAY, host=ada)
    zoom.meeting(topic="the owner's", start=DAY)
    app = zoom.app("http://127.0.0.1/")
    assert ["hers"] == topics(ask("users/me/recordings", app=app, user=ada, **NOVEMBER))
    refused = ask(f"users/{ada.id}/recordings", app=app, user=ada)
    assert (400, 4711) == (refused.status_code, refused.json()["code"])
    assert 400 == ask("users/me/recordings").status_code
    zoom.api.me_for_apps = True
    assert ["the owner's"] == topics(ask("users/me/recordings", **NOVEMBER))


def test_one_meeting_number_is_a_series(zoom, ask):
    """Many instances share a number; a list can be narrowed to it."""
    for number in range(3):
        zoom.meeting(topic=f"week {number}", start=DAY + timedelta(days=7 * number), id=123)
    zoom.meeting(topic="other", start=DAY)
    path = "users/owner-1@example.org/recordings"
    assert ["week 2", "week 1", "week 0"] == topics(ask(path, meeting_id=123, **NOVEMBER))
    assert 400 == ask(path, meeting_id="abc").status_code


def test_users_are_listed(zoom, account, ask):
    """Active ones by default, in pages."""
    zoom.user("ada@example.org", name="Ada Lovelace")
    zoom.user("gone@example.org", status="inactive")
    first = ask("users", page_size=1).json()
    second = ask("users", page_size=1, next_page_token=first["next_page_token"]).json()
    assert (2, "") == (first["total_records"], second["next_page_token"])
    (ada,) = second["users"]
    assert ("ada@example.org", "Ada Lovelace", 2) == (
        ada["email"],
        ada["display_name"],
        ada["type"],
    )
    assert ["gone@example.org"] == [
        user["email"] for user in ask("users", status="inactive").json()["users"]
    ]
    assert "ada@example.org" == ask(f"users/{ada['id']}").json()["email"]


@pytest.mark.parametrize(
    "path, scope",
    [
        (ALL, "cloud_recording:read:list_account_recordings:admin"),
        ("users", "user:read:list_users:admin"),
        ("users/a%40b.c/recordings", "cloud_recording:read:list_user_recordings:admin"),
        ("meetings/1/recordings", "cloud_recording:read:list_recording_files:admin"),
    ],
)
def test_a_missing_scope_is_named(account, ask, path, scope):
    """The refusal is a 400 that names what to add."""
    account.app.scopes = ("something:else",)
    answer = ask(path)
    assert (400, 4711) == (answer.status_code, answer.json()["code"])
    assert scope in answer.json()["message"]
    account.app.scopes = (scope,)
    assert 4711 != ask(path).json().get("code")


def test_classic_scopes_do_as_well(account, ask):
    """Older apps have two wide scopes."""
    account.app.scopes = ("recording:read:admin", "user:read:admin")
    assert [200, 200] == [ask(ALL).status_code, ask("users").status_code]


def test_a_named_account_wants_more(account, ask):
    """Only me is the app's own account; a name is a sub-account's."""
    answer = ask(f"accounts/{account.id}/recordings")
    assert (400, 4711) == (answer.status_code, answer.json()["code"])
    assert ":master" in answer.json()["message"]


def test_accounts_do_not_see_each_other(zoom, account, ask):
    """What one customer recorded is nobody else's."""
    zoom.meeting(topic="mine", start=DAY)
    stranger = zoom.account()
    assert (["mine"], []) == (
        topics(ask(ALL, **NOVEMBER)),
        topics(ask(ALL, app=stranger.app, **NOVEMBER)),
    )


def test_unknown_calls_are_refused(ask):
    """A path that is no call is not found."""
    assert [404, 404] == [ask("recordings").status_code, ask("users", method="POST").status_code]
