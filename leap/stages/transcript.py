"""The files of a transcript: ``words.txt``, ``segments.txt`` and ``master.json``.

The two text files hold one word or segment per line, as people and scripts
read them: ``[HH:MM:SS.mmm - HH:MM:SS.mmm] text``. ``master.json`` holds
everything, the transcriber's own answer included. All times are on the
trimmed timeline.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from leap.domain.timecodes import parse_timed_line, timed_line
from leap.domain.transcript import Segment, Transcript, Word
from leap.errors import StageError

WORDS, SEGMENTS, MASTER = "words.txt", "segments.txt", "master.json"

_T = TypeVar("_T")


def write_words(path: Path, words: Iterable[Word]) -> None:
    """Write one line per word."""
    _write_lines(path, words)


def write_segments(path: Path, segments: Iterable[Segment]) -> None:
    """Write one line per segment."""
    _write_lines(path, segments)


def read_words(path: Path) -> tuple[Word, ...]:
    """Read what ``write_words`` wrote. Raises StageError with the line that cannot be read."""
    return tuple(_read_lines(path, lambda _, start, end, text: Word(start, end, text)))


def read_segments(path: Path) -> tuple[Segment, ...]:
    """Read what ``write_segments`` wrote. Raises StageError with the line that cannot be read."""
    return tuple(_read_lines(path, Segment))


def write_json(path: Path, data: Any) -> None:
    """Write JSON data, indented, as UTF-8."""
    text = json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def read_json(path: Path) -> Any:
    """Read JSON data. Raises StageError where ``path`` holds none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise StageError(f"{path.name} is not JSON: {error}") from error


def read_transcript(folder: Path) -> Transcript:
    """Read the transcript that stage ``transcribe`` left in ``folder``."""
    master = read_json(folder / MASTER)
    return Transcript(
        words=read_words(folder / WORDS),
        segments=read_segments(folder / SEGMENTS),
        language=master["language"],
        duration=master["duration"],
    )


def _write_lines(path: Path, items: Iterable[Word | Segment]) -> None:
    lines = (timed_line(item.start, item.end, item.text) + "\n" for item in items)
    path.write_text("".join(lines), encoding="utf-8", newline="\n")


def _read_lines(path: Path, make: Callable[[int, float, float, str], _T]) -> Iterable[_T]:
    # Split at line feeds only: str.splitlines knows many more line ends.
    lines = path.read_text(encoding="utf-8").split("\n")
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        try:
            yield make(number, *parse_timed_line(line))
        except ValueError as error:
            raise StageError(f"{path.name}:{number + 1}: {error}") from error
