"""What an app may do in a day, which begins at midnight in California."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from emulators.youtube import READONLY, refusal
from emulators.youtube.conftest import reason

UPLOADS = "/upload/youtube/v3/videos"


@pytest.fixture
def begin(ask):
    """Open an upload."""

    def begun() -> object:
        query = {"part": "snippet", "uploadType": "resumable"}
        return ask(UPLOADS, method="POST", json={"snippet": {"title": "One"}}, **query)

    return begun


def test_units(youtube, app, ask, channel):
    """A call costs what Google's table says; beyond the day's units it is refused, and free."""
    app.units = 51
    video = youtube.video(channel, "One")
    assert 200 == ask("captions", part="id", videoId=video.id).status_code
    assert (403, "quotaExceeded") == reason(ask("captions", part="id", videoId=video.id))
    assert 200 == ask("videos", part="id", id="a").status_code
    assert (51, 50) == (youtube.spent(), youtube.spent(method="captions.list"))
    assert 51 == youtube.api.quota.used(app, "units")


def test_uploads_have_a_bucket_of_their_own(youtube, app, begin, ask):
    """A hundred a day; units are left when it is empty, and the other way round."""
    app.uploads, app.units = 1, 1
    assert 200 == begin().status_code
    refused = begin()
    assert (429, "rateLimitExceeded") == reason(refused)
    assert "Video Uploads per day" in refused.json()["error"]["message"]
    youtube.api.quota.no_uploads = "quotaExceeded"
    assert (403, "quotaExceeded") == reason(begin())
    assert 200 == ask("videos", part="id", id="a").status_code
    assert (1, 1) == (youtube.spent("uploads"), youtube.spent("units"))


@pytest.mark.parametrize(
    "evening, midnight",
    [
        (datetime(2026, 11, 22, 11, tzinfo=UTC), datetime(2026, 11, 23, 8, tzinfo=UTC)),
        (datetime(2026, 7, 1, 11, tzinfo=UTC), datetime(2026, 7, 2, 7, tzinfo=UTC)),
    ],
    ids=["winter", "summer"],
)
def test_the_day_is_californias(youtube, app, ask, evening, midnight):
    """It begins at eight in the morning of UTC, in summer at seven."""
    app.units = 1
    youtube.clock.set(evening)
    ask("videos", part="id", id="a")
    youtube.clock.forward((midnight - evening).total_seconds() - 1)
    assert (403, "quotaExceeded") == reason(ask("videos", part="id", id="a"))
    youtube.clock.forward(1)
    assert 200 == ask("videos", part="id", id="a").status_code


def test_each_app_has_its_own(youtube, app, ask, channel, web):
    """Two clients do not share; what a neighbour of the same project uses is gone."""
    youtube.api.quota.use(app, "units", app.units)
    assert 403 == ask("videos", part="id", id="a").status_code
    other = youtube.access_token(youtube.app(), channel)
    query, headers = {"part": "id", "id": "a"}, {"Authorization": f"Bearer {other}"}
    assert 200 == web.get("/youtube/v3/videos", params=query, headers=headers).status_code


def test_a_refused_call_costs_a_unit(youtube, app, ask):
    """As any call does, and no more."""
    ask("videos", method="DELETE", id="nothing")
    ask("videos", method="DELETE", id="nothing", scopes=(READONLY,))
    assert [(404, 1, "videoNotFound"), (403, 1, "insufficientPermissions")] == [
        (call.status, call.cost, call.reason) for call in youtube.calls
    ]
    assert 2 == youtube.api.quota.used(app, "units")


def test_costs_can_be_changed(youtube, ask):
    """Google did it twice in a year."""
    youtube.api.quota.costs["videos.list"] = 7
    ask("videos", part="id", id="a")
    assert 7 == youtube.spent()


@pytest.mark.parametrize(
    "name, status, why",
    [
        ("quotaExceeded", 403, "quotaExceeded"),
        ("dailyLimitExceeded", 403, "dailyLimitExceeded"),
        ("rateLimitExceeded", 403, "rateLimitExceeded"),
        ("userRateLimitExceeded", 403, "userRateLimitExceeded"),
        ("uploadsPerDay", 429, "rateLimitExceeded"),
        ("uploadLimitExceeded", 400, "uploadLimitExceeded"),
        ("backendError", 503, "backendError"),
        ("internalError", 500, "internalError"),
        ("aborted", 409, "SERVICE_UNAVAILABLE"),
        ("authError", 401, "authError"),
        ("insufficientPermissions", 403, "insufficientPermissions"),
    ],
)
def test_any_refusal_can_be_had(youtube, ask, name, status, why):
    """As a fault; the call is not handled then, and the journal has it by its name."""
    youtube.fault("GET /youtube/v3/**", **refusal(name))
    assert (status, why) == reason(ask("videos", part="id", id="a"))
    assert ([], ["videos.list"]) == (youtube.calls, youtube.methods())


def test_a_lost_answer(youtube, ask, channel):
    """The call was handled, and whoever asked does not know."""
    video = youtube.video(channel, "One")
    youtube.fault("DELETE /youtube/v3/videos", lost=True)
    with pytest.raises(httpx.RemoteProtocolError):
        ask("videos", method="DELETE", id=video.id)
    assert ([], {"videos.delete": 1}) == (youtube.live(), dict(youtube.counts()))
