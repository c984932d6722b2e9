"""What YouTube says when it does not do what was asked, and what becomes of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from emulators.youtube import refusal

from leap.errors import DeferUntil, NeedsHuman, ProviderError, RetrySoon
from leap.providers.youtube.refusals import Conflict, Missing, QuotaUsedUp, TokenRefused, judged

MIDNIGHT = datetime(2026, 11, 23, 8, tzinfo=UTC)
OPENS = "POST /upload/youtube/v3/videos"


def answer(status, reason="", message="It is so.", headers=None, **more):
    """Return an answer as YouTube words it."""
    error = {"code": status, "message": message, "errors": [{"reason": reason, "message": message}]}
    request = httpx.Request("GET", "https://youtube.googleapis.com/youtube/v3/videos")
    said = {"error": error | more}
    return httpx.Response(status, json=said, headers=headers, request=request)


@pytest.mark.parametrize(
    "status,reason,kind",
    [
        (403, "quotaExceeded", QuotaUsedUp),
        (403, "dailyLimitExceeded", QuotaUsedUp),
        (400, "uploadLimitExceeded", DeferUntil),
        (403, "rateLimitExceeded", RetrySoon),
        (403, "userRateLimitExceeded", RetrySoon),
        (429, "rateLimitExceeded", RetrySoon),
        (401, "authError", TokenRefused),
        (401, "youtubeSignupRequired", NeedsHuman),
        (403, "forbidden", NeedsHuman),
        (403, "insufficientPermissions", NeedsHuman),
        (403, "accessNotConfigured", NeedsHuman),
        (404, "videoNotFound", Missing),
        (404, "playlistNotFound", Missing),
        (409, "captionExists", Conflict),
        (409, "SERVICE_UNAVAILABLE", RetrySoon),
        (400, "failedPrecondition", Conflict),
        (400, "invalidTitle", NeedsHuman),
        (400, "contentRequired", NeedsHuman),
        (413, "mediaBodyTooLarge", NeedsHuman),
        (500, "internalError", RetrySoon),
        (502, "", RetrySoon),
        (503, "backendError", RetrySoon),
        (408, "", RetrySoon),
        (418, "teapot", ProviderError),
    ],
)
def test_status_and_reason_together_decide(status, reason, kind):
    """A used up quota, a lack of rights and too much haste are all a 403."""
    assert kind is type(judged(answer(status, reason)))


def test_uploads_of_a_day_end_with_a_429_in_words():
    """Its reason is that of haste, but the day is what is used up."""
    message = "The user has exceeded the number of Video Uploads per day."

    assert QuotaUsedUp is type(judged(answer(429, "rateLimitExceeded", message)))
    assert QuotaUsedUp is type(judged(answer(429, "", message)))


def test_a_channel_that_took_too_many_videos_has_a_day_of_rest():
    """The limit is the channel's own; what it has can still be changed."""
    found = judged(answer(400, "uploadLimitExceeded"))

    assert timedelta(hours=23) < found.until - datetime.now(UTC) <= timedelta(hours=24)
    assert not found.for_account


def test_as_long_as_the_server_asks_for_is_waited():
    """With a 429, and with a server's fault."""
    assert judged(answer(429, "rateLimitExceeded", headers={"Retry-After": "7"})).after > 5
    assert judged(answer(503, "backendError", headers={"Retry-After": "7"})).after > 5


def test_messages_are_one_line_without_html():
    """As they are shown in a terminal."""
    message = 'You have exceeded your <a href="/quota">quota</a>.\n\x1b[31m'

    assert "YouTube: You have exceeded your quota. [31m, quotaExceeded" == judged(
        answer(403, "quotaExceeded", message)
    ).message.replace("..", ".")


@pytest.mark.parametrize("body", [b"", b"<html>Sorry</html>", b"[]", b'{"error": "no"}', b"\xff"])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 429, 500, 503])
def test_an_answer_without_words_has_a_meaning_too(body, status):
    """Proxies and front ends answer in their own way."""
    request = httpx.Request("GET", "https://youtube.googleapis.com/")

    found = judged(httpx.Response(status, content=body, request=request))
    assert isinstance(found, ProviderError)


def test_what_is_missing_is_a_command_or_a_place():
    """A person can act on it."""
    assert "leap auth login youtube" in judged(answer(403, "insufficientPermissions")).hint
    assert "console.cloud.google.com" in judged(answer(403, "accessNotConfigured")).hint
    details = [{"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]
    assert "leap auth login youtube" in judged(answer(403, errors=[], details=details)).hint


# ── over the wire ──────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "name,bucket",
    [("quotaExceeded", "uploads"), ("dailyLimitExceeded", "uploads"), ("uploadsPerDay", "uploads")],
)
def test_a_used_up_day_is_noted_and_defers_the_account(youtube, publish, book, small, name, bucket):
    """Until midnight in California; it is asked once."""
    youtube.fault(OPENS, times=None, **refusal(name))

    with pytest.raises(DeferUntil) as caught:
        publish()
    assert (MIDNIGHT, True, [bucket]) == (
        caught.value.until,
        caught.value.for_account,
        book.emptied,
    )
    assert 1 == youtube.counts()["videos.insert"]


def test_units_that_are_used_up_are_a_bucket_of_their_own(youtube, publish, book, small):
    """Uploads go on without them."""
    youtube.fault("POST /upload/youtube/v3/captions", times=None, **refusal("quotaExceeded"))

    with pytest.raises(DeferUntil):
        publish()
    assert ["units"] == book.emptied


def test_nothing_is_asked_once_the_count_says_no(youtube, publish, book, small):
    """A call that would be refused still costs something."""
    book.limits["uploads"] = 0

    with pytest.raises(DeferUntil, match="no uploads are left"):
        publish()
    assert ["token"] == youtube.methods()


def test_every_attempt_is_counted(youtube, publish, book, small):
    """Those too that fail, and before they leave."""
    youtube.fault("GET /youtube/v3/playlists", times=2, **refusal("backendError"))
    publish()

    # The emulator does not count what its faults answered.
    assert youtube.spent() + 2 == book.spent["units"]
    assert 3 == youtube.counts()["playlists.list"]


def test_haste_is_waited_out(youtube, publish, small):
    """It is over in a moment."""
    youtube.fault("POST /youtube/v3/playlistItems", times=2, **refusal("rateLimitExceeded"))
    publish()

    assert ["Algorithms 2026"] == youtube.playlists(youtube.live()[0])


def test_the_app_is_who_is_counted(publish, book, app, small):
    """Over all accounts that use it."""
    publish()

    assert {app.client_id} == book.holders
