"""Topics as chapters that a platform reads out of a description."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from leap.domain.timecodes import chapter_stamp
from leap.domain.topics import Break, Topic

#: YouTube shows chapters only when there are at least three, the first at 0:00,
#: in ascending order and each at least ten seconds long.
#: https://support.google.com/youtube/answer/9884579
FEWEST = 3
SHORTEST = 10.0

_BREAK = {"en": "Break", "ru": "Перерыв"}


def chapters(topics: Sequence[Topic]) -> tuple[Topic, ...]:
    """Return the topics that can be chapters, the first of them moved to 0.

    A topic that starts less than ten seconds after the chapter before it, or
    before the end of the last topic, gives way. Fewer than three chapters are
    none.
    """
    end = max((int(topic.end) for topic in topics), default=0)
    chosen: list[Topic] = []
    for topic in sorted(topics, key=lambda topic: topic.start):
        title = " ".join(topic.title.split())
        # Compared as they will be read: in whole seconds.
        start = int(topic.start) if chosen else 0
        begins = not chosen or start - chosen[-1].start >= SHORTEST
        if title and begins and end - start >= SHORTEST:
            chosen.append(Topic(float(start), topic.end, title))
    return tuple(chosen) if len(chosen) >= FEWEST else ()


def chapter_text(
    topics: Iterable[Topic], breaks: Iterable[Break] = (), *, language: str = "en"
) -> str:
    """Return one ``M:SS title`` line per chapter, or an empty text where there are too few.

    Breaks that stayed in the video are chapters too, called so in ``language``.
    """
    marked = chapters(with_breaks(topics, breaks, break_title(language)))
    return "\n".join(f"{chapter_stamp(topic.start)} {topic.title}" for topic in marked)


def break_title(language: str) -> str:
    """Return what a break is called in a BCP 47 code's language, or else in English."""
    return _BREAK.get(language.split("-", maxsplit=1)[0].lower(), _BREAK["en"])


def with_breaks(topics: Iterable[Topic], breaks: Iterable[Break], title: str) -> tuple[Topic, ...]:
    """Return ``topics`` with a chapter called ``title`` wherever a break stayed in the video.

    Topics give way to breaks: one that reaches over a break goes on after it
    under the same title.
    """
    lasting = sorted((b for b in breaks if b.end > b.start), key=lambda b: b.start)
    pieces = list(topics)
    for pause in lasting:
        pieces = [piece for topic in pieces for piece in _around(topic, pause)]
    marks = [Topic(pause.start, pause.end, title) for pause in lasting]
    return tuple(sorted([*pieces, *marks], key=lambda topic: topic.start))


def _around(topic: Topic, pause: Break) -> list[Topic]:
    before = Topic(topic.start, min(topic.end, pause.start), topic.title)
    after = Topic(max(topic.start, pause.end), topic.end, topic.title)
    return [piece for piece in (before, after) if piece.end > piece.start]
