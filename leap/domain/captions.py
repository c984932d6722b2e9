"""Cues as SubRip and WebVTT text that every reader understands alike."""

from __future__ import annotations

from collections.abc import Iterable

from leap.domain.cues import Cue
from leap.domain.timecodes import clock, srt_clock

# SubRip knows no escapes: "<b", "{x" and "\\N" are markup to one reader or another,
# which drops them. Full-width signs look alike and are markup to none.
_SRT_LOOKALIKES = str.maketrans(
    {
        "<": "\N{FULLWIDTH LESS-THAN SIGN}",
        ">": "\N{FULLWIDTH GREATER-THAN SIGN}",
        "{": "\N{FULLWIDTH LEFT CURLY BRACKET}",
        "}": "\N{FULLWIDTH RIGHT CURLY BRACKET}",
        "\\": "\N{FULLWIDTH REVERSE SOLIDUS}",
    }
)
# Escaping ">" also keeps "-->" out of the text.
_VTT_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def srt(cues: Iterable[Cue]) -> str:
    """Return a SubRip file, numbered from 1. No cues make an empty file."""
    return "\n".join(
        f"{number}\n{srt_clock(cue.start)} --> {srt_clock(cue.end)}\n{_srt_text(cue)}\n"
        for number, cue in enumerate(cues, start=1)
    )


def vtt(cues: Iterable[Cue]) -> str:
    """Return a WebVTT file, as https://www.w3.org/TR/webvtt1/ has it, numbered like the SubRip file.

    Without the numbers some readers take a last line that is one ("in / 1969") for
    the identifier of the next cue.
    """
    blocks = (
        f"{number}\n{clock(cue.start)} --> {clock(cue.end)}\n{_vtt_text(cue)}\n"
        for number, cue in enumerate(cues, start=1)
    )
    return "\n".join(["WEBVTT\n", *blocks])


def _vtt_text(cue: Cue) -> str:
    return "\n".join(cue.lines).translate(_VTT_ESCAPES)


def _srt_text(cue: Cue) -> str:
    return "\n".join(cue.lines).translate(_SRT_LOOKALIKES)
