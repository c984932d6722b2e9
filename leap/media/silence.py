"""One pass over the sound: where it is silent, and the audio that transcribers take.

Decoding is the expensive part, so it is done once: the silence detector sits in
the filter chain of the encoder. The picture is never decoded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from leap.domain.cuts import Span
from leap.domain.ports import Progress
from leap.media import ffmpeg
from leap.media.probe import MediaInfo

#: What speech recognisers want; more would only be larger.
SAMPLE_RATE = 16_000
#: The shortest silence that anybody asks for: a pause between sentences.
SHORTEST_SILENCE = 0.5

_START = re.compile(r"silence_start: (-?[\d.]+)")
_END = re.compile(r"silence_end: (-?[\d.]+)")
_VOLUME = re.compile(r"(mean|max)_volume: (-?[\d.]+|-inf) dB")


@dataclass(frozen=True, slots=True)
class Sound:
    """What the pass learned.

    ``silences`` are ascending, on the source's timeline, at least half a second
    long each. The volumes are dB below full scale, over everything; None where
    there was not a single sample.
    """

    silences: tuple[Span, ...]
    mean_volume: float | None
    max_volume: float | None


def listen(
    media: Path,
    info: MediaInfo,
    audio: Path,
    *,
    below: float,
    cwd: Path,
    progress: Progress | None = None,
) -> Sound:
    """Write the sound of ``media`` to ``audio``; return where it is silent.

    ``audio`` becomes FLAC, 16 kHz mono of 16 bits, and exactly as long as the
    recording: its time 0 is the source's, and where the source has a hole, or
    its sound begins late or ends early, there is silence.

    Args:
        info: what `probe` says of ``media``; it must have sound.
        below: dB; what is quieter is silence.
        cwd: scratch folder for ffmpeg to work in.

    Raises BadInput, StageError or MissingTool.
    """
    if info.audio is None:
        raise ValueError("there is no sound to listen to")
    source = ffmpeg.source(media, demuxer=info.container.demuxer)
    # Without s16 FLAC becomes one of 24 bits, twice as large for the same sound.
    chain = (
        source[str(info.audio.index)]
        .filter("aresample", SAMPLE_RATE, **{"async": 1, "first_pts": 0})
        .filter("aformat", sample_fmts="s16", channel_layouts="mono")
        .filter("apad", whole_dur=f"{info.duration:.6f}")
        .filter("silencedetect", noise=f"{below}dB", duration=SHORTEST_SILENCE)
        .filter("volumedetect")
    )
    output = chain.output(
        ffmpeg.url(audio), t=f"{info.duration:.6f}", acodec="flac", f="flac", map_metadata=-1
    )
    said: list[str] = []

    def keep(line: str) -> None:
        if "silence_" in line or "_volume" in line:
            said.append(line)

    ffmpeg.run(output, duration=info.duration, cwd=cwd, progress=progress, on_line=keep)
    return parse(said, info.duration)


def parse(lines: Iterable[str], duration: float) -> Sound:
    """Return what ffmpeg's log ``lines`` say of a recording of ``duration`` seconds.

    A silence that reaches the end is closed with ``duration``: not every
    version of ffmpeg says where it ends.
    """
    silences = []
    began: float | None = None
    volumes: dict[str, float] = {}
    for line in lines:
        if found := _START.search(line):
            began = max(0.0, float(found[1]))
        elif (found := _END.search(line)) and began is not None:
            silences.append(Span(began, min(float(found[1]), duration)))
            began = None
        elif found := _VOLUME.search(line):
            volumes[found[1]] = float(found[2])
    if began is not None:
        silences.append(Span(began, duration))
    return Sound(
        tuple(silence for silence in silences if silence.length > 0),
        volumes.get("mean"),
        volumes.get("max"),
    )
