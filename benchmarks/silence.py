"""Finding silence and making the audio for transcribers, against decoding the sound alone.

    .venv/bin/python benchmarks/silence.py [VIDEO]

The reference is ``ffmpeg -i VIDEO -vn -f null -``. Without VIDEO the lecture of
``benchmarks/trim.py`` is used. Prints the best of five runs and their ratio;
exits 1 where it is above 2.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from trim import best, lecture

from leap.media import ffmpeg
from leap.media.probe import probe
from leap.media.silence import listen

LIMIT = 2.0


def main() -> int:
    """Print the comparison; return 1 where a limit is exceeded."""
    video = Path(sys.argv[1]) if len(sys.argv) > 1 else lecture()
    info = probe(video)
    decode = [ffmpeg.find(), "-v", "error", "-nostdin", "-i", video, "-vn", "-f", "null", "-"]
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch)
        decoded = best(lambda: subprocess.run(decode, check=True))
        listened = best(lambda: listen(video, info, out / "audio.flac", below=-40.0, cwd=out))
    ratio = listened / decoded
    print(f"{video.name}: {info.duration:.0f} s")
    print(f"decode only       {decoded:6.2f} s   {info.duration / decoded:5.0f} x real time")
    print(f"silences + audio  {listened:6.2f} s   {info.duration / listened:5.0f} x real time")
    print(f"ratio             {ratio:6.2f}     limit {LIMIT}")
    return int(ratio > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
