"""Our transcriber, and the emulated servers that it asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from emulators.fireworks import Fireworks
from providers.speech.listening import KEY, RATE, Book, Kept, server_of, tell_nobody, write_flac

from leap.domain.ports import TranscriptionRequest
from leap.domain.transcript import Heard
from leap.providers.http import Timer
from leap.providers.speech import SpeechTranscriber, Wire


@pytest.fixture(scope="session")
def talk(tmp_path_factory) -> Path:
    """Give three minutes in which somebody makes noise for 5 s and is quiet for 1 s, in turn."""
    rng = np.random.default_rng(5)
    seconds = np.arange(180 * RATE) / RATE
    noise = rng.normal(0, 2000, len(seconds)) * (seconds % 6 < 5) + rng.normal(0, 5, len(seconds))
    return write_flac(tmp_path_factory.mktemp("talk") / "audio.flac", noise.astype(np.int16))


@pytest.fixture
def cloud() -> Iterator[Fireworks]:
    with Fireworks(key=KEY) as cloud:
        yield cloud


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def waits() -> list[float]:
    """The seconds that were waited between tries; nobody really waits."""
    return []


@pytest.fixture
def transcribe(
    cloud: Fireworks, kept: Kept, book: Book, waits: list[float], talk: Path, tmp_path: Path
) -> Callable[..., Heard]:
    """Return a function that has the talk transcribed; its arguments are of server or request."""

    def asked(audio: Path = talk, *, key: str = KEY, of: Fireworks = cloud, **more: Any) -> Heard:
        known = set(TranscriptionRequest.__dataclass_fields__)
        request = {"language": "en", **{n: v for n, v in more.items() if n in known}}
        server = server_of(of, **{n: v for n, v in more.items() if n not in known})
        wire = Wire(server, lambda: key, calls=book, timer=Timer(sleep=waits.append))
        transcriber = SpeechTranscriber(server, wire, kept, tmp_path)
        return transcriber.transcribe(audio, TranscriptionRequest(**request), tell_nobody)

    return asked
