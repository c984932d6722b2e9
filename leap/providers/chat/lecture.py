"""What a model is told of a lecture: numbered sentences, and how much is wanted of them."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from leap.domain.function_words import bare, function_words
from leap.domain.ports import TopicsRequest
from leap.domain.topics import Break, Topic
from leap.domain.transcript import Transcript
from leap.providers.outline.counts import topic_range
from leap.providers.outline.text import Sentence, sentences, stem

#: Platforms ignore chapters that are closer, in seconds.
SHORTEST_CHAPTER = 10.0


@dataclass(frozen=True)
class Lecture:
    """A lecture, or a part of one, as a model sees it. Sentences are numbered from 1.

    ``fewest`` and ``most`` chapters are wanted, and so many ``questions``;
    ``breaks`` are the numbers of the sentences that follow a long pause.
    ``length`` is for how many seconds somebody lectured, whatever was cut out.
    """

    title: str
    language: str
    sentences: tuple[Sentence, ...]
    start: float
    end: float
    breaks: tuple[int, ...]
    fewest: int
    most: int
    questions: int
    length: float

    @property
    def minutes(self) -> float:
        return self.length / 60

    @cached_property
    def text(self) -> str:
        """Everything that was said."""
        return " ".join(sentence.text for sentence in self.sentences)

    @cached_property
    def spoken_words(self) -> frozenset[str]:
        """Every word that was said, in lower case without punctuation."""
        return frozenset(bare(word) for word in self.text.split())

    @cached_property
    def scripts(self) -> Counter[str]:
        """How many letters of each script were said: ``LATIN``, ``CYRILLIC``, ``CJK``."""
        return scripts_of(self.text)

    @cached_property
    def known_stems(self) -> frozenset[str]:
        """The stems of the title's own words, which need not be said again."""
        leaning = function_words(self.language)
        words = (bare(word) for word in self.title.split())
        return frozenset(
            stem(word, self.language) for word in words if len(word) > 1 and word not in leaning
        )

    def part(self, first: int, last: int) -> Lecture:
        """Return the sentences ``first`` to ``last`` (from 0, exclusive) as a lecture of its own."""
        chosen = self.sentences[first:last]
        end = self.sentences[last].start if last < len(self.sentences) else self.end
        start = chosen[0].start if first else self.start
        share = (end - start) / max(self.end - self.start, 0.001)
        return Lecture(
            *(self.title, self.language, chosen, start, end),
            breaks=tuple(number - first for number in self.breaks if first < number <= last),
            fewest=max(1, round(self.fewest * share)),
            most=max(1, round(self.most * share)),
            questions=self.questions,
            length=self.length * share,
        )


def lecture_of(transcript: Transcript, request: TopicsRequest) -> Lecture | None:
    """Return the lecture, or None where nothing was said."""
    language = transcript.language.split("-", maxsplit=1)[0].lower()
    spoken = tuple(sentences(transcript.words, language))
    if not spoken:
        return None
    end = max(transcript.duration, spoken[-1].end)
    length = end if request.length is None else request.length
    fewest, most = wanted(length, request)
    possible = max(1, min(len(spoken), int(end // SHORTEST_CHAPTER)))
    starts = [sentence.start for sentence in spoken]
    after = (bisect_left(starts, (pause.start + pause.end) / 2) for pause in request.breaks)
    return Lecture(
        *(" ".join(request.title.split()), language, spoken, 0.0, end),
        breaks=tuple(sorted({index + 1 for index in after if 0 < index < len(spoken)})),
        fewest=min(fewest, possible),
        most=min(most, possible),
        questions=request.questions,
        length=length,
    )


def wanted(seconds: float, request: TopicsRequest) -> tuple[int, int]:
    """Return the fewest and the most chapters that a lecture of ``seconds`` shall have."""
    if request.chapter_every is None:
        return topic_range(seconds / 60, request.granularity)
    count = seconds / max(request.chapter_every, SHORTEST_CHAPTER)
    return max(1, round(0.8 * count)), max(1, round(1.2 * count))


def chapters_at(
    lecture: Lecture, chosen: Sequence[tuple[int, str]], breaks: Sequence[Break]
) -> tuple[Topic, ...]:
    """Return chapters with times, from the numbers of their first sentences.

    The first begins with the lecture. They touch each other, except where a
    break lies between.
    """
    starts = [lecture.start] + [lecture.sentences[number - 1].start for number, _ in chosen[1:]]
    ends = [*starts[1:], max(lecture.end, starts[-1])]
    for pause in breaks:
        for index, start in enumerate(starts[1:], start=1):
            if ends[index - 1] > pause.start and start >= pause.end - 0.001:
                ends[index - 1] = max(starts[index - 1], pause.start)
                starts[index] = pause.end
                break
    titles = (title for _, title in chosen)
    return tuple(
        Topic(round(start, 3), round(end, 3), title)
        for start, end, title in zip(starts, ends, titles, strict=True)
    )


def scripts_of(text: str) -> Counter[str]:
    """Return how many letters of each script ``text`` has, by the first word of their names."""
    letters = Counter(letter for letter in text if letter.isalpha())
    found: Counter[str] = Counter()
    for letter, count in letters.items():
        found[unicodedata.name(letter, "UNKNOWN").split(maxsplit=1)[0]] += count
    return found
