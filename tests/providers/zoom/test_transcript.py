"""What Zoom has written down of a recording becomes words with times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from emulators.zoom import SIGN_IN, audio, chat, other, video, words
from hypothesis import given
from hypothesis import strategies as st

from leap.domain.ports import TranscriptionRequest
from leap.domain.transcript import Heard, Word
from leap.errors import DeferUntil, ProviderError
from leap.providers.zoom.transcriber import ZoomTranscriber
from leap.providers.zoom.transcript import words_of

NOW = datetime.now(UTC)
VTT = """WEBVTT

1
00:00:01.000 --> 00:00:03.000
Ada Lovelace: Good morning, everybody.

2
00:00:04.500 --> 00:00:06.500
Ada Lovelace: Note: a &lt; b.

3
00:01:00.000 --> 00:01:01.000
Charles Babbage: Why?
"""


@pytest.fixture
def transcript(zoom, opened, tmp_path):
    """Return a function that lists the only recording, and asks for its transcript."""

    def asked(**settings):
        source = opened(since=(NOW - timedelta(days=9)).date(), **settings)
        (seen, *_) = source.list({}, NOW, _nobody).observed
        return source.transcript(seen.locator, seen.revision, tmp_path, _nobody)

    zoom.clock.set(NOW)
    return asked


def _nobody(share, message=""):
    """Take progress, and do nothing with it."""


def test_words_share_the_time_of_their_cue_by_their_length():
    found = words_of(VTT)

    assert ["Good", "morning,", "everybody."] == [word.text for word in found[:3]]
    assert (1.0, 3.0) == (found[0].start, found[2].end)
    lengths = [word.end - word.start for word in found[:3]]
    assert lengths == sorted(lengths)


def test_names_of_speakers_are_no_words_and_other_colons_are():
    """Who speaks more than once is known by it; markup is read."""
    text = " ".join(word.text for word in words_of(VTT))

    assert "Good morning, everybody. Note: a < b. Charles Babbage: Why?" == text


@pytest.mark.parametrize("text", ["", "WEBVTT", "WEBVTT\n\n", "<html>", "1\n00:00 --> x\nhm"])
def test_without_cues_there_are_no_words(text):
    assert () == words_of(text)


CUE = st.tuples(st.integers(0, 9_000), st.integers(0, 900), st.text(max_size=60))


@given(st.lists(CUE, max_size=12))
def test_whatever_is_written_words_are_in_order_and_have_no_negative_length(cues):
    body = "\n\n".join(
        f"{_stamp(start)} --> {_stamp(start + lasts)}\n{' '.join(text.split())}"
        for start, lasts, text in cues
    )

    found = words_of(f"WEBVTT\n\n{body}\n")

    assert found == tuple(sorted(found, key=lambda word: word.start))
    assert all(word.start <= word.end and word.text.split() == [word.text] for word in found)


def _stamp(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.000"


def test_the_transcript_is_fetched_and_goes_before_captions(zoom, transcript):
    captions = other("CC", "VTT", b"WEBVTT\n\n00:01.000 --> 00:02.000\nno\n")
    zoom.meeting(
        topic="Trees",
        start=NOW - timedelta(hours=3),
        files=[video(), captions, chat(), audio(), words(VTT.encode(), said_size=1)],
    )

    assert VTT == transcript()


def test_a_recording_without_one_has_none(zoom, transcript):
    zoom.meeting(topic="Trees", start=NOW - timedelta(hours=3), files=[video(), chat()])

    assert None is transcript()


def test_each_segment_has_its_own(zoom, transcript):
    later = timedelta(minutes=50)
    zoom.meeting(
        topic="Trees",
        start=NOW - timedelta(hours=3),
        files=[
            video(lasts=timedelta(minutes=20)),
            words(b"WEBVTT\n\nfirst", lasts=timedelta(minutes=20)),
            video(after=later, lasts=timedelta(minutes=20)),
            words(b"WEBVTT\n\nsecond", after=later, lasts=timedelta(minutes=20)),
        ],
    )

    assert "WEBVTT\n\nfirst" == transcript()


def test_one_that_zoom_still_writes_is_waited_for_but_not_for_ever(zoom, transcript):
    meeting = zoom.meeting(
        topic="Trees",
        start=NOW - timedelta(hours=3),
        files=[video(), words(VTT.encode(), ready=NOW + timedelta(days=30))],
    )

    with pytest.raises(DeferUntil, match="still writes the transcript") as waiting:
        transcript()
    meeting.start -= timedelta(days=2)

    assert NOW < waiting.value.until < NOW + timedelta(hours=1)
    assert None is transcript()


def test_a_page_is_no_transcript(zoom, transcript):
    zoom.meeting(
        topic="Trees", start=NOW - timedelta(hours=3), files=[video(), words(VTT.encode())]
    )
    zoom.fault("GET /rec/download/*", times=None, **SIGN_IN)

    with pytest.raises(ProviderError):
        transcript()


class Other:
    """A transcriber that hears one word."""

    def __init__(self):
        self.versions = {"provider": "other"}

    def transcribe(self, audio, request, progress):
        return Heard((Word(0.0, 1.0, "heard"),), "en", "other", 1.0)


@pytest.mark.parametrize(
    "written, model, first",
    [(VTT, "zoom transcript", "Good"), (None, "other", "heard"), ("WEBVTT\n", "other", "heard")],
)
def test_where_zoom_wrote_nothing_somebody_listens(written, model, first, tmp_path):
    transcriber = ZoomTranscriber(lambda: written, "a:1", Other, {})

    heard = transcriber.transcribe(tmp_path, TranscriptionRequest(language="ru"), _nobody)

    assert (model, first) == (heard.model, heard.words[0].text)
    assert ("zoom" if model != "other" else "other") == transcriber.versions["provider"]


def test_another_recording_or_other_settings_are_another_answer():
    def asked(revision: str, **settings: object):
        request = TranscriptionRequest(language="ru", prompt=str(settings.pop("prompt", "")))
        return ZoomTranscriber(lambda: None, revision, Other, settings).fingerprint(request)

    assert asked("a:1") == asked("a:1")
    assert asked("a:1") != asked("a:2")
    assert asked("a:1") != asked("a:1", model="base")
    assert asked("a:1") != asked("a:1", prompt="On trees.")
