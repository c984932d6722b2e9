"""Trimming a lecture whose truth is known: when there is speech, and when there is not.

The picture is white while there is sound and dark while there is none, so that
what a viewer sees and hears can be compared with the truth, and with each other.
"""

from __future__ import annotations

import json
import random
import struct
import subprocess
import wave
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from leap.config.settings import Trim
from leap.domain.cuts import Cuts
from leap.errors import BadInput, StageError
from leap.media import ffmpeg
from leap.media.probe import plays_while_loading, probe
from leap.stages import Made
from leap.stages.trim import trim

RATE = 16_000
FRAMES = 25
#: (seconds of silence before the clip, seconds of the clip); then the trailing silence.
CLIPS = ((6.0, 4.0), (1.5, 3.0), (3.0, 4.0), (12.0, 5.0), (1.0, 3.0))
TRAILING = 7.0
#: Pauses of eight seconds count as long here.
SETTINGS = {"pauses_longer_than": "8 s", "padding": "0.5 s"}


@dataclass(frozen=True)
class Lecture:
    """A generated video and the truth about it: the clips' (start, end) and its length."""

    path: Path
    clips: tuple[tuple[float, float], ...]
    duration: float


def sound(seconds: float, loudness: int, seed: int) -> bytes:
    """Noise of 16-bit samples; room noise is 6, speech is thousands."""
    source = np.random.default_rng(seed)
    return bytes(source.integers(-loudness, loudness + 1, int(seconds * RATE), np.int16).tobytes())


def record(folder: Path, *options: str, name: str = "lecture.mp4", speech: int = 8000) -> Lecture:
    """Make the lecture in ``folder`` with ffmpeg's ``options``."""
    pcm, clips, at = b"", [], 0.0
    for number, (silence, length) in enumerate(CLIPS):
        pcm += sound(silence, 6, number) + sound(length, speech, number)
        clips.append((at + silence, at + silence + length))
        at += silence + length
    pcm += sound(TRAILING, 6, 99)
    duration = at + TRAILING
    with wave.open(str(folder / "sound.wav"), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(pcm)
    with (folder / "picture.raw").open("wb") as raw:
        for frame in range(round(duration * FRAMES)):
            seconds = frame / FRAMES
            bright = any(start <= seconds < end for start, end in clips)
            line = bytearray([200 if bright else 40]) * 64
            line[frame % 64] = 120  # something that moves, so that there are B-frames
            raw.write(bytes(line) * 48)
    path = folder / name
    inputs = ["-f", "rawvideo", "-pix_fmt", "gray", "-s", "64x48", "-r", str(FRAMES)]
    inputs += ["-i", str(folder / "picture.raw"), "-i", str(folder / "sound.wav")]
    encoding = options or ("-c:v", "libx264", "-g", "50", "-pix_fmt", "yuv420p", "-c:a", "aac")
    command = [ffmpeg.find(), "-v", "error", "-nostdin", "-y", *inputs, *encoding, path]
    subprocess.run(command, check=True)
    return Lecture(path, tuple(clips), duration)


@pytest.fixture(scope="module")
def lecture(tmp_path_factory: pytest.TempPathFactory) -> Lecture:
    """H.264 with B-frames and a keyframe every two seconds, and AAC; it must not be changed."""
    return record(tmp_path_factory.mktemp("запись лекции 🎓"))


def run(media: Path, out: Path, **settings: Any) -> tuple[Made, dict[str, Any]]:
    """Trim ``media``; return what the stage says and its trim.json."""
    out.mkdir(exist_ok=True)
    made = trim(media, Trim(**{**SETTINGS, **settings}), out, lambda share, message="": None)
    return made, json.loads((out / "trim.json").read_text())


def bright(path: Path) -> list[tuple[float, float]]:
    """Return when the picture is white, as (start, end)."""
    with av.open(str(path)) as media:
        frames = sorted(
            (frame.time, float(frame.to_ndarray(format="gray").mean()) > 120)
            for frame in media.decode(video=0)
        )
    return stretches([time for time, _ in frames], [white for _, white in frames])


def loud(path: Path) -> list[tuple[float, float]]:
    """Return when there is sound, as (start, end), to 10 ms; gaps below 0.3 s are none."""
    levels: dict[int, float] = {}
    with av.open(str(path)) as media:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        for frame in media.decode(audio=0):
            for piece in resampler.resample(frame):
                samples = piece.to_ndarray()[0]
                at = round(piece.time * RATE)
                for offset in range(0, len(samples), 160):
                    level = float(np.abs(samples[offset : offset + 160]).max(initial=0))
                    key = (at + offset) // 160
                    levels[key] = max(level, levels.get(key, 0.0))
    times = sorted(levels)
    found = stretches([time / 100 for time in times], [levels[time] > 500 for time in times])
    return [(a, b) for a, b in found if b - a > 0.3]


def stretches(times: list[float], states: list[bool]) -> list[tuple[float, float]]:
    """Return the runs of True as (first time, time after the last)."""
    found, begin = [], None
    for time, state in zip(times, states, strict=True):
        if state and begin is None:
            begin = time
        elif not state and begin is not None:
            found.append((begin, time))
            begin = None
    return [*found, (begin, times[-1])] if begin is not None else found


def test_silence_goes_and_speech_stays(lecture: Lecture, tmp_path: Path) -> None:
    """The edges and the long pause are cut; every clip lies whole inside what is kept."""
    made, report = run(lecture.path, tmp_path / "out")
    cuts = Cuts.from_json(report)
    assert [piece["reason"] for piece in report["removed"]] == [
        "leading silence",
        "pause",
        "trailing silence",
    ]
    for start, end in lecture.clips:
        assert cuts.overlap(start, end) == pytest.approx(end - start, abs=1e-6)
    assert report["guarded"] is None
    assert report["source_duration"] == pytest.approx(lecture.duration, abs=0.1)
    assert report["duration"] < lecture.duration - 12
    assert report["keyframe_interval"]["max"] <= 2.0
    assert made.facts["pieces"] == 2
    assert made.facts["duration"] == pytest.approx(report["duration"], abs=1e-3)
    assert set(made.versions) == {"av", "ffmpeg"}
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "audio.flac",
        "trim.json",
        "video.mp4",
    ]


