"""How much memory each stage holds at most, whatever the length: a lecture of two hours.

``leap reconcile --until STAGE`` is run stage by stage on a lecture of two hours
(1280 x 720, 25 fps, 370 MB), and the proportional set size (PSS) of the run, the
process of the stage and its ffmpeg is sampled every 10 ms. What must not be
above 150 MB is the process of the stage with all that it starts; the whole run,
that is with the ``leap reconcile`` above it, is told beside. The database is
not counted.

``transcribe`` finds its answer kept, as after a change of the trim settings:
the model itself is the one thing that may take more. The answer is what the
demo's speech says, each word as long as the others.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from making import copied, demo_repository, lecture, said
from measuring import LEAP, Result, most_memory

MOST = 150e6
TENANT, TEMPLATE = "demo", "machine-learning"
TIMES = 16
STAGES = ("download", "trim", "transcribe", "topics", "subtitles", "publish")


def run(_runs: int | None) -> Iterator[Result]:
    """Yield a result for each stage."""
    root = _repository()
    for stage in STAGES:
        if stage == "transcribe":
            _keep_answer(root)
        held = most_memory(LEAP, "reconcile", "-C", root, "--until", stage)
        yield Result(
            f"memory of {stage}, 2 h",
            f"{held.work / 1e6:.0f} MB; with the run above it {held.whole / 1e6:.0f} MB",
            f"<= {MOST / 1e6:.0f} MB",
            held.work <= MOST,
        )


def _repository() -> Path:
    """Return the demo's repository with no recording but one of two hours."""
    root = copied(demo_repository(), "memory")
    recordings = root / "state" / "demo" / "recordings"
    shutil.rmtree(recordings)
    recordings.mkdir()
    path = recordings / "2026-11-03 Machine Learning, two hours.mp4"
    os.link(lecture(TIMES), path)
    return root


def _keep_answer(root: Path) -> None:
    """Put what the lecture says where ``transcribe`` looks before it asks the model."""
    from leap.config import effective, load
    from leap.domain.fingerprint import digest
    from leap.domain.ports import TranscriptionRequest
    from leap.providers.whisper import Whisper
    from leap.store import Store

    settings = effective(load(root), TENANT, TEMPLATE).transcribe
    request = TranscriptionRequest(language=settings.language)
    (audio,) = (root / "state" / "targets").glob(f"{TENANT}/*/trim/*/*/audio.flac")
    with audio.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    asked = Whisper(settings.model, beam=settings.beam).fingerprint(request)
    words = list(_words())
    answer = {
        "language": "en",
        "model": "whisper",
        "duration": words[-1]["end"],
        "words": words,
        "raw": {"segments": []},
    }
    Store(root / "state" / "targets").answers(TENANT).put(
        digest({"audio": sha256, **asked}), answer
    )


def _words() -> Iterator[dict[str, object]]:
    """Yield the words of the lecture with their times in seconds."""
    start = 0.0
    for _ in range(TIMES):
        for sound in said():
            words = sound.text.split()
            each = sound.seconds / max(1, len(words))
            for number, word in enumerate(words):
                at = start + number * each
                yield {"start": round(at, 3), "end": round(at + each, 3), "word": word}
            start += sound.seconds + sound.quiet
