"""Zoom's own transcript of a recording: WebVTT with who speaks, to words with times."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from leap.domain.transcript import Word
from leap.errors import DeferUntil
from leap.providers.zoom.choice import beside
from leap.providers.zoom.meetings import File, Meeting

#: How long after a meeting its transcript may still come, and how often one looks.
_COMES_WITHIN, _LOOK_EVERY = timedelta(days=1), timedelta(minutes=30)
#: Types and kinds of texts with times; what Zoom makes of the sound goes first. A
#: file that is not ready yet has a kind and no type.
_TEXTS = ("TRANSCRIPT", "audio_transcript", "CC", "cc_transcript", "closed_caption")
#: ``Ada Lovelace: `` at the beginning of a cue.
_NAME = re.compile(r"([^:\n]{1,60}):\s+")


def transcript_of(meeting: Meeting, file: str, now: datetime) -> File | None:
    """Return the transcript of the segment to which the file with the id ``file`` belongs.

    None where Zoom has none. Raises DeferUntil while Zoom still works on it.
    """
    found = [each for each in beside(meeting, file) if _rank(each) < len(_TEXTS)]
    for each in sorted(found, key=_rank):
        if each.is_ready:
            return each
        began = each.starts or meeting.starts
        if each.status in {"processing", ""} and began and now < began + _COMES_WITHIN:
            message = f"Zoom still writes the transcript of “{meeting.name}”"
            raise DeferUntil(message, until=now + _LOOK_EVERY)
    return None


def _rank(file: File) -> int:
    names = [_TEXTS.index(name) for name in (file.type, file.kind) if name in _TEXTS]
    return min(names, default=len(_TEXTS))


def words_of(vtt: str) -> tuple[Word, ...]:
    """Return the words of a WebVTT text, in order; none where it is no such text.

    Zoom times cues and not words: each word gets a part of its cue as long as
    its letters are of all. Names of speakers are left out.
    """
    import pysubs2

    try:
        cues = pysubs2.SSAFile.from_string(vtt, format_="vtt")
    except (pysubs2.exceptions.Pysubs2Error, ValueError):
        return ()
    texts = [" ".join(html.unescape(cue.plaintext).split()) for cue in cues]
    speakers = _speakers(texts)
    found: list[Word] = []
    for cue, text in zip(cues, texts, strict=True):
        name = _NAME.match(f"{text} ")
        spoken = text[name.end() :] if name and name[1] in speakers else text
        found += _spread(spoken.split(), cue.start / 1000, max(cue.start, cue.end) / 1000)
    return tuple(sorted(found, key=lambda word: word.start))


def _speakers(texts: Sequence[str]) -> frozenset[str]:
    """Return what is a name: it stands before a colon again and again."""
    named = Counter(found[1] for text in texts if (found := _NAME.match(f"{text} ")))
    return frozenset(name for name, times in named.items() if times > 1)


def _spread(words: Sequence[str], start: float, end: float) -> Iterator[Word]:
    total = sum(len(word) + 1 for word in words)
    passed = 0
    for word in words:
        begin = start + (end - start) * passed / total
        passed += len(word) + 1
        yield Word(round(begin, 3), round(start + (end - start) * passed / total, 3), word)