def test_the_report_knows_every_silence(lecture: Lecture, tmp_path: Path) -> None:
    """All silences of half a second and more are listed, on the source's timeline."""
    _, report = run(lecture.path, tmp_path / "out")
    edges = [0.0, *(edge for clip in lecture.clips for edge in clip), lecture.duration]
    truth = list(zip(edges[::2], edges[1::2], strict=True))
    found = [(silence["start"], silence["end"]) for silence in report["silences"]]
    assert np.array(found) == pytest.approx(np.array(truth), abs=0.1)


@pytest.mark.parametrize(
    "name, options",
    [
        ("b-frames.mp4", ()),
        ("no-b-frames.mp4", ("-c:v", "libx264", "-bf", "0", "-g", "25", "-c:a", "aac")),
        ("long-gop.mp4", ("-c:v", "libx264", "-g", "250", "-c:a", "libmp3lame")),
        ("meeting.mkv", ("-c:v", "libx264", "-g", "50", "-c:a", "aac")),
        ("browser.webm", ("-c:v", "libvpx", "-g", "50", "-deadline", "realtime", "-c:a", "libopus")),
        ("camera.avi", ("-c:v", "mpeg4", "-g", "25", "-c:a", "libmp3lame")),
    ],
)  # fmt: skip
def test_picture_and_sound_stay_together(
    tmp_path: Path, name: str, options: tuple[str, ...]
) -> None:
    """Every clip is seen and heard where the report says that the source's is now.

    Measured against the source, because AVI itself delays both by two frames.
    """
    lecture = record(tmp_path, *options, name=name)
    made, report = run(lecture.path, tmp_path / "out")
    assert report["guarded"] is None
    assert report["removed"]
    cuts = Cuts.from_json(report)
    video = tmp_path / "out" / made.facts["video"]
    assert probe(video).duration == pytest.approx(report["duration"], abs=0.2)
    for look in (bright, loud):
        was = [(cuts.to_new(start), cuts.to_new(end)) for start, end in look(lecture.path)]
        assert len(was) == len(CLIPS)
        assert np.array(look(video)) == pytest.approx(np.array(was), abs=0.045)


def test_the_video_is_ready_for_the_web(lecture: Lecture, tmp_path: Path) -> None:
    """MP4 with its index in front, decoding times that increase, nothing crammed."""
    run(lecture.path, tmp_path / "out")
    video = tmp_path / "out" / "video.mp4"
    assert plays_while_loading(video)
    with av.open(str(video)) as media:
        packets = [packet for packet in media.demux(video=0) if packet.size]
        base = packets[0].time_base
        decoded = [packet.dts for packet in packets]
        shown = sorted(packet.pts * base for packet in packets)
    assert decoded == sorted(set(decoded))
    spacings = [float(later - earlier) for earlier, later in pairwise(shown)]
    assert min(spacings) >= 0.5 / FRAMES
    assert max(spacings) <= 0.2


def test_the_audio_is_the_whole_source(lecture: Lecture, tmp_path: Path) -> None:
    """FLAC of 16 kHz, mono, 16 bits, on the source's timeline: trim settings do not touch it."""
    run(lecture.path, tmp_path / "out")
    run(lecture.path, tmp_path / "other", edges=False, pauses_longer_than="off")
    audio = tmp_path / "out" / "audio.flac"
    with av.open(str(audio)) as media:
        stream = media.streams.audio[0]
        assert (stream.rate, stream.channels, stream.format.name) == (RATE, 1, "s16")
    assert probe(audio).duration == pytest.approx(lecture.duration, abs=0.1)
    assert np.array(loud(audio)) == pytest.approx(np.array(lecture.clips), abs=0.05)
    assert audio.read_bytes() == (tmp_path / "other" / "audio.flac").read_bytes()


