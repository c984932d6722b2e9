"""One video for one publication, wherever the run ends and whatever gets lost."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from emulators.messages import Wire, as_json
from emulators.youtube import refusal

from leap.errors import DeferUntil, NeedsHuman, ProviderError, RetrySoon
from leap.stages.publish_video import take_down_video

MARKER = "leap-0123456789"
GRAIN = 256 * 1024
OPENS = "POST /upload/youtube/v3/videos"
CHUNK = "PUT /upload/youtube/v3/videos"


def tell_nobody(share, message=""):
    """Take progress, and do nothing with it."""


def killed(publish, dying, at):
    """Publish until the process is gone; tell whether it was."""
    dying(at)
    try:
        publish()
    except BaseException as error:
        if type(error).__name__ != "Killed":
            raise
        return True
    finally:
        dying(None)
    return False


def whole(youtube, film):
    """Return the one video that there is, which is the film."""
    (video,) = youtube.live()
    assert hashlib.sha256(film.read_bytes()).hexdigest() == video.sha256
    return video


# ── killed anywhere ────────────────────────────────────────────────────────

#: At least as many fault points as a lecture passes. After one it is as before the next,
#: so that every other one is enough.
MANY = 70


def census(youtube, publish, checkpoint, small, book):
    """Publish again after the end of a run, and hold what is there against all rules."""
    try:
        publish()
    except DeferUntil as error:
        youtube.clock.set(error.until)
        publish()

    video = whole(youtube, small)
    assert [video] == youtube.marked(MARKER)
    assert ("unlisted", 1, ["Algorithms 2026"]) == (
        video.privacy(youtube.clock.now()),
        len(video.captions),
        youtube.playlists(video),
    )
    assert 1 == len(youtube.world.playlists)
    assert checkpoint.wanted == checkpoint.applied
    assert ({}, {}) == (
        {name: note for name, note in checkpoint.kept["notes"].items() if note and name != "begun"},
        {name: secret for name, secret in checkpoint.kept["secrets"].items() if secret},
    )
    assert youtube.spent("uploads") <= book.spent["uploads"]
    assert youtube.spent("units") <= book.spent["units"]


@pytest.mark.parametrize("at", range(0, MANY, 2))
def test_a_run_that_ends_anywhere_leaves_no_second_video(
    youtube, publish, dying, checkpoint, small, book, at
):
    """Before and after every request, and every note that is kept."""
    killed(publish, dying, at)

    census(youtube, publish, checkpoint, small, book)


def test_every_place_was_tried(publish, dying, small):
    """The numbers above go beyond the last fault point."""
    passed = dying(None)
    publish()
    assert 40 < len(passed) <= MANY
    assert {"youtube.request.before", "youtube.request.after"} <= set(passed)


@pytest.mark.parametrize("at", range(4, 34, 2))
def test_nor_where_sessions_die_and_lists_are_behind(
    youtube, publish, dying, checkpoint, small, book, at
):
    """The worst of days: after the end of the run its upload is unknown, and new videos unlisted."""
    youtube.delays.listing = youtube.delays.playlists = timedelta(seconds=20)
    if killed(publish, dying, at):
        youtube.api.uploads.expire()

    census(youtube, publish, checkpoint, small, book)


@pytest.mark.parametrize("at", range(0, 34, 2))
def test_what_was_cut_anywhere_is_taken_down(
    youtube, publish, publisher, dying, checkpoint, small, at
):
    """A video that YouTube does not list yet is waited for, not taken for one that never was."""
    youtube.delays.listing = timedelta(minutes=5)
    if killed(publish, dying, at):
        youtube.api.uploads.expire()
    try:
        take_down_video(publisher, checkpoint, MARKER, {}, tell_nobody)
    except DeferUntil as error:
        youtube.clock.set(error.until)
        take_down_video(publisher, checkpoint, MARKER, {}, tell_nobody)

    assert [] == youtube.live()


@pytest.mark.parametrize("items", [["UC1"], {"a": 1}, [7]])
def test_a_channel_of_which_nothing_is_told_gets_no_long_video(
    youtube, publish, publication, small, items
):
    """Whatever the answer is made of, it is an error in a line."""
    youtube.fault("GET /youtube/v3/channels", then=lambda *_: as_json({"items": items}))
    with pytest.raises(ProviderError, match="what the channel may do"):
        publish(replace(publication, duration=3600.0))


# ── what the server says while bytes go ────────────────────────────────────


@pytest.mark.parametrize("how", ["308", "503", "cut", "lost"])
@pytest.mark.parametrize("chunk,keep", [(0, 0), (1, None), (1, 0), (None, None), (None, 0)])
def test_bytes_that_do_not_arrive_are_sent_again(youtube, publish, small, how, chunk, keep):
    """From where the server says that it is, in the same session, and no other byte twice."""
    youtube.slip(how, chunk=chunk, keep=keep)
    publish()

    whole(youtube, small)
    (session,) = youtube.api.uploads.sessions.values()
    assert 0 == session.again
    assert 1 == youtube.counts()["videos.insert"]


def test_fewer_bytes_may_be_stored_than_were_sent(youtube, publish, film):
    """Of a chunk of eight mebibytes the server keeps one."""
    youtube.slip("308", chunk=0, keep=4 * GRAIN)
    publish()

    whole(youtube, film)
    ranges = [each.request.headers["content-range"] for each in youtube.journal.of(CHUNK)]
    assert f"bytes {4 * GRAIN}-" == ranges[1][: len(f"bytes {4 * GRAIN}-")]


def test_a_lost_last_answer_costs_one_question(youtube, publish, small):
    """All bytes are there, and the video too: it is asked for, not sent again."""
    youtube.slip("lost")
    publish()

    whole(youtube, small)
    assert (3, 1) == (youtube.counts()["upload.chunk"], youtube.counts()["upload.query"])


def test_a_server_that_takes_nothing_is_left_alone_in_the_end(youtube, publish, small, checkpoint):
    """The next run goes on in the same session."""
    broken = youtube.fault(CHUNK, times=None, **refusal("backendError"))
    with pytest.raises(RetrySoon, match="Backend Error"):
        publish()
    asked = len(youtube.journal.of(CHUNK))
    assert asked <= 8

    youtube.faults.remove(broken)
    publish()
    whole(youtube, small)
    assert 1 == youtube.counts()["videos.insert"]


def test_a_token_that_ends_during_the_upload_is_renewed_once(youtube, publish, small, vault):
    """In the same session, after asking what it has."""
    youtube.fault(CHUNK, skip=1, **refusal("authError"))
    publish()

    whole(youtube, small)
    assert (1, 2) == (youtube.counts()["videos.insert"], vault.renewals)
    assert ["upload.chunk", "upload.chunk", "token", "upload.query"] == youtube.methods()[2:6]


def test_a_refused_token_that_is_new_is_for_a_person(youtube, publish, small):
    """No loop."""
    youtube.fault(CHUNK, times=None, **refusal("authError"))

    with pytest.raises(NeedsHuman, match="does not take the access token, although it is new"):
        publish()
    assert youtube.counts()["token"] <= 3


# ── sessions that are gone ─────────────────────────────────────────────────


@pytest.mark.parametrize("status", [404, 410])
def test_a_session_that_dies_half_way_is_begun_anew(youtube, publish, small, status):
    """Without its last byte it cannot have made a video."""
    youtube.api.uploads.expired_status = status
    youtube.after(CHUNK, youtube.api.uploads.expire)
    publish()

    whole(youtube, small)
    assert 2 == youtube.counts()["videos.insert"]


def test_a_session_that_dies_after_its_last_byte_is_looked_for(youtube, publish, small):
    """The video is there, and taken for what it is."""
    youtube.delays.listing = timedelta(seconds=30)
    youtube.slip("lost")
    youtube.after(CHUNK, youtube.api.uploads.expire, skip=2)
    publish()

    whole(youtube, small)
    assert (1, 1) == (youtube.counts()["videos.insert"], youtube.counts()["channels.list"])


def vanishing(youtube):
    """Let a session and what it made vanish without a word, whenever a film is there whole."""

    def then(_, answer):
        if not youtube.live():
            return answer
        youtube.api.uploads.expire()
        for video in youtube.live():
            video.deleted = True
        return replace(answer, wire=Wire(lost=True))

    return youtube.fault(CHUNK, times=None, then=then)


def test_a_list_without_the_video_is_believed_after_ten_minutes(youtube, publish, small):
    """Until then it is not known; then it is sent once more."""
    fault = vanishing(youtube)
    with pytest.raises(DeferUntil, match="not known yet") as caught:
        publish()
    assert not caught.value.for_account
    assert timedelta() < caught.value.until - youtube.clock.now() <= timedelta(minutes=10)
    assert 1 == youtube.counts()["videos.insert"]

    youtube.faults.remove(fault)
    youtube.clock.set(caught.value.until)
    publish()
    whole(youtube, small)
    assert 2 == youtube.counts()["videos.insert"]


def test_what_is_lost_twice_is_for_a_person(youtube, publish, small):
    """There may be something about it that nobody sees from here."""
    vanishing(youtube)
    for _ in range(2):
        with pytest.raises(DeferUntil) as caught:
            publish()
        youtube.clock.set(caught.value.until)

    with pytest.raises(NeedsHuman, match="lost the upload twice") as caught:
        publish()
    assert "leap import youtube" in caught.value.hint
    assert 2 == youtube.counts()["videos.insert"]


def test_two_videos_of_one_publication_are_for_a_person(youtube, channel, publish, small):
    """Looking cannot decide which of them is the right one."""

    def twin():
        youtube.api.uploads.expire()
        snippet = {"title": "Trees", "categoryId": "22", "tags": [MARKER]}
        youtube.video(channel, "Trees", snippet=snippet)

    youtube.slip("lost")
    youtube.after(CHUNK, twin, skip=2)

    with pytest.raises(NeedsHuman, match=f"2 videos with the tag {MARKER}"):
        publish()


def test_a_video_of_another_time_is_not_taken_for_this_one(youtube, channel, publish, small):
    """Only what was made since the upload began can be it."""
    snippet = {"title": "Trees", "categoryId": "22", "tags": [MARKER]}
    before = youtube.clock.now() - timedelta(days=3)
    old = youtube.video(channel, "Trees", snippet=snippet, created=before)
    youtube.slip("lost")
    youtube.after(CHUNK, youtube.api.uploads.expire, skip=2)

    receipt = publish()
    assert old.id != receipt.external_id
    assert 2 == len(youtube.live())


# ── what has changed in between ────────────────────────────────────────────


def test_texts_that_changed_since_the_session_was_opened_are_brought_after(
    youtube, publish, publication, dying, checkpoint, small
):
    """The video is made with those that the session was told."""
    assert killed(publish, dying, 8)
    wanted = {**publication.wanted, "metadata": "d2"}
    checkpoint.wanted = wanted

    publish(replace(publication, title="Heaps, lecture 3", wanted=wanted))
    assert "Heaps, lecture 3" == whole(youtube, small).title
    assert wanted == checkpoint.applied


def test_a_file_that_was_made_anew_is_sent_anew(youtube, publish, dying, small):
    """The bytes of two files would make no film."""
    assert killed(publish, dying, 10)
    small.write_bytes(small.read_bytes()[::-1][: -GRAIN // 2])

    publish()
    whole(youtube, small)
    assert 2 == youtube.counts()["videos.insert"]


@pytest.mark.parametrize("at", range(10))
@pytest.mark.parametrize("changed", [lambda film: film[::-1], lambda film: film[:-1000]])
def test_films_are_not_mixed_by_a_second_crash(youtube, publish, dying, small, at, changed):
    """The session of the old film is forgotten before the new one is noted."""
    assert killed(publish, dying, 10)
    small.write_bytes(changed(small.read_bytes()))
    assert killed(publish, dying, at)

    publish()
    whole(youtube, small)


@pytest.mark.parametrize(
    "changed", [lambda film: film[:-100], lambda film: film[::-1], lambda film: film + b"more"]
)
def test_a_file_that_changes_while_it_is_sent_is_noticed(youtube, publish, small, changed):
    """What is there then is no video, and the next run sends the file as it is."""
    youtube.after(CHUNK, lambda: small.write_bytes(changed(small.read_bytes())))
    with pytest.raises(ProviderError, match="changed while it was uploaded"):
        publish()
    assert [] == youtube.live()

    publish()
    whole(youtube, small)


def test_a_channel_for_short_videos_is_not_sent_a_lecture(
    youtube, channel, publish, publication, small
):
    """YouTube would take an hour of bytes, and refuse the video then."""
    channel.verified = False

    with pytest.raises(NeedsHuman, match="no video of more than 15 minutes") as caught:
        publish(replace(publication, duration=3600.0))
    assert "youtube.com/verify" in caught.value.hint
    assert ["token", "channels.list"] == youtube.methods()


def test_a_verified_channel_takes_long_lectures(youtube, publish, publication, small):
    """It is asked for a unit."""
    publish(replace(publication, duration=3600.0))

    whole(youtube, small)


def test_an_empty_file_is_told(publish, small, youtube):
    """Before anything is asked for."""
    small.write_bytes(b"")

    with pytest.raises(ProviderError, match="is empty"):
        publish()
    assert [] == youtube.methods()


# ── secrets ────────────────────────────────────────────────────────────────


def test_the_address_of_a_session_is_shown_nowhere(youtube, publish, small, caplog, checkpoint):
    """Whoever has it can write to the upload."""
    caplog.set_level(logging.DEBUG)
    youtube.slip("cut", chunk=0)
    youtube.fault(CHUNK, skip=1, times=None, **refusal("backendError"))
    with pytest.raises(RetrySoon) as caught:
        publish()

    (session,) = youtube.api.uploads.sessions
    assert session in checkpoint.kept["secrets"]["session"]
    assert (
        session not in f"{caplog.text} {caught.value!r} {caught.value} {checkpoint.kept['notes']}"
    )
