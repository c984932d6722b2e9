"""The emulated servers: forms, answers by habits, refusals, faults, and what it costs."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import av
import httpx
import numpy as np
import pytest

from emulators.fireworks import Fireworks, Nothing, Text, Timed, TimedWord, russian

TEXT = "One two three, four."
VERBOSE = {"response_format": "verbose_json"}
WORDS = {**VERBOSE, "timestamp_granularities": "word,segment"}


def flac(seconds: float, seed: int = 1) -> bytes:
    """Return noise as FLAC."""
    noise = np.random.default_rng(seed).normal(0, 900, int(seconds * 16_000)).astype(np.int16)
    out = io.BytesIO()
    with av.open(out, "w", format="flac") as container:
        track = container.add_stream("flac", rate=16_000)
        track.layout, track.format = "mono", "s16"
        frame = av.AudioFrame.from_ndarray(noise.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = 16_000
        container.mux(track.encode(frame))
        container.mux(track.encode(None))
    return out.getvalue()


@pytest.fixture
def servers() -> Iterator[Fireworks]:
    with Fireworks(heard=Text(TEXT)) as servers:
        yield servers


@pytest.fixture
def post(servers: Fireworks) -> Iterator[Callable[..., httpx.Response]]:
    """Send a form, by default with two seconds of sound to the first model."""
    with httpx.Client(timeout=10) as web:

        def posted(
            form: dict[str, Any] | None = None,
            *,
            sound: bytes | None = None,
            to: Fireworks = servers,
            at: str | None = None,
            key: str = "Bearer fw-key",
        ) -> httpx.Response:
            model = next(iter(to.urls))
            return web.post(
                f"{to.urls[at or model]}/v1/audio/transcriptions",
                headers={"Authorization": key},
                data={"model": model, **(form or {})},
                files={"file": ("a.flac", flac(2) if sound is None else sound, "audio/flac")},
            )

        yield posted


@pytest.mark.parametrize(
    "asked",
    [
        {"timestamp_granularities": "word,segment"},
        {"timestamp_granularities": "word"},
        {"timestamp_granularities[]": ["word", "segment"]},
    ],
)
def test_both_spellings_give_words(post, asked):
    body = post({**VERBOSE, **asked}).json()

    assert TEXT == body["text"]
    assert TEXT.split() == [word["word"] for word in body["words"]]
    assert {"task", "language", "duration", "text", "words", "segments"} == body.keys()
    assert 2.0 == body["duration"]
    assert all(a["end"] <= b["start"] for a, b in pairwise(body["words"]))


def test_without_asking_there_are_segments_alone(post, servers):
    """So it is where the spelling is not understood."""
    servers.takes_brackets = False
    spelled = {"timestamp_granularities[]": ["word"]}

    assert "words" not in post(VERBOSE).json()
    assert "words" not in post({**VERBOSE, **spelled}).json()


@pytest.mark.parametrize(
    "form",
    [
        {"timestamp_granularities": "word"},
        {"timestamp_granularities[]": ["word"], "response_format": "json"},
        {"diarize": "true"},
        {**VERBOSE, "diarize": "true"},
        {**VERBOSE, "timestamp_granularities": "letter"},
        {"response_format": "xml"},
        {"temperature": "warm"},
    ],
)
def test_what_does_not_fit_together_is_refused(post, servers, form):
    assert 400 == post(form).status_code
    assert [] == servers.calls


def test_each_model_is_at_its_own_address(post, servers):
    assert 200 == post({"model": "whisper-v3"}, at="whisper-v3").status_code
    assert 404 == post({"model": "whisper-v3"}).status_code
    assert 2 == len(set(servers.urls.values()))


def test_formats(post):
    assert {"text": TEXT} == post().json()
    assert TEXT == post({"response_format": "srt"}).text


def test_keys(post, servers):
    """The bare key is accepted too; what is said of a wrong one repeats a part of it."""
    assert 200 == post(key="fw-key").status_code
    wrong = post(key="Bearer sk-secret-canary")
    assert (401, True) == (wrong.status_code, "sk-secre" in wrong.text)


def test_sizes_and_sounds(post, servers):
    servers.largest = len(flac(2)) - 1
    assert 413 == post().status_code
    servers.largest += 1
    assert 200 == post().status_code
    assert 400 == post(sound=b"RIFF, but not really").status_code
    assert 400 == post(sound=b"").status_code


def test_openai_and_speaches(post):
    """Bare words here, a space before each there; the comma is not understood."""
    spelled = {**VERBOSE, "timestamp_granularities[]": ["word"]}
    with Fireworks("openai", heard=Text(TEXT)) as openai:
        assert 25 * 1024 * 1024 == openai.largest
        assert "words" not in post(WORDS, to=openai).json()
        said = post(spelled, to=openai).json()["words"]
        assert ["One", "two", "three", "four"] == [word["word"] for word in said]
        plain = {**VERBOSE, "model": "gpt-4o-transcribe"}
        assert 400 == post(plain, to=openai).status_code
    with Fireworks("speaches", heard=Text(TEXT)) as speaches:
        assert [f" {word}" for word in TEXT.split()] == [
            word["word"] for word in post(spelled, to=speaches).json()["words"]
        ]


def test_what_is_heard(post, servers):
    servers.heard = russian()
    assert "ru" == post(WORDS).json()["language"]
    servers.heard = Nothing()
    assert ("", []) == tuple(post(WORDS).json()[key] for key in ("text", "words"))
    servers.heard = Text(TEXT)
    servers.words = "null"
    assert None is post(WORDS).json()["words"]
    servers.words = "mixed"
    mixed = post(WORDS).json()["words"]
    assert ["two", "four.", "One", "three,"] == [word["word"] for word in mixed]
    ordered = sorted(mixed, key=lambda word: word["start"])
    assert ordered[0]["end"] > ordered[1]["start"]


def test_a_part_of_a_recording_has_the_words_of_that_part(post, servers, tmp_path):
    """Found by its sound; a word on its edge is heard by half."""
    whole = tmp_path / "whole.flac"
    whole.write_bytes(flac(4, seed=9))
    with av.open(str(whole)) as container:
        samples = np.concatenate([f.to_ndarray().reshape(-1) for f in container.decode(audio=0)])
    part = io.BytesIO()
    with av.open(part, "w", format="flac") as container:
        track = container.add_stream("flac", rate=16_000)
        track.layout, track.format = "mono", "s16"
        cut = samples[16_000:48_000].reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(cut, format="s16", layout="mono")
        frame.sample_rate = 16_000
        container.mux(track.encode(frame))
        container.mux(track.encode(None))
    said = [TimedWord(0.2, 0.6, "before"), TimedWord(0.8, 1.2, "edge"), TimedWord(2.0, 2.5, "in")]
    servers.heard = Timed(whole, said)

    words = post(WORDS, sound=part.getvalue()).json()["words"]

    assert [("ed", 0.0, 0.2), ("in", 1.0, 1.5)] == [
        (word["word"], word["start"], word["end"]) for word in words
    ]


def test_calls_are_counted_with_their_cost(post, servers):
    """The same sound with the same form is a duplicate, another form is not."""
    post(WORDS)
    post(WORDS)
    post({**WORDS, "prompt": "ML"})
    post({"model": "whisper-v3"}, at="whisper-v3")

    assert (4, 1) == (len(servers.calls), servers.duplicates)
    assert [2.0] * 4 == [call.seconds for call in servers.calls]
    assert pytest.approx((3 * 0.0009 + 0.0015) * 2 / 60) == servers.cost


def test_a_lost_answer_is_paid(post, servers):
    """The upload came whole, and the work was done; a dropped request costs nothing."""
    servers.fault(lost=True)
    with pytest.raises(httpx.RemoteProtocolError):
        post()
    servers.fault(drop=True)
    with pytest.raises(httpx.RemoteProtocolError):
        post()

    assert (1, 2) == (len(servers.calls), servers.requests)


@pytest.mark.parametrize("status", [408, 429, 503, 504])
def test_faults_replace_the_answer(post, servers, status):
    servers.fault(status=status, content=b"<html>", headers={"Retry-After": "3"})

    assert (status, "3") == (
        post().status_code,
        servers.journal.of("POST **")[0].headers["Retry-After"],
    )
    assert (200, 1) == (post().status_code, len(servers.calls))


def test_models_are_listed(servers):
    headers = {"Authorization": "Bearer fw-key"}
    url = f"{servers.urls['whisper-v3']}/v1/models"

    assert "whisper-v3" == httpx.get(url, headers=headers).json()["data"][0]["id"]
    assert 401 == httpx.get(url).status_code
    assert 404 == httpx.get(f"{servers.urls['whisper-v3']}/").status_code