def test_sound_that_begins_late_stays_in_place(lecture: Lecture, tmp_path: Path) -> None:
    """Where the sound joins the picture 3 s late and ends before it, silence fills the rest."""
    late = tmp_path / "late.mkv"
    source = str(lecture.path)
    command = [ffmpeg.find(), "-v", "error", "-i", source, "-itsoffset", "3", "-i", source]
    command += ["-map", "0:v", "-map", "1:a", "-t", "30", "-c", "copy", str(late)]
    subprocess.run(command, check=True)
    run(late, tmp_path / "out")
    audio = tmp_path / "out" / "audio.flac"
    assert probe(audio).duration == pytest.approx(probe(late).duration, abs=0.05)
    heard = loud(audio)
    assert heard[0] == pytest.approx((9.0, 13.0), abs=0.07)


def test_nothing_to_cut_is_the_same_file(lecture: Lecture, tmp_path: Path) -> None:
    """Where the rules remove nothing, no byte of a web-ready video changes."""
    _, first = run(lecture.path, tmp_path / "first")
    ready = tmp_path / "first" / "video.mp4"
    made, report = run(ready, tmp_path / "out", edges=False, pauses_longer_than="off")
    assert (tmp_path / "out" / "video.mp4").read_bytes() == ready.read_bytes()
    assert report["removed"] == []
    assert report["guarded"] is None
    assert made.facts["removed"] == 0
    assert first["removed"]


def test_a_video_without_sound_is_kept_whole(tmp_path: Path) -> None:
    """There is no silence to find and no audio to write."""
    silent = record(tmp_path, "-an", "-c:v", "libx264", "-pix_fmt", "yuv420p")
    made, report = run(silent.path, tmp_path / "out")
    assert not (tmp_path / "out" / "audio.flac").exists()
    assert made.facts["audio"] is None
    assert report["guarded"] == "there is no sound to find silence in"
    assert report["duration"] == pytest.approx(silent.duration, abs=0.1)
    assert plays_while_loading(tmp_path / "out" / "video.mp4")


def test_a_recording_of_silence_is_guarded(tmp_path: Path) -> None:
    """A dead microphone must not make the lecture disappear."""
    dead = record(tmp_path, speech=6)
    made, report = run(dead.path, tmp_path / "out")
    assert report["guarded"] == "there is no sound in it that is louder than silence"
    assert report["removed"] == []
    assert made.facts["max_volume"] < -70


def test_too_much_silence_is_guarded(lecture: Lecture, tmp_path: Path) -> None:
    """More than the allowed share is not cut; the line has both numbers."""
    _, report = run(lecture.path, tmp_path / "out", max_removed="30 %")
    assert report["guarded"].endswith("more than the 30% that may be cut (trim.max_removed)")
    assert report["duration"] == report["source_duration"]


@pytest.mark.parametrize("name, codec", [("talk.m4a", "aac"), ("talk.mp3", "libmp3lame")])
def test_sound_alone_is_trimmed(tmp_path: Path, name: str, codec: str) -> None:
    """A podcast loses its silences too, and keeps its kind of file."""
    lecture = record(tmp_path, "-vn", "-c:a", codec, name=name)
    made, report = run(lecture.path, tmp_path / "out")
    cuts = Cuts.from_json(report)
    assert made.facts["video"] == f"video{lecture.path.suffix}"
    assert report["keyframe_interval"] is None
    truth = [(cuts.to_new(start), cuts.to_new(end)) for start, end in lecture.clips]
    found = loud(tmp_path / "out" / made.facts["video"])
    assert np.array(found) == pytest.approx(np.array(truth), abs=0.1)


def test_progress_tells_the_way(lecture: Lecture, tmp_path: Path) -> None:
    """The share never falls, ends at 1, and the last message sums it up."""
    told: list[tuple[float | None, str]] = []
    (tmp_path / "out").mkdir()
    trim(
        lecture.path,
        Trim(**SETTINGS),
        tmp_path / "out",
        lambda share, message="": told.append((share, message)),
    )
    shares = [share for share, _ in told if share is not None]
    assert shares == sorted(shares)
    assert told[-1][0] == 1.0
    assert told[-1][1].startswith("cut ")


def test_what_is_no_media_is_refused(tmp_path: Path) -> None:
    """One line, for good."""
    path = tmp_path / "source.mp4"
    path.write_bytes(struct.pack(">I4s", 16, b"ftyp") + random.Random(1).randbytes(4000))
    with pytest.raises(BadInput) as refused:
        run(path, tmp_path / "out")
    assert "\n" not in str(refused.value)


def test_a_disk_that_fills_is_said_so(
    lecture: Lecture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the machine's fault, so a later run may succeed."""
    monkeypatch.setenv("LEAP_FAULT", "trim.after_listen:full")
    with pytest.raises(StageError, match="no space left on the disk while trimming") as raised:
        run(lecture.path, tmp_path / "out")
    assert not raised.value.permanent
