"""Finding silence and making the audio for transcribers, against decoding the sound alone.

The lecture of ``making.py``, twice over (15 minutes). The reference is
``ffmpeg -i VIDEO -vn -f null -``; the limit is twice its time.
"""

from __future__ import annotations

from collections.abc import Iterator

from making import lecture, scratch
from measuring import Result, process, timed

from leap.media import ffmpeg
from leap.media.probe import probe
from leap.media.silence import listen

LIMIT = 2.0


def run(runs: int | None) -> Iterator[Result]:
    """Yield the comparison."""
    video, out = lecture(2), scratch()
    info = probe(video)
    decoded, listened = timed(
        runs or 5,
        process(ffmpeg.find(), "-v", "error", "-nostdin", "-i", video, "-vn", "-f", "null", "-"),
        lambda: listen(video, info, out / "audio.flac", below=-40.0, cwd=out),
    )
    ratio = listened.least / decoded.least
    yield Result(
        f"silences and ASR audio, {info.duration / 60:.0f} min",
        f"{listened} = {ratio:.2f} x decode, {info.duration / listened.least:.0f} x real time",
        f"<= {LIMIT:g} x decode; decode: {decoded}",
        ratio <= LIMIT,
    )
