"""Words to captions: ``subtitles.srt`` and ``subtitles.vtt``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from leap.config.settings import Subtitles
from leap.domain import captions
from leap.domain.cues import VERSION, Cue, CueRules, cues
from leap.domain.ports import Progress
from leap.stages import Made
from leap.stages.transcript import read_transcript

_FORMATS: dict[str, Callable[[Iterable[Cue]], str]] = {"srt": captions.srt, "vtt": captions.vtt}


def subtitles(*, transcript: Path, settings: Subtitles, out: Path, progress: Progress) -> Made:
    """Write a ``subtitles.<format>`` into ``out`` for each of the settings' formats.

    Args:
        transcript: the folder that stage ``transcribe`` made. One without
            words gives files without cues.
    """
    spoken = read_transcript(transcript)
    rules = CueRules(
        line_length=settings.line_length,
        lines=settings.lines,
        reading_speed=settings.reading_speed,
        shortest=settings.shortest,
        longest=settings.longest,
    )
    progress(0.0, f"{len(spoken.words)} words")
    made = cues(spoken.words, rules, language=spoken.language, duration=spoken.duration)
    for name in settings.formats:
        text = _FORMATS[name](made)
        (out / f"subtitles.{name}").write_text(text, encoding="utf-8", newline="\n")
    progress(1.0, f"{len(made)} cues")
    return Made(
        facts={"cues": len(made), "words": len(spoken.words), "formats": list(settings.formats)},
        versions={"subtitles": VERSION},
    )
