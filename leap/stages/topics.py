"""Words to chapters: what the lecture is about, and where it paused.

``topics.json`` is the file that people, sites and platforms read:

    {"recording_id": "…", "active_version": "v1", "versions": [{
        "id": "v1", "model": "…", "granularity": "long", "created_at": "…", "draft": true,
        "main_topics": ["…"],
        "detailed_topics": [{"time": "HH:MM:SS", "title": "…", "start": 0.0, "end": 61.9,
                             "break": false}],
        "breaks": [{"time": "HH:MM:SS", "duration_minutes": 10.5, "start": 0.0, "end": 0.0}],
        "summary": "…", "questions": []}]}

``time`` is for reading, ``start`` and ``end`` are seconds on the trimmed
timeline. A break that stayed in the video is also among the topics, where it
says ``break``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from leap.config.settings import Topics
from leap.domain.chapters import break_title, with_breaks
from leap.domain.cuts import Cuts
from leap.domain.ports import Progress, TopicFinder, TopicsRequest
from leap.domain.timecodes import whole_clock
from leap.domain.topics import Break, Outline, Topic
from leap.domain.transcript import Word
from leap.stages import Made
from leap.stages.transcript import read_json, read_transcript, write_json

TOPICS = "topics.json"

_VERSION = "v1"
#: Of a pause that was cut, less than this many seconds is left: padding, and
#: the way back to a keyframe. It is no chapter of its own.
_REMNANT = 30.0


def topics(
    *,
    transcript: Path,
    trim_json: Path,
    finder: TopicFinder,
    title: str,
    settings: Topics,
    recording: str,
    out: Path,
    progress: Progress,
) -> Made:
    """Write ``topics.json`` into ``out``.

    Args:
        transcript: the folder that stage ``transcribe`` made.
        trim_json: how the source was cut; breaks are measured on the source.
        title: the recording's own name.

    Raises ProviderError where the finder does.
    """
    spoken = read_transcript(transcript)
    trimmed = read_json(trim_json)
    cuts = Cuts.from_json(trimmed)
    breaks = find_breaks(spoken.words, cuts, settings.break_at_least)
    request = TopicsRequest(
        title=title,
        granularity=settings.granularity,
        breaks=breaks,
        pauses=_remaining(trimmed["silences"], cuts),
        chapter_every=settings.chapter_every,
        questions=settings.questions,
        length=_length(spoken.words, cuts, breaks),
    )
    outline = finder.find(spoken, request, progress)
    chapters = with_breaks(outline.topics, breaks, break_title(spoken.language))
    lasting = {(pause.start, pause.end) for pause in breaks}
    version = {
        "id": _VERSION,
        "model": outline.model,
        "granularity": settings.granularity,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "draft": outline.draft,
        "main_topics": list(outline.main_topics),
        "detailed_topics": [_topic_json(topic, lasting) for topic in chapters],
        "breaks": [_break_json(pause) for pause in breaks],
        "summary": outline.summary,
        "questions": list(outline.questions),
    }
    write_json(
        out / TOPICS,
        {"recording_id": recording, "active_version": _VERSION, "versions": [version]},
    )
    return Made(
        facts={
            "topics": len(outline.topics),
            "breaks": len(breaks),
            "main_topics": list(outline.main_topics),
        },
        versions=finder.versions,
    )


def read_topics(path: Path) -> tuple[Outline, tuple[Break, ...]]:
    """Return the active version of a ``topics.json``: its outline and its breaks.

    The outline's topics are those without the breaks among them.
    Raises StageError where the file cannot be read.
    """
    data = read_json(path)
    version = next(v for v in data["versions"] if v["id"] == data["active_version"])
    outline = Outline(
        main_topics=tuple(version["main_topics"]),
        topics=tuple(
            Topic(topic["start"], topic["end"], topic["title"])
            for topic in version["detailed_topics"]
            if not topic["break"]
        ),
        summary=version["summary"],
        questions=tuple(version["questions"]),
        model=version["model"],
        draft=version["draft"],
    )
    breaks = tuple(
        Break(pause["start"], pause["end"], pause["duration_minutes"])
        for pause in version["breaks"]
    )
    return outline, breaks


def find_breaks(words: Sequence[Word], cuts: Cuts, at_least: float) -> tuple[Break, ...]:
    """Return where nobody spoke for ``at_least`` seconds of the source.

    Args:
        words: on the trimmed timeline.
    """
    breaks = []
    for word, following in pairwise(words):
        # At a joint begins what was kept behind the cut; the word ends before it.
        end, start = cuts.to_old(word.end - 0.001), cuts.to_old(following.start)
        if start - end < at_least:
            continue
        minutes = round((start - end) / 60, 1)
        if following.start - word.end >= _REMNANT:
            breaks.append(Break(word.end, following.start, minutes))
        else:
            joint = round(cuts.to_new((start + end) / 2), 3)
            breaks.append(Break(joint, joint, minutes))
    return tuple(breaks)


def _length(words: Sequence[Word], cuts: Cuts, breaks: Sequence[Break]) -> float | None:
    """Return for how many seconds of the source somebody lectured, without breaks.

    It is the same however the source is cut, so that a model that was paid for
    its answer is not asked again.
    """
    if not words:
        return None
    first, last = cuts.to_old(words[0].start), cuts.to_old(words[-1].end - 0.001)
    return max(0.0, last - first - sum(pause.minutes for pause in breaks) * 60)


def _remaining(
    silences: Sequence[Mapping[str, float]], cuts: Cuts
) -> tuple[tuple[float, float], ...]:
    """Return the silences of the source as they are on the trimmed timeline."""
    moved = ((cuts.to_new(s["start"]), cuts.to_new(s["end"])) for s in silences)
    return tuple((start, end) for start, end in moved if end > start)


def _topic_json(topic: Topic, breaks: Collection[tuple[float, float]]) -> dict[str, Any]:
    return {
        "time": whole_clock(topic.start),
        "title": topic.title,
        "start": topic.start,
        "end": topic.end,
        "break": (topic.start, topic.end) in breaks,
    }


def _break_json(pause: Break) -> dict[str, Any]:
    return {
        "time": whole_clock(pause.start),
        "duration_minutes": pause.minutes,
        "start": pause.start,
        "end": pause.end,
    }
