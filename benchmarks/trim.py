"""Cutting a video without encoding, against ``ffmpeg -c copy`` of the same file.

The lecture of ``making.py``, twice over (15 minutes, 1280 x 720, 25 fps).
Trimming is what the stage does to the picture: probe, index, remux, and the
check of what was made; where to cut is found before, and measured by
``silence.py``. Both write an MP4 whose index stands first. The limit is
3 x copying + 0.5 s.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av  # noqa: F401 - both sides are measured warm
from making import lecture, scratch
from measuring import Result, process, timed

from leap.domain.cuts import CutRules, Span, wanted_keeps
from leap.media import ffmpeg
from leap.media.index import read_index
from leap.media.probe import probe
from leap.media.recheck import fault
from leap.media.remux import remux
from leap.media.silence import listen

TIMES, PLUS = 3, 0.5


def run(runs: int | None) -> Iterator[Result]:
    """Yield the comparison."""
    video, out = lecture(2), scratch()
    info = probe(video)
    sound = listen(video, info, out / "audio.flac", below=-40.0, cwd=out)
    keeps = wanted_keeps(info.duration, sound.silences, CutRules())
    copy = [ffmpeg.find(), "-v", "error", "-nostdin", "-y", "-i", video]
    copy += ["-c", "copy", "-movflags", "+faststart", out / "copy.mp4"]
    copied, trimmed = timed(
        runs or 5, process(*copy), lambda: _cut(video, out / "trimmed.mp4", keeps)
    )
    limit = TIMES * copied.least + PLUS
    yield Result(
        f"trim, {info.duration / 60:.0f} min, {info.size / 1e6:.0f} MB, {len(keeps)} pieces",
        f"{trimmed} = {trimmed.least / copied.least:.1f} x copy",
        f"<= {TIMES} x copy + {PLUS} s = {limit:.2f} s; copy: {copied}",
        trimmed.least <= limit,
    )


def _cut(video: Path, made: Path, keeps: tuple[Span, ...]) -> None:
    duration = probe(video).duration
    index = read_index(video)
    if index is None:
        raise SystemExit(f"{video} cannot be cut")
    pieces = index.pieces(keeps, duration)
    remux(video, pieces, made, muxer="mp4")
    wrong = fault(made, float(sum(piece.end - piece.start for piece in pieces)), index)
    if wrong is not None:
        raise SystemExit(wrong)
