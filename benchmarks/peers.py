"""The captions that others make of the same words: openai-whisper's writer, WhisperX's splitter.

Both are installed without what they depend on into an environment of their own
in the temporary folder, which takes seconds and 20 MB: the parts that write
captions need none of the models, and so no torch. A machine without a package
index has neither, and measures LEAP alone.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import venv
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from making import scratch

if TYPE_CHECKING:
    from leap.domain.transcript import Word

VERSIONS = {"openai-whisper": "20250625", "whisperx": "3.8.6"}

# Runs in that environment: words from a file in, two files out.
_PROGRAM = """
import json, sys
from importlib import util
from pathlib import Path

segments, language = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))

# `import whisper` would want torch, its writers do not.
found = next(Path(path, "whisper", "utils.py") for path in sys.path
             if Path(path, "whisper", "utils.py").exists())
spec = util.spec_from_file_location("whisper_utils", found)
writers = util.module_from_spec(spec)
spec.loader.exec_module(writers)
spaced = [{**each, "words": [{**word, "word": " " + word["word"]} for word in each["words"]]}
          for each in segments]
with open(sys.argv[2], "w", encoding="utf-8") as file:
    writer = writers.WriteSRT(".")
    writer.write_result({"segments": spaced}, file, max_line_width=42, max_line_count=2)

from whisperx.SubtitlesProcessor import SubtitlesProcessor
SubtitlesProcessor(segments, language, max_line_length=42).save(sys.argv[3])
"""


@cache
def installed() -> Path | None:
    """Return the Python of an environment that has both, or None where it cannot be made."""
    folder = scratch() / "peers"
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    wanted = [f"{name}=={version}" for name, version in VERSIONS.items()]
    # openai-whisper is built from source with a setuptools that still has pkg_resources.
    for command in (
        ["setuptools<81", "wheel"],
        ["--no-deps", "--no-build-isolation", *wanted],
    ):
        done = subprocess.run(
            [python, "-m", "pip", "install", "--quiet", *command], capture_output=True, check=False
        )
        if done.returncode:
            return None
    return python


def captions(words: Sequence[Word], language: str) -> dict[str, Path]:
    """Return the SubRip files that the others make of ``words``, by their names."""
    python = installed()
    if python is None:
        return {}
    given = scratch() / "words.json"
    given.write_text(json.dumps([_segments(words), language]), encoding="utf-8")
    made = {name: scratch() / f"{name}.srt" for name in VERSIONS}
    subprocess.run([python, "-c", _PROGRAM, given, *made.values()], check=True, stdout=sys.stderr)
    return made


def _segments(words: Sequence[Word]) -> list[dict[str, object]]:
    """Return the words in segments as a transcriber gives them: here LEAP's, about a sentence."""
    from leap.domain.segments import segments

    made, left = [], iter(words)
    for segment in segments(words):
        inside = itertools.islice(left, len(segment.text.split()))
        timed = [{"word": each.text, "start": each.start, "end": each.end} for each in inside]
        times = {"start": segment.start, "end": segment.end}
        made.append({**times, "text": segment.text, "words": timed})
    return made
