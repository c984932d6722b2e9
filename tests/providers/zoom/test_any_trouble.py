"""Whatever goes wrong at once: it is done, put off until a time, or fails with a reason.

Faults are drawn by a seed, several together, over listing and download; a
failure names the seed.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from emulators.bodies import File, sha256
from emulators.zoom import SIGN_IN, Zoom, refused_token

from leap.domain.recording import Listing
from leap.errors import DeferUntil, LeapError, ProviderError, RetrySoon
from leap.providers.zoom.source import ZoomSource

DAY = datetime(2026, 11, 3, 9, tzinfo=UTC)
LIST = "GET /v2/accounts/me/recordings"
ONE = "GET /v2/meetings/*/recordings"
DOOR = "GET /rec/download/*"
BYTES = "GET /replay/*"
TOKEN = "POST /oauth/token"

LATER = {"Retry-After": "2026-11-04T00:00:00Z", "X-RateLimit-Type": "Daily-limit"}
DAILY = {"code": 429, "message": "You have reached the maximum daily rate limit for this API."}

#: Where, and what; ``chance`` and ``times`` are drawn.
TROUBLE = [
    *((where, {"status": status}) for where in (LIST, ONE, DOOR, BYTES, TOKEN)
      for status in (429, 500, 502, 503)),
    *((where, {"drop": True}) for where in (LIST, ONE, DOOR, BYTES, TOKEN)),
    *((where, {"lost": True}) for where in (LIST, ONE, DOOR)),
    *((where, {"status": 200, "content": b"<html>busy</html>"}) for where in (LIST, ONE, TOKEN)),
    *((where, {"status": 200, "content": b'{"meetings": [{"uu'}) for where in (LIST, ONE)),
    *((where, {"cut": cut}) for where in (LIST, ONE, BYTES) for cut in (0, 7, 5000)),
    (LIST, {"status": 429, "json": DAILY, "headers": LATER}),
    (ONE, {"status": 429, "json": DAILY, "headers": LATER}),
    (LIST, {"status": 401, "json": {"code": 124, "message": "Invalid access token."}}),
    (ONE, {"status": 404, "json": {"code": 3301, "message": "There is no recording."}}),
    (DOOR, SIGN_IN),
    (DOOR, {"status": 401}),
    (DOOR, {"status": 403}),
    (BYTES, {"status": 403}),
    (BYTES, {"status": 416}),
    (BYTES, {"length": "omitted", "cut": 60_000}),
    (BYTES, {"length": "omitted"}),
    (BYTES, {"length": "chunked", "cut": 100_000}),
    (BYTES, {"reset": True, "cut": 30_000}),
    (BYTES, {"status": 200, "content": b"\x00\x00\x00\x18ftypisom" + b"another file" * 40_000}),
    (TOKEN, refused_token(4702)),
]  # fmt: skip


def draw(zoom: Zoom, seed: int) -> list[str]:
    """Put two to five faults into ``zoom``, and name them."""
    dice = random.Random(seed)
    names = []
    for where, what in dice.sample(TROUBLE, dice.randint(2, 5)):
        again = {"chance": dice.choice([0.2, 0.5, 1.0]), "times": dice.choice([1, 2, 5, None])}
        zoom.fault(where, **what, **again)
        names.append(f"{where} {what} {again}")
    return names


@pytest.mark.parametrize("seed", range(40))
def test_it_ends_well_or_with_a_reason_and_nothing_half_is_taken_for_whole(
    seed, opened, zoom, tmp_path
):
    meeting = zoom.meeting(topic="Trees", start=DAY, files=[500_000])
    part = tmp_path / "source.part"
    faults = draw(zoom, seed)

    ended = attempt(opened(), part)

    match ended:
        case Listing():
            assert ended.problems or not ended.complete, faults
        case DeferUntil():
            assert ended.until > DAY
        case LeapError():
            assert isinstance(ended, ProviderError), faults
            assert "\n" not in str(ended)
            assert ended.hint or isinstance(ended, RetrySoon), (ended, faults)
        case facts:
            assert sha256(meeting.files[0].body) == facts["sha256"], faults
            assert sha256(File(part)) == facts["sha256"], faults


def attempt(source: ZoomSource, part: Path) -> Listing | LeapError | Mapping[str, Any]:
    """Return the listing where nothing is in it, how the download went, or what went wrong."""
    try:
        listing = source.list({}, DAY + timedelta(days=1), _nobody)
        if not listing.observed:
            return listing
        (seen,) = listing.observed
        return source.fetch(seen.locator, seen.revision, part, _nobody)
    except LeapError as error:
        return error


def _nobody(share, message=""):
    """Take progress, and do nothing with it."""
