"""Cutting a video without encoding, against ``ffmpeg -c copy`` of the same file.

    .venv/bin/python benchmarks/trim.py [VIDEO]

Without VIDEO a lecture of 17 minutes (1280 x 720, 25 fps, a keyframe every ten
seconds) is made first and kept in the temporary folder. Prints the best of five
runs, their ratio, and the most memory (PSS) that the whole stage and its ffmpeg
held at once. Exits 1 where trimming takes more than 3 x copying + 0.5 s, or
the stage more than 150 MB.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Callable
from pathlib import Path

import av  # noqa: F401 - both sides are measured warm
import numpy as np

from leap.domain.cuts import CutRules, Span, wanted_keeps
from leap.media import ffmpeg
from leap.media.index import read_index
from leap.media.probe import probe
from leap.media.recheck import fault
from leap.media.remux import remux
from leap.media.silence import listen

RUNS = 5
MOST_MEMORY = 150e6
#: The clip after which the long pause comes.
MIDDLE = 10


def main() -> int:
    """Print the comparison; return 1 where a limit is exceeded."""
    video = Path(sys.argv[1]) if len(sys.argv) > 1 else lecture()
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch)
        info = probe(video)
        sound = listen(video, info, out / "audio.flac", below=-40.0, cwd=out)
        keeps = wanted_keeps(info.duration, sound.silences, CutRules())
        copy = [ffmpeg.find(), "-v", "error", "-nostdin", "-y", "-i", video]
        copy += ["-c", "copy", "-movflags", "+faststart", out / "copy.mp4"]
        copied = best(lambda: subprocess.run(copy, check=True))
        trimmed = best(lambda: cut(video, out / "video.mp4", keeps))
        memory = most_memory(video, out / "stage")
    limit = 3 * copied + 0.5
    print(f"{video.name}: {info.duration:.0f} s, {info.size / 1e6:.0f} MB, {len(keeps)} pieces")
    print(f"ffmpeg -c copy   {copied:6.2f} s")
    print(f"trim             {trimmed:6.2f} s   {trimmed / copied:.1f} x, limit {limit:.2f} s")
    print(f"stage, most PSS  {memory / 1e6:6.0f} MB  limit {MOST_MEMORY / 1e6:.0f} MB")
    return int(trimmed > limit or memory > MOST_MEMORY)


def cut(video: Path, made: Path, keeps: tuple[Span, ...]) -> None:
    """Index, remux and check: what the stage does to the picture."""
    duration = probe(video).duration
    index = read_index(video)
    if index is None:
        raise SystemExit(f"{video} cannot be cut")
    pieces = index.pieces(keeps, duration)
    remux(video, pieces, made, muxer="mp4")
    wrong = fault(made, float(sum(piece.end - piece.start for piece in pieces)), index)
    if wrong is not None:
        raise SystemExit(wrong)


def best(run: Callable[[], object]) -> float:
    """Return the seconds of the fastest of a few runs: what the machine can do."""
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return min(times)


def most_memory(video: Path, out: Path) -> float:
    """Run the whole stage in a process of its own; return the most bytes that it and ffmpeg held."""
    out.mkdir()
    program = (
        "import sys; from pathlib import Path; from leap.stages.trim import trim\n"
        "from leap.config.settings import Trim\n"
        "trim(Path(sys.argv[1]), Trim(), Path(sys.argv[2]), lambda share, message='': None)\n"
    )
    stage = subprocess.Popen(
        [sys.executable, "-c", program, video, out], cwd=Path(__file__).parents[1]
    )
    most = 0.0
    while stage.poll() is None:
        most = max(most, sum(proportional(pid) for pid in family(stage.pid)))
        time.sleep(0.01)
    if stage.returncode:
        raise SystemExit("the stage failed")
    return most


def family(pid: int) -> list[int]:
    """Return ``pid`` and its child processes."""
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *map(int, listed)]


def proportional(pid: int) -> float:
    """Return the proportional set size of a process in bytes; 0 where it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return 1024.0 * sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def lecture() -> Path:
    """Make the lecture, once: speech-like noise with pauses, slides, a moving marker."""
    path = Path(tempfile.gettempdir()) / "leap-benchmark-lecture.mp4"
    if path.exists():
        return path
    print("making a lecture of 17 minutes, once ...", file=sys.stderr)
    random, rate = np.random.default_rng(1), 16_000

    def noise(seconds: float, loudness: int) -> bytes:
        size = int(seconds * rate)
        return bytes(random.integers(-loudness, loudness + 1, size, np.int16).tobytes())

    with tempfile.TemporaryDirectory() as scratch:
        with wave.open(f"{scratch}/sound.wav", "wb") as file:
            file.setparams((1, 2, rate, 0, "NONE", ""))
            file.writeframes(noise(12, 6))
            for clip in range(1, 21):
                file.writeframes(noise(23, 8000))
                file.writeframes(noise(480 if clip == MIDDLE else 1.5 * (1 + clip % 4), 6))
            file.writeframes(noise(20, 6))
        slides = "smptehdbars=s=1280x680:r=25,hue=h=floor(t/20)*37,pad=1280:720:0:0:black"
        marker = "[0:v][1:v]overlay=x='mod(t*40\\,1260)':y=690:eval=frame:shortest=1[v]"
        command = [ffmpeg.find(), "-v", "error", "-nostdin", "-f", "lavfi", "-i", slides]
        command += ["-f", "lavfi", "-i", "color=white:s=20x20:r=25", "-i", f"{scratch}/sound.wav"]
        command += ["-filter_complex", marker, "-map", "[v]", "-map", "2:a", "-shortest"]
        command += ["-c:v", "libx264", "-preset", "veryfast", "-tune", "stillimage"]
        command += ["-g", "250", "-keyint_min", "25", "-pix_fmt", "yuv420p"]
        command += ["-c:a", "aac", "-ac", "2", "-ar", "48000", "-b:a", "128k"]
        made = f"{scratch}/lecture.mp4"
        subprocess.run([*command, "-movflags", "+faststart", made], check=True)
        partial = path.with_suffix(".part")
        partial.write_bytes(Path(made).read_bytes())
        partial.replace(path)
    return path


if __name__ == "__main__":
    sys.exit(main())
