"""One lecture, as data for its template.

Titles, descriptions and transcripts come from people and machines that are
not trusted: here they are cleaned of control characters, in the template they
are escaped, and the scripts put them on the page as text only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from leap.domain.ports import Publication
from leap.domain.timecodes import chapter_stamp
from leap.domain.topics import Break, Topic
from leap.domain.transcript import Segment
from leap.providers.site.wording import Interface

_PARAGRAPH_SECONDS = 45.0
_PARAGRAPH_PAUSE = 3.0
_AUDIO = frozenset({".m4a", ".mp3", ".wav", ".flac", ".ogg", ".opus"})

# Control characters but tab and line feed, and whatever reverses the reading
# direction of what follows: https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_CHAPTER_LINE = re.compile(r"((?:\d+:)?\d{1,2}:\d{2})\s+(.*)", re.ASCII)

#: Seconds on the video's timeline, and what is said or begins there.
Line = tuple[float, str]


def plain(text: str) -> str:
    """Return ``text`` without characters that are not for reading."""
    readable = text.encode("utf-8", "replace").decode()
    return _UNSEEN.sub("", readable.replace("\r\n", "\n")).strip()


def is_audio(video: Path | str) -> bool:
    """Tell whether a file has sound only, by its name."""
    return Path(video).suffix.lower() in _AUDIO


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list of chapters: a topic, or a break between topics."""

    start: float
    end: float
    title: str
    minutes: int | None = None

    @property
    def is_break(self) -> bool:
        """Tell whether nothing is taught here."""
        return self.minutes is not None


@dataclass(slots=True)
class Paragraph:
    """A few sentences that are read together."""

    start: float
    segments: list[Segment] = field(default_factory=list)


@dataclass(slots=True)
class Section:
    """The paragraphs of one chapter; ``title`` is empty before the first chapter."""

    start: float
    title: str
    paragraphs: list[Paragraph] = field(default_factory=list)


def chapters(topics: Sequence[Topic], breaks: Sequence[Break]) -> list[Entry]:
    """Return topics and breaks in the order in which they are met."""
    entries = [Entry(topic.start, topic.end, plain(topic.title)) for topic in topics]
    entries += [Entry(b.start, b.end, "", max(1, round(b.minutes))) for b in breaks]
    return sorted(entries, key=lambda entry: (entry.start, not entry.is_break))


def sections(segments: Sequence[Segment], topics: Sequence[Topic]) -> list[Section]:
    """Return the transcript as sections by topic, each in paragraphs of easy length.

    A segment belongs to the topic that its middle falls into.
    """
    found: list[Section] = []
    ahead = sorted(topics, key=lambda topic: topic.start)
    previous_end = 0.0
    for raw in segments:
        segment = replace(raw, text=plain(raw.text))
        if not segment.text:
            continue
        middle = (segment.start + segment.end) / 2
        entered = None
        while ahead and ahead[0].start <= middle:
            entered = ahead.pop(0)
        if entered is not None:
            found.append(Section(entered.start, plain(entered.title)))
        elif not found:
            found.append(Section(segment.start, ""))
        paragraphs = found[-1].paragraphs
        if (
            not paragraphs
            or segment.start - previous_end >= _PARAGRAPH_PAUSE
            or segment.end - paragraphs[-1].start > _PARAGRAPH_SECONDS
        ):
            paragraphs.append(Paragraph(segment.start))
        paragraphs[-1].segments.append(segment)
        previous_end = segment.end
    return found


def ribbon(starts: Sequence[float], duration: float) -> list[tuple[float, float]]:
    """Return begin and width of every chapter in thousandths of the lecture, to be drawn."""
    if duration <= 0:
        return []
    begins = [min(max(start / duration, 0.0), 1.0) for start in starts]
    ends = [*begins[1:], 1.0]
    return [
        (round(begin * 1000, 1), round((end - begin) * 1000, 1))
        for begin, end in zip(begins, ends, strict=False)
        if end > begin
    ]


def about(
    description: str, summary: str, topics: Sequence[Topic], breaks: Sequence[Break] = ()
) -> str:
    """Return what there is to read about a lecture, without the list of chapters.

    The description usually repeats the chapters for platforms that know no
    better; the page has a real list.
    """
    titles = {" ".join(plain(topic.title).split()) for topic in topics}
    pauses = {chapter_stamp(pause.start) for pause in breaks}
    lines = []
    for line in plain(description).split("\n"):
        chapter = _CHAPTER_LINE.fullmatch(line.strip())
        if chapter is None or not (chapter[2] in titles or chapter[1] in pauses):
            lines.append(line.rstrip())
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    summary = plain(summary)
    if summary and summary not in text:
        text = f"{summary}\n\n{text}".strip()
    return text


def title_of(publication: Publication, interface: Interface) -> str:
    """Return the title as one clean line; a lecture without one is named by its date."""
    title = " ".join(plain(publication.title).split())
    return title or interface.untitled(publication.started_at)


def lecture(
    publication: Publication,
    interface: Interface,
    files: Mapping[str, str],
    *,
    course: str = "",
    script: str = "",
) -> dict[str, Any]:
    """Return what the template of a lecture shows.

    Args:
        files: the names beside the page, by role of ``Publication.files``.
        course: what it is listed under, or "".
        script: the name of the script that holds the captions, or "".
    """
    outline = publication.outline
    topics = outline.topics if outline else ()
    title = title_of(publication, interface)
    video = files["video"]
    return {
        "title": title,
        "course": course,
        "date": interface.date(publication.started_at),
        "iso_date": publication.started_at.date().isoformat(),
        "duration": interface.duration(publication.duration),
        "minutes": interface.minutes,
        "language": publication.language,
        "about": about(
            publication.description, outline.summary if outline else "", topics, publication.breaks
        ),
        "chapters": chapters(topics, publication.breaks),
        "ribbon": ribbon([topic.start for topic in topics], publication.duration),
        "draft": bool(outline and outline.draft and topics),
        "questions": [plain(question) for question in outline.questions] if outline else [],
        "sections": sections(publication.segments, topics),
        "video": video,
        "audio_only": is_audio(video),
        "downloads": _downloads(title, files, interface),
        "captions": files.get("vtt", ""),
        "data": {"captions": script, **interface.scripted},
    }


def searched(publication: Publication) -> tuple[list[Line], list[Line]]:
    """Return the chapter titles and the spoken segments, each line with its time."""
    topics = publication.outline.topics if publication.outline else ()
    return (
        [(round(topic.start, 2), plain(topic.title)) for topic in topics],
        [(round(segment.start, 2), plain(segment.text)) for segment in publication.segments],
    )


def _downloads(
    title: str, files: Mapping[str, str], interface: Interface
) -> list[tuple[str, str, str]]:
    """Return name beside the page, name to save it as, and label, in reading order."""
    video = "audio" if is_audio(files["video"]) else "video"
    labels = {"video": video, "srt": "srt", "vtt": "vtt", "transcript": "text", "topics": "topics"}
    saved = re.sub(r'[\\/:*?"<>|\s]+', " ", title).strip(" .")[:80]
    return [
        (files[role], f"{saved}{Path(files[role]).suffix}", interface.texts[label])
        for role, label in labels.items()
        if role in files
    ]
