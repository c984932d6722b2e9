"""A draft outline without any service: chapters by word statistics, titles from the words.

    text           sentences, content words, stems
    counts         how many topics, how far apart
    segmentation   where the subject changes
    phrases        what is spoken of, and whether it could stand alone
    english        which English phrases name a thing, by the words around them
    russian        which Russian phrases do, by their endings
    titles         what each topic and the whole lecture is called
    summary        a few central sentences, where they can be understood alone

What comes out is a draft, and says so.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import pairwise

from leap.domain.ports import Progress, TopicsRequest
from leap.domain.topics import Outline, Topic
from leap.domain.transcript import Transcript
from leap.providers.outline.counts import division
from leap.providers.outline.segmentation import Unit, divide
from leap.providers.outline.summary import summary
from leap.providers.outline.text import Sentence, sentences
from leap.providers.outline.titles import Titles

#: Raised when the same words would be divided or called differently.
ALGORITHM = "2"
#: A silence this long before a sentence is as inviting as silence can be, in seconds.
_LONGEST_PAUSE = 4.0
#: A silence that ends this many seconds from a sentence's start is the one before it.
_NEAR = 1.0
#: How much, in nats, a second of silence or the right opening invites a boundary.
_PER_SECOND = 2.5
_PER_OPENING = 8.0
#: How lecturers open a new subject.
_OPENINGS = (
    "now",
    "next",
    "let us",
    "let's",
    "so let",
    "so now",
    "okay so",
    "first",
    "second",
    "third",
    "finally",
    "another",
    "moving on",
    "to sum up",
    "to summarize",
    "in conclusion",
    "итак",
    "теперь",
    "далее",
    "перейд",
    "рассмотрим",
    "следующ",
    "во-первых",
    "во-вторых",
    "наконец",
    "в заключение",
    "подвед",
)


class Outliner:
    """Finds topics offline; see the package's text for how."""

    def __init__(self) -> None:
        self.versions: Mapping[str, str] = {"provider": "outline", "algorithm": ALGORITHM}

    def find(self, transcript: Transcript, request: TopicsRequest, progress: Progress) -> Outline:
        """Return topics that cover the lecture from 0 on, broken at the request's breaks."""
        language = transcript.language.split("-", maxsplit=1)[0].lower()
        spoken = sentences(transcript.words, language)
        model = f"outline {ALGORITHM}"
        if not spoken:
            return Outline(main_topics=(), topics=(), model=model, draft=True)
        progress(0.1, f"{len(spoken)} sentences")
        wanted = division(transcript.duration, request)
        firsts = divide(
            _units(spoken, request),
            transcript.duration,
            count=wanted.count,
            shortest=wanted.shortest,
            longest=wanted.longest,
        )
        progress(0.7, f"{len(firsts)} topics")
        parts = [spoken[first:last] for first, last in pairwise((*firsts, len(spoken)))]
        titles = Titles(parts, language)
        main = titles.of_all(request.title)
        return Outline(
            main_topics=(main,) if main else (),
            topics=_topics(parts, titles.of_topics(), transcript.duration, request),
            summary=summary(spoken, language),
            model=model,
            draft=True,
        )


def _units(spoken: Sequence[Sentence], request: TopicsRequest) -> list[Unit]:
    starts = [sentence.start for sentence in spoken]
    # The first sentence after a break begins a topic.
    forced = {bisect_left(starts, (pause.start + pause.end) / 2) for pause in request.breaks}
    return [
        Unit(
            start=sentence.start if index else 0.0,
            words=sentence.stems,
            inviting=_inviting(sentence, request.pauses),
            forced=index in forced,
        )
        for index, sentence in enumerate(spoken)
    ]


def _inviting(sentence: Sentence, pauses: Sequence[tuple[float, float]]) -> float:
    silences = [end - start for start, end in pauses if abs(end - sentence.start) <= _NEAR]
    silence = max([sentence.pause, *silences])
    opening = sentence.text.lower().startswith(_OPENINGS)
    return _PER_SECOND * min(silence, _LONGEST_PAUSE) + _PER_OPENING * opening


def _topics(
    parts: Sequence[Sequence[Sentence]],
    titles: Sequence[str],
    duration: float,
    request: TopicsRequest,
) -> tuple[Topic, ...]:
    """Return the parts as topics that touch each other, except where a break lies between."""
    starts = [0.0, *(part[0].start for part in parts[1:])]
    ends = [*starts[1:], max(duration, starts[-1])]
    for pause in request.breaks:
        for index, start in enumerate(starts[1:], start=1):
            if ends[index - 1] > pause.start and start >= pause.end - 0.001:
                ends[index - 1] = max(starts[index - 1], pause.start)
                starts[index] = pause.end
                break
    return tuple(
        Topic(round(start, 3), round(end, 3), title)
        for start, end, title in zip(starts, ends, titles, strict=True)
    )
